// Rules: those in force, an editor that rehearses a draft over all stored replies before it can be saved, and
// the crosswalk to what others call the same reply. Rules look at replies of all times: range and chips do
// not narrow them. GUI thread.
#pragma once

#include "ui/pages/delivery_tab.h"

class QLineEdit;
class QSplitter;
class QTabWidget;

namespace waypost::ui {

class DataTable;
class RowModel;
class RuleEditor;

class DeliveryRules : public DeliveryTab {
    Q_OBJECT
  public:
    explicit DeliveryRules(EngineBridge& bridge, QWidget* parent = nullptr);
    // A draft made of the replies of this template.
    void propose(const QString& templateKey);
    [[nodiscard]] DataTable* table() const { return table_; }
    [[nodiscard]] RuleEditor* editor() const { return editor_; }
    [[nodiscard]] DataTable* crosswalk() const { return crosswalk_; }
    [[nodiscard]] QLineEdit* find() const { return find_; }
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  Q_SIGNALS:
    void saveAsked(const waypost::engine::SaveRule& command);

  protected:
    void ask() override;
    void askAgain() override {} // rules do not change with events

  private:
    QWidget* buildList();
    void askCrosswalk();
    void show(const engine::Rules& rules);
    void fill();
    void open(const QString& key);

    QLineEdit* find_ = nullptr;
    QLabel* summary_ = nullptr;
    DataTable* table_ = nullptr;
    RowModel* model_ = nullptr;
    RuleEditor* editor_ = nullptr;
    DataTable* crosswalk_ = nullptr;
    RowModel* crosswalkModel_ = nullptr;
    QTabWidget* right_ = nullptr;
    QSplitter* split_ = nullptr;
    engine::Rules rules_;
    quint64 question_ = 0;
    bool proposing_ = false;
};

} // namespace waypost::ui
