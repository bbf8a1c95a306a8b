#include "delivery/mx.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::delivery {

Task<MxHost> findAddresses(dns::Resolver* resolver, std::string host, int preference,
                           std::vector<dns::Answer>* evidence) {
    MxHost out;
    out.name = host;
    out.preference = preference;
    if (auto literal = net::IpAddress::parse(host)) {
        out.addresses.push_back(*literal);
        co_return out;
    }
    for (dns::RecordType type : {dns::RecordType::A, dns::RecordType::AAAA}) {
        dns::Question question{host, type};
        auto asking = dns::ask(*resolver, question);
        dns::Answer answer = co_await asking;
        for (const dns::Record* r : answer.ofType(type))
            if (auto ip = net::IpAddress::parse(std::get<dns::AddressData>(r->data).text);
                ip && out.addresses.size() < maxAddressesPerHost)
                out.addresses.push_back(*ip);
        if (!answer.definite()) out.temporary = true;
        if (!answer.ok() && out.text.empty())
            out.text =
                fmt::format("{} {}: {}", host, dns::recordTypeName(type), dns::statusName(answer.status));
        evidence->push_back(std::move(answer));
    }
    if (!out.addresses.empty()) out.text.clear();
    co_return out;
}

namespace {

// Lowest preference first, equal ones in random order.
void order(std::vector<MxHost>& hosts, Random& random) {
    for (size_t i = hosts.size(); i > 1; --i) std::swap(hosts[i - 1], hosts[random.below(i)]);
    std::sort(hosts.begin(), hosts.end(),
              [](const MxHost& a, const MxHost& b) { return a.preference < b.preference; });
    if (hosts.size() > maxMxHosts) hosts.resize(maxMxHosts);
}

// What the MX answer alone decides.
void readMx(const dns::Answer& answer, const std::string& domain, MxResult& out) {
    if (answer.status == dns::Status::NxDomain) {
        out.kind = MxResult::Kind::NoSuchDomain;
        out.text = fmt::format("The domain {} does not exist (NXDOMAIN from {}).", domain, answer.server);
    } else if (!answer.definite()) {
        out.kind = MxResult::Kind::Temporary;
        out.text =
            fmt::format("The MX of {} could not be looked up: {}.", domain, dns::statusName(answer.status));
    } else {
        out.kind = MxResult::Kind::Hosts;
        for (const dns::Record* r : answer.ofType(dns::RecordType::MX)) {
            const auto& mx = std::get<dns::MxData>(r->data);
            out.hosts.push_back({mx.exchange, mx.preference, {}, {}, false});
        }
        const bool isNull = out.hosts.size() == 1 && (out.hosts[0].name.empty() || out.hosts[0].name == ".");
        if (isNull) {
            out.kind = MxResult::Kind::NullMx;
            out.hosts.clear();
            out.text = fmt::format("{} accepts no mail (null MX, RFC 7505).", domain);
        }
        if (out.hosts.empty() && !isNull) out.hosts.push_back({domain, 0, {}, {}, false}); // implicit MX
    }
}

} // namespace

Task<MxResult> findMx(dns::Resolver* resolver, std::string domain, Random* random) {
    MxResult out;
    dns::Question question{domain, dns::RecordType::MX};
    auto asking = dns::ask(*resolver, question);
    dns::Answer answer = co_await asking;
    readMx(answer, domain, out);
    out.answers.push_back(std::move(answer));
    if (out.kind != MxResult::Kind::Hosts) co_return out;
    order(out.hosts, *random);
    bool any = false;
    bool temporary = false;
    for (MxHost& host : out.hosts) {
        auto looking = findAddresses(resolver, host.name, host.preference, &out.answers);
        host = co_await looking;
        any = any || !host.addresses.empty();
        temporary = temporary || host.temporary;
    }
    if (!any) {
        out.kind = temporary ? MxResult::Kind::Temporary : MxResult::Kind::NoHost;
        out.text = fmt::format("No mail host of {} has an address: {}.", domain, out.hosts.front().text);
    }
    co_return out;
}

} // namespace waypost::delivery
