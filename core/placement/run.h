// A placement run as values: what is sent to which seeds, what became of each, and the rules that turn what
// was seen in a mailbox into a verdict. No I/O, no clock.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/transcript.h"
#include "imap/mailbox.h"
#include "placement/seed.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::placement {

struct RunLimits {
    size_t sends = 4;            // connections at a time
    size_t mailboxes = 8;        // IMAP sessions at a time, one per account
    int attempts = 3;            // of a seed that is deferred
    Millis retryDelay{300'000};  // between them
    Millis firstPoll{5'000};     // doubled after each look …
    Millis slowestPoll{120'000}; // … up to this
};

struct RunSpec {
    std::string id, name;
    std::vector<Seed> seeds;
    std::string message; // raw; {{address}} and {{token}} are replaced
    std::string sender;  // envelope sender
    std::string messageIdDomain;
    std::string token; // of the run: runToken()
    std::string route; // name of the sending route; empty: the operator sends it
    RunLimits limits;
    int waitMinutes = 30;
};

enum class SeedState : std::uint8_t {
    Planned,
    Sending,
    SendFailed, // refused for good, or never got as far as an answer; not "missing"
    Deferred,   // temporary refusal; not "missing"
    Waiting,    // sent, being looked for
    FoundInbox,
    FoundCategory,
    FoundJunk,
    FoundOther,
    NotFound,     // accepted, mailbox read, absent at the end of the wait; never "spam"
    MailboxError, // the mailbox could not be read: nothing is known
    Uncertain,    // the connection was lost behind the final dot, and it was not found (yet)
};
std::string_view seedStateName(SeedState s); // "found-junk"
std::optional<SeedState> seedStateFromName(std::string_view name);
[[nodiscard]] bool isFound(SeedState s);
// Ended: no further look changes it.
[[nodiscard]] bool isFinal(SeedState s);

// How far sending got; kept beside the state so that nothing is ever sent twice.
enum class SendProgress : std::uint8_t { NotSent, Begun, Accepted, Deferred, Failed, Uncertain };
std::string_view sendProgressName(SendProgress p);
std::optional<SendProgress> sendProgressFromName(std::string_view name);

struct SeedResult {
    std::string seedId, provider, token;
    SeedState state = SeedState::Planned;
    SendProgress send = SendProgress::NotSent;
    int attempts = 0;
    UtcTime sentAt, lookedAt, foundAt; // 0: not yet
    std::optional<Millis> latency;     // the mailbox's own date minus sentAt
    int replyCode = 0;                 // the last answer to our sending; 0: none
    std::string reply;
    std::string folder;   // where it was found, UTF-8
    std::string category; // Gmail's tab
    std::uint32_t uid = 0, uidValidity = 0;
    std::string headers; // as received
    std::string message; // whole, as received; empty: only the headers were fetched
    std::vector<std::string> authenticationResults;
    std::string problem; // one sentence: why sending or reading did not work, with the server's words
    std::shared_ptr<const Transcript> sendTranscript, readTranscript;
    std::string sendTranscriptId, readTranscriptId; // set by whoever stores them
};

// A message seen in a mailbox.
struct Sighting {
    std::string token;
    std::string folder;
    imap::SpecialUse use = imap::SpecialUse::None;
    std::string category;
    std::vector<std::string> labels;
    std::uint32_t uid = 0, uidValidity = 0;
    std::optional<UtcTime> internalDate;
    std::string headers, message;
};

// INBOX is the inbox, or its category where the provider has tabs ("primary" is the inbox); \Junk, or Gmail's
// label \Spam, is junk; anything else is other.
SeedState placementOf(const Sighting& sighting);
// Seen in several folders counts once, as the worst: junk, other, category, inbox. \All holds copies and
// counts only when it is the one place. Null for an empty list.
const Sighting* decisive(const std::vector<Sighting>& sightings);

// Puts what was seen into the result: state, folder, latency, headers, Authentication-Results.
void applySighting(SeedResult& result, const Sighting& sighting, UtcTime now);

// Unfolded values of a header field, in order.
std::vector<std::string> headerValues(std::string_view headers, std::string_view name);

// A result for each enabled seed, in state Planned, with its token. When the operator sends (`route` is
// empty) all share the run's token and wait at once.
std::vector<SeedResult> planRun(const RunSpec& spec, UtcTime now, Random& random);
// What a stored result means after an interruption: a send that had begun is Uncertain, and not sent again.
void recover(std::vector<SeedResult>& results);

// One sentence for a person: "found in Junk after 41 s", "mailbox login failed: …".
std::string describe(const SeedResult& result, int waitMinutes);

} // namespace waypost::placement
