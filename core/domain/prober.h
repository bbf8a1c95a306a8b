// What an inspection does beside asking the resolver: fetch files over HTTPS, greet mail exchangers, ask name
// servers directly. An interface, so that an inspection runs without a network (no prober: those areas say
// "not checked") and tests play the other side. Every outcome is a value; nothing here is an Error. Thread
// rule: the resolver's.
#pragma once

#include "base/task.h"
#include "dns/answer.h"
#include "net/http.h"
#include "smtp/outcome.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::domain {

// A mail exchanger was greeted, asked for TLS and left: EHLO, STARTTLS, EHLO, QUIT. No mail was named.
struct MailProbe {
    net::Endpoint remote;                  // the address that was talked to last
    bool connected = false;                // the server greeted us
    bool greeted = false;                  // and took EHLO
    std::string failure;                   // why the conversation did not come to its end; one sentence
    std::string bannerName;                // first word after 220
    std::string ehloName;                  // first word of the reply to EHLO
    std::vector<std::string> capabilities; // the last offered
    smtp::TlsState tlsState = smtp::TlsState::NotTried;
    std::optional<net::TlsOutcome> tls; // the certificate as it was shown
    UtcTime at;
    Millis took{0};
    Transcript transcript;
};

struct FileWanted {
    net::HttpsUrl url;
    std::vector<net::IpAddress> addresses;
    std::string accept;
    size_t maxBody = 0;
};

class Prober {
  public:
    virtual ~Prober() = default;
    virtual Task<net::HttpResponse> fetch(FileWanted file) = 0;
    // The addresses are tried in order until one greets, at most three. `host` is verified in the
    // certificate.
    virtual Task<MailProbe> greet(std::string host, std::vector<net::IpAddress> addresses) = 0;
    // One question to one authoritative server, without recursion. An address that must not be connected to
    // gives Status::Unreachable with the reason.
    virtual Task<dns::Answer> askServer(net::IpAddress server, dns::Question question) = 0;
};

} // namespace waypost::domain
