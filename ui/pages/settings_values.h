// SettingsValues: every setting with its editor, where its value comes from, its key and its meaning. A
// change is saved at once and can be undone; what the engine refuses is said under the setting. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QHash>
#include <QScrollArea>

class QLabel;
class QVBoxLayout;

namespace waypost::ui {

class SettingsValues : public QScrollArea {
    Q_OBJECT
  public:
    explicit SettingsValues(EngineBridge& bridge, QWidget* parent = nullptr);
    void setSettings(const std::vector<engine::SettingLine>& settings);
    int search(const QString& words); // how many match
    [[nodiscard]] QWidget* editor(const QString& key) const;
    [[nodiscard]] QString origin(const QString& key) const;
    [[nodiscard]] QString problem(const QString& key) const;

  Q_SIGNALS:
    void undoOffered(const QString& sentence, std::function<void()> undo);
    void answered(const QString& key);

  private:
    struct Line {
        engine::SettingLine setting;
        QWidget* box = nullptr;
        QWidget* editor = nullptr;
        QLabel* origin = nullptr;
        QLabel* problem = nullptr;
    };
    void add(const engine::SettingLine& setting);
    QWidget* makeEditor(const engine::SettingLine& setting);
    void show(Line& line);
    void save(const QString& key, const QString& value, bool offerUndo);

    EngineBridge& bridge_;
    QHash<QString, Line> lines_;
    QVBoxLayout* column_;
    bool filling_ = false;
};

} // namespace waypost::ui
