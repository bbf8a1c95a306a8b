// One inspection as a job: looked at, compared with what was known before, stored, told.
#include "base/text.h"
#include "domain/network_prober.h"
#include "engine/inspection.h"
#include "engine/reinspect.h"
#include "engine/watching.h"
#include "smtp/wire.h"
#include "store/settings_store.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::engine {

namespace {

// How the inspection talks to others: ports and authority of the lab, else those of the world and what the
// operator trusts. The word of a validating resolver counts when it runs on this machine (RFC 6698 A.3).
struct Probing {
    SystemRandom random;
    domain::ProbeOptions options;
    bool trustAd = false;
};

std::shared_ptr<Probing> probing(Context& c) {
    auto out = std::make_shared<Probing>();
    const auto servers = resolverServers(c);
    out->trustAd = !servers.empty() && std::all_of(servers.begin(), servers.end(),
                                                   [](const auto& s) { return s.ip.isLoopback(); });
    if (c.lab) {
        out->options.smtpPort = c.lab->smtpPort();
        if (c.lab->httpsPort() != 0) out->options.httpsPort = c.lab->httpsPort();
        out->options.dnsPort = c.lab->dns().port;
        out->options.caPem = c.lab->caPem();
    } else if (auto roots = operatorRoots(c)) {
        out->options.caPem = std::move(*roots);
    }
    auto helo =
        c.workspace->read([](store::Database& db) { return store::settings::text(db, "sending.helo"); });
    if (helo && smtp::isHelloName(*helo)) out->options.heloName = *helo;
    return out;
}

struct InspectWork {
    std::string job, name;
    domain::InspectOptions options;
    bool scheduled = false; // tells of changes only
    std::shared_ptr<Probing> probes;
};

void keep(Context* c, const InspectWork& work, const store::InspectionRow& row) {
    auto stored = std::make_shared<std::vector<domain::Difference>>();
    c->workspace->write(
        [row, stored](store::Database& db) {
            if (auto differences = storeInspection(db, row)) *stored = std::move(*differences);
        },
        [c, job = work.job, name = work.name, scheduled = work.scheduled, stored, errors = row.errors,
         warnings = row.warnings](Result<void> done) {
            if (!done) return c->jobs->end(job, JobState::Failed, done.error().describe());
            const std::string found = fmt::format("{}: {}, {}", name, text::counted(size_t(errors), "error"),
                                                  text::counted(size_t(warnings), "warning"));
            const std::string what = stored->empty() ? found + "." : found + "; " + summaryOf(*stored) + ".";
            if (!scheduled) c->activity("domain.inspect", name, what);
            if (scheduled && !stored->empty()) c->activity("domain.change", name, what);
            c->changed("domains", name);
            c->jobs->end(job, JobState::Done, what);
        });
}

Task<void> inspectJob(Context* c, InspectWork work) {
    // The chain is held, so that a change of the settings meanwhile does not take it away.
    dns::Resolver& chain = resolver(*c);
    auto held = c->names;
    domain::NetworkProber prober(c->loop, c->dialer, c->clock, work.probes->random, work.probes->options);
    work.options.prober = &prober;
    work.options.trustAd = work.probes->trustAd;
    auto inspecting = domain::inspect(chain, work.name, work.options);
    const domain::DomainReport report = co_await inspecting;
    if (c->jobs->stopToken(work.job).stop_requested()) {
        c->jobs->end(work.job, JobState::Cancelled, "Cancelled; nothing was stored.");
        co_return;
    }
    keep(c, work, inspectionRow(report));
}

} // namespace

Snapshot startInspection(Context& c, const std::string& name, const std::string& commandLine,
                         bool scheduled) {
    auto options = inspectOptions(c.options.resources, c.clock, c.publicSuffixes);
    if (!options) return options.error();
    auto known =
        c.workspace->read([&](store::Database& db) { return knownSelectors(db, name, c.clock.now()); });
    if (!known) return known.error();
    options->selectors = std::move(*known);
    InspectWork work{c.jobs->begin("inspect", "Inspect " + name, commandLine), name, std::move(*options),
                     scheduled, probing(c)};
    const std::string job = work.job;
    c.loop.post([&c, work = std::move(work)]() mutable { start(inspectJob(&c, std::move(work)), [] {}); });
    return Done{job};
}

} // namespace waypost::engine
