// The prober that really talks: over the dialer and the loop it was given, to global addresses only
// (net/address_policy.h), a handful of conversations at a time, each within its deadline. Loop thread only.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "domain/prober.h"
#include "net/dialer.h"

#include <memory>

namespace waypost::domain {

struct ProbeOptions {
    std::uint16_t httpsPort = 443; // used where an address names no other
    std::uint16_t smtpPort = 25;
    std::uint16_t dnsPort = 53; // of authoritative servers
    std::string heloName;       // empty: this machine's name
    std::string caFile, caPem;  // roots, as in net::TlsOptions
    Millis deadline{10'000};    // for each conversation
    size_t together = 8;        // conversations at a time
};

class NetworkProber final : public Prober {
  public:
    // What is given must outlive the prober, and the prober what it has under way.
    NetworkProber(net::Loop& loop, net::Dialer& dialer, const Clock& clock, Random& random,
                  ProbeOptions options);
    ~NetworkProber() override;

    Task<net::HttpResponse> fetch(FileWanted file) override;
    Task<MailProbe> greet(std::string host, std::vector<net::IpAddress> addresses) override;
    Task<dns::Answer> askServer(net::IpAddress server, dns::Question question) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace waypost::domain
