#include "domain/authorities.h"

#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

namespace {

struct Zone {
    std::string name;
    std::vector<std::string> servers;
    std::string problem;
};

Task<Zone> findZone(dns::Resolver& resolver, std::string name) {
    Zone zone;
    for (std::string at = dns::normalName(name); !at.empty(); at = std::string(dns::parentOf(at))) {
        dns::Question question{at, dns::RecordType::NS};
        auto asking = dns::ask(resolver, question);
        const dns::Answer answer = co_await asking;
        for (const dns::Record* r : answer.ofType(dns::RecordType::NS))
            // An alias may lead to the name servers of another name.
            if (dns::normalName(r->name) == at)
                zone.servers.push_back(dns::normalName(std::get<dns::NameData>(r->data).name));
        if (!zone.servers.empty()) {
            std::sort(zone.servers.begin(), zone.servers.end());
            zone.name = at;
            co_return zone;
        }
        if (!answer.definite() && zone.problem.empty())
            zone.problem = fmt::format("{} NS: {}", at, dns::statusName(answer.status));
    }
    if (zone.problem.empty()) zone.problem = "No name server of " + name + " was found.";
    co_return zone;
}

// The servers with their addresses; one without any stays, with an empty address.
Task<std::vector<AuthorityAnswer>> addressesOf(dns::Resolver& resolver, std::vector<std::string> servers) {
    std::vector<AuthorityAnswer> out;
    for (const std::string& server : servers) {
        const size_t before = out.size();
        dns::Answer last;
        for (const auto type : {dns::RecordType::A, dns::RecordType::AAAA}) {
            dns::Question question{server, type};
            auto asking = dns::ask(resolver, question);
            const dns::Answer answer = co_await asking;
            for (const dns::Record* r : answer.ofType(type))
                if (out.size() < maxAuthorities)
                    out.push_back({server, std::get<dns::AddressData>(r->data).text, {}});
            if (!answer.definite() || last.question.name.empty()) last = answer;
        }
        if (out.size() == before && out.size() < maxAuthorities) {
            last.status = last.definite() ? dns::Status::Unreachable : last.status;
            last.text = "the name server has no address";
            out.push_back({server, "", std::move(last)});
        }
    }
    co_return out;
}

// Where an alias without the wanted record leads; empty: nowhere.
std::string aliasOf(const dns::Answer& answer, dns::RecordType type) {
    if (!answer.ofType(type).empty()) return {};
    const auto aliases = answer.ofType(dns::RecordType::CNAME);
    return aliases.empty() ? std::string()
                           : dns::normalName(std::get<dns::NameData>(aliases.back()->data).name);
}

} // namespace

Task<AuthorityAnswers> askAuthorities(dns::Resolver& resolver, DirectResolvers& direct,
                                      dns::Question question) {
    AuthorityAnswers out;
    dns::Question asked = question;
    for (int aliases = 0; aliases <= maxAliases; ++aliases) {
        auto finding = findZone(resolver, asked.name);
        Zone zone = co_await finding;
        out.zone = zone.name;
        out.problem = zone.servers.empty() ? zone.problem : std::string();
        auto addressing = addressesOf(resolver, std::move(zone.servers));
        out.servers = co_await addressing;
        std::string alias;
        for (AuthorityAnswer& server : out.servers) {
            if (server.address.empty()) continue;
            dns::Resolver& one = direct.at(server.address);
            auto asking = dns::ask(one, asked);
            server.answer = co_await asking;
            if (alias.empty()) alias = aliasOf(server.answer, asked.type);
        }
        if (alias.empty()) co_return out;
        asked.name = alias;
    }
    co_return out;
}

} // namespace waypost::domain
