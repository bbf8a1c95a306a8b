#include "domain/report_summary.h"

#include "base/json.h"
#include "base/text.h"
#include "dns/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace waypost::domain {

namespace {

struct AreaKey {
    std::string_view id, key, title, findings; // key: in the report; findings: prefix of its ids
};
constexpr AreaKey areaKeys[] = {
    {"spf", "spf", "SPF", "spf"},
    {"dkim", "dkim", "DKIM", "dkim"},
    {"dmarc", "dmarc", "DMARC", "dmarc"},
    {"mx", "mx", "MX", "mx"},
    {"ptr", "ptr", "PTR", "ptr"},
    {"mta-sts", "mta_sts", "MTA-STS", "mta-sts"},
    {"tls-rpt", "tls_rpt", "TLS-RPT", "tls-rpt"},
    {"bimi", "bimi", "BIMI", "bimi"},
    {"dane", "dane", "DANE", "dane"},
    {"zone", "zone", "Zone", "ns"},
    {"caa", "caa", "CAA", "caa"},
};

constexpr std::string_view selectorTitle = "DKIM ";

size_t countOf(const json::object& o, std::string_view list) {
    const json::array* entries = json::list(o, list);
    return entries ? entries->size() : 0;
}

Severity severityFrom(std::string_view word) {
    for (Severity s : {Severity::Error, Severity::Warning, Severity::Note})
        if (severityName(s) == word) return s;
    return Severity::Info;
}

// "example.org. 300 IN TXT …" as it is compared: without the dot and the TTL.
std::string lineOf(std::string_view record) {
    const size_t name = record.find(' ');
    const size_t ttl = name == std::string_view::npos ? name : record.find(' ', name + 1);
    const size_t in = ttl == std::string_view::npos ? ttl : record.find(' ', ttl + 1);
    if (in == std::string_view::npos) return std::string(record);
    std::string_view owner = record.substr(0, name);
    if (owner.ends_with('.')) owner.remove_suffix(1);
    std::string_view rest = record.substr(in + 1); // "TXT …"
    if (!rest.starts_with("SOA ")) return fmt::format("{} {}", text::lowered(owner), rest);
    auto words = text::words(rest);
    constexpr size_t serial = 3; // SOA primary contact serial …
    if (words.size() > serial) words.erase(words.begin() + serial);
    std::string out = text::lowered(owner);
    for (const std::string_view w : words) out += ' ' + std::string(w);
    return out;
}

void readRecords(const json::object& root, ReportSummary& out) {
    const json::array* answers = json::list(root, "answers");
    if (!answers) return;
    for (const json::value& v : *answers) {
        const json::object* o = v.if_object();
        if (!o) continue;
        const UtcTime at = parseUtc(json::text(*o, "time")).value_or(out.at);
        out.finished = std::max(out.finished, at);
        RecordSummary record;
        record.at = at;
        record.status = json::text(*o, "status");
        const bool definite = record.status == dns::statusName(dns::Status::Ok) ||
                              record.status == dns::statusName(dns::Status::NxDomain) ||
                              record.status == dns::statusName(dns::Status::NoData);
        if (!definite) continue;
        std::vector<std::string> lines;
        if (const json::array* records = json::list(*o, "records"))
            for (const json::value& r : *records)
                if (r.is_string()) lines.push_back(lineOf(r.get_string()));
        std::sort(lines.begin(), lines.end());
        record.lines = text::join(lines, "\n");
        // The first is the resolver's; those of single name servers come after it.
        out.records.try_emplace(std::string(json::text(*o, "question")), std::move(record));
    }
}

// "SPF: example.org TXT" or "DMARC reports: …": the subject of could-not-look begins with its area's title.
std::string areaOfSubject(std::string_view subject) {
    for (const AreaKey& k : areaKeys)
        if (text::istartsWith(subject, k.title) && subject.size() > k.title.size() &&
            (subject[k.title.size()] == ':' || subject[k.title.size()] == ' '))
            return std::string(k.id);
    return "general";
}

void readFindings(const json::object& root, ReportSummary& out) {
    const json::array* findings = json::list(root, "findings");
    if (!findings) return;
    for (const json::value& v : *findings) {
        const json::object* o = v.if_object();
        if (!o) continue;
        const std::string id(json::text(*o, "id"));
        const std::string subject(json::text(*o, "subject"));
        if (id == "could-not-look") {
            out.unknown.insert(areaOfSubject(subject));
            continue;
        }
        // How fast, or whether, one server answered just now is no state of the domain.
        if (id == "bimi-unchecked" || id == "dane-unchecked") out.unknown.insert(areaOfFindingId(id));
        if (id == "mx-unreachable") out.unknown.emplace("mx-sessions");
        if (id == "mx-unreachable" || id.ends_with("-unchecked") || id == "ns-silent" || id == "ns-slow")
            continue;
        out.findings[{id, subject}] = {areaOfFindingId(id), std::string(json::text(*o, "seen")),
                                       severityFrom(json::text(*o, "severity"))};
    }
}

std::string recordsText(size_t count) {
    return count == 0 ? "no record" : count == 1 ? "one record" : fmt::format("{} records", count);
}

std::string spfText(const json::object& o) {
    const size_t records = countOf(o, "records");
    if (records != 1) return recordsText(records);
    std::string out = fmt::format("{} of 10 lookups", json::number(o, "lookups"));
    if (const auto voids = json::number(o, "void_lookups"); voids > 0) out += fmt::format(", {} void", voids);
    return out;
}

std::string dmarcText(const json::object& o) {
    if (json::text(o, "record").empty()) return "no record";
    return fmt::format("{}, from {}; organisational domain {}", json::text(o, "effective", "no valid policy"),
                       json::text(o, "record_domain"), json::text(o, "org_domain"));
}

std::string mxText(const json::object& o) {
    if (json::boolean(o, "null_mx")) return "null MX: accepts no mail";
    if (json::boolean(o, "implicit")) return "no MX: the address of the domain";
    return text::counted(countOf(o, "hosts"), "host");
}

std::string ptrText(const json::object& o) {
    size_t confirmed = 0;
    const json::array* addresses = json::list(o, "addresses");
    if (!addresses || addresses->empty()) return "no address to check";
    for (const json::value& v : *addresses)
        if (v.is_object() && countOf(v.get_object(), "confirmed") > 0) ++confirmed;
    return fmt::format("{} of {} forward-confirmed", confirmed,
                       text::counted(addresses->size(), "address", "addresses"));
}

std::string daneText(const json::object& o) {
    size_t records = 0;
    if (const json::array* hosts = json::list(o, "hosts"))
        for (const json::value& v : *hosts)
            if (v.is_object()) records += countOf(v.get_object(), "records");
    return fmt::format("{} at {}", text::counted(records, "TLSA record"),
                       text::counted(countOf(o, "hosts"), "mail host"));
}

std::string policyText(const json::object& o) {
    std::string out = recordsText(countOf(o, "records"));
    const json::object* policy = json::child(o, "policy");
    if (policy && !json::text(*policy, "mode").empty())
        out += fmt::format(", mode {}", json::text(*policy, "mode"));
    return out;
}

std::string areaText(std::string_view id, const json::object& o) {
    if (id == "spf") return spfText(o);
    if (id == "dmarc") return dmarcText(o);
    if (id == "mx") return mxText(o);
    if (id == "ptr") return ptrText(o);
    if (id == "dane") return daneText(o);
    if (id == "zone") return text::counted(countOf(o, "name_servers"), "name server");
    return policyText(o);
}

std::string keyText(const json::object& selector) {
    const json::array* keys = json::list(selector, "keys");
    if (!keys || keys->empty()) return "no key";
    if (keys->size() > 1) return fmt::format("{} keys", keys->size());
    const json::object* key = keys->front().if_object();
    if (!key) return "no key";
    std::string out = fmt::format("{}, {}", json::text(*key, "state"), json::text(*key, "type"));
    if (const auto bits = json::number(*key, "bits"); bits > 0) out += fmt::format(" {}", bits);
    return out;
}

Severity worstOf(const ReportSummary& summary, std::string_view area, std::string_view subjectHas = {}) {
    Severity worst = Severity::Info;
    for (const auto& [key, finding] : summary.findings)
        if (finding.area.starts_with(area) && key.second.find(subjectHas) != std::string::npos)
            worst = std::min(worst, finding.severity);
    return worst;
}

bool looked(const json::object& o) {
    return json::text(o, "state") == "checked";
}

// Looks beyond the records have parts of their own: the policy file, the sessions with mail hosts, each name
// server. An inspection without those looks says nothing about them; what is asked for by name is not DNS.
constexpr std::string_view policyPart = "mta-sts-policy", sessionPart = "mx-sessions",
                           serverPart = "ns-servers";

bool allLooked(const json::object& o, std::string_view list, std::string_view part) {
    const json::array* entries = json::list(o, list);
    return !entries || std::all_of(entries->begin(), entries->end(), [part](const json::value& v) {
        const json::object* entry = v.if_object();
        const json::object* child = entry ? json::child(*entry, part) : nullptr;
        return !child || looked(*child);
    });
}

void readParts(std::string_view id, const json::object& o, ReportSummary& out) {
    const json::object* policy = json::child(o, "policy");
    const json::object* direct = json::child(o, "direct");
    if (id == "mta-sts" && countOf(o, "records") == 1 && policy && !looked(*policy))
        out.unknown.emplace(policyPart);
    if (id == "zone" && direct && !looked(*direct)) out.unknown.emplace(serverPart);
    if (id == "mx" && !allLooked(o, "hosts", "tls")) out.unknown.emplace(sessionPart);
}

// Part of a finding that rests on such a look; empty for those that rest on records.
std::string_view partOf(std::string_view id) {
    if (id.starts_with("mx-tls-") || id.starts_with("mx-certificate") || id == "mx-no-starttls" ||
        id == "mx-helo")
        return sessionPart;
    const bool zoneRecord = id == "ns-none" || id == "ns-ok" || id == "ns-single";
    if (id.starts_with("ns-") && !zoneRecord) return serverPart;
    const bool record = id == "mta-sts-none" || id == "mta-sts-multiple" || id == "mta-sts-syntax";
    return id.starts_with("mta-sts-") && !record ? policyPart : std::string_view();
}

void readSelectors(const json::object& dkim, ReportSummary& out) {
    const json::array* selectors = json::list(dkim, "selectors");
    if (!selectors) return;
    for (const json::value& v : *selectors) {
        const json::object* o = v.if_object();
        if (!o || !looked(*o)) continue;
        const std::string selector(json::text(*o, "selector"));
        out.verdicts[std::string(selectorTitle) + selector] = {
            "dkim", keyText(*o), worstOf(out, "dkim", selector + "._domainkey.")};
    }
}

} // namespace

std::string areaOfFindingId(std::string_view id) {
    if (const std::string_view part = partOf(id); !part.empty()) return std::string(part);
    for (const AreaKey& k : areaKeys)
        if (id == k.findings ||
            (id.starts_with(k.findings) && id.size() > k.findings.size() && id[k.findings.size()] == '-'))
            return std::string(k.id);
    return "general";
}

Result<ReportSummary> summarise(std::string_view reportJson) {
    auto parsed = json::parse(reportJson, "stored inspection");
    if (!parsed) return fail(parsed.error());
    const json::object* root = parsed->if_object();
    if (!root) return fail(ErrorCode::Corrupt, "stored inspection", "The stored report is not an object.");
    ReportSummary out;
    out.domain = json::text(*root, "domain");
    out.at = parseUtc(json::text(*root, "at")).value_or(UtcTime{});
    out.finished = out.at;
    readRecords(*root, out);
    readFindings(*root, out);
    for (const AreaKey& k : areaKeys) {
        const json::object* o = json::child(*root, k.key);
        if (!o || !looked(*o)) {
            out.unknown.emplace(k.id);
            if (k.id == "mta-sts") out.unknown.emplace(policyPart);
            if (k.id == "mx") out.unknown.emplace(sessionPart);
            if (k.id == "zone") out.unknown.emplace(serverPart);
            continue;
        }
        readParts(k.id, *o, out);
        const bool failed = out.unknown.contains(std::string(k.id));
        const bool policy = k.id == "mta-sts" && countOf(*o, "records") == 1;
        if (k.id == "dkim")
            readSelectors(*o, out);
        else if (!failed && !(policy && out.unknown.contains(std::string(policyPart))))
            out.verdicts[std::string(k.title)] = {std::string(policy ? policyPart : k.id), areaText(k.id, *o),
                                                  worstOf(out, k.id)};
    }
    return out;
}

void carryForward(const ReportSummary& older, ReportSummary& newer) {
    const std::string below = "._domainkey." + newer.domain;
    // A selector that was not asked for says nothing about its key.
    auto notAsked = [&](const std::string& keyName) {
        return keyName.ends_with(below) && !newer.records.contains(keyName + " TXT");
    };
    for (const auto& [key, finding] : older.findings)
        if (newer.unknown.contains(finding.area) || notAsked(key.second))
            newer.findings.try_emplace(key, finding);
    for (const auto& [title, verdict] : older.verdicts)
        if (newer.unknown.contains(verdict.area) ||
            (verdict.area == "dkim" && notAsked(title.substr(selectorTitle.size()) + below)))
            newer.verdicts.try_emplace(title, verdict);
    for (const auto& [question, record] : older.records) newer.records.try_emplace(question, record);
    // Still unknown is what neither of them looked at.
    std::set<std::string> still;
    std::set_intersection(older.unknown.begin(), older.unknown.end(), newer.unknown.begin(),
                          newer.unknown.end(), std::inserter(still, still.end()));
    newer.unknown = std::move(still);
}

} // namespace waypost::domain
