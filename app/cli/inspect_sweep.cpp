#include "cli/inspect_sweep.h"

#include "base/text.h"
#include "cli/domain.h"
#include "cli/inspection_keeper.h"
#include "cli/line_feed.h"
#include "cli/network.h"
#include "cli/printer.h"

#include <deque>

namespace waypost::cli {

namespace {

constexpr size_t domainsAtOnce = 64;
constexpr size_t reportsWaiting = 4 * domainsAtOnce; // for a slow one before them
constexpr size_t questionsAtOnce = 256;
constexpr size_t maxLine = 4096;

class Sweep {
  public:
    Sweep(Globals& globals, Network& network, domain::InspectOptions options, InspectionKeeper* keeper)
        : globals_(globals), network_(network), options_(std::move(options)), keeper_(keeper) {
        options_.clock = &network.clock;
    }

    // Starts one more when there is room, waits for one to end when not.
    void take(const std::string& name) {
        while (!room()) waitForOne();
        auto slot = std::make_shared<Slot>();
        slot->name = name;
        slots_.push_back(slot);
        auto ascii = inspectableName(name);
        if (!ascii) {
            slot->refused = ascii.error();
            return flush();
        }
        ++running_;
        auto ended = [this, slot](domain::DomainReport report) {
            --running_;
            slot->report = std::move(report);
        };
        start(domain::inspect(network_.resolver, *ascii, options_), std::move(ended));
        flush();
    }

    void take(LineFeed& feed) {
        for (bool more = true; more;) {
            // Whoever writes the lines may wait for the results of those before.
            while (running_ > 0 && !feed.ready()) waitForOne();
            auto line = feed.next();
            more = line.has_value();
            if (!more) break;
            if (const auto name = text::trim(*line); !name.empty()) take(std::string(name));
        }
    }

    Result<void> finish() {
        while (running_ > 0) waitForOne();
        printer_.finish();
        if (keeper_ && kept_) kept_ = keeper_->flush();
        return kept_;
    }

  private:
    struct Slot {
        std::string name;
        std::optional<Error> refused;
        std::optional<domain::DomainReport> report;
    };

    [[nodiscard]] bool room() const { return running_ < domainsAtOnce && slots_.size() < reportsWaiting; }
    void waitForOne() {
        const size_t before = running_;
        network_.loop.runUntil([&] { return running_ < before; });
        flush();
    }
    void flush() {
        while (!slots_.empty() && (slots_.front()->refused || slots_.front()->report)) {
            auto slot = std::move(slots_.front());
            slots_.pop_front();
            if (slot->refused) {
                printer_.give([this, slot] { printRefused(globals_, "domain", slot->name, *slot->refused); });
                continue;
            }
            if (keeper_ && kept_) kept_ = keeper_->add(*slot->report);
            printer_.give([this, slot] { printReport(globals_, *slot->report); });
        }
    }

    Globals& globals_;
    Network& network_;
    domain::InspectOptions options_;
    InspectionKeeper* keeper_;
    Result<void> kept_;
    std::deque<std::shared_ptr<Slot>> slots_; // in the order of the names
    size_t running_ = 0;
    Printer printer_; // last: its jobs use the others
};

} // namespace

Result<void> sweep(Globals& globals, const SweepInput& input, domain::InspectOptions options) {
    std::optional<LineFeed> feed;
    if (!input.batch.empty()) {
        auto opened = LineFeed::open(input.batch, maxLine);
        if (!opened) return fail(opened.error());
        feed.emplace(std::move(*opened));
    }
    auto network = openNetwork(globals, questionsAtOnce);
    if (!network) return fail(network.error());
    (*network)->keepAnswers = false; // each report has its own
    std::unique_ptr<InspectionKeeper> keeper;
    if (!globals.workspace.empty()) {
        auto opened = InspectionKeeper::open(globals);
        if (!opened) return fail(opened.error());
        keeper = std::move(*opened);
    }
    std::optional<domain::NetworkProber> prober;
    if (input.probe) {
        domain::ProbeOptions probe = *input.probe;
        probe.together = domainsAtOnce;
        prober.emplace((*network)->loop, (*network)->dialer, (*network)->clock, (*network)->random,
                       std::move(probe));
        options.prober = &*prober;
    }
    Sweep running(globals, **network, std::move(options), keeper.get());
    for (const std::string& name : input.names) running.take(name);
    if (feed) running.take(*feed);
    return running.finish();
}

} // namespace waypost::cli
