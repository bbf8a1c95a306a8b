// What a list's answer means. Pure. A listing, a welcome, a score, "not listed", a refusal and "could not
// answer" are kept apart to the end; each way of not knowing has its name. RFC 5782 section 2.1: a listed
// entry has an A record in 127.0.0.0/8.
#pragma once

#include "dns/answer.h"
#include "reputation/list.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reputation {

enum class Status : std::uint8_t {
    Clean, // asked, answered, not listed; welcome and score may stand beside it
    Listed,
    Refused, // the list declined to answer us
    Error,   // no usable answer: nothing is known
    NotApplicable,
};
std::string_view statusName(Status s); // "clean", "listed", "refused", "error", "not-applicable"
std::optional<Status> statusFromName(std::string_view name);

enum class Reason : std::uint8_t {
    None,
    // error
    Timeout,
    ServFail,
    DnsRefused, // the name server said REFUSED
    Malformed,
    Unreachable,
    Cancelled,
    OutsideLoopback, // an answer outside 127.0.0.0/8: somebody lies, or the zone has new owners
    Unpublished,     // in 127.0.0.0/8, and the list says nowhere what it means
    Unhealthy,       // the list fails its own test points
    PublicResolver,  // not asked: the list refuses this name server
    DailyLimit,      // not asked: our own limit for this list
    // refused
    ListRefused, // by return code
    // not applicable
    WrongKind, // the list knows no such names
    Dead,
    NoKey,
    NoZone, // named in replies only
};
std::string_view reasonName(Reason r); // "timeout", "outside-127/8", …
std::optional<Reason> reasonFromName(std::string_view name);

struct Judgement {
    Status status = Status::Error;
    Reason reason = Reason::None;
    std::vector<std::string> answers; // the A records, in order of value
    std::vector<std::string> subs;    // parts of the list that hold it: "SBL"
    std::string meaning;              // of all codes, a sentence each; for an error, what happened
    bool welcome = false;             // good senders' entry; never a listing
    std::optional<int> score;         // of a score list
};

// What an answer to an A question at this list says.
Judgement judge(const List& list, const dns::Answer& answer);
// The A records of an answer, sorted.
std::vector<std::string> addressesOf(const dns::Answer& answer);
// Text of the TXT answer, joined with " | ", control characters kept: print it through text::printable().
std::string txtOf(const dns::Answer& answer);

// "203.0.113.5" is a public resolver that anybody may use; the operator's name, or empty.
std::string_view publicResolver(std::string_view ip);

} // namespace waypost::reputation
