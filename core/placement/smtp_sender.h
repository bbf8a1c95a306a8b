// SmtpSender: Sender over smtp::runSession(). Where to connect and with which credentials is the caller's
// answer, per recipient domain (a smart host, or the domain's MX). Loop thread only.
#pragma once

#include "placement/runner.h"
#include "smtp/session.h"

#include <functional>

namespace waypost::placement {

class SmtpSender final : public Sender {
  public:
    // Everything of the request but its mails; an Error becomes SendOutcome::Kind::Unable with its text.
    using Route = std::function<Task<Result<smtp::SessionRequest>>(std::string recipientDomain)>;

    SmtpSender(net::Dialer& dialer, const Clock& clock, Route route)
        : dialer_(dialer), clock_(clock), route_(std::move(route)) {}
    Task<SendOutcome> send(Seed seed, std::string envelopeSender, std::string message) override;

  private:
    net::Dialer& dialer_;
    const Clock& clock_;
    Route route_;
};

// What a session with one mail to one recipient means for the seed. Pure.
SendOutcome sendOutcomeOf(const smtp::DialogueResult& result);

} // namespace waypost::placement
