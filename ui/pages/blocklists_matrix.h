// BlocklistsMatrix: watched targets by lists. A cell is a state with its mark and letter; the one that is
// chosen is explained below. Rows can be narrowed to what is listed, or by a word. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QWidget>

#include <memory>
#include <vector>

class QCheckBox;
class QLabel;
class QLineEdit;
class QSplitter;

namespace waypost::ui {

class BlocklistCellView;
class GridWidget;

class BlocklistsMatrix : public QWidget {
    Q_OBJECT
  public:
    explicit BlocklistsMatrix(EngineBridge& bridge, QWidget* parent = nullptr);
    void set(std::shared_ptr<const engine::BlocklistMatrix> matrix, int days);
    void choose(const QString& target, const QString& list);
    void focusFilter();
    [[nodiscard]] GridWidget* grid() const { return grid_; }
    [[nodiscard]] BlocklistCellView* cell() const { return cell_; }
    [[nodiscard]] QLineEdit* find() const { return find_; }
    [[nodiscard]] QCheckBox* onlyListed() const { return only_; }
    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);

  Q_SIGNALS:
    void repliesAsked(const QString& list);
    void againAsked(const QString& target, const QString& list);
    void unwatchAsked(const QString& target);
    void cellShown();

  private:
    void narrow();
    void showCell(int row, int column);
    void menu(int row, int column, const QPoint& at);
    [[nodiscard]] bool isWanted(size_t target) const;

    EngineBridge& bridge_;
    QLineEdit* find_;
    QCheckBox* only_;
    QLabel* legend_;
    GridWidget* grid_;
    BlocklistCellView* cell_;
    QSplitter* split_;
    std::shared_ptr<const engine::BlocklistMatrix> matrix_;
    std::vector<size_t> rows_; // shown targets
    int days_ = 1;
    quint64 question_ = 0;
};

} // namespace waypost::ui
