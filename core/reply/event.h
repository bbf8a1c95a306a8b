// The reply event: one shape for our own sends, imported MTA logs, provider webhooks, DSNs and feedback
// reports, so that every chart, rule and alert works on all of them. An event is one delivery attempt to one
// recipient.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::reply {

enum class Category : std::uint8_t {
    Accepted,
    DeferredRateLimit,
    DeferredMailbox,
    DeferredGreylist,
    DeferredReputation,
    DeferredInfrastructure,
    DeferredAuth,
    DeferredTls,
    RejectedInvalidUser,
    RejectedInactiveMailbox,
    RejectedPolicy,
    RejectedAuth,
    RejectedContent,
    RejectedBlocklist,
    RejectedReputation,
    RejectedSize,
    RejectedRelay,
    RejectedTls,
    Other,
    Unclassified, // a queue to work on, not a bucket
};
inline constexpr int categoryCount = int(Category::Unclassified) + 1;
std::string_view
categoryName(Category c); // "deferred-rate-limit": stable, used in files and on the command line
std::optional<Category> categoryFromName(std::string_view name);

// What the chart stacks: fixed order, accepted at the bottom.
enum class Outcome : std::uint8_t { Accepted, Deferred, Bounced, Blocked, Unknown };
std::string_view outcomeName(Outcome o);
Outcome outcomeOf(Category c);

enum class Cause : std::uint8_t {
    None,
    Recipient,
    Identity,
    Ip,
    Content,
    Receiver,
    Network,
    Ourselves,
    Unknown
};
std::string_view causeName(Cause c);
std::optional<Cause> causeFromName(std::string_view name);
enum class Permanence : std::uint8_t { None, Temporary, Permanent };
std::string_view permanenceName(Permanence p); // "temporary", "permanent", "" for None
std::optional<Permanence> permanenceFromName(std::string_view name);
enum class Stage : std::uint8_t { Unknown, Connect, Tls, Helo, Auth, Mail, Rcpt, Data, Body, After };
std::string_view stageName(Stage s);
std::optional<Stage> stageFromName(std::string_view name);

// What an event is about. Rates count attempts only: the others report on a message that was counted already.
enum class Kind : std::uint8_t {
    Attempt,     // one delivery attempt to one recipient
    AsyncBounce, // a bounce that came back after the message had been accepted
    Complaint,   // a feedback report (ARF, provider's complaint event)
    AutoReply,   // an out-of-office or challenge answer: no bounce
};
inline constexpr int kindCount = int(Kind::AutoReply) + 1;
std::string_view kindName(Kind k); // "attempt", "async-bounce", "complaint", "auto-reply"
std::optional<Kind> kindFromName(std::string_view name);

// Where the bytes are.
struct Evidence {
    std::string file;         // path as given at import; empty for our own sends
    std::int64_t offset = -1; // byte offset of the line (in the uncompressed content)
    std::int32_t length = 0;
    std::string transcript; // id of a stored transcript, for our own sends
    bool operator==(const Evidence&) const = default;
};

struct ReplyEvent {
    UtcTime at;
    Kind kind = Kind::Attempt;
    std::string source; // "postfix", "send", "placement"
    std::string stream; // empty: unassigned
    std::string campaign;
    std::string sender; // envelope sender
    std::string sendingIp;
    std::string messageKey; // Message-ID or queue id: attempts of one message share it
    std::string queueId;
    std::string recipient;
    std::string recipientDomain;
    std::string provider; // by MX; empty: unknown
    std::string mxHost, mxIp;
    std::int32_t attempt = 0; // 0: unknown
    Stage stage = Stage::Unknown;
    std::string tls;       // protocol, or empty
    std::int32_t code = 0; // SMTP reply code; 0: there was none
    std::string enhanced;  // "5.1.1"
    std::string text;      // full reply, lines joined by LF
    Category category = Category::Unclassified;
    Cause cause = Cause::Unknown;
    Permanence permanence = Permanence::None;
    std::string action; // "retry", "suppress-recipient", …
    std::string rule;   // id of the rule that decided, empty: none
    std::int32_t ruleVersion = 0;
    std::int32_t spanStart = 0, spanLength = 0; // matched part of text
    std::string list;                           // block list the reply names, empty: none
    std::string opinion;         // what the source itself called it ("pmta:bad-mailbox"), a second opinion
    std::string template_;       // template key of the normalised text
    std::int32_t latencyMs = -1; // -1: unknown
    std::int64_t size = -1;
    Evidence evidence;
};

} // namespace waypost::reply
