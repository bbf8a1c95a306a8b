#include "ui/widgets/filter_bar.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/chip_bar.h"

#include <QAction>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>
#include <QTextCharFormat>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr qsizetype historyLimit = 50;

// A line edit has no underline of its own: the input method's formatting draws one without changing the text.
void underline(QLineEdit& field, const FilterVerdict& verdict) {
    QList<QInputMethodEvent::Attribute> attributes;
    if (!verdict.error.isEmpty() && verdict.length > 0) {
        QTextCharFormat format;
        format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        format.setUnderlineColor(tokens().of(Outcome::Bounced));
        format.setFontUnderline(true);
        attributes.append(
            {QInputMethodEvent::TextFormat, verdict.start - field.cursorPosition(), verdict.length, format});
    }
    QInputMethodEvent event(QString(), attributes);
    QCoreApplication::sendEvent(&field, &event);
}

} // namespace

FilterBar::FilterBar(QWidget* parent)
    : QWidget(parent), field_(new QLineEdit(this)), sentence_(new QLabel(this)), chips_(new ChipBar(this)),
      popup_(new FilterPopup(field_)) {
    field_->setAccessibleName(tr("Filter"));
    field_->setPlaceholderText(tr("Filter, for example provider:gmail outcome:deferred"));
    field_->addAction(icon(u"filter"), QLineEdit::LeadingPosition);
    field_->setClearButtonEnabled(true);
    field_->installEventFilter(this);
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setWordWrap(true);
    sentence_->setProperty("role", u"error"_s);
    sentence_->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addWidget(field_);
    column->addWidget(sentence_);
    column->addWidget(chips_);
    setFocusProxy(field_);
    connect(field_, &QLineEdit::textChanged, this, &FilterBar::judge);
    connect(field_, &QLineEdit::textEdited, this, &FilterBar::offer);
    connect(field_, &QLineEdit::returnPressed, this, &FilterBar::apply);
    connect(popup_, &FilterPopup::chosen, this, &FilterBar::takeOffer);
    connect(chips_, &ChipBar::editAsked, this, &FilterBar::editChip);
}

void FilterBar::offer() {
    if (!completer_ || !field_->hasFocus()) return popup_->hide();
    popup_->offer(completer_(field_->text(), field_->cursorPosition()));
}

void FilterBar::takeOffer(const FilterOffer& offer) {
    const FilterOffers& offers = popup_->offers();
    QString text = field_->text();
    const bool atEnd = offers.start + offers.length >= text.size();
    const QString put = offer.text + (!offer.isField && atEnd ? u" "_s : QString());
    text.replace(offers.start, offers.length, put);
    const int cursor = offers.start + static_cast<int>(put.size());
    field_->setText(text);
    field_->setCursorPosition(cursor);
    if (offer.isField) this->offer(); // its values are next
}

void FilterBar::editChip(const QString& term) {
    editing_ = term;
    field_->setText(term);
    focusField();
}

void FilterBar::setJudge(Judge judge) {
    judge_ = std::move(judge);
    this->judge();
}

void FilterBar::setPlaceholder(const QString& text) {
    field_->setPlaceholderText(text);
}

void FilterBar::setText(const QString& text) {
    field_->setText(text);
    apply();
}

void FilterBar::focusField() {
    field_->setFocus(Qt::ShortcutFocusReason);
    field_->selectAll();
}

bool FilterBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == field_ && event->type() == QEvent::FocusOut) popup_->hide();
    if (watched != field_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    if (popup_->takeKey(key)) return true;
    if (key->key() == Qt::Key_Space && key->modifiers() == Qt::ControlModifier) {
        offer();
        return true;
    }
    if (key->key() == Qt::Key_Down && key->modifiers() == Qt::NoModifier && completer_) {
        offer();
        return true;
    }
    if (key->key() == Qt::Key_Escape && (field_->text() != applied_ || !editing_.isEmpty())) {
        editing_.clear();
        field_->setText(applied_);
        return true;
    }
    if (key->modifiers() == Qt::AltModifier && (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down)) {
        walkHistory(key->key() == Qt::Key_Up ? 1 : -1);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FilterBar::judge() {
    showVerdict(judge_ ? judge_(field_->text()) : FilterVerdict{});
}

void FilterBar::showVerdict(const FilterVerdict& verdict) {
    verdict_ = verdict;
    const bool bad = !verdict.error.isEmpty();
    sentence_->setText(bad ? u"✕ "_s + verdict.error : QString());
    sentence_->setVisible(bad);
    field_->setProperty("invalid", bad);
    field_->style()->polish(field_);
    field_->setAccessibleDescription(verdict.error);
    underline(*field_, verdict);
}

void FilterBar::apply() {
    judge();
    popup_->hide();
    if (!verdict_.error.isEmpty() || field_->text() == applied_) return;
    applied_ = field_->text();
    historyAt_ = -1;
    const QString edited = std::exchange(editing_, {});
    if (!applied_.isEmpty()) {
        history_.removeAll(applied_);
        history_.prepend(applied_);
        while (history_.size() > historyLimit) history_.removeLast();
    }
    const QString applied = applied_; // whoever listens may empty the field
    if (!edited.isEmpty())
        Q_EMIT replaced(edited, applied);
    else
        Q_EMIT appliedChanged(applied);
}

void FilterBar::walkHistory(int step) {
    if (history_.isEmpty()) return;
    historyAt_ = std::clamp<qsizetype>(historyAt_ + step, -1, history_.size() - 1);
    field_->setText(historyAt_ < 0 ? applied_ : history_.at(historyAt_));
}

} // namespace waypost::ui
