// The zone: SOA and NS as the resolver gives them, then every authoritative server asked directly. RFC 1034,
// 1912, 2181, 2182.
#include "base/text.h"
#include "dns/names.h"
#include "domain/gather.h"
#include "domain/inspector.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace waypost::domain {

using dns::RecordType;

namespace {

constexpr Millis slowAnswer{1'000};
constexpr int network4 = 24, network6 = 48; // what counts as one network

std::string networkOf(const net::IpAddress& ip) {
    const int bits = ip.isV4() ? network4 : network6;
    return text::hex(ip.octets().substr(0, size_t(bits) / 8));
}

bool silent(const ServerCheck& c) {
    return c.status == dns::Status::Timeout || c.status == dns::Status::Unreachable;
}

} // namespace

Task<void> Inspector::inspectZone() {
    ZoneArea& area = report_.zone;
    area.direct.reason = "The name servers were not asked directly: only the resolver was.";
    auto asking = look(report_.domain, RecordType::SOA, &area);
    const size_t soa = co_await asking;
    for (const auto* r : at(soa).ofType(RecordType::SOA)) area.soa = std::get<dns::SoaData>(r->data);
    couldNotLook(soa, area, "zone");
    auto askingNs = look(report_.domain, RecordType::NS, &area);
    const size_t ns = co_await askingNs;
    if (couldNotLook(ns, area, "zone")) co_return;
    for (const auto* r : at(ns).ofType(RecordType::NS))
        area.nameServers.push_back(std::get<dns::NameData>(r->data).name);
    std::sort(area.nameServers.begin(), area.nameServers.end());
    Facts facts{{"count", std::to_string(area.nameServers.size())},
                {"servers", text::join(area.nameServers, ", ")}};
    // A name inside another zone has neither SOA nor NS of its own.
    if (area.nameServers.empty()) {
        if (area.soa) add("ns-none", report_.domain, facts, {ns});
        area.direct.reason = "The name is not a zone of its own.";
        co_return;
    }
    add(area.nameServers.size() == 1 ? "ns-single" : "ns-ok", report_.domain, facts, {ns});
    if (!options_.prober) co_return;
    auto direct = askServers();
    co_await direct;
}

Task<void> Inspector::askServers() {
    ZoneArea& area = report_.zone;
    area.direct.reason.clear();
    for (const std::string& name : area.nameServers) {
        if (area.servers.size() >= maxNameServers) break;
        area.servers.emplace_back();
        area.servers.back().name = name;
    }
    std::vector<Task<void>> tasks;
    tasks.reserve(area.servers.size());
    for (size_t i = 0; i < area.servers.size(); ++i) tasks.push_back(askServer(i));
    auto all = gather(std::move(tasks), options_.concurrency);
    co_await all;
    area.direct.state = AreaState::Checked;
    for (const NameServer& s : area.servers)
        for (const ServerCheck& c : s.addresses) {
            area.direct.evidence.insert(area.direct.evidence.end(), c.evidence.begin(), c.evidence.end());
            if (!silent(c)) continue;
            area.direct.state = AreaState::CouldNotLook;
            area.direct.reason = c.reason;
        }
    judgeServers();
}

Task<void> Inspector::askServer(size_t i) {
    const std::string name = report_.zone.servers[i].name;
    std::vector<std::string> addresses;
    for (RecordType type : {RecordType::A, RecordType::AAAA}) {
        auto asking = notebook_.look(name, type);
        const size_t index = co_await asking;
        NameServer& server = report_.zone.servers[i];
        server.evidence.push_back(index);
        if (couldNotLook(index, server, "zone")) continue;
        for (const auto* r : at(index).ofType(RecordType::CNAME))
            if (r->name == dns::normalName(name)) server.alias = std::get<dns::NameData>(r->data).name;
        for (const auto* r : at(index).ofType(type))
            if (addresses.size() < maxServerAddresses)
                addresses.push_back(std::get<dns::AddressData>(r->data).text);
    }
    for (const std::string& ip : addresses) {
        const auto parsed = net::IpAddress::parse(ip);
        if (!parsed) continue;
        dns::Question question{report_.domain, RecordType::SOA};
        auto asking = options_.prober->askServer(*parsed, std::move(question));
        dns::Answer answer = co_await asking;
        ServerCheck check;
        check.ip = ip;
        check.status = answer.status;
        check.authoritative = answer.authoritative;
        check.took = answer.took;
        for (const auto* r : answer.ofType(RecordType::SOA))
            check.serial = std::get<dns::SoaData>(r->data).serial;
        check.state = silent(check) ? AreaState::CouldNotLook : AreaState::Checked;
        if (check.state == AreaState::CouldNotLook)
            check.reason = fmt::format("{} ({}): {}{}{}", name, ip, dns::statusName(answer.status),
                                       answer.text.empty() ? "" : ". ", answer.text);
        check.evidence.push_back(notebook_.keep(std::move(answer)));
        report_.direct.push_back(check.evidence.back());
        report_.zone.servers[i].addresses.push_back(std::move(check));
    }
}

void Inspector::judgeServers() {
    const ZoneArea& area = report_.zone;
    std::set<std::string> networks;
    size_t addresses = 0;
    for (const NameServer& server : area.servers) {
        judgeServer(server);
        for (const ServerCheck& c : server.addresses)
            if (const auto ip = net::IpAddress::parse(c.ip)) {
                networks.insert(networkOf(*ip));
                ++addresses;
            }
    }
    if (area.servers.size() > 1 && addresses > 1 && networks.size() == 1)
        add("ns-one-network", report_.domain, {{"servers", text::join(area.nameServers, ", ")}},
            area.evidence);
    judgeSerials();
}

void Inspector::judgeServer(const NameServer& server) {
    if (!server.alias.empty()) add("ns-cname", server.name, {{"alias", server.alias}}, server.evidence);
    if (server.addresses.empty() && server.state == AreaState::Checked)
        return add("ns-no-address", server.name, {}, server.evidence);
    for (const ServerCheck& c : server.addresses) {
        Facts facts{{"ip", c.ip},
                    {"status", std::string(dns::statusName(c.status))},
                    {"ms", std::to_string(c.took.count())}};
        const std::string subject = fmt::format("{} ({})", server.name, c.ip);
        if (silent(c)) {
            add("ns-silent", subject, facts, c.evidence);
        } else if (!c.serial || !c.authoritative) {
            if (c.serial) facts["status"] = "an answer without authority";
            add("ns-lame", subject, facts, c.evidence);
        } else if (c.took > slowAnswer) {
            add("ns-slow", subject, facts, c.evidence);
        }
    }
}

void Inspector::judgeSerials() {
    std::set<std::uint32_t> serials;
    std::vector<std::string> each;
    std::vector<size_t> evidence;
    Millis slowest{0};
    size_t silentOnes = 0, asked = 0;
    for (const NameServer& server : report_.zone.servers)
        for (const ServerCheck& c : server.addresses) {
            ++asked;
            if (!c.serial || !c.authoritative) {
                ++silentOnes;
                continue;
            }
            serials.insert(*c.serial);
            each.push_back(fmt::format("{} {}", server.name, *c.serial));
            evidence.insert(evidence.end(), c.evidence.begin(), c.evidence.end());
            slowest = std::max(slowest, c.took);
        }
    std::sort(each.begin(), each.end());
    each.erase(std::unique(each.begin(), each.end()), each.end());
    if (serials.size() > 1)
        return add("ns-serial", report_.domain, {{"serials", text::join(each, ", ")}}, evidence);
    if (asked > 0 && silentOnes == 0)
        add("ns-answers", report_.domain,
            {{"count", std::to_string(asked)},
             {"serial", std::to_string(*serials.begin())},
             {"ms", std::to_string(slowest.count())}},
            evidence);
}

} // namespace waypost::domain
