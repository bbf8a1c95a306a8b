// What came of a conversation, recipient by recipient. Values only.
#pragma once

#include "mail/address.h"
#include "smtp/capabilities.h"
#include "smtp/reply.h"
#include "smtp/timeouts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::smtp {

// The names are those of the reply event.
enum class Stage : std::uint8_t { Connect, Tls, Helo, Auth, Mail, Rcpt, Data, Body, After };
std::string_view stageName(Stage s);

enum class Outcome : std::uint8_t {
    Accepted,     // the server took the responsibility; with stage Rcpt (a probe): it would take the address
    Deferred,     // a 4yz reply, or the conversation broke before the message was complete: try again
    Rejected,     // a 5yz reply, or a rule of SMTP forbids to send it there (failure says which)
    Uncertain,    // lost after the final dot: it may or may not have arrived, and is never sent again unasked
    NotAttempted, // the conversation ended before this recipient's turn
};
std::string_view outcomeName(Outcome o);

struct RecipientResult {
    mail::MailAddress address;
    Outcome outcome = Outcome::NotAttempted;
    Stage stage = Stage::Connect; // how far it came
    std::optional<Reply> reply;   // the one that decided, if a reply did
    std::string failure;          // one sentence when no reply decided
};

struct MailResult {
    std::vector<RecipientResult> recipients;
    std::optional<Reply> mailReply, dataReply, finalReply;
    std::uint64_t wireBytes = 0;    // message bytes sent, dot-stuffing and final dot included
    std::vector<std::string> notes; // what was left out or done differently, one sentence each
};

enum class FailureKind : std::uint8_t {
    Connect,  // no connection
    Closed,   // the peer went away
    Timeout,  // a deadline of ours
    Protocol, // the server broke the rules or a cap
    Refused,  // a reply ended the session
    Tls,      // no TLS where it was wanted, or a bad certificate under verify
    Auth,     // no safe or common way to log in
    Local,    // our own settings
};
std::string_view failureKindName(FailureKind k);

struct Failure {
    FailureKind kind = FailureKind::Local;
    Stage stage = Stage::Connect;
    std::string text; // one sentence
    std::optional<Reply> reply;
};

enum class TlsState : std::uint8_t { NotTried, NotOffered, Refused, Failed, Established };
std::string_view tlsStateName(TlsState s);

// TLS as the dialogue needs to know it; the session keeps the certificate beside it.
struct TlsReport {
    TlsState state = TlsState::NotTried;
    bool trusted = false; // name and chain were verified
    std::string protocol, cipher;
    std::string text; // why it failed, or why it is not trusted
};

struct DialogueResult {
    std::optional<Failure> failure; // nothing: every mail had its turn
    std::optional<Reply> greeting;
    Capabilities capabilities; // the last ones: those behind TLS when there is TLS
    TlsReport tls;
    std::string authMechanism; // not empty: logged in with it
    std::vector<MailResult> mails;
};

} // namespace waypost::smtp
