// Matrix: provider x time, coloured by the share of one outcome. A cell of few attempts is hatched, an empty
// one is empty; a click shows the attempts behind a cell. GUI thread.
#pragma once

#include "ui/pages/delivery_tab.h"

class QComboBox;

namespace waypost::ui {

class GridWidget;
class HeatLegend;

class DeliveryMatrix : public DeliveryTab {
    Q_OBJECT
  public:
    static constexpr std::uint64_t fewEvents = 20;

    explicit DeliveryMatrix(EngineBridge& bridge, QWidget* parent = nullptr);
    [[nodiscard]] GridWidget* grid() const { return grid_; }
    [[nodiscard]] QComboBox* measure() const { return measure_; }
    [[nodiscard]] const engine::Matrix& matrix() const { return matrix_; }
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  protected:
    void ask() override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void show(const engine::Matrix& matrix);
    void paintAgain();
    void fitCells();
    void openCell(int row, int column);
    void describe(int row, int column);
    [[nodiscard]] std::uint64_t measured(const engine::Matrix::Counts& counts) const;

    QComboBox* measure_ = nullptr;
    QLabel* summary_ = nullptr;
    HeatLegend* legend_ = nullptr;
    GridWidget* grid_ = nullptr;
    QLabel* detail_ = nullptr;
    engine::Matrix matrix_;
    quint64 question_ = 0;
};

} // namespace waypost::ui
