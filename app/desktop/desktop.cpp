#include "desktop/desktop.h"

#include "desktop/palette.h"
#include "ui/pages/activity_page.h"
#include "ui/pages/blocklists_page.h"
#include "ui/pages/delivery_page.h"
#include "ui/pages/domains_page.h"
#include "ui/pages/jobs_page.h"
#include "ui/pages/message_lab_page.h"
#include "ui/pages/page_values.h"
#include "ui/pages/placement_page.h"
#include "ui/pages/settings_page.h"
#include "ui/pages/today_page.h"
#include "ui/shell/header_bar.h"
#include "ui/shell/omnibox.h"
#include "ui/shell/status_strip.h"
#include "ui/theme/theme.h"
#include "ui/widgets/facet_list.h"

#include <QDateTime>

using namespace Qt::StringLiterals;

namespace waypost::desktop {

namespace {

constexpr int statusEveryMs = 30'000;

ui::WorkspaceKind kindOf(const std::string& kind) {
    if (kind == "lab") return ui::WorkspaceKind::Lab;
    if (kind == "production") return ui::WorkspaceKind::Production;
    if (kind == "demo") return ui::WorkspaceKind::Demo;
    return ui::WorkspaceKind::Ordinary;
}

QString sizeText(std::int64_t bytes) {
    return QLocale::c().formattedDataSize(bytes, 1, QLocale::DataSizeTraditionalFormat);
}

} // namespace

Desktop::Desktop(engine::Engine& engine, const Options& options, const QString& layoutFile)
    : bridge_(engine), window_(layoutFile),
      palette_(std::make_shared<ObjectPalette>(
          [this](const QString& page, const QString& object) { open(page, object); })) {
    if (options.resetLayout) window_.resetLayout();
    if (!options.theme.isEmpty())
        ui::Theme::current().setMode(options.theme == "dark"_L1 ? ui::Theme::Mode::Dark
                                                                : ui::Theme::Mode::Light);
    addPages();
    connectFrame();
    if (!options.page.isEmpty()) window_.openPage(options.page);
    askStatus();
    askObjects();
}

Desktop::~Desktop() = default;

QStringList Desktop::pageIds() {
    return {u"today"_s,    u"placement"_s, u"domains"_s,  u"messages"_s, u"blocklists"_s,
            u"delivery"_s, u"jobs"_s,      u"activity"_s, u"settings"_s};
}

void Desktop::addPages() {
    domains_ = new ui::DomainsPage(bridge_);
    messages_ = new ui::MessageLabPage(bridge_);
    blocklists_ = new ui::BlocklistsPage(bridge_);
    delivery_ = new ui::DeliveryPage(bridge_);
    placement_ = new ui::PlacementPage(bridge_);
    auto* today = new ui::TodayPage(bridge_);
    jobsPage_ = new ui::JobsPage(bridge_);
    settings_ = new ui::SettingsPage(bridge_);
    auto* activity = new ui::ActivityPage(bridge_);
    const auto tools = ui::NavRail::Section::Tools;
    window_.addPage(u"today"_s, tr("Today"), u"today"_s, today, u"Ctrl+1"_s);
    window_.addPage(u"placement"_s, tr("Placement"), u"placement"_s, placement_, u"Ctrl+2"_s);
    window_.addPage(u"domains"_s, tr("Domains"), u"domains"_s, domains_, u"Ctrl+3"_s);
    window_.addPage(u"messages"_s, tr("Message lab"), u"message"_s, messages_, u"Ctrl+4"_s);
    window_.addPage(u"blocklists"_s, tr("Blocklists"), u"blocklists"_s, blocklists_, u"Ctrl+5"_s);
    window_.addPage(u"delivery"_s, tr("Delivery"), u"delivery"_s, delivery_, u"Ctrl+6"_s);
    window_.addPage(u"jobs"_s, tr("Jobs"), u"jobs"_s, jobsPage_, {}, tools);
    window_.addPage(u"activity"_s, tr("Activity"), u"activity"_s, activity, {}, tools);
    window_.addPage(u"settings"_s, tr("Settings"), u"settings"_s, settings_, u"Ctrl+,"_s, tools);
    connect(today, &ui::TodayPage::openRequested, this, &Desktop::open);
    connect(placement_, &ui::PlacementPage::openRequested, this, &Desktop::open);
    connect(blocklists_, &ui::BlocklistsPage::openRequested, this, &Desktop::open);
    connect(jobsPage_, &ui::JobsPage::openRequested, this, &Desktop::open);
    connect(activity, &ui::ActivityPage::openRequested, this, &Desktop::open);
    addCommands();
}

void Desktop::addCommands() {
    window_.addCommand(u"placement.new"_s, tr("Placement"), tr("New placement test"), u"Ctrl+N"_s, [this] {
        window_.openPage(u"placement"_s);
        placement_->openNewTest();
    });
    window_.addCommand(u"delivery.import"_s, tr("Delivery"), tr("Import a log…"), u"Ctrl+O"_s, [this] {
        window_.openPage(u"delivery"_s);
        delivery_->chooseFiles();
    });
    window_.addCommand(u"messages.open"_s, tr("Message lab"), tr("Open a message…"), u"Ctrl+Shift+O"_s,
                       [this] {
                           window_.openPage(u"messages"_s);
                           messages_->chooseFile();
                       });
    window_.addCommand(u"messages.paste"_s, tr("Message lab"), tr("Paste a message…"), {}, [this] {
        window_.openPage(u"messages"_s);
        messages_->paste();
    });
    window_.addCommand(u"domains.inspect"_s, tr("Domains"), tr("Inspect a domain"), {}, [this] {
        window_.openPage(u"domains"_s);
        domains_->focusFilter();
    });
}

void Desktop::connectFrame() {
    window_.omnibox()->addProvider(palette_);
    window_.header()->setOfflineShown(false);
    connect(window_.header(), &ui::HeaderBar::notificationsAsked, this,
            [this] { window_.openPage(u"activity"_s); });
    connect(&window_, &ui::MainWindow::segmentOpened, this,
            [this](const QString& id) { open(u"settings"_s, id == "resolver"_L1 ? id : QString()); });
    connect(window_.strip(), &ui::StatusStrip::cancelAsked, this,
            [this](const QString& id) { bridge_.run(engine::CancelJob{id.toStdString()}, this, {}); });
    connect(&bridge_, &ui::EngineBridge::jobChanged, this, &Desktop::jobChanged);
    connect(&bridge_, &ui::EngineBridge::dataChanged, this, [this](const QString& what) {
        if (what == "settings"_L1) askStatus();
        if (what == "domains"_L1 || what == "runs"_L1 || what == "messages"_L1) askObjects();
    });
    connect(&statusTimer_, &QTimer::timeout, this, &Desktop::askStatus);
    statusTimer_.start(statusEveryMs);
}

void Desktop::open(const QString& page, const QString& object) {
    const bool inspect = page == "inspect"_L1;
    window_.openPage(inspect ? u"domains"_s : page);
    if (object.isEmpty()) return;
    if (inspect) return domains_->inspect(object);
    if (page == "domains"_L1) return domains_->open(object);
    if (page == "messages"_L1) return messages_->open(object);
    if (page == "blocklists"_L1) return blocklists_->open(object);
    if (page == "delivery"_L1) return delivery_->open(object);
    if (page == "placement"_L1) return placement_->open(object);
    if (page == "jobs"_L1) return jobsPage_->open(object);
    if (page == "settings"_L1) return settings_->open(object);
}

bool Desktop::isQuiet() const {
    return jobs_.empty();
}

void Desktop::askStatus() {
    bridge_.ask(engine::StatusQuery{}, this, [this](const engine::Snapshot& snapshot) {
        ui::take<engine::Status>(
            snapshot, [this](const engine::Status& s) { showStatus(s); },
            [this](const Error& e) {
                window_.strip()->setSegment(u"storage"_s, tr("storage unknown"), ui::qstr(e.describe()),
                                            ui::Outcome::Unknown);
            });
    });
}

void Desktop::showStatus(const engine::Status& s) {
    window_.setWorkspace(ui::qstr(s.workspaceName), kindOf(s.workspaceKind));
    window_.strip()->setSegment(
        u"storage"_s,
        tr("DB %1%2").arg(sizeText(s.databaseBytes), s.readOnly ? tr(", read-only") : QString()),
        ui::qstr(s.workspaceFile) + u"\n"_s + ui::qstr(s.databaseNote), ui::Outcome::Accepted);
    QStringList servers;
    for (const std::string& r : s.resolvers) servers << ui::qstr(r);
    window_.strip()->setSegment(
        u"resolver"_s, servers.isEmpty() ? tr("no resolver") : tr("resolver %1").arg(servers.constFirst()),
        tr("Name servers in use: %1").arg(servers.isEmpty() ? tr("none") : servers.join(u", "_s)),
        servers.isEmpty() ? std::optional(ui::Outcome::Unknown) : std::nullopt);
    if (s.loopbackOnly)
        window_.strip()->setSegment(u"network"_s, tr("loopback only"), tr("Nothing leaves this machine."),
                                    ui::Outcome::Accepted);
}

void Desktop::askObjects() {
    bridge_.ask(engine::DomainsQuery{}, this, [this](const engine::Snapshot& snapshot) {
        if (const auto* domains = std::get_if<engine::Domains>(&snapshot)) palette_->setDomains(*domains);
    });
    bridge_.ask(engine::RunsQuery{}, this, [this](const engine::Snapshot& snapshot) {
        if (const auto* runs = std::get_if<engine::Runs>(&snapshot)) palette_->setRuns(*runs);
    });
    bridge_.ask(engine::MessagesQuery{}, this, [this](const engine::Snapshot& snapshot) {
        if (const auto* messages = std::get_if<engine::Messages>(&snapshot)) palette_->setMessages(*messages);
    });
}

void Desktop::jobChanged(const engine::JobView& job) {
    const UtcTime now{QDateTime::currentMSecsSinceEpoch()};
    if (ui::jobIsActive(ui::jobInfo(job, now)))
        jobs_[job.id] = job;
    else
        jobs_.erase(job.id);
    std::vector<ui::JobInfo> shown;
    shown.reserve(jobs_.size());
    for (const auto& [id, j] : jobs_) shown.push_back(ui::jobInfo(j, now));
    window_.strip()->setJobs(shown);
}

} // namespace waypost::desktop
