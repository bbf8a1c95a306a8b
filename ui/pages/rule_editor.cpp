#include "ui/pages/rule_editor.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int samplesHeight = 58;

Cell categoryCell(const std::string& category) {
    Cell c;
    c.text = delivery::categoryWord(category);
    const auto known = reply::categoryFromName(category);
    c.state = known ? markOf(reply::outcomeOf(*known)) : Outcome::Unknown;
    return c;
}

Cell plain(const QString& text) {
    Cell c;
    c.text = text;
    return c;
}

std::vector<Column> columns() {
    const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter, right = Qt::AlignRight | Qt::AlignVCenter;
    return {{u"events"_s, RuleEditor::tr("Attempts"), right, 76, false, false},
            {u"before"_s, RuleEditor::tr("Now"), left, 150, false, false},
            {u"after"_s, RuleEditor::tr("With the rule"), left, 150, false, false},
            {u"action"_s, RuleEditor::tr("Action"), left, 150, false, false},
            {u"provider"_s, RuleEditor::tr("Provider"), left, 80, false, false},
            {u"sample"_s, RuleEditor::tr("Reply"), left, 200, false, false}};
}

QComboBox* choice(const QString& name) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(10);
    return box;
}

void offer(QComboBox* box, const std::vector<std::string>& words, bool none) {
    const QString was = box->currentData().toString();
    box->clear();
    if (none) box->addItem(RuleEditor::tr("any"), QString());
    for (const std::string& w : words) box->addItem(qstr(w), qstr(w));
    box->setCurrentIndex(std::max(0, box->findData(was)));
}

void choose(QComboBox* box, const std::string& word) {
    if (box->findData(qstr(word)) < 0) box->addItem(qstr(word), qstr(word));
    box->setCurrentIndex(box->findData(qstr(word)));
}

} // namespace

RuleEditor::RuleEditor(EngineBridge& bridge, QWidget* parent) : QWidget(parent), bridge_(bridge) {
    model_ = new RowModel(columns(), this);
    changes_ = new DataTable;
    changes_->setAccessibleName(tr("What the rule would change"));
    changes_->setRows(model_);
    changes_->setSortingEnabled(false); // most attempts first
    changes_->setCompact(true);
    changes_->setTextElideMode(Qt::ElideRight);
    for (const int column : {1, 2}) changes_->setItemDelegateForColumn(column, new OutcomeDelegate(changes_));
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> list;
        for (size_t i = 0; i < rows_.size(); ++i) {
            const auto& r = rows_[i];
            const QString action = r.actionBefore == r.actionAfter
                                       ? qstr(r.actionAfter)
                                       : qstr(r.actionBefore) + u" → "_s + qstr(r.actionAfter);
            list.push_back({QString::number(i),
                            {plain(grouped(r.events)), categoryCell(r.before), categoryCell(r.after),
                             plain(action), plain(r.provider.empty() ? tr("unknown") : qstr(r.provider)),
                             plain(qstr(r.sample).replace(u'\n', u' '))}});
        }
        model_->page(ask.ticket, std::move(list), false);
    });
    verdict_ = foreign::label({});
    verdict_->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::s, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildForm());
    column->addWidget(buildButtons());
    column->addWidget(verdict_);
    column->addWidget(changes_, 1);
    showNew();
}

QWidget* RuleEditor::buildForm() {
    const auto line = [&](const QString& name, const QString& hint) {
        auto* field = new QLineEdit;
        field->setAccessibleName(name);
        field->setPlaceholderText(hint);
        connect(field, &QLineEdit::textChanged, this, &RuleEditor::edited);
        return field;
    };
    id_ = line(tr("Id"), tr("my-provider-rate-limit"));
    provider_ = line(tr("Provider"), tr("any; or gmail, microsoft"));
    code_ = line(tr("Code"), tr("any; or 4xx, 550"));
    enhanced_ = line(tr("Enhanced code"), tr("any; or *.7.28"));
    pattern_ = line(tr("Pattern"), tr("regular expression over the reply as one line (RE2)"));
    pattern_->setFont(Theme::current().mono());
    source_ = line(tr("Source"), tr("where the meaning is documented"));
    stage_ = choice(tr("Stage"));
    category_ = choice(tr("Category"));
    cause_ = choice(tr("Cause"));
    action_ = choice(tr("Action"));
    for (QComboBox* box : {stage_, category_, cause_, action_})
        connect(box, &QComboBox::currentIndexChanged, this, &RuleEditor::edited);
    samples_ = new QPlainTextEdit;
    samples_->setAccessibleName(tr("Samples"));
    samples_->setPlaceholderText(tr("One reply a line; each must be decided by this rule"));
    samples_->setTabChangesFocus(true);
    samples_->setFont(Theme::current().mono());
    samples_->setFixedHeight(samplesHeight);
    connect(samples_, &QPlainTextEdit::textChanged, this, &RuleEditor::edited);
    origin_ = foreign::label({});
    origin_->setProperty("role", u"muted"_s);
    const auto pair = [](QWidget* a, const QString& name, QWidget* b) {
        auto* row = new QHBoxLayout;
        row->setSpacing(space::s);
        row->addWidget(a, 1);
        auto* caption = new QLabel(name);
        row->addWidget(caption);
        row->addWidget(b, 1);
        return row;
    };
    auto* box = new QWidget;
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(space::xs + 2);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Id"), pair(id_, tr("Provider"), provider_));
    form->addRow(tr("Pattern"), pattern_);
    form->addRow(tr("Code"), pair(code_, tr("Enhanced"), enhanced_));
    form->addRow(tr("Category"), pair(category_, tr("Cause"), cause_));
    form->addRow(tr("Action"), pair(action_, tr("Stage"), stage_));
    form->addRow(tr("Source"), source_);
    form->addRow(tr("Samples"), samples_);
    form->addRow(QString(), origin_);
    return box;
}

QWidget* RuleEditor::buildButtons() {
    auto* fresh = new QPushButton(tr("New rule"));
    rehearse_ = new QPushButton(tr("Rehearse"));
    rehearse_->setProperty("primary", true);
    rehearse_->setToolTip(tr("Judges all stored replies with the draft; nothing is saved"));
    save_ = new QPushButton(tr("Save"));
    remove_ = new QPushButton(tr("Remove own rule"));
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::s);
    row->addWidget(rehearse_);
    row->addWidget(save_);
    row->addWidget(remove_);
    row->addStretch();
    row->addWidget(fresh);
    connect(fresh, &QPushButton::clicked, this, [this] {
        showNew();
        id_->setFocus();
    });
    connect(rehearse_, &QPushButton::clicked, this, &RuleEditor::rehearse);
    connect(save_, &QPushButton::clicked, this, [this] { Q_EMIT saveAsked({draft(), false}); });
    connect(remove_, &QPushButton::clicked, this, [this] { Q_EMIT saveAsked({rule_, true}); });
    return box;
}

void RuleEditor::setWords(const engine::Rules& rules) {
    filling_ = true;
    offer(category_, rules.categories, false);
    offer(cause_, rules.causes, false);
    offer(action_, rules.actions, false);
    offer(stage_, rules.stages, true);
    filling_ = false;
}

QString RuleEditor::verdict() const {
    return verdict_->text();
}

void RuleEditor::showNew() {
    engine::RuleView rule;
    rule.own = true;
    rule.version = 1;
    rule.category = category_->count() > 0 ? category_->itemData(0).toString().toStdString() : std::string();
    show(rule);
}

void RuleEditor::show(const engine::RuleView& rule) {
    rule_ = rule;
    filling_ = true;
    id_->setText(qstr(rule.id));
    provider_->setText(qstr(rule.provider));
    code_->setText(qstr(rule.code));
    enhanced_->setText(qstr(rule.enhanced));
    pattern_->setText(qstr(rule.pattern));
    source_->setText(qstr(rule.source));
    QStringList samples;
    for (const std::string& s : rule.samples) samples << qstr(s).replace(u'\n', u"\\n"_s);
    samples_->setPlainText(samples.join(u'\n'));
    choose(stage_, rule.stage);
    if (!rule.category.empty()) choose(category_, rule.category);
    if (!rule.cause.empty()) choose(cause_, rule.cause);
    if (!rule.action.empty()) choose(action_, rule.action);
    for (QLineEdit* field : {id_, pattern_, source_, provider_}) {
        field->setCursorPosition(0);
        field->setToolTip(foreign::toolTip(field->text()));
    }
    filling_ = false;
    origin_->setText(rule.id.empty() ? tr("A new rule; own rules win over the shipped ones.")
                     : rule.own      ? tr("Own rule, version %1").arg(rule.version)
                                     : tr("Shipped in %1, version %2. Saved, the draft stands in its place.")
                                      .arg(qstr(rule.file))
                                      .arg(rule.version));
    remove_->setVisible(rule.own && !rule.file.empty());
    rows_.clear();
    model_->ask();
    changed_ = false;
    save_->setEnabled(false);
    say(rule.id.empty() ? QString() : tr("Rehearse to see which stored replies it would judge differently."),
        false);
}

engine::RuleView RuleEditor::draft() const {
    engine::RuleView out = rule_;
    const auto text = [](const QLineEdit* field) { return field->text().trimmed().toStdString(); };
    const bool sameRule = text(id_) == rule_.id;
    out.id = text(id_);
    out.provider = text(provider_);
    out.code = text(code_);
    out.enhanced = text(enhanced_);
    out.pattern = text(pattern_);
    out.source = text(source_);
    out.stage = stage_->currentData().toString().toStdString();
    out.category = category_->currentData().toString().toStdString();
    out.cause = cause_->currentData().toString().toStdString();
    out.action = action_->currentData().toString().toStdString();
    out.samples.clear();
    for (QString line : samples_->toPlainText().split(u'\n', Qt::SkipEmptyParts))
        out.samples.push_back(line.replace(u"\\n"_s, u"\n"_s).toStdString());
    out.version = sameRule && !rule_.whole.empty() ? rule_.version + 1 : 1;
    return out;
}

void RuleEditor::edited() {
    if (filling_) return;
    changed_ = true;
    save_->setEnabled(false);
    save_->setText(tr("Save"));
    say(tr("The draft was changed: rehearse it to be able to save."), false);
}

void RuleEditor::say(const QString& words, bool problem) {
    verdict_->setText(problem ? outcomeGlyph(Outcome::Bounced) + u"  "_s + words : words);
}

void RuleEditor::rehearse() {
    const quint64 question = ++question_;
    say(tr("Judging all stored replies…"), false);
    rehearse_->setEnabled(false);
    bridge_.ask(engine::RehearseQuery{draft(), false}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    rehearse_->setEnabled(true);
                    if (question != question_) return;
                    take<engine::RehearsalView>(
                        snapshot, [this](const engine::RehearsalView& r) { showRehearsal(r); },
                        [this](const Error& e) { say(foreign::printable(qstr(e.text)), true); });
                });
}

void RuleEditor::showRehearsal(const engine::RehearsalView& r) {
    rows_ = r.changes;
    model_->ask();
    if (!r.faults.empty()) {
        save_->setEnabled(false);
        QString words = foreign::printable(qstr(r.faults.front()));
        if (r.faults.size() > 1) words += u' ' + tr("There are %1 more faults.").arg(r.faults.size() - 1);
        return say(words, true);
    }
    save_->setEnabled(true);
    save_->setText(r.changedEvents == 0
                       ? tr("Save")
                       : counted(static_cast<qint64>(r.changedEvents), tr("Save; 1 attempt changes"),
                                 tr("Save; %1 attempts change")));
    say(tr("%1 of %2 attempts would be judged differently (%3 of %4 distinct replies). Suppressed at once: "
           "%5 "
           "more, %6 no longer. Tried again: %7 more, %8 no longer. Unclassified: %9")
                .arg(grouped(r.changedEvents), grouped(r.events), grouped(r.changedReplies),
                     grouped(r.replies), grouped(r.suppressed), grouped(r.released), grouped(r.retried),
                     grouped(r.givenUp), grouped(r.unclassifiedBefore)) +
            u" → "_s + grouped(r.unclassifiedAfter) + u'.',
        false);
}

} // namespace waypost::ui
