#include "engine/reinspect.h"

#include "base/log.h"
#include "engine/blocklists.h"
#include "engine/watching.h"
#include "net/timer.h"
#include "store/settings_store.h"

#include <future>
#include <map>

namespace waypost::engine {

namespace {

constexpr size_t startedAtOnce = 8; // the rest waits for the next tick
constexpr std::int64_t hourMs = 3'600'000;

} // namespace

struct Context::Schedule {
    Schedule(Context& c, std::function<void(net::Timer::Reason)> call) : timer(c.loop, std::move(call)) {}
    net::Timer timer;
};

namespace {

// Runs on the query worker, where reading may take its time.
void startDue(Context& c) {
    struct Due {
        Millis period;
        std::vector<std::string> names;
    };
    auto due = c.workspace->read([&](store::Database& db) {
        const Millis period(store::settings::integer(db, "domains.reinspect") * hourMs);
        Due out{period, {}};
        if (period.count() > 0) out.names = dueDomains(db, c.clock.now(), period);
        return out;
    });
    if (!due) return log::warn("schedule", due.error().describe());
    size_t started = 0;
    for (const std::string& name : due->names) {
        if (started == startedAtOnce) break;
        const Snapshot begun = c.jobs->isRunning("inspect", "Inspect " + name)
                                   ? Snapshot(Done{})
                                   : startInspection(c, name, "waypost-cli domain recheck", true);
        if (const Error* error = std::get_if<Error>(&begun)) {
            log::warn("schedule", error->describe());
            return;
        }
        ++started;
    }
}

void tick(Context& c) {
    if (!c.schedule) return;
    c.queries->post([&c](const std::stop_token& stop) {
        if (stop.stop_requested()) return;
        startDue(c);
        startDueSweep(c);
    });
    c.schedule->timer.arm(c.options.scheduleTick);
}

} // namespace

void startSchedule(Context& c) {
    if (c.options.readOnly) return;
    c.loop.post([&c] {
        c.schedule = std::make_shared<Context::Schedule>(c, [&c](net::Timer::Reason reason) {
            if (reason == net::Timer::Reason::Fired) tick(c);
        });
        c.schedule->timer.arm(c.options.scheduleTick);
    });
}

void stopSchedule(Context& c) {
    std::promise<void> stopped;
    c.loop.post([&c, &stopped] {
        c.schedule.reset();
        stopped.set_value();
    });
    stopped.get_future().wait();
}

} // namespace waypost::engine
