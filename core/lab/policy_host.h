// The lab's web host of MTA-STS policies (RFC 8461 section 3.3): one certificate, one file, HTTPS only. Loop
// thread only; destroyed after its loop has stopped.
#pragma once

#include "net/listener.h"

#include <memory>
#include <string>

namespace waypost::lab {

class PolicyHost {
  public:
    static Result<std::unique_ptr<PolicyHost>> open(net::Loop& loop, net::Endpoint at, net::ServerTls tls,
                                                    std::string policy);
    [[nodiscard]] net::Endpoint endpoint() const { return listener_->endpoint(); }

  private:
    PolicyHost(net::ServerTls tls, std::string policy) : tls_(std::move(tls)), policy_(std::move(policy)) {}
    Task<void> serve(std::unique_ptr<net::ServerStream> stream);
    [[nodiscard]] std::string respond(std::string_view requestLine) const;

    net::ServerTls tls_;
    std::string policy_;
    std::unique_ptr<net::Listener> listener_;
};

} // namespace waypost::lab
