// SettingsStreams: the rules that say which stream a message belongs to, tried from the top. Saved as a
// whole, undone as a whole. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTableWidget;

namespace waypost::ui {

class SettingsStreams : public QWidget {
    Q_OBJECT
  public:
    explicit SettingsStreams(EngineBridge& bridge, QWidget* parent = nullptr);
    void setRules(const std::vector<engine::StreamRule>& rules);
    int search(const QString& words);
    [[nodiscard]] std::vector<engine::StreamRule> rules() const;

    [[nodiscard]] QTableWidget* table() const { return table_; }
    [[nodiscard]] QPushButton* addButton() const { return add_; }
    [[nodiscard]] QPushButton* saveButton() const { return save_; }
    [[nodiscard]] QLabel* sentence() const { return sentence_; }

  Q_SIGNALS:
    void undoOffered(const QString& sentence, std::function<void()> undo);
    void answered();

  private:
    void put(int row, const engine::StreamRule& rule);
    void fill(const std::vector<engine::StreamRule>& rules);
    void move(int direction);
    void save(const std::vector<engine::StreamRule>& rules, bool offerUndo);
    void edited();
    void say(const QString& sentence, bool problem);

    EngineBridge& bridge_;
    std::vector<engine::StreamRule> stored_;
    bool dirty_ = false, filling_ = false;
    QTableWidget* table_;
    QLabel* sentence_;
    QPushButton* add_;
    QPushButton* remove_;
    QPushButton* up_;
    QPushButton* down_;
    QPushButton* save_;
};

} // namespace waypost::ui
