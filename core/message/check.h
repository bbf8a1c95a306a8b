// One message judged as a receiver would: connection, SPF, DKIM, alignment, DMARC, ARC, list and unsubscribe
// headers, format and content, each a step that points to the bytes it rests on. Pure over a resolver;
// nothing else is asked. Thread rule: the resolver's. A message that cannot be parsed still yields its steps;
// what is missing is unknown.
#pragma once

#include "auth/arc_check.h"
#include "auth/authentication_results.h"
#include "auth/dkim_check.h"
#include "auth/dmarc_check.h"
#include "auth/spf_check.h"
#include "base/result.h"
#include "dns/public_suffix.h"
#include "mail/mime.h"
#include "mail/received.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waypost::message {

// How the message came. Each field is given, taken from the trace headers, or not known.
struct Connection {
    std::optional<net::IpAddress> ip;
    std::string helo, mailFrom; // mailFrom may be empty: the null sender
    bool mailFromKnown = false;
    std::string origin; // "given", "Received by mx.example.org", "Return-Path" …: one sentence
};

enum class StepState { Ok, Info, Warning, Error, Unknown, Absent };

// One statement and the bytes of the message that it rests on.
struct Item {
    std::string label, value;
    StepState state = StepState::Info;
    mail::Span bytes;             // in the message; length 0: none
    std::optional<size_t> answer; // into MessageCheck::answers
    std::vector<Item> children;
};

struct Step {
    std::string id, title; // "spf", "SPF"
    StepState state = StepState::Unknown;
    std::string headline; // "pass: 192.0.2.1 is in ip4:192.0.2.0/24"
    std::string rule;     // what is asked of a message, one sentence, and where that is written
    std::vector<Item> items;
};

struct Hop {
    size_t field = 0; // into HeaderBlock::fields()
    mail::Received received;
    std::optional<Millis> delay; // since the hop before; negative: clocks disagree
    bool skewed = false;
};

struct MessageCheck {
    UtcTime judged; // the time that was taken for now
    std::shared_ptr<const mail::HeaderBlock> headers;
    std::shared_ptr<const mail::MimeTree> mime;
    Connection connection;
    std::optional<auth::SpfCheck> spf;     // nothing: no address to check
    std::optional<auth::SpfCheck> spfHelo; // beside it when MAIL FROM was checked
    auth::DkimCheck dkim;
    auth::ArcCheck arc;
    auth::DmarcCheck dmarc;
    // What receivers wrote, and where it differs from what we found.
    struct Claimed {
        size_t field = 0;
        auth::AuthenticationResults results;
        std::vector<std::string> differences; // one sentence each
    };
    std::vector<Claimed> claimed;
    std::vector<Hop> hops; // oldest first
    std::vector<Step> steps;
    std::vector<dns::Answer> answers;  // every answer, once
    std::string authenticationResults; // header value a receiver named `receiver` would write
};

struct CheckOptions {
    Connection connection;                    // what is given; the rest is taken from the message
    std::string receiver = "waypost.invalid"; // authserv-id
    const Clock* clock = nullptr;             // required
    std::optional<UtcTime> at;                // judges as of then; default now
    std::shared_ptr<const dns::PublicSuffixList> publicSuffixes; // may be null
};

inline constexpr size_t maxMessageBytes = 64 * 1024 * 1024; // callers refuse more

Task<MessageCheck> check(dns::Resolver& resolver, mail::Bytes message, CheckOptions options);

// authenticationResults without its folds.
std::string oneLineResults(const MessageCheck& check);
// One line of JSON: the forms of `dmarc check` and, with everything, of `message check`.
std::string toJson(const MessageCheck& check, bool whole);

} // namespace waypost::message
