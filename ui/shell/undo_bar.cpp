#include "ui/shell/undo_bar.h"

#include "ui/theme/tokens.h"
#include "ui/widgets/foreign_text.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>

namespace waypost::ui {

namespace {
constexpr int stripHeight = 30; // the bar floats above the status strip
}

UndoBar::UndoBar(QWidget* parent)
    : QFrame(parent), sentence_(foreign::label({}, this)), button_(new QPushButton(tr("Undo"), this)) {
    setProperty("popup", true);
    button_->setProperty("link", true);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space::m, space::xs, space::s, space::xs);
    row->addWidget(sentence_);
    row->addWidget(button_);
    timer_.setSingleShot(true);
    timer_.setInterval(shownMs);
    connect(&timer_, &QTimer::timeout, this, [this] {
        undo_ = {};
        hide();
    });
    connect(button_, &QPushButton::clicked, this, &UndoBar::undo);
    parent->installEventFilter(this);
    hide();
}

void UndoBar::offer(const QString& sentence, std::function<void()> undo) {
    sentence_->setText(foreign::printable(sentence));
    setAccessibleName(sentence);
    undo_ = std::move(undo);
    timer_.start();
    show();
    raise();
    place();
}

void UndoBar::undo() {
    if (!undo_) return;
    const std::function<void()> act = std::move(undo_);
    undo_ = {};
    timer_.stop();
    hide();
    act();
}

bool UndoBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) place();
    return QFrame::eventFilter(watched, event);
}

void UndoBar::place() {
    adjustSize();
    move((parentWidget()->width() - width()) / 2,
         parentWidget()->height() - height() - stripHeight - space::s);
}

} // namespace waypost::ui
