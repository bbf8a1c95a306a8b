#include "ui/pages/domains_requirements.h"

#include "ui/pages/domains_finding.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"

#include <QCheckBox>
#include <QDataStream>
#include <QHeaderView>
#include <QIODevice>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int indexRole = Qt::UserRole + 8; // into rows_

engine::State stateOf(const std::string& state) {
    if (state == "met") return engine::State::Ok;
    return state == "not met" ? engine::State::Error : engine::State::Unknown;
}

struct Tally {
    int met = 0, open = 0, unknown = 0;
    void add(const std::string& state) { ++(state == "met" ? met : state == "not met" ? open : unknown); }
    [[nodiscard]] QString text() const {
        return RequirementsTab::tr("%1 met, %2 not met, %3 cannot be known from here")
            .arg(met)
            .arg(open)
            .arg(unknown);
    }
};

} // namespace

RequirementsTab::RequirementsTab(EngineBridge& bridge, QWidget* parent)
    : DomainTab(parent), bridge_(bridge),
      list_(new DetailPane(tr("Requirements"),
                           {{tr("Requirement"), 260}, {tr("State"), 250}, {tr("Evidence"), 270}}, 1)),
      why_(new FindingPanel), onlyOpen_(new QCheckBox(tr("Only what is not met"))), split_(new QSplitter) {
    split_->addWidget(list_);
    split_->addWidget(why_);
    split_->setSizes({680, 310});
    split_->setChildrenCollapsible(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, space::s, 0, 0);
    whole->setSpacing(space::s);
    whole->addWidget(onlyOpen_);
    whole->addWidget(split_, 1);
    connect(onlyOpen_, &QCheckBox::toggled, this, &RequirementsTab::fill);
    connect(list_->tree(), &QTreeWidget::currentItemChanged, this, &RequirementsTab::rowChosen);
    connect(list_->tree(), &DetailTree::answerChosen, this, &DomainTab::answerChosen);
    connect(list_->empty(), &EmptyState::actionClicked, this, [this] {
        if (list_->empty()->kind() == EmptyState::Kind::NothingMatched) return onlyOpen_->setChecked(false);
        asked_ = false;
        activated();
    });
}

void RequirementsTab::setView(DomainViewPtr view) {
    DomainTab::setView(std::move(view));
    asked_ = false;
    if (isVisible()) activated();
}

void RequirementsTab::activated() {
    if (asked_ || !view_) return;
    asked_ = true;
    const quint64 question = ++question_;
    bridge_.ask(engine::RequirementsQuery{domain()}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return;
                    take<engine::Requirements>(
                        snapshot, [this](const engine::Requirements& r) { show(r); },
                        [this](const Error& e) {
                            why_->clear({});
                            list_->showEmpty(static_cast<int>(EmptyState::Kind::CouldNotLook),
                                             tr("The requirements could not be read"), qstr(e.describe()),
                                             tr("Try again"));
                        });
                    Q_EMIT shown();
                });
}

void RequirementsTab::show(const engine::Requirements& requirements) {
    rows_ = requirements.rows;
    fill();
}

void RequirementsTab::fill() {
    std::vector<engine::DetailRow> groups;
    std::vector<Tally> tallies;
    std::vector<std::vector<int>> places;
    Tally all;
    for (size_t i = 0; i < rows_.size(); ++i) {
        const engine::RequirementRow& r = rows_[i];
        auto at = std::find_if(groups.begin(), groups.end(),
                               [&](const engine::DetailRow& g) { return g.cells.front() == r.provider; });
        if (at == groups.end()) {
            groups.push_back({{r.provider, "", ""}, engine::State::Info, -1, {}});
            tallies.emplace_back();
            places.emplace_back();
            at = std::prev(groups.end());
        }
        const auto g = static_cast<size_t>(at - groups.begin());
        tallies[g].add(r.state);
        all.add(r.state);
        if (onlyOpen_->isChecked() && r.state != "not met") continue;
        at->children.push_back({{r.requirement, r.state, r.evidence}, stateOf(r.state), r.answer, {}});
        places[g].push_back(static_cast<int>(i));
    }
    using Kind = EmptyState::Kind;
    why_->clear(tr("Select a requirement to see the evidence and what a violation earns."));
    if (groups.empty())
        return list_->showEmpty(static_cast<int>(Kind::NotSetUp), tr("No requirement is known"),
                                tr("The list of what providers ask of senders is empty."), tr("Try again"));
    if (onlyOpen_->isChecked() && all.open == 0)
        return list_->showEmpty(static_cast<int>(Kind::NothingMatched), tr("Nothing is known to be unmet"),
                                all.text(), tr("Show every requirement"));
    engine::DetailTable table;
    for (size_t g = 0; g < groups.size(); ++g) {
        groups[g].cells[2] = tallies[g].text().toStdString();
        table.rows.push_back(groups[g]);
    }
    table.summary = all.text().toStdString();
    table.state = all.open > 0      ? engine::State::Error
                  : all.unknown > 0 ? engine::State::Unknown
                                    : engine::State::Ok;
    list_->show(&table);
    for (int g = 0; g < list_->tree()->topLevelItemCount(); ++g) {
        QTreeWidgetItem* group = list_->tree()->topLevelItem(g);
        for (int i = 0; i < group->childCount(); ++i)
            group->child(i)->setData(0, indexRole, places[static_cast<size_t>(g)][static_cast<size_t>(i)]);
    }
}

void RequirementsTab::rowChosen() {
    const QTreeWidgetItem* item = list_->tree()->currentItem();
    const QVariant index = item ? item->data(0, indexRole) : QVariant();
    if (!index.isValid() || index.toInt() >= static_cast<int>(rows_.size())) return;
    const engine::RequirementRow& r = rows_[static_cast<size_t>(index.toInt())];
    why_->showRequirement(r);
}

QByteArray RequirementsTab::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << split_->saveState() << list_->tree()->saveLayout();
    return out;
}

void RequirementsTab::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray split, list;
    stream >> split >> list;
    if (stream.status() != QDataStream::Ok) return;
    split_->restoreState(split);
    list_->tree()->restoreLayout(list);
}

} // namespace waypost::ui
