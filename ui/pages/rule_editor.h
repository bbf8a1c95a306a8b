// RuleEditor: one rule as a form. "Rehearse" judges all stored replies with the draft and lists what would
// change; only what was rehearsed and is sound can be saved, and a change of the form asks for a new
// rehearsal. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace waypost::ui {

class DataTable;
class RowModel;

class RuleEditor : public QWidget {
    Q_OBJECT
  public:
    explicit RuleEditor(EngineBridge& bridge, QWidget* parent = nullptr);
    void setWords(const engine::Rules& rules); // what the choices offer
    void show(const engine::RuleView& rule);
    void showNew();
    void rehearse();
    [[nodiscard]] engine::RuleView draft() const;
    [[nodiscard]] QPushButton* rehearseButton() const { return rehearse_; }
    [[nodiscard]] QPushButton* saveButton() const { return save_; }
    [[nodiscard]] QPushButton* removeButton() const { return remove_; }
    [[nodiscard]] QLineEdit* pattern() const { return pattern_; }
    [[nodiscard]] QComboBox* category() const { return category_; }
    [[nodiscard]] DataTable* changes() const { return changes_; }
    [[nodiscard]] QString verdict() const;
    [[nodiscard]] bool isChanged() const { return changed_; }
    using QWidget::show;

  Q_SIGNALS:
    void saveAsked(const waypost::engine::SaveRule& command);

  private:
    QWidget* buildForm();
    QWidget* buildButtons();
    void edited();
    void showRehearsal(const engine::RehearsalView& rehearsal);
    void say(const QString& words, bool problem);

    EngineBridge& bridge_;
    engine::RuleView rule_;
    QLineEdit* id_ = nullptr;
    QLineEdit* provider_ = nullptr;
    QLineEdit* code_ = nullptr;
    QLineEdit* enhanced_ = nullptr;
    QLineEdit* pattern_ = nullptr;
    QComboBox* stage_ = nullptr;
    QComboBox* category_ = nullptr;
    QComboBox* cause_ = nullptr;
    QComboBox* action_ = nullptr;
    QLineEdit* source_ = nullptr;
    QPlainTextEdit* samples_ = nullptr;
    QLabel* origin_ = nullptr;
    QLabel* verdict_ = nullptr;
    QPushButton* rehearse_ = nullptr;
    QPushButton* save_ = nullptr;
    QPushButton* remove_ = nullptr;
    DataTable* changes_ = nullptr;
    RowModel* model_ = nullptr;
    std::vector<engine::RehearsalView::Change> rows_;
    quint64 question_ = 0;
    bool filling_ = false, changed_ = false;
};

} // namespace waypost::ui
