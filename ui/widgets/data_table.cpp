#include "ui/widgets/data_table.h"

#include "ui/models/row_model.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>

using namespace Qt::StringLiterals;

namespace waypost::ui {

DataTable::DataTable(QWidget* parent) : QTableView(parent) {
    setShowGrid(false);
    setWordWrap(false);
    setTextElideMode(Qt::ElideMiddle);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false); // Tab leaves the table; arrows move inside it
    setHorizontalScrollMode(ScrollPerPixel);
    setAccessibleName(tr("Rows"));
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    setCompact(false);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setMinimumSectionSize(36);
    horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(horizontalHeader(), &QWidget::customContextMenuRequested, this, &DataTable::headerMenu);
    connect(this, &QTableView::activated, this,
            [this](const QModelIndex& i) { Q_EMIT rowActivated(i.data(KeyRole).toString()); });
}

void DataTable::setRows(RowModel* model) {
    rows_ = model;
    setModel(model);
    for (int i = 0; i < static_cast<int>(model->columns().size()); ++i)
        setColumnWidth(i, model->columns()[static_cast<size_t>(i)].width);
    horizontalHeader()->setSortIndicator(-1, Qt::DescendingOrder);
    setSortingEnabled(true);
}

void DataTable::setCompact(bool compact) {
    verticalHeader()->setDefaultSectionSize(compact ? space::rowCompact : space::rowComfortable);
}

QByteArray DataTable::saveLayout() const {
    return horizontalHeader()->saveState();
}

void DataTable::restoreLayout(const QByteArray& state) {
    const QSignalBlocker quiet(horizontalHeader()); // a saved sort mark must not ask the source again
    horizontalHeader()->restoreState(state);
}

QString DataTable::currentKey() const {
    return currentIndex().data(KeyRole).toString();
}

QString DataTable::selectionAsText(QChar separator) const {
    if (!model()) return {};
    QStringList lines, heads;
    QList<int> shown;
    for (int visual = 0; visual < model()->columnCount(); ++visual) {
        const int logical = horizontalHeader()->logicalIndex(visual);
        if (isColumnHidden(logical)) continue;
        shown << logical;
        heads << model()->headerData(logical, Qt::Horizontal).toString();
    }
    lines << heads.join(separator);
    QModelIndexList picked = selectionModel()->selectedRows();
    std::sort(picked.begin(), picked.end());
    for (const QModelIndex& row : picked) {
        QStringList cells;
        for (const int column : shown)
            cells << row.siblingAtColumn(column).data().toString().replace(separator, u' ');
        lines << cells.join(separator);
    }
    return lines.join(u'\n');
}

bool DataTable::goToProblem(int direction) {
    const auto isProblem = [this](int r) {
        for (int c = 0; c < model()->columnCount(); ++c) {
            const QVariant state = model()->index(r, c).data(OutcomeRole);
            if (state.isValid() && state.toInt() >= static_cast<int>(Outcome::Deferred)) return true;
        }
        return false;
    };
    for (int r = currentIndex().row() + direction; model() && r >= 0 && r < model()->rowCount();
         r += direction) {
        if (!isProblem(r)) continue;
        setCurrentIndex(model()->index(r, std::max(0, currentIndex().column())));
        return true;
    }
    return false;
}

void DataTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (current.isValid() && current.row() != previous.row())
        Q_EMIT rowCurrent(current.data(KeyRole).toString());
}

void DataTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        QApplication::clipboard()->setText(selectionAsText());
        return;
    }
    const bool plain = event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::ShiftModifier;
    const auto press = [this](Qt::Key key) {
        QKeyEvent moved(QEvent::KeyPress, key, Qt::NoModifier);
        QTableView::keyPressEvent(&moved);
    };
    if (plain && event->key() == Qt::Key_J) return press(Qt::Key_Down);
    if (plain && event->key() == Qt::Key_K) return press(Qt::Key_Up);
    if (plain && event->key() == Qt::Key_E) {
        goToProblem(event->modifiers() & Qt::ShiftModifier ? -1 : 1);
        return;
    }
    QTableView::keyPressEvent(event);
}

// Rows must not move under the pointer: the model holds new ones back meanwhile.
void DataTable::enterEvent(QEnterEvent* event) {
    if (rows_) rows_->setFrozen(true);
    QTableView::enterEvent(event);
}

void DataTable::leaveEvent(QEvent* event) {
    if (rows_ && !selectionModel()->hasSelection()) rows_->setFrozen(false);
    QTableView::leaveEvent(event);
}

void DataTable::headerMenu(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int i = 0; model() && i < model()->columnCount(); ++i) {
        QAction* action = menu->addAction(model()->headerData(i, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(i));
        connect(action, &QAction::toggled, this, [this, i](bool on) { setColumnHidden(i, !on); });
    }
    menu->popup(horizontalHeader()->mapToGlobal(at));
}

void DataTable::contextMenuEvent(QContextMenuEvent* event) {
    const bool keyboard = event->reason() == QContextMenuEvent::Keyboard;
    const QModelIndex i = keyboard ? currentIndex() : indexAt(event->pos());
    if (!i.isValid()) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QString term = i.data(FilterRole).toString();
    if (!term.isEmpty()) {
        menu->addAction(tr("Apply as filter"), this, [this, term] { Q_EMIT filterAsked(term); });
        menu->addAction(tr("Exclude"), this, [this, term] { Q_EMIT filterAsked(u"-"_s + term); });
        menu->addAction(tr("Copy as filter"), this, [term] { QApplication::clipboard()->setText(term); });
    }
    menu->addAction(tr("Copy value"), this,
                    [value = i.data(RawRole).toString()] { QApplication::clipboard()->setText(value); });
    menu->addAction(tr("Copy rows"), this, [this] { QApplication::clipboard()->setText(selectionAsText()); });
    if (hook_) {
        menu->addSeparator();
        hook_(*menu, i);
    }
    menu->popup(keyboard ? viewport()->mapToGlobal(visualRect(i).bottomLeft()) : event->globalPos());
}

} // namespace waypost::ui
