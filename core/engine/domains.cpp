#include "base/json.h"
#include "base/text.h"
#include "dns/names.h"
#include "engine/context.h"
#include "engine/domain_view.h"
#include "engine/inspection.h"
#include "engine/reinspect.h"
#include "engine/watching.h"
#include "store/dns_store.h"
#include "store/domain_store.h"
#include "store/selector_store.h"

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

// The selectors of the report, and how each became known.
void addSelectors(store::Database& db, std::string_view report, DomainView& view) {
    auto parsed = json::parse(report, "stored inspection");
    const json::object* root = parsed ? parsed->if_object() : nullptr;
    const json::object* dkim = root ? json::child(*root, "dkim") : nullptr;
    const json::array* selectors = dkim ? json::list(*dkim, "selectors") : nullptr;
    if (!selectors) return;
    for (const json::value& v : *selectors) {
        const json::object* o = v.if_object();
        if (!o) continue;
        SelectorView selector{std::string(json::text(*o, "selector")), {}, json::boolean(*o, "guessed")};
        selector.origin = originOf(db, view.name, selector.selector);
        if (selector.origin.empty()) selector.origin = selector.guessed ? "common name" : "given";
        view.selectors.push_back(std::move(selector));
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
        if (view) addSelectors(db, *report, *view);
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

Snapshot perform(Context& c, const InspectDomain& command) {
    auto name = dns::toAscii(command.name);
    if (!name) return name.error();
    if (!dns::isHostName(*name, true))
        return Error(ErrorCode::InvalidArgument, "domain", "\"" + command.name + "\" is not a domain name.");
    std::string commandLine = "waypost-cli domain inspect " + *name;
    for (const std::string& s : command.selectors) commandLine += " --selector " + s;
    auto watched = c.workspace->write(
        [domain = *name, selectors = command.selectors, now = c.clock.now()](store::Database& db) {
            store::domains::watch(db, domain, selectors, now);
            for (const std::string& s : selectors) store::selectors::saw(db, domain, s, "given", now);
            harvestSelectors(db);
        });
    if (auto stored = watched.get(); !stored) return stored.error();
    return startInspection(c, *name, commandLine, false);
}

} // namespace waypost::engine
