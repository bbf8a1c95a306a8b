// One message to one recipient by one route: finds the host, tries its addresses in order, drives the SMTP
// session. A host that could not be reached leads to the next one; a host that answered has the last word
// (RFC 5321 section 5.1). Loop thread only. Everything that happens is a value.
#pragma once

#include "delivery/mx.h"
#include "delivery/route.h"
#include "smtp/session.h"

#include <memory>
#include <string>
#include <vector>

namespace waypost::delivery {

struct Attempt {
    smtp::RecipientResult result; // outcome, stage, reply or failure
    std::string mxHost;           // empty: it never came to a connection
    std::optional<net::Endpoint> peer;
    net::IpAddress localIp;
    std::optional<net::TlsOutcome> tls;
    std::shared_ptr<const Transcript> transcript; // of the whole attempt: lookups as notes, every host tried
    UtcTime at;
    Millis took{0};
    size_t connections = 0;
};

class Deliverer {
  public:
    static constexpr size_t maxConnections = 6; // addresses tried in one attempt

    Deliverer(net::Dialer& dialer, dns::Resolver& resolver, const Clock& clock, Random& random,
              smtp::Timeouts timeouts = {})
        : dialer_(dialer), resolver_(resolver), clock_(clock), random_(random), timeouts_(timeouts) {}

    // `message` has any line ends. With `probe` the conversation stops before DATA and nothing is sent.
    Task<Attempt> deliver(Route route, mail::MailAddress sender, mail::MailAddress recipient,
                          std::shared_ptr<const std::string> message, bool probe = false);

  private:
    struct Target {
        std::string host;
        net::IpAddress ip;
    };
    Task<bool> findTargets(const Route* route, const mail::MailAddress* recipient,
                           std::vector<Target>* targets, Attempt* attempt, Transcript* log);
    smtp::SessionRequest request(const Route& route, const Target& target) const;

    net::Dialer& dialer_;
    dns::Resolver& resolver_;
    const Clock& clock_;
    Random& random_;
    smtp::Timeouts timeouts_;
};

// The name we greet with: the route's, or this machine's.
std::string heloName(const Route& route);

} // namespace waypost::delivery
