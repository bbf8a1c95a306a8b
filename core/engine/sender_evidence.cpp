#include "engine/sender_evidence.h"

#include "base/json.h"
#include "dns/names.h"
#include "store/message_store.h"
#include "store/reply_codes.h"

namespace waypost::engine {

namespace {

constexpr Millis lookedBack{30LL * 24 * 3'600'000};
constexpr int lookedMessages = 50; // of all domains, the newest

// "pass" is true, "temperror" and what is missing are not known, everything else is false.
std::optional<bool> passed(const json::object* o) {
    if (!o || json::text(*o, "result").empty() || json::text(*o, "result") == "temperror")
        return std::nullopt;
    return json::text(*o, "result") == "pass";
}

// One passing signature is enough; when none could be judged nothing is known.
std::optional<bool> anyPassed(const json::array* signatures) {
    if (!signatures) return std::nullopt;
    std::optional<bool> out = signatures->empty() ? std::optional(false) : std::nullopt;
    for (const json::value& v : *signatures) {
        const auto one = passed(v.if_object());
        if (one && (*one || !out)) out = one;
    }
    return out;
}

// A step that found nothing to judge ("absent": mail without unsubscribe need not be marketing) is not known.
std::optional<bool> stepIsOk(const json::object& report, std::string_view id) {
    const json::array* steps = json::list(report, "steps");
    if (!steps) return std::nullopt;
    for (const json::value& v : *steps) {
        const json::object* step = v.if_object();
        if (!step || json::text(*step, "id") != id) continue;
        const std::string_view state = json::text(*step, "state");
        if (state == "unknown" || state == "absent") return std::nullopt;
        return state != "error" && state != "warning";
    }
    return std::nullopt;
}

std::optional<domain::MessageFacts> factsOf(const store::MessageRow& row, const std::string& domain) {
    auto parsed = json::parse(row.report, "stored message");
    const json::object* report = parsed ? parsed->if_object() : nullptr;
    const json::object* dmarc = report ? json::child(*report, "dmarc") : nullptr;
    if (!dmarc || dns::normalName(json::text(*dmarc, "author_domain")) != domain) return std::nullopt;
    domain::MessageFacts facts;
    facts.at = row.added;
    facts.title = row.title;
    facts.spf = passed(json::child(*report, "spf"));
    // Without its body no signature of the message can be judged, and no form of it.
    if (row.headersOnly) return facts;
    facts.oneClick = stepIsOk(*report, "unsubscribe");
    facts.dkim = anyPassed(json::list(*report, "dkim"));
    facts.dmarc = passed(dmarc);
    facts.format = stepIsOk(*report, "format");
    return facts;
}

} // namespace

SenderEvidence senderEvidence(store::Database& db, const std::string& domain, UtcTime now) {
    SenderEvidence out;
    for (const store::MessageRow& head : store::messages::all(db, lookedMessages)) {
        if (head.added < now - lookedBack) continue;
        auto row = store::messages::find(db, head.id);
        if (!row) continue;
        if (auto facts = factsOf(*row, dns::normalName(domain))) out.messages.push_back(std::move(*facts));
    }
    for (store::ReplyCodeRow& row : store::replyCodes(db, now - lookedBack))
        out.replies.push_back(
            {std::move(row.provider), std::move(row.code), std::move(row.sample), row.events, row.lastSeen});
    return out;
}

} // namespace waypost::engine
