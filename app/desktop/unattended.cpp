#include "desktop/unattended.h"

#include "common/check.h"
#include "ui/pages/delivery_page.h"
#include "ui/pages/domains_page.h"
#include "ui/pages/message_lab_page.h"
#include "ui/pages/page_values.h"
#include "ui/shell/time_range_control.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/event_table.h"

#include <QAbstractItemModel>
#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QPixmap>
#include <QTabWidget>
#include <QTimer>

#include <cstdio>
#include <thread>

using namespace Qt::StringLiterals;

namespace waypost::desktop {

namespace {

constexpr int settleMs = 700;
constexpr qint64 hourMs = 3'600'000;

void pause(int ms) {
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

// The engine's waiting calls belong on another thread: the window goes on living meanwhile.
template <class Work>
void beside(Work work) {
    QEventLoop loop;
    std::jthread thread([&] {
        work();
        QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
    });
    loop.exec();
}

app::CheckReport check(engine::Engine& engine, const std::filesystem::path& resources) {
    app::CheckReport report;
    beside([&] { report = app::runCheck(engine, resources); });
    return report;
}

void inspectMore(engine::Engine& engine) {
    beside([&engine] {
        for (const char* name : {"shop.region.test", "news.acme.test", "relay.test", "nowhere.test"}) {
            const engine::Snapshot started = engine.runAndWait(engine::InspectDomain{name, {}});
            if (const auto* done = std::get_if<engine::Done>(&started)) (void)engine.waitForJob(done->id);
        }
    });
}

// Two messages signed by the lab: one as it was sent, one that a list changed. They are judged twice, so that
// the two times stand beside each other.
void judgeSamples(engine::Engine& engine, const std::filesystem::path& resources) {
    beside([&] {
        for (const char* name : {"spring-news.eml", "list-footer.eml"}) {
            engine::CheckMessage check;
            check.file = (resources / "lab" / name).string();
            const engine::Snapshot kept = engine.runAndWait(std::move(check));
            const auto* message = std::get_if<engine::Done>(&kept);
            if (!message) continue;
            const engine::Snapshot list = engine.askAndWait(engine::MessagesQuery{});
            if (const auto* messages = std::get_if<engine::Messages>(&list))
                for (const engine::MessageLine& line : messages->messages)
                    if (line.id == message->id && !line.job.empty()) (void)engine.waitForJob(line.job);
            const engine::Snapshot again = engine.runAndWait(engine::JudgeAgain{message->id, {}});
            if (const auto* job = std::get_if<engine::Done>(&again)) (void)engine.waitForJob(job->id);
        }
    });
}

// The range the imported log covers, to the hour.
void showStoredRange(Desktop& desktop, engine::Engine& engine) {
    engine::Snapshot answer = engine::Done{};
    beside([&] {
        engine::OverviewQuery query;
        query.range = {{0}, {4'102'444'800'000}};
        answer = engine.askAndWait(query);
    });
    const auto* overview = std::get_if<engine::Overview>(&answer);
    if (!overview || !overview->stored) return;
    const qint64 from = overview->stored->from.ms / hourMs * hourMs;
    desktop.window().timeRange()->setRange({from, from + 4 * hourMs});
}

// Something to look at: the first problem of the list, with its evidence.
void prepare(Desktop& desktop, const QString& id) {
    if (id == "delivery"_L1) {
        ui::EventTable* rows = desktop.delivery().rows();
        const int outcome = rows->columnOf(u"outcome"_s);
        for (quint64 r = 0; r < std::min<quint64>(rows->count(), ui::EventTable::pageRows); ++r)
            if (rows->cellText(r, outcome) == "deferred"_L1) return rows->setCurrentRow(qint64(r));
    }
    if (id == "messages"_L1 && !desktop.messages().messages().empty()) {
        desktop.messages().openMessage(ui::qstr(desktop.messages().messages().front().id));
        desktop.messages().list()->setFocus();
    }
    if (id == "domains"_L1) desktop.domains().open(u"acme.test"_s);
}

} // namespace

int runSelfCheck(Desktop&, engine::Engine& engine, const std::filesystem::path& resources) {
    const app::CheckReport report = check(engine, resources);
    std::fputs(report.text.c_str(), stdout);
    for (const std::string& problem : report.problems) std::fprintf(stderr, "problem: %s\n", problem.c_str());
    if (report.problems.empty()) std::puts("\nEverything is as it must be.");
    std::fflush(stdout);
    return report.problems.empty() ? 0 : 1;
}

namespace {

// The SPF record at the limit of lookups, term by term.
bool shootSpf(Desktop& desktop, const QString& folder) {
    ui::DomainsPage& page = desktop.domains();
    desktop.window().openPage(u"domains"_s);
    page.open(u"shop.region.test"_s);
    pause(settleMs);
    page.tabs()->setCurrentIndex(ui::DomainsPage::Spf);
    bool good = true;
    for (const bool dark : {false, true}) {
        ui::Theme::current().setMode(dark ? ui::Theme::Mode::Dark : ui::Theme::Mode::Light);
        pause(100);
        const QString file =
            QDir(folder).filePath(dark ? u"domains-spf-dark.png"_s : u"domains-spf-light.png"_s);
        good = desktop.window().grab().save(file, "PNG") && good;
        std::printf("%s\n", qPrintable(file));
    }
    return good;
}

} // namespace

int takeScreenshots(Desktop& desktop, engine::Engine& engine, const std::filesystem::path& resources,
                    const QString& folder) {
    if (!QDir().mkpath(folder)) {
        std::fprintf(stderr, "waypost: the folder %s cannot be made.\n", qPrintable(folder));
        return 1;
    }
    const app::CheckReport report = check(engine, resources);
    for (const std::string& problem : report.problems) std::fprintf(stderr, "problem: %s\n", problem.c_str());
    inspectMore(engine);
    judgeSamples(engine, resources);
    showStoredRange(desktop, engine);
    bool good = true;
    for (const QString& id : Desktop::pageIds()) {
        desktop.window().openPage(id);
        pause(settleMs);
        prepare(desktop, id);
        pause(settleMs);
        for (const bool dark : {false, true}) {
            ui::Theme::current().setMode(dark ? ui::Theme::Mode::Dark : ui::Theme::Mode::Light);
            pause(100);
            const QString file = QDir(folder).filePath(id + (dark ? u"-dark.png"_s : u"-light.png"_s));
            good = desktop.window().grab().save(file, "PNG") && good;
            std::printf("%s\n", qPrintable(file));
        }
    }
    return shootSpf(desktop, folder) && good ? 0 : 1;
}

} // namespace waypost::desktop
