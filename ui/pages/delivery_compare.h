// Compare: the range of the window against the one before it, the same hours a day or a week earlier, or any
// other. One test of the whole outcome mix, then the outcomes with their intervals, then the reply templates
// that carry the difference. GUI thread.
#pragma once

#include "ui/pages/delivery_tab.h"

class QComboBox;
class QLineEdit;
class QSplitter;

namespace waypost::ui {

class DataTable;
class RowModel;
class ShareCompare;

class DeliveryCompare : public DeliveryTab {
    Q_OBJECT
  public:
    explicit DeliveryCompare(EngineBridge& bridge, QWidget* parent = nullptr);
    [[nodiscard]] QComboBox* against() const { return against_; }
    [[nodiscard]] QLineEdit* otherRange() const { return other_; }
    [[nodiscard]] QString verdict() const;
    [[nodiscard]] DataTable* templates() const { return templates_; }
    [[nodiscard]] DataTable* categories() const { return categories_; }
    [[nodiscard]] ShareCompare* outcomes() const { return outcomes_; }
    [[nodiscard]] const engine::Comparison& comparison() const { return comparison_; }
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  protected:
    void ask() override;

  private:
    QWidget* buildHead();
    QWidget* buildTables();
    [[nodiscard]] std::optional<ResolvedRange> before();
    void show(const engine::Comparison& comparison);

    QComboBox* against_ = nullptr;
    QLineEdit* other_ = nullptr;
    QLabel* ranges_ = nullptr;
    QLabel* verdict_ = nullptr;
    QLabel* note_ = nullptr;
    ShareCompare* outcomes_ = nullptr;
    DataTable* categories_ = nullptr;
    RowModel* categoryModel_ = nullptr;
    DataTable* templates_ = nullptr;
    RowModel* templateModel_ = nullptr;
    QSplitter* split_ = nullptr;
    engine::Comparison comparison_;
    quint64 question_ = 0;
};

} // namespace waypost::ui
