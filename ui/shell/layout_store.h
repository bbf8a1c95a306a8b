// LayoutStore: window state on disk (sizes, splitters, columns, range, theme choice). Nothing of value:
// deleting the file only resets the look. The path is injected.
#pragma once

#include <QByteArray>
#include <QSettings>

namespace waypost::ui {

class LayoutStore {
  public:
    explicit LayoutStore(const QString& iniPath) : settings_(iniPath, QSettings::IniFormat) {}
    [[nodiscard]] QVariant value(const QString& key, const QVariant& otherwise = {}) const {
        return settings_.value(key, otherwise);
    }
    void set(const QString& key, const QVariant& value) { settings_.setValue(key, value); }
    void reset() {
        settings_.clear();
        settings_.sync();
    }
    void flush() { settings_.sync(); }

  private:
    QSettings settings_;
};

} // namespace waypost::ui
