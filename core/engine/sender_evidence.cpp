#include "engine/sender_evidence.h"

#include "store/reply_codes.h"

namespace waypost::engine {

namespace {

constexpr Millis lookedBack{30LL * 24 * 3'600'000};

} // namespace

SenderEvidence senderEvidence(store::Database& db, const std::string& domain, UtcTime now) {
    (void)domain;
    SenderEvidence out;
    for (store::ReplyCodeRow& row : store::replyCodes(db, now - lookedBack))
        out.replies.push_back(
            {std::move(row.provider), std::move(row.code), std::move(row.sample), row.events, row.lastSeen});
    return out;
}

} // namespace waypost::engine
