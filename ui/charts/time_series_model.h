// The chart as a table: the very values that are plotted, for reading, copying and assistive software.
#pragma once

#include "ui/charts/time_series.h"

#include <QAbstractTableModel>

namespace waypost::ui {

class TimeSeriesModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { Start, FirstState, Total = FirstState + outcomeCount, ColumnCount };
    static constexpr int rawRole = Qt::UserRole; // double, or qint64 for Start; invalid when not known

    using QAbstractTableModel::QAbstractTableModel;
    void set(const TimeSeries& data, const QTimeZone& zone, bool share);
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

  private:
    [[nodiscard]] QVariant value(const Bucket& bucket, int column) const;
    TimeSeries data_;
    QTimeZone zone_ = QTimeZone::utc();
    bool share_ = false;
};

} // namespace waypost::ui
