// MX with addresses, PTR of what sends and receives, TLSA of the mail exchangers.
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

// An area of several parts could not be looked at when any part could not.
template <class Parts>
void sumUp(Area& area, const Parts& parts) {
    area.state = AreaState::Checked;
    for (const auto& part : parts) {
        area.evidence.insert(area.evidence.end(), part.evidence.begin(), part.evidence.end());
        if (part.state != AreaState::CouldNotLook) continue;
        area.state = AreaState::CouldNotLook;
        area.reason = part.reason;
    }
}

} // namespace

Task<void> Inspector::inspectMail() {
    auto mx = inspectMx();
    co_await mx;
    auto ptr = inspectPtr();
    co_await ptr;
    auto dane = inspectDane();
    co_await dane;
}

Task<void> Inspector::inspectMx() {
    MxArea& area = report_.mx;
    auto asking = look(report_.domain, RecordType::MX, &area);
    const size_t index = co_await asking;
    if (couldNotLook(index, area, "MX")) co_return;
    const dns::Answer& answer = at(index);
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
    for (RecordType type : {RecordType::A, RecordType::AAAA}) {
        auto asking = notebook_.look(name, type);
        const size_t index = co_await asking;
        MxHost& host = report_.mx.hosts[i];
        host.evidence.push_back(index);
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

Task<void> Inspector::inspectPtr() {
    PtrArea& area = report_.ptr;
    auto addCheck = [&](const std::string& ip, const std::string& host) {
        auto same = [&](const PtrCheck& c) { return c.ip == ip; };
        if (std::any_of(area.addresses.begin(), area.addresses.end(), same)) return;
        area.addresses.emplace_back();
        area.addresses.back().ip = ip;
        area.addresses.back().host = host;
    };
    for (const auto& ip : options_.sendingIps) addCheck(ip, {});
    for (const auto& host : report_.mx.hosts)
        for (const auto& ip : host.addresses) addCheck(ip, host.host);
    if (area.addresses.empty()) {
        area.reason = report_.mx.state == AreaState::CouldNotLook
                          ? "The mail exchangers could not be looked up, and no sending address is known."
                          : "There is no mail exchanger with an address, and no sending address is known.";
        co_return;
    }
    std::vector<Task<void>> tasks;
    tasks.reserve(area.addresses.size());
    for (size_t i = 0; i < area.addresses.size(); ++i) tasks.push_back(inspectAddress(i));
    auto all = gather(std::move(tasks), options_.concurrency);
    co_await all;
    sumUp(area, area.addresses);
    for (const auto& check : area.addresses) judgePtr(check);
}

Task<void> Inspector::inspectAddress(size_t i) {
    const std::string ip = report_.ptr.addresses[i].ip;
    const auto reverse = dns::reverseName(ip);
    if (!reverse) {
        report_.ptr.addresses[i].reason = fmt::format("\"{}\" is not an IP address.", text::printable(ip));
        co_return;
    }
    auto asking = notebook_.look(*reverse, RecordType::PTR);
    const size_t index = co_await asking;
    report_.ptr.addresses[i].evidence.push_back(index);
    if (couldNotLook(index, report_.ptr.addresses[i], "PTR")) co_return;
    for (const auto* r : at(index).ofType(RecordType::PTR)) {
        if (report_.ptr.addresses[i].names.size() >= maxHostAddresses) break;
        report_.ptr.addresses[i].names.push_back(std::get<dns::NameData>(r->data).name);
    }
    const RecordType type = ip.find(':') == std::string::npos ? RecordType::A : RecordType::AAAA;
    const std::vector<std::string> names = report_.ptr.addresses[i].names;
    for (const auto& name : names) {
        auto confirming = notebook_.look(name, type);
        const size_t forward = co_await confirming;
        PtrCheck& check = report_.ptr.addresses[i];
        check.evidence.push_back(forward);
        if (couldNotLook(forward, check, "PTR")) continue;
        for (const auto* r : at(forward).ofType(type))
            if (net::IpAddress::parse(std::get<dns::AddressData>(r->data).text) ==
                net::IpAddress::parse(ip)) {
                check.confirmed.push_back(name);
                break;
            }
    }
}

void Inspector::judgePtr(const PtrCheck& check) {
    const bool sending = check.host.empty();
    Facts facts{{"host", check.host}, {"names", text::join(check.names, ", ")}};
    if (!check.confirmed.empty()) {
        facts["names"] = text::join(check.confirmed, ", ");
        return add("ptr-ok", check.ip, facts, check.evidence);
    }
    if (check.state != AreaState::Checked) return; // unknown is not "none"
    if (check.names.empty())
        return add(sending ? "ptr-none" : "ptr-mx-none", check.ip, facts, check.evidence);
    add(sending ? "ptr-unconfirmed" : "ptr-mx-unconfirmed", check.ip, facts, check.evidence);
}

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

Task<void> Inspector::inspectDaneHost(size_t i) {
    const std::string name = "_25._tcp." + report_.dane.hosts[i].host;
    auto asking = notebook_.look(name, RecordType::TLSA);
    const size_t index = co_await asking;
    DaneHost& host = report_.dane.hosts[i];
    host.evidence.push_back(index);
    if (couldNotLook(index, host, "DANE")) co_return;
    host.authenticated = at(index).authenticated;
    bool usable = false;
    for (const auto* r : at(index).ofType(RecordType::TLSA)) {
        host.records.push_back(std::get<dns::TlsaData>(r->data));
        // RFC 7672 section 3.1.3: usages 0 and 1 do not count for SMTP.
        usable = usable || host.records.back().usage == 2 || host.records.back().usage == 3;
    }
    if (host.records.empty()) co_return;
    Facts facts{{"count", std::to_string(host.records.size())}};
    if (!host.authenticated) add("dane-insecure", name, facts, {index});
    if (!usable) add("dane-usage", name, facts, {index});
    if (host.authenticated && usable) add("dane-ok", name, facts, {index});
}

} // namespace waypost::domain
