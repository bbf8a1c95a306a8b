// Reverse names of what sends and receives, confirmed forward.
#include "base/text.h"
#include "dns/names.h"
#include "domain/gather.h"
#include "domain/inspector.h"
#include "domain/sum_up.h"
#include "net/address.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

using dns::RecordType;

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

} // namespace waypost::domain
