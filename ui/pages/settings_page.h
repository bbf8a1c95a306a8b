// The Settings screen: values, routes and stream rules, with one search over all of them. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/page.h"

class QLineEdit;
class QStackedWidget;
class QTabWidget;

namespace waypost::ui {

class EmptyState;
class SettingsRoutes;
class SettingsStreams;
class SettingsValues;

class SettingsPage : public Page {
    Q_OBJECT
  public:
    explicit SettingsPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] QStringList crumbs() const override;
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    void refresh() override;
    void focusFilter() override;
    void open(const QString& object); // "values", "routes", "streams"; else words to search

    [[nodiscard]] QLineEdit* search() const { return search_; }
    [[nodiscard]] QTabWidget* tabs() const { return tabs_; }
    [[nodiscard]] SettingsValues* values() const { return values_; }
    [[nodiscard]] SettingsRoutes* routes() const { return routes_; }
    [[nodiscard]] SettingsStreams* streams() const { return streams_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] bool showsContent() const;

  Q_SIGNALS:
    void shown();

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void look();
    EngineBridge& bridge_;
    QLineEdit* search_;
    QStackedWidget* body_;
    QTabWidget* tabs_;
    SettingsValues* values_;
    SettingsRoutes* routes_;
    SettingsStreams* streams_;
    EmptyState* empty_;
};

} // namespace waypost::ui
