#include "reply/event.h"

#include <array>
#include <utility>

namespace waypost::reply {

namespace {

// Indexed by the enum's value: the order is the enum's.
constexpr std::array<std::string_view, categoryCount> categoryNames{
    "accepted",
    "deferred-rate-limit",
    "deferred-mailbox",
    "deferred-greylist",
    "deferred-reputation",
    "deferred-infrastructure",
    "deferred-auth",
    "deferred-tls",
    "rejected-invalid-user",
    "rejected-inactive-mailbox",
    "rejected-policy",
    "rejected-auth",
    "rejected-content",
    "rejected-blocklist",
    "rejected-reputation",
    "rejected-size",
    "rejected-relay",
    "rejected-tls",
    "other",
    "unclassified",
};

constexpr std::array<std::string_view, 5> outcomeNames{"accepted", "deferred", "bounced", "blocked",
                                                       "unknown"};

constexpr std::array<std::string_view, 9> causeNames{
    "none", "recipient", "identity", "ip", "content", "receiver", "network", "ourselves", "unknown",
};

constexpr std::array<std::string_view, 10> stageNames{
    "unknown", "connect", "tls", "helo", "auth", "mail", "rcpt", "data", "body", "after",
};

constexpr std::array<std::string_view, kindCount> kindNames{"attempt", "async-bounce", "complaint",
                                                            "auto-reply"};

template <class Enum, size_t N>
std::string_view nameOf(const std::array<std::string_view, N>& names, Enum e) {
    auto at = size_t(std::to_underlying(e));
    return at < N ? names[at] : std::string_view{};
}

template <class Enum, size_t N>
std::optional<Enum> fromName(const std::array<std::string_view, N>& names, std::string_view name) {
    for (size_t i = 0; i < N; ++i) {
        if (names[i] == name) return Enum(i);
    }
    return std::nullopt;
}

} // namespace

std::string_view categoryName(Category c) {
    return nameOf(categoryNames, c);
}

std::optional<Category> categoryFromName(std::string_view name) {
    return fromName<Category>(categoryNames, name);
}

std::string_view outcomeName(Outcome o) {
    return nameOf(outcomeNames, o);
}

// Bounced: this recipient or this message cannot be delivered. Blocked: the receiver refuses us (who we are,
// what we send, where from), so the recipient must not pay for it.
Outcome outcomeOf(Category c) {
    switch (c) {
    case Category::Accepted: return Outcome::Accepted;
    case Category::DeferredRateLimit:
    case Category::DeferredMailbox:
    case Category::DeferredGreylist:
    case Category::DeferredReputation:
    case Category::DeferredInfrastructure:
    case Category::DeferredAuth:
    case Category::DeferredTls: return Outcome::Deferred;
    case Category::RejectedInvalidUser:
    case Category::RejectedInactiveMailbox:
    case Category::RejectedSize:
    case Category::Other: return Outcome::Bounced;
    case Category::RejectedPolicy:
    case Category::RejectedAuth:
    case Category::RejectedContent:
    case Category::RejectedBlocklist:
    case Category::RejectedReputation:
    case Category::RejectedRelay:
    case Category::RejectedTls: return Outcome::Blocked;
    case Category::Unclassified: break;
    }
    return Outcome::Unknown;
}

std::string_view kindName(Kind k) {
    return nameOf(kindNames, k);
}

std::optional<Kind> kindFromName(std::string_view name) {
    return fromName<Kind>(kindNames, name);
}

std::string_view causeName(Cause c) {
    return nameOf(causeNames, c);
}

std::optional<Cause> causeFromName(std::string_view name) {
    return fromName<Cause>(causeNames, name);
}

std::string_view permanenceName(Permanence p) {
    switch (p) {
    case Permanence::Temporary: return "temporary";
    case Permanence::Permanent: return "permanent";
    case Permanence::None: break;
    }
    return {};
}

std::optional<Permanence> permanenceFromName(std::string_view name) {
    if (name == "temporary") return Permanence::Temporary;
    if (name == "permanent") return Permanence::Permanent;
    return std::nullopt;
}

std::string_view stageName(Stage s) {
    return nameOf(stageNames, s);
}

std::optional<Stage> stageFromName(std::string_view name) {
    return fromName<Stage>(stageNames, name);
}

} // namespace waypost::reply
