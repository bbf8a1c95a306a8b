#include "ui/pages/domains_dkim.h"

#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QIODevice>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int firstSeenColumn = 6;
constexpr int firstSeenAsked = 64; // selectors whose past is asked for
} // namespace

DkimTab::DkimTab(EngineBridge& bridge, QWidget* parent)
    : DomainTab(parent), bridge_(bridge), keys_(new DetailPane(tr("DKIM"),
                                                               {{tr("Selector"), 110},
                                                                {tr("Origin"), 150},
                                                                {tr("Type"), 64},
                                                                {tr("Bits"), 52, true},
                                                                {tr("Flags"), 100},
                                                                {tr("State"), 190},
                                                                {tr("First seen"), 110},
                                                                {tr("Record"), 260}},
                                                               5)),
      rotation_(new RotationPanel(bridge)), split_(new QSplitter(Qt::Vertical)) {
    split_->addWidget(keys_);
    split_->addWidget(rotation_);
    split_->setSizes({170, 330});
    split_->setChildrenCollapsible(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, space::s, 0, 0);
    whole->addWidget(split_);
    keys_->tree()->setMenuHook([this](QMenu& menu, const QTreeWidgetItem& item) {
        const QString name = item.text(0) + u"._domainkey."_s + qstr(domain());
        menu.addAction(tr("Copy as dig"), this,
                       [name] { QApplication::clipboard()->setText(u"dig +short TXT "_s + name); });
    });
    connect(keys_->tree(), &DetailTree::answerChosen, this, &DomainTab::answerChosen);
    connect(keys_->empty(), &EmptyState::actionClicked, this, &DomainTab::checkAgainAsked);
}

void DkimTab::setView(DomainViewPtr view) {
    DomainTab::setView(std::move(view));
    QStringList selectors;
    if (const engine::DetailTable* table = detail(view_, "dkim")) {
        engine::DetailTable shown = *table;
        for (engine::DetailRow& row : shown.rows) {
            if (!selectors.contains(qstr(row.cells.front()))) selectors << qstr(row.cells.front());
            for (const engine::SelectorView& known : view_->selectors)
                if (known.selector == row.cells.front() && !known.origin.empty()) row.cells[1] = known.origin;
            row.cells.insert(row.cells.begin() + firstSeenColumn, std::string("…"));
        }
        keys_->show(&shown);
    } else {
        keys_->show(nullptr);
    }
    rotation_->setDomain(domain(), selectors);
    if (isVisible()) activated();
}

void DkimTab::activated() {
    askFirstSeen();
    rotation_->ask();
}

// The past of each selector's record, as it was recorded here: not when it was published.
void DkimTab::askFirstSeen() {
    const quint64 question = ++question_;
    for (int i = 0; i < std::min(firstSeenAsked, keys_->tree()->topLevelItemCount()); ++i) {
        const std::string name =
            keys_->tree()->topLevelItem(i)->text(0).toStdString() + "._domainkey." + domain();
        bridge_.ask(
            engine::DnsHistoryQuery{name, "TXT"}, this, [this, question, i](const engine::Snapshot& s) {
                QTreeWidgetItem* item = question == question_ ? keys_->tree()->topLevelItem(i) : nullptr;
                const auto* past = std::get_if<engine::DnsHistory>(&s);
                if (!item) return;
                const bool known = past && !past->rows.empty();
                item->setText(firstSeenColumn, known
                                                   ? shortStamp(past->rows.back().firstSeen, QTimeZone::utc())
                                                   : tr("not known"));
                item->setToolTip(firstSeenColumn,
                                 tr("When this record was first recorded in this workspace"));
            });
    }
}

QByteArray DkimTab::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << split_->saveState() << keys_->tree()->saveLayout();
    return out;
}

void DkimTab::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray split, keys;
    stream >> split >> keys;
    if (stream.status() != QDataStream::Ok) return;
    split_->restoreState(split);
    keys_->tree()->restoreLayout(keys);
}

} // namespace waypost::ui
