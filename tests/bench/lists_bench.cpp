// lists_bench SERVER LISTS IPS [DATABASE]: a sweep of IPS addresses over the zones l0.bulk.test … at SERVER,
// 128 questions in flight; with DATABASE every look is kept there too. Prints rate, CPU, memory and what was
// lost.
#include "engine/listings.h"
#include "net/address.h"
#include "net/loop.h"
#include "reputation/list_resolvers.h"
#include "reputation/sweep.h"
#include "store/workspace.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace waypost;
using namespace waypost::reputation;

namespace {

SweepPlan planOf(int lists, int ips) {
    SweepPlan plan;
    for (int i = 0; i < lists; ++i) {
        List list;
        list.id = "l" + std::to_string(i);
        list.zone = list.name = list.id + ".bulk.test";
        list.asks = std::uint8_t(Asks::Ipv4);
        list.unpublished = Unpublished::Listed;
        list.limits = {128, 0, 0, 1800};
        plan.lists.push_back(std::move(list));
    }
    for (int i = 0; i < ips; ++i)
        plan.targets.push_back(
            parseTargets("198.51." + std::to_string(100 + i / 256) + "." + std::to_string(i % 256))->front());
    return plan;
}

double cpuSeconds() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    return double(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           double(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

long memoryKb() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const auto server = net::Endpoint::parse(argv[1], 53);
    if (!server) return 2;
    const SweepPlan plan = planOf(std::atoi(argv[2]), std::atoi(argv[3]));
    std::unique_ptr<store::Workspace> workspace;
    if (argc > 4) {
        store::WorkspaceOptions how;
        how.create = true;
        auto opened = store::Workspace::open(argv[4], how);
        if (!opened) return 2;
        workspace = std::move(*opened);
    }
    SystemClock clock;
    SystemRandom random;
    net::Loop loop;
    ListResolvers resolvers(loop, clock, random, {*server}, Millis(2000), SweepOptions::standardInFlight);
    SweepOptions options;
    options.resolver = [&resolvers](const List& l) -> dns::Resolver& { return resolvers.of(l); };
    long cells = 0, listed = 0, clean = 0;
    bool done = false;
    std::vector<engine::KeptLook> looks;
    const auto flush = [&] {
        if (!workspace || looks.empty()) return;
        workspace->write(
            [batch = std::exchange(looks, {})](store::Database& db) {
                for (const auto& look : batch) engine::keepLook(db, look);
            },
            [](Result<void>) {});
    };
    SweepEvents events;
    events.cell = [&](Cell cell) {
        ++cells;
        listed += cell.judgement.status == Status::Listed;
        clean += cell.judgement.status == Status::Clean;
        if (!workspace) return;
        constexpr size_t batch = 256;
        looks.push_back(engine::lookOf(plan, std::move(cell)));
        if (looks.size() >= batch) flush();
    };
    events.done = [&done] { done = true; };
    const auto begin = std::chrono::steady_clock::now();
    const double cpu = cpuSeconds();
    Sweep sweep(loop, clock, random, plan, std::move(options), std::move(events));
    sweep.start();
    loop.runUntil([&done] { return done; });
    const double asked = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    flush();
    if (workspace) (void)workspace->write([](store::Database&) {}).get();
    const double kept = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const SweepCounts counts = sweep.counts();
    std::printf("cells=%ld listed=%ld lost=%ld repeated=%llu asked=%llu seconds=%.4f kept=%.4f rate=%.0f "
                "cpu_us=%.2f rss_mb=%.1f\n",
                cells, listed, cells - listed - clean, static_cast<unsigned long long>(counts.repeated),
                static_cast<unsigned long long>(counts.asked), asked, kept, double(counts.asked) / asked,
                1e6 * (cpuSeconds() - cpu) / double(counts.asked), double(memoryKb()) / 1024);
    return cells - listed - clean == 0 ? 0 : 1;
}
