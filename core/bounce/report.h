// What one bounce or feedback mail says: the recipients it speaks of, what became of each, and where in the
// mail that stands. Plain values. RFC 3464 (delivery status), RFC 6533 (UTF-8 addresses), RFC 5965, 6591 and
// 9991 (feedback), RFC 3834 (automatic answers).
#pragma once

#include "mail/headers.h"
#include "reply/event.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waypost::bounce {

enum class Kind : std::uint8_t { NotABounce, Dsn, Arf, AutoReply };
std::string_view kindName(Kind k); // "not-a-bounce", "dsn", "arf", "auto-reply"

// RFC 3464 2.3.3. Unknown: the mail does not say (feedback, automatic answers).
enum class Action : std::uint8_t { Unknown, Failed, Delayed, Delivered, Relayed, Expanded };
std::string_view actionName(Action a); // "failed", …; "" for Unknown

// Octets of the mail as it came. `exact` is false when the words stand there encoded (base64, another
// charset): then it is the part that holds them.
struct Place {
    mail::Span span; // length 0: nowhere
    bool exact = true;
    bool operator==(const Place&) const = default;
};

struct Recipient {
    std::string address;  // as the reporting server names it
    std::string original; // as we named it, when that is another: ORCPT, X-Actual-Recipient, VERP
    Action action = Action::Unknown;
    std::string status;     // "5.1.1"; empty: not said
    std::string diagnostic; // the foreign server's words, or the reporting one's; lines joined by LF
    std::int32_t code = 0;  // SMTP reply code in them; 0: none
    std::string remoteMta;  // who said it; empty: the reporting server itself
    reply::Category category = reply::Category::Unclassified;
    reply::Cause cause = reply::Cause::Unknown;
    reply::Permanence permanence = reply::Permanence::None;
    std::string advice; // the rule's action: "suppress-recipient", …
    std::string rule;   // empty: none decided
    std::int32_t ruleVersion = 0;
    std::string judged; // the words the category rests on: the diagnostic, or more of the mail
    Place addressAt, diagnosticAt;
};

// The fields of a feedback report in their order; names in lower case, values unfolded.
struct Feedback {
    std::vector<std::pair<std::string, std::string>> fields;
    [[nodiscard]] std::string_view first(std::string_view lowerName) const;
};

// What is known of the message the mail is about.
struct Original {
    std::string messageId, from, subject;
    std::vector<std::string> to;
    std::string envelopeId; // Original-Envelope-Id
};

struct Report {
    static constexpr size_t maxRecipients = 1000;

    Kind kind = Kind::NotABounce;
    std::string format; // "rfc3464", "rfc5965", or the id of a text format; empty: none fitted
    std::vector<Recipient> recipients;
    std::string reportingMta;
    std::optional<Feedback> feedback; // Arf only
    Original original;
    std::string messageId; // of the mail itself
    std::string date;      // its Date field
    std::vector<std::string> problems;
};

} // namespace waypost::bounce
