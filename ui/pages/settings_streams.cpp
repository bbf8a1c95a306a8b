#include "ui/pages/settings_streams.h"

#include "ui/pages/choice_delegate.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

SettingsStreams::SettingsStreams(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), table_(new QTableWidget(0, 3)), sentence_(foreign::label({})),
      add_(new QPushButton(icon(u"plus"), tr("Add a rule"))),
      remove_(new QPushButton(icon(u"minus"), tr("Remove"))), up_(new QPushButton(tr("Move up"))),
      down_(new QPushButton(tr("Move down"))), save_(new QPushButton(tr("Save the rules"))) {
    auto* words =
        new QLabel(tr("A stream is a kind of mail: newsletters, receipts, password resets. The first "
                      "rule that fits an attempt names its stream, and what none fits stays "
                      "unassigned. In a pattern * stands for any text; a header is Name: pattern."));
    words->setWordWrap(true);
    words->setProperty("role", u"muted"_s);
    table_->setHorizontalHeaderLabels({tr("Stream"), tr("Field"), tr("Pattern")});
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->setColumnWidth(0, 200);
    table_->setColumnWidth(1, 160);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(space::rowComfortable + 4);
    table_->setShowGrid(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setAccessibleName(tr("Stream rules, in the order they are tried"));
    table_->setItemDelegateForColumn(
        1, new ChoiceDelegate({u"sender"_s, u"sender-domain"_s, u"source"_s, u"relay"_s, u"sending-ip"_s,
                               u"message-id"_s, u"campaign"_s, u"list-id"_s, u"header"_s},
                              table_));
    sentence_->setWordWrap(true);
    sentence_->hide();
    save_->setProperty("primary", true);
    save_->setEnabled(false);
    auto* buttons = new QHBoxLayout;
    for (QPushButton* b : {add_, remove_, up_, down_}) buttons->addWidget(b);
    buttons->addStretch();
    buttons->addWidget(save_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(words);
    column->addWidget(sentence_);
    column->addWidget(table_, 1);
    column->addLayout(buttons);
    connect(add_, &QPushButton::clicked, this, [this] {
        put(table_->rowCount(), {"", "sender-domain", ""});
        table_->setCurrentCell(table_->rowCount() - 1, 0);
        table_->editItem(table_->item(table_->rowCount() - 1, 0));
        edited();
    });
    connect(remove_, &QPushButton::clicked, this, [this] {
        if (table_->currentRow() < 0) return;
        table_->removeRow(table_->currentRow());
        edited();
    });
    connect(up_, &QPushButton::clicked, this, [this] { move(-1); });
    connect(down_, &QPushButton::clicked, this, [this] { move(+1); });
    connect(save_, &QPushButton::clicked, this, [this] { save(rules(), true); });
    connect(table_, &QTableWidget::cellChanged, this, &SettingsStreams::edited);
}

void SettingsStreams::put(int row, const engine::StreamRule& rule) {
    const bool before = std::exchange(filling_, true);
    table_->insertRow(row);
    table_->setItem(row, 0, new QTableWidgetItem(qstr(rule.stream)));
    table_->setItem(row, 1, new QTableWidgetItem(qstr(rule.field)));
    table_->setItem(row, 2, new QTableWidgetItem(qstr(rule.pattern)));
    filling_ = before;
}

void SettingsStreams::fill(const std::vector<engine::StreamRule>& rules) {
    table_->setRowCount(0);
    for (const engine::StreamRule& r : rules) put(table_->rowCount(), r);
    dirty_ = false;
    save_->setEnabled(false);
}

void SettingsStreams::setRules(const std::vector<engine::StreamRule>& rules) {
    stored_ = rules;
    if (!dirty_) fill(rules);
}

std::vector<engine::StreamRule> SettingsStreams::rules() const {
    std::vector<engine::StreamRule> out;
    out.reserve(size_t(table_->rowCount()));
    const auto cell = [this](int row, int column) {
        const QTableWidgetItem* item = table_->item(row, column);
        return item ? item->text().trimmed().toStdString() : std::string();
    };
    for (int row = 0; row < table_->rowCount(); ++row)
        out.push_back({cell(row, 0), cell(row, 1), cell(row, 2)});
    return out;
}

void SettingsStreams::edited() {
    if (filling_) return;
    dirty_ = true;
    save_->setEnabled(true);
    save_->setText(counted(table_->rowCount(), tr("Save the 1 rule"), tr("Save the %1 rules")));
}

void SettingsStreams::move(int direction) {
    const int row = table_->currentRow();
    const int other = row + direction;
    if (row < 0 || other < 0 || other >= table_->rowCount()) return;
    for (int column = 0; column < table_->columnCount(); ++column) {
        QTableWidgetItem* a = table_->takeItem(row, column);
        table_->setItem(row, column, table_->takeItem(other, column));
        table_->setItem(other, column, a);
    }
    table_->setCurrentCell(other, 0);
    edited();
}

void SettingsStreams::say(const QString& sentence, bool problem) {
    const Outcome mark = problem ? Outcome::Bounced : Outcome::Accepted;
    sentence_->setText(outcomeGlyph(mark) + u"  "_s + foreign::printable(sentence));
    sentence_->show();
}

void SettingsStreams::save(const std::vector<engine::StreamRule>& rules, bool offerUndo) {
    const auto before = stored_;
    bridge_.run(
        engine::SaveStreams{rules}, this, [this, before, rules, offerUndo](const engine::Snapshot& s) {
            if (const Error* e = std::get_if<Error>(&s)) {
                say(qstr(e->describe()), true);
            } else {
                stored_ = rules;
                fill(rules);
                say(counted(
                        static_cast<qint64>(rules.size()),
                        tr("1 rule is in force. It names the stream of what is imported from now on."),
                        tr("%1 rules are in force. They name the streams of what is imported from now on.")),
                    false);
                if (offerUndo)
                    Q_EMIT undoOffered(tr("Stream rules changed"), [this, before] { save(before, false); });
            }
            Q_EMIT answered();
        });
}

int SettingsStreams::search(const QString& words) {
    int shown = 0;
    for (int row = 0; row < table_->rowCount(); ++row) {
        QString all;
        for (int column = 0; column < 3; ++column)
            if (const QTableWidgetItem* item = table_->item(row, column)) all += item->text() + u' ';
        const bool match = all.contains(words.trimmed(), Qt::CaseInsensitive);
        table_->setRowHidden(row, !match);
        shown += match ? 1 : 0;
    }
    return shown;
}

} // namespace waypost::ui
