// The guided rotation of a DKIM key.
#include "ui/charts/time_axis.h"
#include "ui/dialogs/prompts.h"
#include "ui/pages/domains_dkim.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

QString stepOf(const std::string& state) {
    if (state == "publish" || state == "waiting") return u"check"_s;
    if (state == "switch") return u"switched"_s;
    if (state == "retire") return u"check-retired"_s;
    return {};
}

QString stepWord(const QString& step) {
    if (step == "check"_L1) return RotationPanel::tr("Ask every name server");
    if (step == "switched"_L1) return RotationPanel::tr("The signer uses the new key");
    if (step == "check-retired"_L1) return RotationPanel::tr("Check that the old key is gone");
    return {};
}

QString stateWords(const std::string& state) {
    static constexpr const char* names[] = {"publish", "waiting", "switch", "keep-old", "retire", "done"};
    for (int i = 0; i < 6; ++i)
        if (state == names[i])
            return RotationPanel::tr("Step %1 of 6: %2")
                .arg(i + 1)
                .arg(QStringList{
                    RotationPanel::tr("publish the new key"), RotationPanel::tr("wait for every name server"),
                    RotationPanel::tr("switch the signer"), RotationPanel::tr("keep the old key"),
                    RotationPanel::tr("withdraw the old key"), RotationPanel::tr("done")}[i]);
    return qstr(state);
}

engine::State seenState(const std::string& seen) {
    if (seen == "new key" || seen == "withdrawn") return engine::State::Ok;
    if (seen == "other key") return engine::State::Error;
    if (seen == "old key") return engine::State::Info;
    return seen == "no key" ? engine::State::Warning : engine::State::Unknown;
}

QPushButton* linkButton(const QString& title) {
    auto* button = new QPushButton(icon(u"copy"), title);
    button->setProperty("link", true);
    return button;
}

} // namespace

RotationPanel::RotationPanel(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), which_(new QComboBox), refused_(foreign::label({})),
      empty_(new EmptyState), stack_(new QStackedWidget) {
    auto* head = new QLabel(tr("Key rotation"));
    head->setFont(Theme::current().section());
    which_->setAccessibleName(tr("Rotation"));
    which_->setMinimumContentsLength(24);
    another_ = new QPushButton(tr("New rotation"));
    auto* line = new QHBoxLayout;
    line->addWidget(head);
    line->addWidget(which_);
    line->addStretch();
    line->addWidget(another_);
    refused_->setWordWrap(true);
    refused_->hide();
    form_ = buildForm();
    steps_ = buildSteps();
    stack_->addWidget(form_);
    stack_->addWidget(steps_);
    stack_->addWidget(empty_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::s);
    column->addLayout(line);
    column->addWidget(refused_);
    column->addWidget(stack_, 1);
    connect(another_, &QPushButton::clicked, this, [this] {
        current_.clear();
        stack_->setCurrentWidget(form_);
        new_->setFocus();
    });
    connect(which_, &QComboBox::activated, this, [this](int i) {
        current_ = which_->itemData(i).toString();
        for (const engine::RotationView& r : rotations_)
            if (qstr(r.id) == current_) showOne(r);
    });
    connect(empty_, &EmptyState::actionClicked, this, &RotationPanel::ask);
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what, const QString&) {
        if (what == "rotations"_L1 && isVisible()) ask();
    });
}

QWidget* RotationPanel::buildForm() {
    old_ = new QComboBox;
    old_->setEditable(true);
    old_->setAccessibleName(tr("Selector to replace"));
    new_ = new QLineEdit;
    new_->setPlaceholderText(tr("s2026"));
    new_->setAccessibleName(tr("New selector"));
    algorithm_ = new QComboBox;
    algorithm_->addItem(tr("RSA, 2048 bits"), u"rsa2048"_s);
    algorithm_->addItem(tr("Ed25519"), u"ed25519"_s);
    algorithm_->setAccessibleName(tr("Algorithm"));
    keep_ = new QSpinBox;
    keep_->setRange(1, 60);
    keep_->setValue(7);
    keep_->setSuffix(tr(" days"));
    keep_->setAccessibleName(tr("Keep the old key for"));
    start_ = new QPushButton(tr("Make the key"));
    start_->setProperty("primary", true);
    auto* about = new QLabel(
        tr("The key is made here and its private half goes into the secret store. Then: publish the "
           "record, wait until every name server has it, switch the signer, keep the old key for "
           "the longest queue life, withdraw it."));
    about->setWordWrap(true);
    about->setProperty("role", u"muted"_s);
    auto* fields = new QFormLayout;
    fields->setSpacing(space::s);
    fields->addRow(tr("Replace selector"), old_);
    fields->addRow(tr("New selector"), new_);
    fields->addRow(tr("Algorithm"), algorithm_);
    fields->addRow(tr("Keep the old key for"), keep_);
    auto* form = new QWidget;
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(about);
    for (QWidget* w : std::initializer_list<QWidget*>{old_, new_, algorithm_, keep_}) w->setMaximumWidth(280);
    column->addLayout(fields);
    column->addWidget(start_, 0, Qt::AlignLeft);
    column->addStretch();
    connect(start_, &QPushButton::clicked, this, &RotationPanel::start);
    connect(new_, &QLineEdit::returnPressed, this, &RotationPanel::start);
    return form;
}

QWidget* RotationPanel::buildSteps() {
    state_ = foreign::label({});
    next_ = foreign::label({});
    next_->setWordWrap(true);
    name_ = foreign::label({});
    name_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    name_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    kept_ = foreign::label({});
    kept_->setWordWrap(true);
    kept_->setProperty("role", u"muted"_s);
    step_ = new QPushButton;
    step_->setProperty("primary", true);
    abandon_ = new QPushButton(tr("Abandon rotation"));
    copyText_ = linkButton(tr("Copy record text"));
    copyLine_ = linkButton(tr("Copy zone line"));
    record_ = new QPlainTextEdit;
    record_->setReadOnly(true);
    record_->setTabChangesFocus(true);
    record_->setFont(Theme::current().mono());
    record_->setAccessibleName(tr("Record to publish"));
    servers_ = new DetailPane(
        tr("Name servers"),
        {{tr("Name server"), 170}, {tr("Address"), 130}, {tr("Seen"), 120}, {tr("At (UTC)"), 120}}, 2);
    timeline_ = new DetailTree(
        tr("Timeline"),
        {{tr("At (UTC)"), 120}, {tr("State"), 90}, {tr("What happened"), 280}, {tr("By"), 70}}, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(step_);
    buttons->addWidget(abandon_);
    buttons->addWidget(kept_, 1);
    auto* copies = new QHBoxLayout;
    copies->addWidget(name_, 1);
    copies->addWidget(copyText_);
    copies->addWidget(copyLine_);
    auto* leftSide = new QVBoxLayout;
    leftSide->setSpacing(space::xs);
    leftSide->addLayout(copies);
    leftSide->addWidget(record_, 1);
    auto* rightSide = new QVBoxLayout;
    rightSide->setSpacing(space::xs);
    rightSide->addWidget(servers_, 1);
    rightSide->addWidget(timeline_, 1);
    auto* halves = new QHBoxLayout;
    halves->setSpacing(space::m);
    halves->addLayout(leftSide, 1);
    halves->addLayout(rightSide, 1);
    auto* steps = new QWidget;
    auto* column = new QVBoxLayout(steps);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(state_);
    column->addWidget(next_);
    column->addLayout(buttons);
    column->addLayout(halves, 1);
    connect(step_, &QPushButton::clicked, this, [this] { advance(step_->property("step").toString()); });
    connect(abandon_, &QPushButton::clicked, this, [this] { advance(u"abandon"_s); });
    connect(copyText_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(copyText_->property("copied").toString()); });
    connect(copyLine_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(copyLine_->property("copied").toString()); });
    return steps;
}

void RotationPanel::setDomain(const std::string& domain, const QStringList& selectors) {
    if (domain == domain_ && old_->count() == selectors.size()) return;
    if (domain != domain_) {
        current_.clear();
        rotations_.clear();
        refused_->hide();
    }
    domain_ = domain;
    const QString typed = old_->currentText();
    old_->clear();
    for (const QString& s : selectors) old_->addItem(foreign::printable(s));
    if (selectors.contains(typed)) old_->setCurrentText(typed);
}

void RotationPanel::say(const QString& sentence) {
    refused_->setText(stateText(engine::State::Error, foreign::printable(sentence)));
    refused_->setVisible(!sentence.isEmpty());
}

void RotationPanel::ask() {
    if (domain_.empty()) return;
    const quint64 question = ++question_;
    bridge_.ask(engine::RotationsQuery{domain_}, this, [this, question](const engine::Snapshot& snapshot) {
        if (question != question_) return;
        take<engine::Rotations>(
            snapshot, [this](const engine::Rotations& r) { show(r); },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("Rotations could not be read"),
                            qstr(e.describe()), tr("Try again"));
                stack_->setCurrentWidget(empty_);
                which_->hide();
                another_->hide();
            });
        Q_EMIT asked();
    });
}

void RotationPanel::show(const engine::Rotations& rotations) {
    rotations_ = rotations.rotations;
    const bool any = !rotations_.empty();
    which_->clear();
    for (const engine::RotationView& r : rotations_)
        which_->addItem(foreign::printable(
                            tr("%1 to %2: %3").arg(qstr(r.oldSelector), qstr(r.newSelector), qstr(r.state))),
                        qstr(r.id));
    which_->setVisible(any);
    another_->setVisible(any);
    if (!any) return stack_->setCurrentWidget(form_);
    int at = std::max(0, which_->findData(current_));
    which_->setCurrentIndex(at);
    current_ = which_->itemData(at).toString();
    showOne(rotations_[static_cast<size_t>(at)]);
}

void RotationPanel::showOne(const engine::RotationView& r) {
    stack_->setCurrentWidget(steps_);
    state_->setText(foreign::printable(stateWords(r.state)));
    state_->setFont(Theme::current().section());
    next_->setText(foreign::printable(qstr(r.next)));
    const QString step = stepOf(r.state);
    step_->setText(stepWord(step));
    step_->setProperty("step", step);
    step_->setVisible(!step.isEmpty());
    abandon_->setVisible(r.state != "done" && r.state != "abandoned");
    kept_->setText(r.retireAfter
                       ? tr("Old key is kept until %1").arg(stampText(r.retireAfter->ms, QTimeZone::utc()))
                       : QString());
    name_->setText(foreign::printable(tr("Publish at %1 (TXT)").arg(qstr(r.recordName))));
    record_->setPlainText(
        foreign::printable(qstr(r.recordZoneLine.empty() ? r.recordText : r.recordZoneLine), true));
    copyText_->setProperty("copied", qstr(r.recordText));
    copyLine_->setProperty("copied", qstr(r.recordZoneLine));
    engine::DetailTable servers;
    servers.state = engine::State::Absent;
    servers.absent = "No name server was asked yet.";
    for (const auto& s : r.servers)
        servers.rows.push_back({{s.name, s.address, s.text.empty() ? s.seen : s.seen + ": " + s.text,
                                 shortStamp(s.at, QTimeZone::utc()).toStdString()},
                                seenState(s.seen),
                                -1,
                                {}});
    servers_->show(&servers);
    if (servers.rows.empty())
        servers_->showEmpty(static_cast<int>(EmptyState::Kind::NotSetUp), tr("No name server was asked yet"),
                            tr("Publish the record, then ask every name server."));
    std::vector<engine::DetailRow> steps;
    for (auto it = r.timeline.rbegin(); it != r.timeline.rend(); ++it)
        steps.push_back({{shortStamp(it->at, QTimeZone::utc()).toStdString(), it->state, it->text, it->actor},
                         engine::State::Info,
                         -1,
                         {}});
    timeline_->setRows(steps);
}

void RotationPanel::start() {
    engine::StartRotation command;
    command.domain = domain_;
    command.oldSelector = old_->currentText().trimmed().toStdString();
    command.newSelector = new_->text().trimmed().toStdString();
    command.algorithm = algorithm_->currentData().toString().toStdString();
    command.keepOldDays = keep_->value();
    if (command.newSelector.empty()) return say(tr("Type the name of the new selector, for example s2026."));
    if (command.newSelector == command.oldSelector)
        return say(tr("The new selector must differ from the old one: both keys live side by side."));
    start_->setEnabled(false);
    bridge_.run(std::move(command), this, [this](const engine::Snapshot& snapshot) {
        start_->setEnabled(true);
        take<engine::Done>(
            snapshot,
            [this](const engine::Done& done) {
                say({});
                current_ = qstr(done.id);
                new_->clear();
                ask();
            },
            [this](const Error& e) { say(qstr(e.describe())); });
        Q_EMIT asked();
    });
}

void RotationPanel::advance(const QString& step) {
    if (current_.isEmpty() || step.isEmpty()) return;
    if (step == "abandon"_L1) {
        Confirmation what;
        what.title = tr("Abandon the rotation");
        what.text =
            tr("The rotation ends here. Both keys stay where they are, and mail is signed as it is now.");
        what.button = tr("Abandon rotation");
        what.destructive = true;
        if (!prompts().confirm(this, what)) return;
    }
    step_->setEnabled(false);
    bridge_.run(engine::AdvanceRotation{current_.toStdString(), step.toStdString(), {}}, this,
                [this](const engine::Snapshot& snapshot) {
                    step_->setEnabled(true);
                    take<engine::Done>(
                        snapshot,
                        [this](const engine::Done&) {
                            say({});
                            ask();
                        },
                        [this](const Error& e) { say(qstr(e.describe())); });
                });
}

QString RotationPanel::next() const {
    return next_->text();
}

QString RotationPanel::record() const {
    return record_->toPlainText();
}

QString RotationPanel::refused() const {
    return refused_->isHidden() ? QString() : refused_->text();
}

bool RotationPanel::showsRotation() const {
    return stack_->currentWidget() == steps_;
}

} // namespace waypost::ui
