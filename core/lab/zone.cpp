#include "lab/zone.h"

#include "base/text.h"
#include "dns/names.h"
#include "dns/zone_line.h"

#include <fmt/format.h>

namespace waypost::lab {

namespace {
constexpr int noError = 0, servFail = 2, nxDomain = 3, refused = 5;
constexpr int maxAliases = 8;
} // namespace

Result<Zone> Zone::parse(std::string_view content, std::string_view what) {
    Zone zone;
    int number = 0;
    for (std::string_view line : text::split(content, '\n')) {
        ++number;
        line = text::trim(line);
        if (line.empty() || line.front() == ';') continue;
        if (line.front() == '%') {
            auto w = text::words(line);
            if (w.size() != 3 || (w[1] != "servfail" && w[1] != "refused" && w[1] != "silent"))
                return fail(ErrorCode::Corrupt, fmt::format("{} line {}", what, number),
                            "A behaviour is \"% servfail|refused|silent NAME\".");
            zone.behaviours_[dns::normalName(w[2])] = w[1];
            continue;
        }
        auto record = dns::parseZoneLine(line);
        if (!record)
            return fail(record.error().code, fmt::format("{} line {}", what, number), record.error().text);
        zone.add(std::move(*record));
    }
    return zone;
}

void Zone::add(dns::Record record) {
    record.name = dns::normalName(record.name);
    records_[record.name].push_back(std::move(record));
}

std::string Zone::behaviourOf(std::string_view name) const {
    for (const auto& [at, behaviour] : behaviours_)
        if (dns::isAtOrUnder(name, at)) return behaviour;
    return {};
}

bool Zone::exists(const std::string& name) const {
    if (records_.contains(name)) return true;
    // An empty name in the middle exists when something is below it.
    for (const auto& [owner, ignored] : records_)
        if (dns::isAtOrUnder(owner, name)) return true;
    return false;
}

const std::vector<dns::Record>* Zone::find(const std::string& name) const {
    if (auto it = records_.find(name); it != records_.end()) return &it->second;
    if (exists(name)) return nullptr;
    // The wildcard of the closest name that exists, and no other.
    for (std::string_view parent = dns::parentOf(name); !parent.empty(); parent = dns::parentOf(parent)) {
        if (auto it = records_.find("*." + std::string(parent)); it != records_.end()) return &it->second;
        if (exists(std::string(parent))) return nullptr;
    }
    return nullptr;
}

void Zone::negative(dns::Message& reply, std::string_view name) const {
    for (std::string_view at = name; !at.empty(); at = dns::parentOf(at)) {
        auto it = records_.find(std::string(at));
        if (it == records_.end()) continue;
        for (const dns::Record& r : it->second)
            if (r.type == dns::RecordType::SOA) {
                reply.authority.push_back(r);
                return;
            }
    }
}

std::optional<dns::Message> Zone::answer(const dns::Message& query) const {
    dns::Message reply = query;
    reply.response = true;
    reply.authoritative = true;
    reply.recursionAvailable = true;
    const dns::Question& question = query.questions.front();
    std::string name = dns::normalName(question.name);
    const std::string behaviour = behaviourOf(name);
    if (behaviour == "silent") return std::nullopt;
    if (!behaviour.empty()) {
        reply.rcode = behaviour == "refused" ? refused : servFail;
        return reply;
    }
    for (int hop = 0; hop <= maxAliases; ++hop) {
        const std::vector<dns::Record>* here = find(name);
        if (!here) {
            reply.rcode = exists(name) ? noError : nxDomain;
            negative(reply, name);
            return reply;
        }
        std::string alias;
        for (dns::Record r : *here) {
            r.name = name; // a wildcard answers in the name that was asked
            if (r.type == dns::RecordType::CNAME && question.type != dns::RecordType::CNAME)
                alias = dns::normalName(std::get<dns::NameData>(r.data).name);
            if (r.type == question.type || r.type == dns::RecordType::CNAME)
                reply.answers.push_back(std::move(r));
        }
        if (alias.empty()) break;
        name = alias;
    }
    bool found = false;
    for (const dns::Record& r : reply.answers) found = found || r.type == question.type;
    if (!found) negative(reply, name);
    return reply;
}

} // namespace waypost::lab
