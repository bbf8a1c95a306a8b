#include "ui/charts/time_series_model.h"

#include "ui/charts/time_axis.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace waypost::ui {

void TimeSeriesModel::set(const TimeSeries& data, const QTimeZone& zone, bool share) {
    const int before = static_cast<int>(data_.buckets.size()), after = static_cast<int>(data.buckets.size());
    zone_ = zone;
    share_ = share;
    if (after < before) {
        beginRemoveRows({}, after, before - 1);
        data_ = data;
        endRemoveRows();
    } else if (after > before) {
        beginInsertRows({}, before, after - 1);
        data_ = data;
        endInsertRows();
    } else {
        data_ = data;
    }
    if (after > 0) Q_EMIT dataChanged(index(0, 0), index(after - 1, ColumnCount - 1));
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

int TimeSeriesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(data_.buckets.size());
}

int TimeSeriesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TimeSeriesModel::value(const Bucket& b, int column) const {
    if (column == Start) return b.start;
    if (!b.known) return {};
    if (column == Total) return b.total();
    const double own = b.count[static_cast<size_t>(column - FirstState)];
    return share_ ? (b.total() > 0 ? QVariant(own * 100 / b.total()) : QVariant()) : QVariant(own);
}

QVariant TimeSeriesModel::data(const QModelIndex& i, int role) const {
    if (!checkIndex(i, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Bucket& b = data_.buckets[static_cast<size_t>(i.row())];
    QVariant v = value(b, i.column());
    if (role == rawRole) return v;
    if (role == Qt::TextAlignmentRole && i.column() != Start) return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    if (i.column() == Start) return stampText(b.start, zone_);
    if (!v.isValid()) return b.known ? u"–"_s : QCoreApplication::translate("Chart", "no data");
    return share_ && i.column() != Total ? QString::number(v.toDouble(), 'f', 1) + u" %"_s
                                         : QString::number(v.toDouble(), 'f', 0);
}

QVariant TimeSeriesModel::headerData(int section, Qt::Orientation o, int role) const {
    if (o != Qt::Horizontal || role != Qt::DisplayRole) return {};
    if (section == Start)
        return QCoreApplication::translate("Chart", "from (%1)").arg(QString::fromLatin1(zone_.id()));
    if (section == Total) return QCoreApplication::translate("Chart", "total");
    return data_.nameOf(outcomeOrder[static_cast<size_t>(section - FirstState)]);
}

} // namespace waypost::ui
