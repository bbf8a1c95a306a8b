#include "ui/widgets/facet_list.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int idRole = Qt::UserRole;
} // namespace

QString grouped(qulonglong number) {
    // A thin space groups digits without being read as a decimal mark.
    QString digits = QString::number(number);
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3) digits.insert(at, QChar(0x202F));
    return digits;
}

FacetList::FacetList(QWidget* parent)
    : QWidget(parent), tree_(new QTreeWidget(this)), menuButton_(new QToolButton(this)) {
    auto* title = new QLabel(tr("Facets"), this);
    title->setProperty("role", u"muted"_s);
    menuButton_->setIcon(icon(u"more"));
    menuButton_->setAccessibleName(tr("Choose facets"));
    menuButton_->setPopupMode(QToolButton::InstantPopup);
    menuButton_->setMenu(new QMenu(menuButton_));
    connect(menuButton_->menu(), &QMenu::aboutToShow, this, &FacetList::fillMenu);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(space::s, 0, 0, 0);
    top->addWidget(title);
    top->addStretch();
    top->addWidget(menuButton_);
    tree_->setColumnCount(2);
    tree_->setHeaderHidden(true);
    tree_->setRootIsDecorated(true);
    tree_->setIndentation(space::m);
    tree_->setUniformRowHeights(true);
    tree_->setAccessibleName(tr("Facets"));
    tree_->header()->setStretchLastSection(false);
    tree_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    tree_->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    tree_->setTextElideMode(Qt::ElideMiddle);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(top);
    column->addWidget(tree_);
    connect(tree_, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item) {
        if (filling_ || !item->parent()) return;
        const QString id = item->parent()->data(0, idRole).toString();
        Q_EMIT chosenChanged(id, chosen(id));
    });
    connect(&Theme::current(), &Theme::changed, this, [this] {
        filling_ = true; // a colour is no choice
        for (QTreeWidgetItemIterator it(tree_); *it; ++it)
            if ((*it)->parent()) (*it)->setForeground(1, tokens().textMuted);
        filling_ = false;
    });
    connect(tree_, &QTreeWidget::itemActivated, this, [](QTreeWidgetItem* item) {
        if (item->parent())
            item->setCheckState(0, item->checkState(0) == Qt::Checked ? Qt::Unchecked : Qt::Checked);
    });
}

void FacetList::setGroups(const std::vector<FacetGroup>& groups) {
    filling_ = true;
    for (const FacetGroup& group : groups) {
        QTreeWidgetItem* top = groupItem(group.id);
        if (!top) {
            top = new QTreeWidgetItem(tree_);
            top->setData(0, idRole, group.id);
            top->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
            top->setExpanded(true);
            top->setHidden(hidden_.contains(group.id));
        }
        QFont f = Theme::current().body();
        f.setWeight(QFont::DemiBold);
        top->setFont(0, f);
        top->setText(0, group.title);
        fill(top, group);
    }
    filling_ = false;
}

void FacetList::fill(QTreeWidgetItem* top, const FacetGroup& group) {
    const QStringList kept = chosen(group.id);
    // Same values: only counts change, so nothing moves under the pointer.
    for (int i = 0; i < static_cast<int>(group.values.size()); ++i) {
        const FacetValue& v = group.values[static_cast<size_t>(i)];
        QTreeWidgetItem* item = top->child(i);
        if (!item) item = new QTreeWidgetItem(top);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        const QString count = v.count ? grouped(*v.count) : u"?"_s;
        item->setData(0, idRole, v.value);
        item->setText(0, foreign::printable(v.label.isEmpty() ? v.value : v.label));
        item->setToolTip(0, foreign::toolTip(v.value));
        item->setText(1, count);
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setForeground(1, tokens().textMuted);
        item->setCheckState(0, kept.contains(v.value) ? Qt::Checked : Qt::Unchecked);
        item->setData(
            0, Qt::AccessibleTextRole,
            (v.count && *v.count == 1 ? tr("%1, %2 row") : tr("%1, %2 rows")).arg(item->text(0), count));
    }
    while (top->childCount() > static_cast<int>(group.values.size()))
        delete top->takeChild(top->childCount() - 1);
}

QTreeWidgetItem* FacetList::groupItem(const QString& id) const {
    for (int i = 0; i < tree_->topLevelItemCount(); ++i)
        if (tree_->topLevelItem(i)->data(0, idRole).toString() == id) return tree_->topLevelItem(i);
    return nullptr;
}

QStringList FacetList::chosen(const QString& group) const {
    QStringList out;
    const QTreeWidgetItem* top = groupItem(group);
    for (int i = 0; top && i < top->childCount(); ++i)
        if (top->child(i)->checkState(0) == Qt::Checked) out << top->child(i)->data(0, idRole).toString();
    return out;
}

void FacetList::setChosen(const QString& group, const QStringList& values) {
    filling_ = true;
    QTreeWidgetItem* top = groupItem(group);
    for (int i = 0; top && i < top->childCount(); ++i) {
        const bool on = values.contains(top->child(i)->data(0, idRole).toString());
        top->child(i)->setCheckState(0, on ? Qt::Checked : Qt::Unchecked);
    }
    filling_ = false;
}

void FacetList::setHiddenGroups(const QStringList& ids) {
    hidden_ = ids;
    for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
        QTreeWidgetItem* top = tree_->topLevelItem(i);
        top->setHidden(hidden_.contains(top->data(0, idRole).toString()));
    }
    Q_EMIT hiddenGroupsChanged();
}

void FacetList::fillMenu() {
    QMenu* menu = menuButton_->menu();
    menu->clear();
    for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
        const QTreeWidgetItem* top = tree_->topLevelItem(i);
        const QString id = top->data(0, idRole).toString();
        QAction* action = menu->addAction(top->text(0));
        action->setCheckable(true);
        action->setChecked(!hidden_.contains(id));
        connect(action, &QAction::toggled, this, [this, id](bool shown) {
            QStringList ids = hidden_;
            ids.removeAll(id);
            if (!shown) ids << id;
            setHiddenGroups(ids);
        });
    }
}

} // namespace waypost::ui
