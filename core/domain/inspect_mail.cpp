// The mail exchangers and their addresses.
#include "base/text.h"
#include "dns/names.h"
#include "domain/gather.h"
#include "domain/inspector.h"
#include "net/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace waypost::domain {

using dns::RecordType;

namespace {

std::string aliasOf(const dns::Answer& answer, const std::string& host) {
    for (const auto* r : answer.ofType(RecordType::CNAME))
        if (r->name == dns::normalName(host)) return std::get<dns::NameData>(r->data).name;
    return {};
}

std::vector<std::string> addressesOf(const dns::Answer& answer) {
    std::vector<std::string> out;
    for (const auto* r : answer.ofType(answer.question.type)) {
        if (out.size() >= maxHostAddresses) break;
        out.push_back(std::get<dns::AddressData>(r->data).text);
    }
    return out;
}

} // namespace

Task<void> Inspector::inspectMail() {
    auto mx = inspectMx();
    co_await mx;
    std::vector<Task<void>> further;
    further.push_back(inspectPtr());
    further.push_back(inspectDane());
    further.push_back(probeMx());
    const size_t together = further.size();
    auto all = gather(std::move(further), together);
    co_await all;
}

Task<void> Inspector::inspectMx() {
    MxArea& area = report_.mx;
    auto asking = look(report_.domain, RecordType::MX, &area);
    const size_t index = co_await asking;
    if (couldNotLook(index, area, "MX")) co_return;
    const dns::Answer& answer = at(index);
    area.secure = answer.authenticated;
    report_.exists = answer.status != dns::Status::NxDomain;
    if (!report_.exists) {
        add("domain-missing", report_.domain, {}, {index});
        co_return;
    }
    for (const auto* r : answer.ofType(RecordType::MX)) {
        const auto& mx = std::get<dns::MxData>(r->data);
        if (mx.exchange.empty()) {
            area.nullMx = true;
            continue;
        }
        area.hosts.emplace_back();
        area.hosts.back().preference = mx.preference;
        area.hosts.back().host = mx.exchange;
    }
    std::sort(area.hosts.begin(), area.hosts.end(), [](const MxHost& a, const MxHost& b) {
        return std::tie(a.preference, a.host) < std::tie(b.preference, b.host);
    });
    if (area.hosts.size() > maxMxHosts) {
        add("mx-many", report_.domain, {{"count", std::to_string(area.hosts.size())}}, {index});
        area.hosts.resize(maxMxHosts);
    }
    if (area.hosts.empty() && !area.nullMx) {
        area.implicit = true;
        area.hosts.emplace_back();
        area.hosts.back().host = report_.domain;
    }
    std::vector<Task<void>> tasks;
    tasks.reserve(area.hosts.size());
    for (size_t i = 0; i < area.hosts.size(); ++i) tasks.push_back(inspectMxHost(i));
    auto all = gather(std::move(tasks), options_.concurrency);
    co_await all;
    for (const auto& host : area.hosts)
        area.evidence.insert(area.evidence.end(), host.evidence.begin(), host.evidence.end());
    judgeMx();
}

Task<void> Inspector::inspectMxHost(size_t i) {
    const std::string name = report_.mx.hosts[i].host;
    if (net::IpAddress::parse(name)) {
        report_.mx.hosts[i].state = AreaState::Checked;
        co_return;
    }
    report_.mx.hosts[i].addressesSecure = true;
    for (RecordType type : {RecordType::A, RecordType::AAAA}) {
        auto asking = notebook_.look(name, type);
        const size_t index = co_await asking;
        MxHost& host = report_.mx.hosts[i];
        host.evidence.push_back(index);
        host.addressesSecure = host.addressesSecure && at(index).authenticated;
        if (couldNotLook(index, host, "MX")) continue;
        if (host.alias.empty()) host.alias = aliasOf(at(index), name);
        for (auto& address : addressesOf(at(index))) host.addresses.push_back(std::move(address));
    }
}

void Inspector::judgeMx() {
    const MxArea& area = report_.mx;
    const std::vector<size_t> first{area.evidence.front()};
    if (area.nullMx) return add(area.hosts.empty() ? "mx-null" : "mx-null-mixed", report_.domain, {}, first);
    if (area.implicit) {
        const MxHost& host = area.hosts.front();
        if (!host.addresses.empty()) return add("mx-implicit", report_.domain, {}, area.evidence);
        if (host.state == AreaState::Checked) add("mx-none", report_.domain, {}, area.evidence);
        return;
    }
    for (const auto& host : area.hosts) judgeMxHost(host);
    auto sound = [](const MxHost& h) {
        return h.state == AreaState::Checked && !h.addresses.empty() && h.alias.empty();
    };
    if (std::all_of(area.hosts.begin(), area.hosts.end(), sound))
        add("mx-ok", report_.domain, {{"count", std::to_string(area.hosts.size())}}, area.evidence);
}

void Inspector::judgeMxHost(const MxHost& host) {
    std::vector<size_t> evidence = host.evidence;
    evidence.insert(evidence.begin(), report_.mx.evidence.front());
    if (net::IpAddress::parse(host.host)) return add("mx-address", host.host, {}, evidence);
    if (!host.alias.empty()) add("mx-cname", host.host, {{"alias", host.alias}}, evidence);
    // Only when both families were answered: a timeout of one leaves it open.
    if (host.state == AreaState::Checked && host.addresses.empty())
        add("mx-no-address", host.host, {}, evidence);
}

} // namespace waypost::domain
