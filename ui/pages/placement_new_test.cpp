#include "ui/pages/placement_new_test.h"

#include "ui/dialogs/prompts.h"
#include "ui/pages/page_values.h"
#include "ui/pages/placement_rows.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/raw_view.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int previewDelayMs = 250;
constexpr qint64 messageLimit = 25'000'000;
constexpr qint64 editableLimit = 500'000; // larger messages are shown in the preview only
constexpr int standardWait = 30, standardRate = 5;
constexpr int limitWidth = 110;
constexpr int longestWait = 1440, highestRate = 100;

// "gmail: 6 seeds. Below ..." for each provider: the heads in one line, what follows them once.
QString gathered(const std::vector<std::string>& notes) {
    std::vector<std::pair<QString, QStringList>> tails;
    for (const std::string& note : notes) {
        const QString text = qstr(note);
        const qsizetype cut = text.indexOf(u". "_s);
        const QString tail = cut < 0 ? QString() : text.mid(cut + 2);
        auto at = std::find_if(tails.begin(), tails.end(),
                               [&](const auto& t) { return t.first == tail && !tail.isEmpty(); });
        if (at == tails.end()) at = tails.insert(tails.end(), {tail, {}});
        at->second << (cut < 0 ? text : text.left(cut));
    }
    QStringList lines;
    for (const auto& [tail, heads] : tails)
        lines << (tail.isEmpty() ? heads.join(u' ') : heads.join(u"; "_s) + u". "_s + tail);
    return lines.join(u'\n');
}

QLabel* heading(const QString& text) {
    auto* label = new QLabel(text);
    label->setFont(Theme::current().section());
    return label;
}

} // namespace

NewTest::NewTest(EngineBridge& bridge, QWidget* parent) : QWidget(parent), bridge_(bridge) {
    auto* split = new QSplitter;
    split->addWidget(buildForm());
    split->addWidget(buildPreview());
    split->setSizes({560, 560});
    split->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::m, 0, 0, space::s);
    column->addWidget(split);
    soon_.setSingleShot(true);
    soon_.setInterval(previewDelayMs);
    connectParts();
}

QWidget* NewTest::buildForm() {
    list_ = new QComboBox;
    list_->setAccessibleName(tr("Seed list"));
    listCounts_ = foreign::label({});
    listCounts_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    listCounts_->setProperty("role", u"muted"_s);
    editList_ = new QPushButton(tr("Edit list…"));
    auto* listRow = new QHBoxLayout;
    listRow->setSpacing(space::s);
    listRow->addWidget(list_, 1);
    listRow->addWidget(editList_);
    route_ = new QComboBox;
    route_->setEditable(true);
    route_->setInsertPolicy(QComboBox::NoInsert);
    route_->setAccessibleName(tr("Sending route"));
    route_->lineEdit()->setPlaceholderText(tr("a route of this workspace, or HOST:PORT"));
    name_ = new QLineEdit;
    name_->setPlaceholderText(tr("tells this test from others, for example “Spring template B”"));
    name_->setAccessibleName(tr("Name of the test"));
    wait_ = new QSpinBox;
    wait_->setRange(1, longestWait);
    wait_->setValue(standardWait);
    wait_->setSuffix(tr(" min"));
    wait_->setAccessibleName(tr("Wait for each seed"));
    rate_ = new QSpinBox;
    rate_->setRange(1, highestRate);
    rate_->setValue(standardRate);
    rate_->setSuffix(tr(" a second"));
    rate_->setAccessibleName(tr("Largest sending rate"));
    auto* limits = new QHBoxLayout;
    limits->setSpacing(space::s);
    for (QSpinBox* box : {wait_, rate_}) {
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
        box->setFixedWidth(limitWidth);
    }
    limits->addWidget(new QLabel(tr("wait")));
    limits->addWidget(wait_);
    limits->addSpacing(space::m);
    limits->addWidget(new QLabel(tr("send")));
    limits->addWidget(rate_);
    limits->addStretch();
    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignRight | Qt::AlignVCenter);
    form->setHorizontalSpacing(space::m);
    form->setVerticalSpacing(space::s);
    form->addRow(tr("Name"), name_);
    form->addRow(tr("Seeds"), listRow);
    form->addRow(QString(), listCounts_);
    form->addRow(tr("Route"), route_);
    form->addRow(tr("Limits"), limits);
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, space::s, 0);
    column->setSpacing(space::s);
    column->addWidget(heading(tr("New seed test")));
    column->addLayout(form);
    column->addWidget(buildMessage(), 1);
    return box;
}

QWidget* NewTest::buildMessage() {
    from_ = new QLineEdit;
    from_->setPlaceholderText(u"News <news@example.org>"_s);
    from_->setAccessibleName(tr("From"));
    subject_ = new QLineEdit;
    subject_->setAccessibleName(tr("Subject"));
    bodyText_ = new QPlainTextEdit;
    bodyText_->setAccessibleName(tr("Text of the message"));
    bodyText_->setTabChangesFocus(true);
    auto* write = new QWidget;
    auto* form = new QFormLayout(write);
    form->setContentsMargins(0, space::s, 0, 0);
    form->setLabelAlignment(Qt::AlignRight | Qt::AlignVCenter);
    form->setHorizontalSpacing(space::m);
    form->addRow(tr("From"), from_);
    form->addRow(tr("Subject"), subject_);
    form->addRow(tr("Text"), bodyText_);
    source_ = new QPlainTextEdit;
    source_->setFont(Theme::current().mono());
    source_->setLineWrapMode(QPlainTextEdit::NoWrap);
    source_->setTabChangesFocus(true);
    source_->setAccessibleName(tr("Source of the message"));
    source_->setPlaceholderText(tr("Paste the source of a message, or drop an .eml file on this page"));
    sourceNote_ =
        foreign::label(tr("Each seed gets this message; only To, Date and Message-ID are its own."));
    sourceNote_->setWordWrap(true);
    sourceNote_->setProperty("role", u"muted"_s);
    chooseMessage_ = new QPushButton(icon(u"open"), tr("Choose a file…"));
    auto* bar = new QHBoxLayout;
    bar->addWidget(sourceNote_, 1);
    bar->addWidget(chooseMessage_);
    auto* paste = new QWidget;
    auto* column = new QVBoxLayout(paste);
    column->setContentsMargins(0, space::s, 0, 0);
    column->addLayout(bar);
    column->addWidget(source_, 1);
    messageTabs_ = new QTabWidget;
    messageTabs_->setDocumentMode(true);
    messageTabs_->addTab(write, tr("Write a message"));
    messageTabs_->addTab(paste, tr("Message file (.eml)"));
    return messageTabs_;
}

QWidget* NewTest::buildPreview() {
    headline_ = heading({});
    facts_ = foreign::label({});
    facts_->setWordWrap(true);
    facts_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    notes_ = foreign::label({});
    notes_->setWordWrap(true);
    notes_->setProperty("role", u"muted"_s);
    recipients_ = new QListWidget;
    recipients_->setAccessibleName(tr("Envelope recipients"));
    recipients_->setFont(Theme::current().mono());
    recipients_->setUniformItemSizes(true);
    head_ = new RawView;
    auto* lists = new QSplitter(Qt::Vertical);
    lists->addWidget(recipients_);
    lists->addWidget(head_);
    lists->setSizes({200, 260});
    lists->setChildrenCollapsible(false);
    command_ = new QLineEdit;
    command_->setReadOnly(true);
    command_->setFont(Theme::current().mono());
    command_->setAccessibleName(tr("The same on the command line"));
    copy_ = new QPushButton(icon(u"copy"), tr("Copy as command"));
    auto* cli = new QHBoxLayout;
    cli->addWidget(command_, 1);
    cli->addWidget(copy_);
    problem_ = foreign::label({});
    problem_->setWordWrap(true);
    problem_->setProperty("role", u"error"_s);
    typed_ = new QLineEdit;
    typed_->setAccessibleName(tr("Number of recipients, typed"));
    typed_->setFixedWidth(150);
    send_ = new QPushButton(tr("Send"));
    send_->setProperty("primary", true);
    send_->setEnabled(false);
    cancel_ = new QPushButton(tr("Close"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(problem_, 1);
    buttons->addWidget(typed_);
    buttons->addWidget(cancel_);
    buttons->addWidget(send_);
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(space::m, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(headline_);
    column->addWidget(facts_);
    column->addWidget(notes_);
    column->addWidget(lists, 1);
    column->addLayout(cli);
    column->addLayout(buttons);
    return box;
}

void NewTest::connectParts() {
    const auto changed = [this] {
        if (filling_) return;
        ready_ = false;
        refreshButton();
        soon_.start();
    };
    connect(&soon_, &QTimer::timeout, this, &NewTest::ask);
    connect(list_, &QComboBox::currentIndexChanged, this, changed);
    connect(route_, &QComboBox::currentTextChanged, this, changed);
    for (QLineEdit* field : {name_, from_, subject_}) connect(field, &QLineEdit::textChanged, this, changed);
    connect(bodyText_, &QPlainTextEdit::textChanged, this, changed);
    connect(source_, &QPlainTextEdit::textChanged, this, [this, changed] {
        if (filling_) return;
        eml_ = source_->toPlainText().toUtf8();
        changed();
    });
    connect(messageTabs_, &QTabWidget::currentChanged, this, changed);
    connect(wait_, &QSpinBox::valueChanged, this, changed);
    connect(rate_, &QSpinBox::valueChanged, this, changed);
    connect(typed_, &QLineEdit::textChanged, this, &NewTest::refreshButton);
    connect(chooseMessage_, &QPushButton::clicked, this, &NewTest::chooseMessage);
    connect(copy_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(command_->text()); });
    connect(editList_, &QPushButton::clicked, this,
            [this] { Q_EMIT editSeedsAsked(list_->currentData().toString()); });
    connect(cancel_, &QPushButton::clicked, this, &NewTest::cancelled);
    connect(send_, &QPushButton::clicked, this, &NewTest::send);
}

void NewTest::setLists(const std::vector<engine::SeedList>& lists) {
    lists_ = lists;
    const QString before = list_->currentData().toString();
    filling_ = true;
    list_->clear();
    for (const engine::SeedList& l : lists_)
        list_->addItem(u"%1 (%2)"_s.arg(foreign::printable(qstr(l.name)),
                                        counted(placement::enabledSeeds(l), tr("1 seed"), tr("%1 seeds"))),
                       qstr(l.id));
    list_->setCurrentIndex(std::max(0, list_->findData(before)));
    filling_ = false;
    soon_.start();
}

void NewTest::setRoutes(const engine::Settings& settings) {
    const QString before = route_->currentText();
    filling_ = true;
    route_->clear();
    for (const engine::RouteLine& r : settings.routes) route_->addItem(qstr(r.name));
    if (!before.isEmpty()) route_->setCurrentText(before);
    for (const engine::SettingLine& s : settings.settings) {
        if (s.key == "placement.wait_minutes" && wait_->value() == standardWait)
            wait_->setValue(qstr(s.value).toInt());
        if (s.key == "placement.per_second" && rate_->value() == standardRate)
            rate_->setValue(qstr(s.value).toInt());
    }
    filling_ = false;
    soon_.start();
}

void NewTest::setProduction(bool production) {
    production_ = production;
    refreshButton();
}

void NewTest::chooseMessage() {
    const QStringList files =
        prompts().openFiles(this, tr("Message for a seed test"), tr("Messages (*.eml);;All files (*)"));
    if (!files.isEmpty()) useMessageFile(files.constFirst());
}

void NewTest::useMessageFile(const QString& file) {
    messageTabs_->setCurrentIndex(1);
    const QString shown = foreign::printable(QFileInfo(file).fileName());
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return sourceNote_->setText(tr("%1 could not be read: %2.").arg(shown, in.errorString()));
    if (in.size() > messageLimit)
        return sourceNote_->setText(
            tr("%1 has %2 bytes; a message may have %3.").arg(shown).arg(in.size()).arg(messageLimit));
    eml_ = in.readAll(); // its bytes are sent as they are; the field below only shows them
    filling_ = true;
    const bool small = eml_.size() <= editableLimit;
    source_->setPlainText(small ? foreign::printable(QString::fromUtf8(eml_).remove(u'\r'), true)
                                : tr("(too large to edit here; the preview shows its head)"));
    source_->setReadOnly(!small);
    filling_ = false;
    sourceNote_->setText(
        tr("%1, %2 bytes, sent as they are. Editing below replaces the file.").arg(shown).arg(eml_.size()));
    if (name_->text().isEmpty()) name_->setText(QFileInfo(file).completeBaseName());
    ready_ = false;
    refreshButton();
    soon_.start();
}

engine::RunSpec NewTest::spec() const {
    engine::RunSpec s;
    s.name = name_->text().trimmed().toStdString();
    s.seedListId = list_->currentData().toString().toStdString();
    s.route = route_->currentText().trimmed().toStdString();
    s.waitMinutes = wait_->value();
    s.perSecond = rate_->value();
    if (messageTabs_->currentIndex() == 1) {
        s.message = eml_.toStdString();
    } else {
        s.from = from_->text().trimmed().toStdString();
        s.subject = subject_->text().toStdString();
        s.body = bodyText_->toPlainText().toStdString() + "\n";
    }
    return s;
}

void NewTest::ask() {
    for (const engine::SeedList& l : lists_)
        if (qstr(l.id) == list_->currentData().toString())
            listCounts_->setText(foreign::printable(placement::providerCounts(l)));
    listCounts_->setToolTip(foreign::toolTip(listCounts_->text()));
    // Gentle words while the form is still empty; the engine judges the rest.
    const bool file = messageTabs_->currentIndex() == 1;
    if (!file && from_->text().trimmed().isEmpty()) return fail(tr("The message needs a From address."));
    if (file && eml_.trimmed().isEmpty())
        return fail(tr("Choose, drop or paste the message that is to be sent."));
    const quint64 question = ++question_;
    bridge_.ask(engine::PreviewRun{spec()}, this, [this, question](const engine::Snapshot& s) {
        if (question != question_) return;
        ui::take<engine::RunPreview>(
            s, [this](const engine::RunPreview& p) { take(p); },
            [this](const Error& e) { fail(qstr(e.text)); });
    });
}

void NewTest::fail(const QString& sentence) {
    ++question_;
    ready_ = false;
    count_ = 0;
    headline_->setText(tr("Preview: what will be sent"));
    facts_->setText(tr("Nothing yet. The preview fills as soon as the message and the route are known."));
    notes_->clear();
    recipients_->clear();
    head_->setBytes({}, tr("The head of the message appears here"));
    command_->clear();
    problem_->setText(foreign::printable(sentence));
    refreshButton();
    Q_EMIT previewed();
}

void NewTest::take(const engine::RunPreview& p) {
    count_ = static_cast<int>(p.recipients.size());
    headline_->setText(
        counted(count_, tr("Preview: 1 message will be sent"), tr("Preview: %1 messages will be sent")));
    QStringList providers;
    for (const auto& each : p.providers)
        providers << u"%1 %2"_s.arg(foreign::printable(qstr(each.provider))).arg(each.seeds);
    QStringList facts;
    facts << tr("From: %1 (envelope sender)").arg(foreign::printable(qstr(p.envelopeFrom)));
    facts << tr("Route: %1, at most %2 a second")
                 .arg(foreign::printable(qstr(p.routeText)))
                 .arg(rate_->value());
    facts << tr("To: %1").arg(providers.join(u", "_s));
    facts_->setText(facts.join(u'\n'));
    notes_->setText(foreign::printable(gathered(p.notes), true));
    notes_->setVisible(!p.notes.empty());
    recipients_->clear();
    for (const std::string& r : p.recipients) recipients_->addItem(foreign::printable(qstr(r)));
    head_->setBytes(QByteArray::fromStdString(p.messageHead), tr("Head of the message"));
    command_->setText(qstr(p.command));
    command_->setCursorPosition(0);
    command_->setToolTip(foreign::toolTip(command_->text()));
    problem_->setText(p.problems.empty() ? QString() : foreign::printable(qstr(p.problems.front())));
    ready_ = p.problems.empty() && count_ > 0;
    refreshButton();
    Q_EMIT previewed();
}

bool NewTest::needsTypedCount() const {
    return ready_ && (production_ || count_ > typedCountAbove);
}

void NewTest::refreshButton() {
    const bool typing = needsTypedCount();
    typed_->setVisible(typing);
    typed_->setPlaceholderText(tr("type %1 to confirm").arg(count_));
    send_->setText(count_ > 0 ? counted(count_, tr("Send to 1 seed address"), tr("Send to %1 seed addresses"))
                              : tr("Send to the seed addresses"));
    send_->setEnabled(ready_ && (!typing || typed_->text().trimmed() == QString::number(count_)));
    send_->setToolTip(send_->isEnabled() ? QString() : problem_->text());
}

void NewTest::send() {
    ready_ = false; // one click, one test
    refreshButton();
    bridge_.run(engine::StartRun{spec()}, this, [this](const engine::Snapshot& s) {
        ui::take<engine::Done>(
            s,
            [this](const engine::Done& done) {
                typed_->clear();
                soon_.start();
                Q_EMIT started(qstr(done.id));
            },
            [this](const Error& e) { problem_->setText(foreign::printable(qstr(e.text))); });
    });
}

} // namespace waypost::ui
