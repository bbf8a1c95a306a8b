// Desktop: the window with its screens, on one open engine. Feeds header, status strip and palette, and takes
// the reader from one screen to another. GUI thread only.
#pragma once

#include "desktop/options.h"
#include "engine/engine.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/shell/main_window.h"

#include <QTimer>

#include <map>
#include <memory>

namespace waypost::ui {
class BlocklistsPage;
class DeliveryPage;
class DomainsPage;
class JobsPage;
class MessageLabPage;
class PlacementPage;
class SettingsPage;
} // namespace waypost::ui

namespace waypost::desktop {

class ObjectPalette;

class Desktop : public QObject {
    Q_OBJECT
  public:
    Desktop(engine::Engine& engine, const Options& options, const QString& layoutFile);
    ~Desktop() override;

    [[nodiscard]] ui::MainWindow& window() { return window_; }
    [[nodiscard]] ui::EngineBridge& bridge() { return bridge_; }
    [[nodiscard]] ui::DeliveryPage& delivery() { return *delivery_; }
    [[nodiscard]] ui::DomainsPage& domains() { return *domains_; }
    [[nodiscard]] ui::MessageLabPage& messages() { return *messages_; }
    [[nodiscard]] ui::PlacementPage& placement() { return *placement_; }
    [[nodiscard]] static QStringList pageIds();
    // No job runs and nothing was asked for a moment.
    [[nodiscard]] bool isQuiet() const;

  private:
    void addPages();
    void addCommands();
    void connectFrame();
    void open(const QString& page, const QString& object);
    void askStatus();
    void askObjects();
    void showStatus(const engine::Status& status);
    void jobChanged(const engine::JobView& job);

    ui::EngineBridge bridge_;
    ui::MainWindow window_;
    std::shared_ptr<ObjectPalette> palette_;
    ui::BlocklistsPage* blocklists_ = nullptr;
    ui::DeliveryPage* delivery_ = nullptr;
    ui::DomainsPage* domains_ = nullptr;
    ui::JobsPage* jobsPage_ = nullptr;
    ui::MessageLabPage* messages_ = nullptr;
    ui::PlacementPage* placement_ = nullptr;
    ui::SettingsPage* settings_ = nullptr;
    std::map<std::string, engine::JobView> jobs_; // running ones
    QTimer statusTimer_;
};

} // namespace waypost::desktop
