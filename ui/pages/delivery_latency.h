// Latency: how long acceptance took: a box for each provider, percentiles over time, and how many messages
// were still waiting after how long (messages that still wait are counted as long as they were seen). GUI
// thread.
#pragma once

#include "ui/pages/delivery_tab.h"

class QSplitter;
class QToolButton;

namespace waypost::ui {

class BoxPlot;
class PlotWidget;

class DeliveryLatency : public DeliveryTab {
    Q_OBJECT
  public:
    explicit DeliveryLatency(EngineBridge& bridge, QWidget* parent = nullptr);
    [[nodiscard]] BoxPlot* boxes() const { return boxes_; }
    [[nodiscard]] PlotWidget* lines() const { return lines_; }
    [[nodiscard]] PlotWidget* survival() const { return survival_; }
    [[nodiscard]] QString summary() const;
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  protected:
    void ask() override;

  private:
    QWidget* buildBoxes();
    void show(const engine::Latency& latency);
    void showLines(const engine::Latency& latency);
    void showSurvival(const engine::Latency& latency);

    QLabel* summary_ = nullptr;
    QToolButton* asTable_ = nullptr;
    BoxPlot* boxes_ = nullptr;
    PlotWidget* lines_ = nullptr;
    PlotWidget* survival_ = nullptr;
    QLabel* survivalWords_ = nullptr;
    QSplitter* split_ = nullptr;
    quint64 question_ = 0;
    bool placed_ = false; // the operator, or the first answer, has divided the room
};

} // namespace waypost::ui
