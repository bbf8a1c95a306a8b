#include "ui/pages/today_first_run.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int choiceWidth = 300;
constexpr int iconSide = 28;
} // namespace

FirstRun::FirstRun(QWidget* parent)
    : QWidget(parent), domain_(new QLineEdit), domainProblem_(new QLabel),
      check_(new QPushButton(tr("Check the domain"))), message_(new QPushButton(tr("Choose an .eml file…"))),
      log_(new QPushButton(tr("Import a log…"))), seeds_(new QPushButton(tr("Import seeds (CSV)…"))) {
    auto* headline = new QLabel(tr("Nothing is stored in this workspace yet"));
    headline->setFont(Theme::current().title());
    auto* under = new QLabel(tr("Start with one of these. Each works at once and can be repeated."));
    under->setProperty("role", u"muted"_s);
    domain_->setPlaceholderText(u"example.org"_s);
    domain_->setAccessibleName(tr("Domain to check"));
    domainProblem_->setWordWrap(true);
    domainProblem_->setTextFormat(Qt::PlainText);
    domainProblem_->setProperty("role", u"error"_s);
    domainProblem_->hide();
    check_->setProperty("primary", true);
    auto* choices = new QHBoxLayout;
    choices->setSpacing(space::l);
    choices->addStretch();
    choices->addWidget(choice(u"domains"_s, tr("Check a domain"),
                              tr("Reads its public DNS: SPF, DKIM, DMARC, MX and more, with each answer as "
                                 "it came. Nothing is sent to the domain's mail servers."),
                              {domain_, domainProblem_, check_}));
    choices->addWidget(choice(u"message"_s, tr("Open a message"),
                              tr("Takes an .eml file, by button or dropped here, and judges it step by step "
                                 "as a receiver would: SPF, DKIM, DMARC and more. Nothing is sent."),
                              {message_}));
    choices->addWidget(choice(u"import"_s, tr("Connect data"),
                              tr("A mail log shows what receivers answered. A list of seed mailboxes shows "
                                 "where your mail lands. Both stay in this workspace."),
                              {log_, seeds_}));
    choices->addStretch();
    auto* column = new QVBoxLayout(this);
    column->addStretch(2);
    column->addWidget(headline, 0, Qt::AlignHCenter);
    column->addWidget(under, 0, Qt::AlignHCenter);
    column->addSpacing(space::xl);
    column->addLayout(choices);
    column->addStretch(3);
    const auto ask = [this] { Q_EMIT domainAsked(domain_->text().trimmed()); };
    connect(check_, &QPushButton::clicked, this, ask);
    connect(domain_, &QLineEdit::returnPressed, this, ask);
    connect(domain_, &QLineEdit::textEdited, this, [this] { say({}); });
    connect(message_, &QPushButton::clicked, this, &FirstRun::messageAsked);
    connect(log_, &QPushButton::clicked, this, &FirstRun::logAsked);
    connect(seeds_, &QPushButton::clicked, this, &FirstRun::seedsAsked);
}

QWidget* FirstRun::choice(const QString& iconName, const QString& title, const QString& text,
                          const QList<QWidget*>& controls) {
    auto* box = new QWidget;
    box->setProperty("panel", true);
    box->setAttribute(Qt::WA_StyledBackground);
    box->setFixedWidth(choiceWidth);
    auto* mark = new QLabel;
    const auto paintMark = [mark, iconName] { mark->setPixmap(icon(iconName).pixmap(iconSide, iconSide)); };
    paintMark();
    connect(&Theme::current(), &Theme::changed, mark, paintMark);
    auto* head = new QLabel(title);
    head->setFont(Theme::current().section());
    auto* words = new QLabel(text);
    words->setWordWrap(true);
    words->setProperty("role", u"muted"_s);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(space::l, space::l, space::l, space::l);
    column->setSpacing(space::s);
    column->addWidget(mark);
    column->addWidget(head);
    column->addWidget(words);
    column->addStretch();
    for (QWidget* control : controls) column->addWidget(control);
    return box;
}

void FirstRun::say(const QString& sentence) {
    domainProblem_->setText(sentence);
    domainProblem_->setVisible(!sentence.isEmpty());
}

} // namespace waypost::ui
