// Session: drives a Dialogue over a connection and leaves a full transcript. Everything that happens on the
// way is a value in SessionResult; nothing is an Error. Thread rule: loop thread only.
#pragma once

#include "base/transcript.h"
#include "net/dialer.h"
#include "smtp/dialogue.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::smtp {

struct SessionRequest {
    net::Endpoint to;
    std::string host;                   // the server's name, for TLS; empty: its address
    std::optional<net::IpAddress> from; // source address
    bool implicitTls = false;           // port 465 (RFC 8314)
    std::string caFile, caPem;          // as in net::TlsOptions
    DialogueOptions options;            // `loopback` and `already` are set by the session
    std::vector<OutgoingMail> mails;
};

struct PhaseTime {
    Phase phase = Phase::Connect;
    size_t mail = 0; // index of the mail it is about
    Millis took{0};  // from the moment we began to wait to the whole reply
};

struct SessionResult {
    DialogueResult dialogue; // outcomes, failure, capabilities
    net::IoStatus connect = net::IoStatus::Ok;
    net::Endpoint local, remote;
    std::optional<net::TlsOutcome> tls; // the certificate as it was shown
    std::vector<PhaseTime> phases;
    UtcTime startedAt;
    Millis took{0};
    Transcript transcript;
};

// `dialer` and `clock` must outlive the task.
Task<SessionResult> runSession(net::Dialer* dialer, const Clock* clock, SessionRequest request);

} // namespace waypost::smtp
