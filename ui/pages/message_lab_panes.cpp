#include "ui/pages/message_lab_panes.h"

#include "ui/pages/message_lab_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/raw_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

QLineEdit* field(const QString& name, const QString& sample) {
    auto* edit = new QLineEdit;
    edit->setAccessibleName(name);
    edit->setPlaceholderText(sample);
    return edit;
}

QLabel* caption(const QString& text, QWidget* of) {
    auto* label = new QLabel(text);
    label->setProperty("role", u"muted"_s);
    label->setBuddy(of);
    return label;
}

std::string trimmed(const QLineEdit* edit) {
    return edit->text().trimmed().toStdString();
}

constexpr qsizetype textLimit = 1'000'000;

} // namespace

ConnectionRow::ConnectionRow(QWidget* parent)
    : QWidget(parent), stack_(new QStackedWidget), words_(foreign::label({})),
      edit_(new QPushButton(tr("Edit"))), ip_(field(tr("Address of the client"), u"192.0.2.1"_s)),
      helo_(field(tr("HELO name"), u"mail.example.org"_s)),
      mailFrom_(field(tr("MAIL FROM"), u"news@example.org, or <> for none"_s)),
      judge_(new QPushButton(tr("Judge again"))), cancel_(new QPushButton(tr("Cancel"))) {
    edit_->setProperty("link", true);
    edit_->setAccessibleName(tr("Edit the connection"));
    words_->setProperty("role", u"muted"_s);
    words_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* shown = new QWidget;
    auto* line = new QHBoxLayout(shown);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::s);
    line->addWidget(words_, 1);
    line->addWidget(edit_);
    auto* edited = new QWidget;
    auto* fields = new QHBoxLayout(edited);
    fields->setContentsMargins(0, 0, 0, 0);
    fields->setSpacing(space::s);
    fields->addWidget(caption(tr("Address"), ip_));
    fields->addWidget(ip_, 2);
    fields->addWidget(caption(tr("HELO"), helo_));
    fields->addWidget(helo_, 3);
    fields->addWidget(caption(tr("MAIL FROM"), mailFrom_));
    fields->addWidget(mailFrom_, 4);
    fields->addWidget(judge_);
    fields->addWidget(cancel_);
    stack_->addWidget(shown);
    stack_->addWidget(edited);
    stack_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(stack_);
    connect(edit_, &QPushButton::clicked, this, [this] { edit(true); });
    connect(cancel_, &QPushButton::clicked, this, [this] { edit(false); });
    const auto give = [this] {
        Q_EMIT given(typed());
        edit(false);
    };
    connect(judge_, &QPushButton::clicked, this, give);
    for (QLineEdit* f : {ip_, helo_, mailFrom_}) connect(f, &QLineEdit::returnPressed, this, give);
}

void ConnectionRow::set(const engine::MessageConnection& connection, const QString& origin) {
    connection_ = connection;
    words_->setText(tr("Connection: %1").arg(lab::connectionText(connection)) +
                    (origin.isEmpty() ? QString() : u"  ("_s + foreign::printable(origin) + u')'));
    words_->setToolTip(foreign::toolTip(words_->text()));
}

void ConnectionRow::edit(bool on) {
    if (on) {
        ip_->setText(qstr(connection_.ip));
        helo_->setText(qstr(connection_.helo));
        mailFrom_->setText(qstr(connection_.mailFrom));
    }
    stack_->setCurrentIndex(on ? 1 : 0);
    on ? ip_->setFocus() : edit_->setFocus();
}

bool ConnectionRow::isEditing() const {
    return stack_->currentIndex() == 1;
}

engine::MessageConnection ConnectionRow::typed() const {
    return {trimmed(ip_), trimmed(helo_), trimmed(mailFrom_)};
}

TextPane::TextPane(QWidget* parent)
    : QWidget(parent), choice_(new QComboBox), note_(new QLabel), text_(new QPlainTextEdit),
      stack_(new QStackedWidget), empty_(new EmptyState) {
    choice_->setAccessibleName(tr("Which text"));
    choice_->addItems({tr("Plain text"), tr("HTML as source")});
    note_->setProperty("role", u"muted"_s);
    text_->setReadOnly(true);
    text_->setTabChangesFocus(true);
    text_->setAccessibleName(tr("Text of the message"));
    stack_->addWidget(text_);
    stack_->addWidget(empty_);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(space::s);
    bar->addWidget(choice_);
    bar->addWidget(note_, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::xs);
    column->addLayout(bar);
    column->addWidget(stack_, 1);
    connect(choice_, &QComboBox::currentIndexChanged, this, &TextPane::present);
    connect(&Theme::current(), &Theme::changed, this, &TextPane::present);
}

void TextPane::set(const QString& plain, const QString& html) {
    plain_ = plain;
    html_ = html;
    const QSignalBlocker quiet(choice_);
    choice_->setCurrentIndex(plain.isEmpty() && !html.isEmpty() ? 1 : 0);
    present();
}

void TextPane::present() {
    const bool html = choice_->currentIndex() == 1;
    const QString& whole = html ? html_ : plain_;
    note_->setText(html ? tr("Shown as text: nothing is rendered and nothing is fetched.")
                        : tr("The first part of type text/plain, decoded."));
    if (whole.isEmpty()) {
        empty_->set(EmptyState::Kind::NothingMatched,
                    html ? tr("The message has no HTML part") : tr("The message has no plain text part"),
                    (html ? plain_ : html_).isEmpty() ? tr("Its parts are listed under Structure.")
                                                      : tr("The other form is there: choose it above."));
        return stack_->setCurrentWidget(empty_);
    }
    text_->setFont(html ? Theme::current().mono() : Theme::current().body());
    text_->setPlainText(
        foreign::printable(QStringView(whole).left(textLimit), true) +
        (whole.size() > textLimit ? tr("\n… cut here, after %1 characters.").arg(textLimit) : QString()));
    stack_->setCurrentWidget(text_);
}

QString TextPane::shownText() const {
    return stack_->currentWidget() == text_ ? text_->toPlainText() : QString();
}

AutopsyPane::AutopsyPane(QWidget* parent)
    : QWidget(parent), stack_(new QStackedWidget), empty_(new EmptyState), choice_(new QComboBox),
      headline_(foreign::label({})), before_(new RawView), after_(new RawView) {
    choice_->setAccessibleName(tr("Signature"));
    choice_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    headline_->setWordWrap(true);
    auto* sides = new QSplitter;
    sides->addWidget(before_);
    sides->addWidget(after_);
    sides->setChildrenCollapsible(false);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(space::s);
    bar->addWidget(choice_);
    bar->addWidget(headline_, 1);
    auto* found = new QWidget;
    auto* column = new QVBoxLayout(found);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::xs);
    column->addLayout(bar);
    column->addWidget(sides, 1);
    stack_->addWidget(empty_);
    stack_->addWidget(found);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(stack_);
    connect(choice_, &QComboBox::currentIndexChanged, this, &AutopsyPane::present);
}

void AutopsyPane::set(const std::vector<engine::MessageView::Autopsy>& autopsies, int signatures) {
    autopsies_ = autopsies;
    {
        const QSignalBlocker quiet(choice_);
        choice_->clear();
        for (const engine::MessageView::Autopsy& a : autopsies_)
            choice_->addItem(foreign::printable(qstr(a.signature)));
    }
    if (signatures == 0)
        empty_->set(EmptyState::Kind::NothingMatched, tr("The message has no DKIM signature"),
                    tr("There is nothing that could have been broken on the way."));
    else
        empty_->set(EmptyState::Kind::NothingHappened, tr("No DKIM signature was broken"),
                    counted(signatures,
                            tr("1 signature was judged; its body and headers are as signed, or it "
                               "failed for another reason than a change."),
                            tr("%1 signatures were judged; their bodies and headers are as signed, or they "
                               "failed for another reason than a change.")));
    present();
}

void AutopsyPane::present() {
    const engine::MessageView::Autopsy* a = current();
    stack_->setCurrentIndex(a ? 1 : 0);
    if (!a) return;
    choice_->setVisible(autopsies_.size() > 1);
    headline_->setText(foreign::printable(qstr(a->headline)));
    const auto show = [](RawView* view, const std::string& bytes, const QString& title, qint64 first) {
        view->setBytes(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())), title, first);
    };
    const bool named = !a->mutation.empty();
    show(before_, a->before,
         !named              ? tr("As signed: not known")
         : a->before.empty() ? tr("As signed: nothing stood here")
                             : tr("As signed"),
         0);
    show(after_, a->after,
         !named             ? tr("As received: which part was changed is not known")
         : a->after.empty() ? tr("As received: taken out at byte %1").arg(a->start)
                            : tr("As received, from byte %1").arg(a->start),
         a->start);
    Q_EMIT chosen();
}

const engine::MessageView::Autopsy* AutopsyPane::current() const {
    const int at = choice_->currentIndex();
    return at >= 0 && at < static_cast<int>(autopsies_.size()) ? &autopsies_[static_cast<size_t>(at)]
                                                               : nullptr;
}

QString AutopsyPane::headline() const {
    return headline_->text();
}

PastePane::PastePane(QWidget* parent)
    : QWidget(parent), box_(new QPlainTextEdit), ip_(field(tr("Address of the client"), u"192.0.2.1"_s)),
      helo_(field(tr("HELO name"), u"mail.example.org"_s)),
      mailFrom_(field(tr("MAIL FROM"), u"news@example.org, or <> for none"_s)),
      judge_(new QPushButton(tr("Judge the message"))), problem_(foreign::label({})) {
    auto* title = new QLabel(tr("Paste a message"));
    title->setFont(Theme::current().section());
    auto* words = new QLabel(tr(
        "The source of a whole message, or its headers alone. With headers alone the body cannot be judged, "
        "and "
        "that is said. A paste may change line ends and white space: open the file where you can, or a DKIM "
        "signature may fail that was sound."));
    words->setWordWrap(true);
    words->setProperty("role", u"muted"_s);
    box_->setAccessibleName(tr("Source of the message"));
    box_->setTabChangesFocus(true);
    box_->setLineWrapMode(QPlainTextEdit::NoWrap);
    box_->setFont(Theme::current().mono());
    box_->setPlaceholderText(u"Received: from mail.example.org (mail.example.org [192.0.2.1]) by …\n"
                             "DKIM-Signature: v=1; a=rsa-sha256; …\nFrom: news@example.org\n…"_s);
    box_->installEventFilter(this);
    problem_->setWordWrap(true);
    problem_->setProperty("role", u"error"_s);
    problem_->hide();
    judge_->setProperty("primary", true);
    auto* cancel = new QPushButton(tr("Cancel"));
    auto* fields = new QHBoxLayout;
    fields->setSpacing(space::s);
    fields->addWidget(caption(tr("Address"), ip_));
    fields->addWidget(ip_, 2);
    fields->addWidget(caption(tr("HELO"), helo_));
    fields->addWidget(helo_, 3);
    fields->addWidget(caption(tr("MAIL FROM"), mailFrom_));
    fields->addWidget(mailFrom_, 4);
    auto* about = new QLabel(tr("Connection: what stays empty is taken from the Received headers."));
    about->setProperty("role", u"muted"_s);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(problem_, 1);
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(judge_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::s, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(title);
    column->addWidget(words);
    column->addWidget(box_, 1);
    column->addWidget(about);
    column->addLayout(fields);
    column->addLayout(buttons);
    connect(judge_, &QPushButton::clicked, this, &PastePane::ask);
    connect(cancel, &QPushButton::clicked, this, &PastePane::cancelled);
    connect(box_, &QPlainTextEdit::textChanged, problem_, &QWidget::hide);
}

bool PastePane::eventFilter(QObject* watched, QEvent* event) {
    if (watched == box_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if ((key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) &&
            key->modifiers() == Qt::ControlModifier) {
            ask();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void PastePane::setText(const QString& text) {
    box_->setPlainText(text);
    problem_->hide();
    box_->setFocus();
}

void PastePane::say(const QString& sentence) {
    problem_->setText(outcomeGlyph(Outcome::Bounced) + u' ' + foreign::printable(sentence));
    problem_->show();
}

QString PastePane::problem() const {
    return problem_->isHidden() ? QString() : problem_->text();
}

void PastePane::ask() {
    Q_EMIT pasted(box_->toPlainText(), {trimmed(ip_), trimmed(helo_), trimmed(mailFrom_)});
}

} // namespace waypost::ui
