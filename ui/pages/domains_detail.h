// What the tabs of the Domains screen are made of: DetailTree, a table whose rows may have rows below, each
// with a state as mark and word and the DNS answer it rests on; DetailPane, such a tree under its summary, or
// the reason why there is none; Segments, a row of buttons of which one is chosen. GUI thread.
#pragma once

#include "engine/values.h"

#include <QIcon>
#include <QTreeWidget>

#include <functional>
#include <memory>
#include <vector>

class QButtonGroup;
class QHBoxLayout;
class QLabel;
class QMenu;
class QStackedWidget;

namespace waypost::ui {

class EmptyState;

using DomainViewPtr = std::shared_ptr<const engine::DomainView>;

struct DetailColumn {
    QString title;
    int width = 120;
    bool number = false;
    bool mono = false;
};

class DetailTree : public QTreeWidget {
    Q_OBJECT
  public:
    // The mark of a row's state stands in `markColumn`, beside its word.
    DetailTree(const QString& name, const std::vector<DetailColumn>& columns, int markColumn,
               QWidget* parent = nullptr);
    void setRows(const std::vector<engine::DetailRow>& rows);
    void setMenuHook(std::function<void(QMenu&, const QTreeWidgetItem&)> hook) { hook_ = std::move(hook); }
    [[nodiscard]] int answerOf(const QTreeWidgetItem* item) const;
    [[nodiscard]] int rowOf(const QTreeWidgetItem* item) const; // among the top rows
    [[nodiscard]] QString asMarkdown() const;
    bool goToProblem(int direction);
    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);

  Q_SIGNALS:
    void answerChosen(int answer); // of the row, or of the first below it, or of the one above
    void topRowChosen(int row);

  protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void fit(); // the columns share the width, until somebody has set one
    bool fitting_ = false, fixed_ = false;
    void add(QTreeWidgetItem* parent, const engine::DetailRow& row);
    void paintMarks();
    std::vector<DetailColumn> columns_;
    int markColumn_;
    bool filling_ = false;
    std::function<void(QMenu&, const QTreeWidgetItem&)> hook_;
};

class DetailPane : public QWidget {
    Q_OBJECT
  public:
    DetailPane(const QString& name, const std::vector<DetailColumn>& columns, int markColumn,
               QWidget* parent = nullptr);
    // `table` null: the report is older than this part.
    void show(const engine::DetailTable* table);
    void showEmpty(int kind, const QString& headline, const QString& text, const QString& action = {});
    void setSummary(const QString& text, engine::State state);
    [[nodiscard]] DetailTree* tree() const { return tree_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] bool showsRows() const;
    [[nodiscard]] QString summary() const;
    using QWidget::show;

  private:
    QString name_;
    QLabel* mark_;
    QLabel* summary_;
    DetailTree* tree_;
    EmptyState* empty_;
    QStackedWidget* stack_;
};

class Segments : public QWidget {
    Q_OBJECT
  public:
    explicit Segments(const QStringList& titles, QWidget* parent = nullptr);
    void choose(int index);
    void setTitle(int index, const QString& title);
    [[nodiscard]] int chosen() const;
    [[nodiscard]] QHBoxLayout* line() const { return line_; } // to add what stands beside the buttons

  Q_SIGNALS:
    void chosenChanged(int index);

  private:
    QHBoxLayout* line_;
    QButtonGroup* group_;
};

const engine::DetailTable* detail(const DomainViewPtr& view, std::string_view id);
QIcon stateIcon(engine::State state); // null where nothing is said
// "✓ ok", "✕ error" for a line of text.
QString stateText(engine::State state, const QString& words);

} // namespace waypost::ui
