// EventTable: a viewport over any number of rows of which only a window is held. It paints the rows that are
// seen, asks for the page they stand in, and finds pages by key: each answer leaves an anchor, and a jump
// counts on from the nearest one. Memory does not grow with the rows. Rows never move while somebody reads:
// the owner asks anew to show newer ones. GUI thread; the fetch callback must not block.
#pragma once

#include "ui/models/row_model.h"

#include <QAbstractScrollArea>

#include <functional>
#include <map>
#include <vector>

class QHeaderView;
class QMenu;
class QStandardItemModel;

namespace waypost::ui {

// Rows [first, first + count): those after the row of key `before` (0: from the newest), less the first
// `skip`.
struct WindowAsk {
    quint64 ticket = 0, first = 0;
    qint64 before = 0;
    quint64 skip = 0;
    int count = 0;
};

class EventTable : public QAbstractScrollArea {
    Q_OBJECT
  public:
    static constexpr int pageRows = 128;
    static constexpr size_t pagesHeld = 12;

    explicit EventTable(QWidget* parent = nullptr);
    ~EventTable() override;
    void setColumns(std::vector<Column> columns);
    void onFetch(std::function<void(const WindowAsk&)> fetch) { fetch_ = std::move(fetch); }

    void ask();                  // another question: drops everything and asks for the first page
    void setCount(quint64 rows); // as counted elsewhere; pages correct it where they end
    void page(quint64 ticket, quint64 first, std::vector<Row> rows, bool more); // the answer
    void failed(quint64 ticket, const QString& sentence);

    [[nodiscard]] quint64 count() const { return count_; }
    [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
    [[nodiscard]] int columnOf(const QString& id) const;
    void setColumnShown(const QString& id, bool shown);
    [[nodiscard]] const Row* row(quint64 index) const;           // nullptr: not held
    [[nodiscard]] qint64 newestKey() const { return newest_; }   // of row 0 when it was asked for
    [[nodiscard]] qint64 currentRow() const { return current_; } // -1: none
    [[nodiscard]] QString currentKey() const;
    [[nodiscard]] bool hasSelection() const { return current_ >= 0; }
    void setCurrentRow(qint64 row, bool extend = false);
    [[nodiscard]] QRect rowRect(quint64 row) const; // in the viewport; empty when it is not seen
    [[nodiscard]] quint64 topRow() const;
    [[nodiscard]] int seenRows() const;
    [[nodiscard]] QString cellText(quint64 row, int column) const;
    [[nodiscard]] QString selectionAsText(QChar separator = QLatin1Char('\t')) const; // rows that are held
    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);
    [[nodiscard]] qsizetype heldRows() const;
    [[nodiscard]] QHeaderView* header() const { return header_; }

  Q_SIGNALS:
    void rowCurrent(const QString& key);
    void rowActivated(const QString& key);
    void filterAsked(const QString& term);
    void answered();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

  private:
    void layOut();
    void fetchSeen();
    void send(quint64 page);
    void hold(quint64 page, std::vector<Row> rows);
    bool moveBy(QKeyEvent* event);
    void goToProblem(int direction);
    void headerMenu(const QPoint& at);
    void paintRow(QPainter& p, quint64 index, const QRect& area);
    void paintCell(QPainter& p, const Cell& cell, const Column& column, const QRect& area);
    [[nodiscard]] qint64 rowAt(int y) const;
    [[nodiscard]] int columnAt(int x) const;

    struct Held {
        std::vector<Row> rows;
        quint64 used = 0;
    };
    std::vector<Column> columns_;
    QHeaderView* header_;
    QStandardItemModel* heads_;
    std::function<void(const WindowAsk&)> fetch_;
    std::map<quint64, Held> pages_;
    std::map<quint64, qint64> anchors_; // row -> key of the row before it
    std::map<quint64, quint64> asked_;  // page -> ticket
    quint64 count_ = 0, lastTicket_ = 0, clock_ = 0;
    qint64 current_ = -1, anchor_ = -1, newest_ = 0;
    bool ended_ = false; // the last page was seen: count_ is exact
    QString error_;
};

} // namespace waypost::ui
