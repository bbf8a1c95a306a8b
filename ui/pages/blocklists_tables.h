// The three tables of the Blocklists screen: what lists cost us, what changed, and the catalogue with the
// health of each list. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace waypost::ui {

class DataTable;
class EmptyState;
class ExplanationTree;
class RowModel;

// Lists by the messages that were refused naming them.
class BlocklistsImpact : public QWidget {
    Q_OBJECT
  public:
    explicit BlocklistsImpact(EngineBridge& bridge, QWidget* parent = nullptr);
    void ask(int days);
    [[nodiscard]] DataTable* table() const { return table_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }

  Q_SIGNALS:
    void repliesAsked(const QString& list);
    void shown();

  private:
    void show(const engine::BlocklistImpact& impact);
    EngineBridge& bridge_;
    engine::BlocklistImpact impact_;
    RowModel* model_;
    DataTable* table_;
    QLabel* sentence_;
    QStackedWidget* body_;
    EmptyState* empty_;
};

// Listings raised and cleared, lists that fell ill and got well; newest first.
class BlocklistsChanges : public QWidget {
    Q_OBJECT
  public:
    explicit BlocklistsChanges(EngineBridge& bridge, QWidget* parent = nullptr);
    void ask();
    [[nodiscard]] DataTable* table() const { return table_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }

  Q_SIGNALS:
    void cellAsked(const QString& target, const QString& list);
    void shown();

  private:
    EngineBridge& bridge_;
    engine::BlocklistChanges changes_;
    RowModel* model_;
    DataTable* table_;
    QStackedWidget* body_;
    EmptyState* empty_;
};

// Every list known, with its state, terms, limits and codes; on or off.
class BlocklistsCatalogue : public QWidget {
    Q_OBJECT
  public:
    explicit BlocklistsCatalogue(EngineBridge& bridge, QWidget* parent = nullptr);
    void ask();
    [[nodiscard]] DataTable* table() const { return table_; }
    [[nodiscard]] QPushButton* onOff() const { return onOff_; }
    [[nodiscard]] ExplanationTree* detail() const { return detail_; }

  Q_SIGNALS:
    void shown();

  private:
    void showList(const QString& id);
    void switchList();
    [[nodiscard]] const engine::CatalogueRow* find(const QString& id) const;
    EngineBridge& bridge_;
    engine::ListCatalogue catalogue_;
    RowModel* model_;
    DataTable* table_;
    ExplanationTree* detail_;
    QLabel* title_;
    QLabel* sentence_;
    QPushButton* onOff_;
};

} // namespace waypost::ui
