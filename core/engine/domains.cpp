#include "base/text.h"
#include "dns/names.h"
#include "domain/network_prober.h"
#include "engine/context.h"
#include "engine/domain_view.h"
#include "engine/inspection.h"
#include "smtp/wire.h"
#include "store/dns_store.h"
#include "store/domain_store.h"
#include "store/settings_store.h"

#include <fmt/format.h>

namespace waypost::engine {

Snapshot answer(Context& c, const DomainsQuery&) {
    return toSnapshot(c.workspace->read([](store::Database& db) {
        Domains out;
        for (const store::DomainRow& d : store::domains::all(db))
            out.domains.push_back(
                {d.name, d.checked, d.errors, d.warnings, d.inspection.has_value(), d.couldNotLook});
        return out;
    }));
}

namespace {

// "acme.test TXT" back to the question.
std::optional<dns::Question> questionOf(std::string_view text) {
    const size_t space = text.rfind(' ');
    if (space == std::string_view::npos) return std::nullopt;
    for (dns::RecordType t :
         {dns::RecordType::A, dns::RecordType::AAAA, dns::RecordType::MX, dns::RecordType::TXT,
          dns::RecordType::PTR, dns::RecordType::CNAME, dns::RecordType::NS, dns::RecordType::SOA,
          dns::RecordType::TLSA, dns::RecordType::CAA, dns::RecordType::DNSKEY})
        if (dns::recordTypeName(t) == text.substr(space + 1))
            return dns::Question{std::string(text.substr(0, space)), t};
    return std::nullopt;
}

void addRawBytes(store::Database& db, DomainView& view) {
    for (AnswerView& a : view.answers) {
        auto question = questionOf(a.question);
        if (!question) continue;
        // Stored at the time the answer came, which is not later than the report.
        auto row = store::dnsrecord::asOf(db, *question, view.checked + Millis(60'000));
        if (row) a.raw = row->raw;
    }
}

Result<std::string> storedReport(Context& c, store::Database& db, const DomainQuery& q) {
    if (q.asOf && q.rejudge) {
        auto options = inspectOptions(c.options.resources, c.clock, c.publicSuffixes);
        if (!options) return fail(options.error());
        auto report = judgedAsOf(db, q.name, *q.asOf, std::move(*options));
        if (!report) return fail(report.error());
        return domain::toJson(*report);
    }
    auto row = q.asOf ? store::domains::asOf(db, q.name, *q.asOf) : store::domains::newest(db, q.name);
    if (row) return std::move(row->report);
    return fail(ErrorCode::NotFound, "domain",
                q.asOf ? fmt::format("{} was not inspected at or before {}.", q.name, formatUtc(*q.asOf))
                       : q.name + " was not inspected yet.");
}

} // namespace

Snapshot answer(Context& c, const DomainQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) -> Result<DomainView> {
        auto report = storedReport(c, db, q);
        if (!report) return fail(report.error());
        auto view = domainViewFromJson(*report);
        if (view) addRawBytes(db, *view);
        return view;
    }));
}

Snapshot answer(Context& c, const DnsHistoryQuery& q) {
    auto question = questionOf(q.name + " " + q.type);
    if (!question)
        return Error(ErrorCode::InvalidArgument, "history",
                     "\"" + q.type + "\" is not a record type that is recorded.");
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        DnsHistory out{q.name, q.type, {}};
        for (const store::DnsPeriod& p : store::dnsrecord::history(db, *question))
            out.rows.push_back(
                {p.firstSeen, p.lastSeen, std::string(dns::statusName(p.status)), p.records, p.servers});
        return out;
    }));
}

Snapshot perform(Context& c, const ForgetDomain& command) {
    auto done =
        c.workspace
            ->write([command](store::Database& db) { return store::domains::forget(db, command.name); })
            .get();
    if (!done) return done.error();
    if (!*done) return Error(ErrorCode::NotFound, "domain", command.name + " is not watched.");
    c.activity("domain.forget", command.name, command.name + " is no longer watched.");
    c.changed("domains", command.name);
    return Done{command.name};
}

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

Task<void> inspectJob(Context* c, std::string job, std::string name, domain::InspectOptions options,
                      std::shared_ptr<Probing> probes) {
    // The chain is held, so that a change of the settings meanwhile does not take it away.
    dns::Resolver& chain = resolver(*c);
    auto held = c->names;
    domain::NetworkProber prober(c->loop, c->dialer, c->clock, probes->random, probes->options);
    options.prober = &prober;
    options.trustAd = probes->trustAd;
    auto inspecting = domain::inspect(chain, name, std::move(options));
    const domain::DomainReport report = co_await inspecting;
    if (c->jobs->stopToken(job).stop_requested()) {
        c->jobs->end(job, JobState::Cancelled, "Cancelled; nothing was stored.");
        co_return;
    }
    const store::InspectionRow row = inspectionRow(report);
    const std::string text = fmt::format("{}: {}, {}.", name, text::counted(size_t(row.errors), "error"),
                                         text::counted(size_t(row.warnings), "warning"));
    c->workspace->write([row](store::Database& db) { return store::domains::append(db, row); },
                        [c, job, name, text](Result<std::int64_t> stored) {
                            if (!stored)
                                return c->jobs->end(job, JobState::Failed, stored.error().describe());
                            c->activity("domain.inspect", name, text);
                            c->changed("domains", name);
                            c->jobs->end(job, JobState::Done, text);
                        });
}

} // namespace

Snapshot perform(Context& c, const InspectDomain& command) {
    auto name = dns::toAscii(command.name);
    if (!name) return name.error();
    if (!dns::isHostName(*name, true))
        return Error(ErrorCode::InvalidArgument, "domain", "\"" + command.name + "\" is not a domain name.");
    auto options = inspectOptions(c.options.resources, c.clock, c.publicSuffixes);
    if (!options) return options.error();
    options->selectors = command.selectors;
    std::string commandLine = "waypost-cli domain inspect " + *name;
    for (const std::string& s : command.selectors) commandLine += " --selector " + s;
    auto watched =
        c.workspace->write([domain = *name, selectors = command.selectors, now = c.clock.now()](
                               store::Database& db) { store::domains::watch(db, domain, selectors, now); });
    if (auto stored = watched.get(); !stored) return stored.error();
    const std::string job = c.jobs->begin("inspect", "Inspect " + *name, commandLine);
    c.loop.post([&c, job, domain = *name, options = std::move(*options), probes = probing(c)]() mutable {
        start(inspectJob(&c, job, domain, std::move(options), std::move(probes)), [] {});
    });
    return Done{job};
}

} // namespace waypost::engine
