#include "message/bundle_answers.h"

#include "base/text.h"
#include "dns/names.h"
#include "dns/wire.h"
#include "message/bundle.h"

#include <fmt/format.h>

namespace waypost::message {

namespace {

using dns::Answer;
using dns::Status;

constexpr const char* answersFile = "answers.json";

bool sameMeaning(const Answer& a, const Answer& b) {
    return a.status == b.status && a.records == b.records;
}

// The octets; for an answer that has none (a zone in memory, a store), such as say the same.
std::string octetsOf(const Answer& a) {
    if (!a.raw.empty() && sameMeaning(dns::decodeAnswer(a.question, a.raw), a)) return a.raw;
    if (!a.definite() && a.rcode < 0) return {};
    dns::Message m;
    m.response = true;
    m.authoritative = a.authoritative;
    m.authenticated = a.authenticated;
    m.recursionDesired = m.recursionAvailable = true;
    m.rcode = a.rcode >= 0 ? a.rcode : a.status == Status::NxDomain ? 3 : 0;
    m.questions = {a.question};
    m.answers = a.records;
    m.authority = a.authority;
    auto bytes = dns::encodeResponse(m);
    return bytes ? *bytes : std::string();
}

std::optional<Status> statusFrom(std::string_view name) {
    for (auto s : {Status::Ok, Status::NxDomain, Status::NoData, Status::ServFail, Status::Refused,
                   Status::Timeout, Status::Malformed, Status::Unreachable, Status::Cancelled})
        if (dns::statusName(s) == name) return s;
    return std::nullopt;
}

std::unexpected<Error> corrupt(size_t number, std::string_view why) {
    return fail(ErrorCode::Corrupt, answersFile, fmt::format("Answer {} {}.", number + 1, why));
}

Result<Answer> fromJson(const json::object& o, size_t number) {
    const auto type = dns::recordTypeFromName(json::text(o, "type"));
    const auto status = statusFrom(json::text(o, "status"));
    const auto octets = text::base64Decode(json::text(o, "octets"));
    const auto at = parseUtc(json::text(o, "time"));
    const auto nameOctets = text::base64Decode(json::text(o, "name_octets"));
    if (!type || !status || !octets || !at || !nameOctets) return corrupt(number, "is not of the right form");
    const dns::Question question{*nameOctets, *type};
    Answer a;
    if (!octets->empty()) {
        if (octets->size() > dns::maxMessageOctets) return corrupt(number, "is longer than a DNS message");
        a = dns::decodeAnswer(question, *octets);
        if (a.status != *status) return corrupt(number, "has a status that its octets do not say");
    } else if (*status == Status::Ok || *status == Status::NxDomain || *status == Status::NoData) {
        return corrupt(number, "has no octets");
    }
    a.question = question;
    a.status = *status;
    a.raw = *octets;
    a.rcode = int(json::number(o, "rcode", -1));
    a.authenticated = json::boolean(o, "authenticated");
    a.authoritative = json::boolean(o, "authoritative");
    a.truncated = json::boolean(o, "truncated");
    a.server = json::text(o, "server");
    a.text = json::text(o, "text");
    a.at = *at;
    a.took = Millis(json::number(o, "took_ms"));
    a.transport = dns::Transport::Recorded;
    return a;
}

} // namespace

json::array answersToJson(const std::vector<Answer>& answers) {
    json::array out;
    for (const auto& a : answers) {
        json::object o;
        o["name"] = json::foreign(a.question.name);
        // Names may hold any octets; these are the exact ones.
        o["name_octets"] = text::base64Encode(a.question.name);
        o["type"] = dns::recordTypeName(a.question.type);
        o["status"] = dns::statusName(a.status);
        o["rcode"] = a.rcode;
        o["authenticated"] = a.authenticated;
        o["authoritative"] = a.authoritative;
        o["truncated"] = a.truncated;
        o["server"] = json::foreign(a.server);
        o["text"] = json::foreign(a.text);
        o["time"] = formatUtc(a.at);
        o["took_ms"] = a.took.count();
        json::array records;
        for (const auto& r : a.records)
            records.push_back(json::foreign(fmt::format("{}. {} IN {} {}", r.name, r.ttl,
                                                        dns::recordTypeName(r.type), dns::presentation(r))));
        o["records"] = std::move(records); // to be read by people; the octets count
        o["octets"] = text::base64Encode(octetsOf(a));
        out.push_back(std::move(o));
    }
    return out;
}

Result<std::vector<Answer>> answersFromJson(const json::array& list) {
    if (list.size() > maxBundleAnswers)
        return fail(ErrorCode::TooLarge, answersFile,
                    fmt::format("There are more than {} answers.", maxBundleAnswers));
    std::vector<Answer> out;
    out.reserve(list.size());
    for (size_t i = 0; i < list.size(); ++i) {
        const auto* o = list[i].if_object();
        if (!o) return corrupt(i, "is no object");
        auto a = fromJson(*o, i);
        if (!a) return fail(a.error());
        out.push_back(std::move(*a));
    }
    return out;
}

} // namespace waypost::message
