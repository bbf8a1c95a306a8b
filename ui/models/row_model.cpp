#include "ui/models/row_model.h"

#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

namespace waypost::ui {

RowModel::RowModel(std::vector<Column> columns, QObject* parent)
    : QAbstractTableModel(parent), columns_(std::move(columns)) {}

void RowModel::onFetch(std::function<void(const PageAsk&)> fetch) {
    fetch_ = std::move(fetch);
}

void RowModel::send() {
    pending_ = ++lastTicket_;
    Q_EMIT loadingChanged(true);
    if (fetch_)
        fetch_({pending_, rows_.empty() ? QString() : rows_.back().key, pageSize, sortColumn_, order_});
}

void RowModel::ask() {
    if (!rows_.empty()) {
        beginRemoveRows({}, 0, static_cast<int>(rows_.size()) - 1);
        rows_.clear();
        index_.clear();
        endRemoveRows();
    }
    held_.clear();
    error_.clear();
    more_ = truncated_ = false;
    Q_EMIT waitingChanged(0);
    send();
}

void RowModel::page(quint64 ticket, std::vector<Row> rows, bool more) {
    if (ticket != pending_ || pending_ == 0) return;
    pending_ = 0;
    truncated_ = more && static_cast<int>(rows_.size() + rows.size()) >= rowLimit;
    more_ = more && !truncated_ && !rows.empty();
    insertAt(static_cast<int>(rows_.size()), std::move(rows));
    Q_EMIT loadingChanged(false);
    Q_EMIT answered();
}

void RowModel::failed(quint64 ticket, const QString& sentence) {
    if (ticket != pending_ || pending_ == 0) return;
    pending_ = 0;
    more_ = false;
    error_ = sentence;
    Q_EMIT loadingChanged(false);
    Q_EMIT answered();
}

void RowModel::insertAt(int at, std::vector<Row> rows) {
    // A row that is already held (a page border moved) is not shown twice.
    std::erase_if(rows, [this](const Row& r) { return index_.contains(r.key); });
    if (rows.empty()) return;
    const int count = static_cast<int>(rows.size());
    beginInsertRows({}, at, at + count - 1);
    rows_.insert(rows_.begin() + at, std::make_move_iterator(rows.begin()),
                 std::make_move_iterator(rows.end()));
    for (int i = at; i < static_cast<int>(rows_.size()); ++i) index_[rows_[static_cast<size_t>(i)].key] = i;
    endInsertRows();
}

void RowModel::update(const std::vector<Row>& rows) {
    std::vector<int> touched;
    for (const Row& r : rows) {
        const auto at = index_.constFind(r.key);
        if (at == index_.cend()) continue;
        rows_[static_cast<size_t>(*at)] = r;
        touched.push_back(*at);
    }
    std::sort(touched.begin(), touched.end());
    for (size_t i = 0; i < touched.size();) {
        size_t end = i + 1;
        while (end < touched.size() && touched[end] <= touched[end - 1] + 1) ++end;
        Q_EMIT dataChanged(index(touched[i], 0), index(touched[end - 1], columnCount() - 1));
        i = end;
    }
}

void RowModel::offerNew(std::vector<Row> rows) {
    std::erase_if(rows, [this](const Row& r) { return index_.contains(r.key); });
    held_.insert(held_.begin(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    if (held_.size() > static_cast<size_t>(rowLimit)) held_.resize(rowLimit);
    if (!frozen_) return takeNew();
    Q_EMIT waitingChanged(waiting());
}

void RowModel::setFrozen(bool frozen) {
    if (frozen == frozen_) return;
    frozen_ = frozen;
    if (!frozen_) takeNew();
}

void RowModel::takeNew() {
    std::vector<Row> rows;
    rows.swap(held_);
    insertAt(0, std::move(rows));
    Q_EMIT waitingChanged(0);
}

int RowModel::columnOf(const QString& id) const {
    for (int i = 0; i < static_cast<int>(columns_.size()); ++i)
        if (columns_[static_cast<size_t>(i)].id == id) return i;
    return -1;
}

int RowModel::rowOf(const QString& key) const {
    return index_.value(key, -1);
}

int RowModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int RowModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

QVariant RowModel::data(const QModelIndex& i, int role) const {
    if (!checkIndex(i, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Row& r = rows_[static_cast<size_t>(i.row())];
    if (role == KeyRole) return r.key;
    if (i.column() >= static_cast<int>(r.cells.size())) return {};
    const Cell& c = r.cells[static_cast<size_t>(i.column())];
    const Column& column = columns_[static_cast<size_t>(i.column())];
    switch (role) {
    case Qt::DisplayRole: return foreign::printable(c.text);
    case Qt::ToolTipRole: return foreign::toolTip(c.toolTip.isEmpty() ? c.text : c.toolTip);
    case Qt::TextAlignmentRole: return QVariant::fromValue(column.align.toInt());
    case Qt::FontRole: return column.mono ? QVariant(Theme::current().mono()) : QVariant();
    case RawRole: return c.raw.isValid() ? c.raw : QVariant(c.text);
    case OutcomeRole: return c.state ? QVariant(static_cast<int>(*c.state)) : QVariant();
    case TrendRole: return c.trend;
    case FilterRole: return c.filter;
    default: return {};
    }
}

QVariant RowModel::headerData(int section, Qt::Orientation o, int role) const {
    if (o != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const Column& c = columns_[static_cast<size_t>(section)];
    if (role == Qt::DisplayRole) return c.title;
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue(c.align.toInt());
    if (role == RawRole) return c.id;
    return {};
}

bool RowModel::canFetchMore(const QModelIndex& parent) const {
    return !parent.isValid() && more_ && pending_ == 0;
}

void RowModel::fetchMore(const QModelIndex& parent) {
    if (canFetchMore(parent)) send();
}

void RowModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= columnCount() || !columns_[static_cast<size_t>(column)].sortable) return;
    const QString id = columns_[static_cast<size_t>(column)].id;
    if (id == sortColumn_ && order == order_) return;
    sortColumn_ = id;
    order_ = order;
    ask();
}

} // namespace waypost::ui
