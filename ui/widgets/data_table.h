// DataTable: the table of every screen: fixed row height, column chooser on the header, copy, row freeze
// while somebody reads, j/k, Enter, layout saved as bytes. The model decides what is shown; nothing is sorted
// or filtered here.
#pragma once

#include <QTableView>

#include <functional>

class QMenu;

namespace waypost::ui {

class RowModel;

class DataTable : public QTableView {
    Q_OBJECT
  public:
    explicit DataTable(QWidget* parent = nullptr);
    void setRows(RowModel* model); // applies column widths and alignments
    void setCompact(bool compact);
    // Adds verbs to the context menu of a cell (Show rows, Pin to case, ...).
    void setMenuHook(std::function<void(QMenu&, const QModelIndex&)> hook) { hook_ = std::move(hook); }
    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);
    [[nodiscard]] QString currentKey() const;
    [[nodiscard]] QString selectionAsText(QChar separator = QLatin1Char('\t')) const; // with a header line
    // Next (+1) or previous (-1) row whose state is a problem; false when there is none.
    bool goToProblem(int direction);

  Q_SIGNALS:
    void rowCurrent(const QString& key);
    void rowActivated(const QString& key);
    void filterAsked(const QString& term); // "Apply as filter" on a cell

  protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

  private:
    void headerMenu(const QPoint& at);
    RowModel* rows_ = nullptr;
    std::function<void(QMenu&, const QModelIndex&)> hook_;
};

} // namespace waypost::ui
