// DANE: TLSA records of each mail exchanger, whether they may be believed, and whether the certificate it
// showed fits. RFC 6698, 7671, 7672.
#include "auth/dane.h"
#include "base/text.h"
#include "dns/names.h"
#include "domain/gather.h"
#include "domain/inspector.h"
#include "domain/sum_up.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

using dns::RecordType;

namespace {

constexpr int maxAliases = 8;

// Where the aliases in the answer lead to; the name itself without any.
std::string expandedName(const dns::Answer& answer, std::string name) {
    name = dns::normalName(name);
    for (int hop = 0; hop < maxAliases; ++hop) {
        const auto aliases = answer.ofType(RecordType::CNAME);
        auto next =
            std::find_if(aliases.begin(), aliases.end(), [&](const auto* r) { return r->name == name; });
        if (next == aliases.end()) break;
        name = dns::normalName(std::get<dns::NameData>((*next)->data).name);
    }
    return name;
}

std::string tlsaOwner(const std::string& base) {
    return "_25._tcp." + base;
}

} // namespace

Task<void> Inspector::inspectDane() {
    DaneArea& area = report_.dane;
    for (const auto& host : report_.mx.hosts) {
        if (report_.mx.implicit && host.addresses.empty()) continue;
        area.hosts.emplace_back();
        area.hosts.back().host = host.host;
    }
    if (area.hosts.empty()) {
        area.reason = report_.mx.state == AreaState::CouldNotLook
                          ? "The mail exchangers could not be looked up."
                          : "There is no mail exchanger.";
        co_return;
    }
    std::vector<Task<void>> tasks;
    tasks.reserve(area.hosts.size());
    for (size_t i = 0; i < area.hosts.size(); ++i) tasks.push_back(inspectDaneHost(i));
    auto all = gather(std::move(tasks), options_.concurrency);
    co_await all;
    sumUp(area, area.hosts);
    auto empty = [](const DaneHost& h) { return h.state == AreaState::Checked && h.records.empty(); };
    if (std::all_of(area.hosts.begin(), area.hosts.end(), empty))
        add("dane-none", report_.domain, {}, area.evidence);
}

// RFC 7672 section 2.2.2: where aliases lead is asked first, when the way there is authenticated.
Task<void> Inspector::inspectDaneHost(size_t i) {
    const std::string host = report_.dane.hosts[i].host;
    std::vector<std::string> bases{dns::normalName(host)};
    auto mx = std::find_if(report_.mx.hosts.begin(), report_.mx.hosts.end(),
                           [&](const MxHost& h) { return h.host == host; });
    if (mx != report_.mx.hosts.end() && !mx->alias.empty() && mx->addressesSecure) {
        const std::string end = expandedName(at(mx->evidence.front()), host);
        if (end != bases.front()) bases.insert(bases.begin(), end);
    }
    for (const std::string& base : bases) {
        auto asking = notebook_.look(tlsaOwner(base), RecordType::TLSA);
        const size_t index = co_await asking;
        DaneHost& dane = report_.dane.hosts[i];
        dane.base = base;
        dane.evidence.push_back(index);
        if (couldNotLook(index, dane, "DANE")) co_return;
        dane.authenticated = at(index).authenticated;
        for (const auto* r : at(index).ofType(RecordType::TLSA)) {
            if (dane.records.size() >= auth::maxTlsaRecords) break;
            dane.records.push_back(std::get<dns::TlsaData>(r->data));
        }
        if (!dane.records.empty()) break;
    }
}

std::string Inspector::insecureWhy(const MxHost& host, const DaneHost& dane) const {
    if (!report_.mx.secure) return "the MX answer was not authenticated";
    if (!host.addressesSecure) return "the addresses of the host were not authenticated";
    if (!dane.authenticated) return "the TLSA answer was not authenticated";
    return {};
}

void Inspector::judgeDane() {
    for (DaneHost& host : report_.dane.hosts)
        if (host.state == AreaState::Checked && !host.records.empty()) judgeDaneHost(host);
}

void Inspector::judgeDaneHost(DaneHost& dane) {
    auto mx = std::find_if(report_.mx.hosts.begin(), report_.mx.hosts.end(),
                           [&](const MxHost& h) { return h.host == dane.host; });
    if (mx == report_.mx.hosts.end()) return;
    const std::string name = tlsaOwner(dane.base);
    Facts facts{{"count", std::to_string(dane.records.size())}, {"host", dane.host}};
    const auto& talks = mx->tls.conversations;
    const bool talked = mx->tls.state == AreaState::Checked;
    const auto chain = mx->probe.tls ? mx->probe.tls->chainDer : std::vector<std::string>();
    if (talked)
        dane.match = auth::matchTlsa(dane.records, chain, {dane.base, dane.host, report_.domain}, report_.at);
    facts["problem"] = dane.match ? dane.match->text : mx->tls.reason;
    facts["tlsa"] = chain.empty() ? "3 1 1 (SHA-256 of the server's public key)"
                                  : "3 1 1 " + auth::tlsaDataFor(chain.front());
    dane.insecureWhy = insecureWhy(*mx, dane);
    facts["why"] = dane.insecureWhy;
    const bool usable = std::any_of(dane.records.begin(), dane.records.end(),
                                    [](const auto& r) { return auth::tlsaUse(r).usable; });
    if (!usable) {
        facts["why"] = auth::tlsaUse(dane.records.front()).why;
        add("dane-usage", name, facts, dane.evidence, talks);
    }
    if (!dane.insecureWhy.empty()) return add("dane-insecure", name, facts, dane.evidence, talks);
    if (!options_.trustAd) {
        dane.insecureWhy = "the resolver that says so is not trusted here";
        return add("dane-untrusted", name, facts, dane.evidence, talks);
    }
    dane.secure = true;
    if (!usable) return;
    if (!dane.match) return add("dane-unchecked", name, facts, dane.evidence, talks);
    switch (dane.match->verdict) {
    case auth::DaneVerdict::Match: return add("dane-ok", name, facts, dane.evidence, talks);
    case auth::DaneVerdict::NoChain: return add("dane-no-tls", name, facts, dane.evidence, talks);
    case auth::DaneVerdict::Mismatch: return add("dane-mismatch", name, facts, dane.evidence, talks);
    case auth::DaneVerdict::NoRecords:
    case auth::DaneVerdict::Unusable: return;
    }
}

} // namespace waypost::domain
