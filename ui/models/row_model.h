// RowModel: a table over a keyset-paged source. Cells carry text for the eye and a raw value for copies and
// exports. A live model is never reset: a new question removes rows and inserts the answer; new rows wait
// behind "24 new" while somebody reads. GUI thread only; the fetch callback must not block.
#pragma once

#include "ui/theme/tokens.h"

#include <QAbstractTableModel>
#include <QVariant>

#include <functional>
#include <optional>
#include <vector>

namespace waypost::ui {

enum CellRole {
    RawRole = Qt::UserRole + 1, // the value itself: number, UTC ms, string
    KeyRole,                    // the row's key
    OutcomeRole,                // int of Outcome, for OutcomeDelegate
    TrendRole,                  // CountTrend
    FilterRole,                 // one term of the filter language for this cell
};

struct Column {
    QString id; // stable: export header, saved layout, filter field
    QString title;
    Qt::Alignment align = Qt::AlignLeft | Qt::AlignVCenter;
    int width = 120;
    bool mono = false;
    bool sortable = true;
};

struct Cell {
    QString text; // foreign text allowed: shown escaped
    QVariant raw; // invalid: `text` is the value
    std::optional<Outcome> state;
    QVariant trend;  // CountTrend
    QString filter;  // "provider:gmail"
    QString toolTip; // empty: text
};

struct Row {
    QString key;
    std::vector<Cell> cells;
};

struct PageAsk {
    quint64 ticket = 0; // give it back with the answer; late answers to older questions are dropped
    QString after;      // key of the last row held; empty: from the start
    int limit = 200;
    QString sortColumn;
    Qt::SortOrder order = Qt::DescendingOrder;
};

class RowModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    static constexpr int pageSize = 200;
    static constexpr int rowLimit = 200'000; // beyond this the view says so and asks for a filter

    explicit RowModel(std::vector<Column> columns, QObject* parent = nullptr);
    void onFetch(std::function<void(const PageAsk&)> fetch);

    void ask();                                                  // drop what is held and ask anew
    void page(quint64 ticket, std::vector<Row> rows, bool more); // the answer
    void failed(quint64 ticket, const QString& sentence);        // the answer, when there is none
    void update(const std::vector<Row>& rows);                   // known keys, in place, in exact ranges
    void offerNew(std::vector<Row> rows);                        // held back while frozen
    void setFrozen(bool frozen);
    void takeNew(); // "24 new" was pressed

    [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
    [[nodiscard]] int columnOf(const QString& id) const;
    [[nodiscard]] const Row& row(int index) const { return rows_[static_cast<size_t>(index)]; }
    [[nodiscard]] int rowOf(const QString& key) const;
    [[nodiscard]] int waiting() const { return static_cast<int>(held_.size()); }
    [[nodiscard]] bool loading() const { return pending_ != 0; }
    [[nodiscard]] QString error() const { return error_; }
    [[nodiscard]] bool truncated() const { return truncated_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation o,
                                      int role = Qt::DisplayRole) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;
    void sort(int column, Qt::SortOrder order) override; // asks the source; nothing is sorted here

  Q_SIGNALS:
    void loadingChanged(bool loading);
    void waitingChanged(int count);
    void answered(); // a page came, or failed: time to choose table or empty state

  private:
    void send();
    void insertAt(int at, std::vector<Row> rows);

    std::vector<Column> columns_;
    std::vector<Row> rows_;
    std::vector<Row> held_;
    QHash<QString, int> index_; // key -> row; rebuilt when rows move
    std::function<void(const PageAsk&)> fetch_;
    quint64 lastTicket_ = 0, pending_ = 0;
    QString sortColumn_, error_;
    Qt::SortOrder order_ = Qt::DescendingOrder;
    bool more_ = false, frozen_ = false, truncated_ = false;
};

} // namespace waypost::ui
