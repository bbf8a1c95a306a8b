#include "ui/widgets/empty_state.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int markSize = 32;
constexpr int textWidth = 420;

QString iconNameOf(EmptyState::Kind kind) {
    switch (kind) {
    case EmptyState::Kind::NotSetUp: return u"plug"_s;
    case EmptyState::Kind::NothingMatched: return u"filter"_s;
    case EmptyState::Kind::NothingHappened: return u"check"_s;
    case EmptyState::Kind::CouldNotLook: break;
    }
    return u"warning"_s;
}

} // namespace

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent), mark_(new QLabel(this)), headline_(new QLabel(this)), text_(new QLabel(this)),
      action_(new QPushButton(this)), secondary_(new QPushButton(this)) {
    for (QLabel* label : {headline_, text_}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
        label->setFixedWidth(textWidth);
    }
    text_->setProperty("role", u"muted"_s);
    action_->setProperty("primary", true);
    secondary_->setProperty("link", true);
    mark_->setAlignment(Qt::AlignCenter);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(action_);
    buttons->addWidget(secondary_);
    buttons->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, space::l, space::l, space::l);
    column->setSpacing(space::s);
    column->addStretch(2);
    column->addWidget(mark_, 0, Qt::AlignHCenter);
    column->addWidget(headline_, 0, Qt::AlignHCenter);
    column->addWidget(text_, 0, Qt::AlignHCenter);
    column->addSpacing(space::s);
    column->addLayout(buttons);
    column->addStretch(3);
    secondary_->hide();
    connect(action_, &QPushButton::clicked, this, &EmptyState::actionClicked);
    connect(secondary_, &QPushButton::clicked, this, &EmptyState::secondaryClicked);
    connect(&Theme::current(), &Theme::changed, this, &EmptyState::refreshLook);
    refreshLook();
}

EmptyState::EmptyState(Kind kind, const QString& headline, const QString& text, const QString& action,
                       QWidget* parent)
    : EmptyState(parent) {
    set(kind, headline, text, action);
}

void EmptyState::set(Kind kind, const QString& headline, const QString& text, const QString& action) {
    kind_ = kind;
    headline_->setText(foreign::printable(headline));
    text_->setText(foreign::printable(text, true));
    text_->setVisible(!text.isEmpty());
    action_->setText(action);
    action_->setVisible(!action.isEmpty());
    action_->setAccessibleName(action);
    setAccessibleName(headline);
    setAccessibleDescription(text);
    refreshLook();
}

void EmptyState::setSecondary(const QString& action) {
    secondary_->setText(action);
    secondary_->setVisible(!action.isEmpty());
}

QString EmptyState::headline() const {
    return headline_->text();
}

void EmptyState::refreshLook() {
    const Tokens& t = tokens();
    QColor colour = t.textMuted;
    if (kind_ == Kind::NotSetUp) colour = t.accent;
    if (kind_ == Kind::NothingHappened) colour = t.of(Outcome::Accepted);
    if (kind_ == Kind::CouldNotLook) colour = t.of(Outcome::Bounced);
    mark_->setPixmap(icon(iconNameOf(kind_), colour).pixmap(QSize(markSize, markSize), devicePixelRatioF()));
    headline_->setFont(Theme::current().section());
}

} // namespace waypost::ui
