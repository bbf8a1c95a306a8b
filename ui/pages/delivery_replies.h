// Replies: what receivers say, as templates: which are news, what was decided about each, and what no rule
// speaks of. The provider chips narrow the list; states and counts are of all times, not of the range. GUI
// thread.
#pragma once

#include "ui/pages/delivery_tab.h"

#include <functional>

class QButtonGroup;
class QSplitter;

namespace waypost::ui {

class DataTable;
class ReplyDetail;
class RowModel;

class DeliveryReplies : public DeliveryTab {
    Q_OBJECT
  public:
    explicit DeliveryReplies(EngineBridge& bridge, QWidget* parent = nullptr);
    // "new", "regressed", …, "unclassified", or "" for all.
    void showState(const QString& state);
    [[nodiscard]] QString state() const { return state_; }
    [[nodiscard]] DataTable* table() const { return table_; }
    [[nodiscard]] ReplyDetail* detail() const { return detail_; }
    [[nodiscard]] const engine::Templates& templates() const { return templates_; }
    [[nodiscard]] QString summary() const;
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  Q_SIGNALS:
    void ruleAsked(const QString& templateKey); // "Make a rule"

  protected:
    void ask() override;

  private:
    QWidget* buildStates();
    void show(const engine::Templates& templates);
    void showCounts();
    void fill();
    void open(const QString& rowKey);
    [[nodiscard]] const engine::ReplyTemplate* find(const QString& rowKey) const;

    QButtonGroup* states_ = nullptr;
    QLabel* summary_ = nullptr;
    DataTable* table_ = nullptr;
    RowModel* model_ = nullptr;
    ReplyDetail* detail_ = nullptr;
    QSplitter* split_ = nullptr;
    QString state_;
    engine::Templates templates_;
    quint64 question_ = 0, detailQuestion_ = 0;
};

} // namespace waypost::ui
