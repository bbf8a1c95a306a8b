// The lab's IMAP listener, implicit TLS only (RFC 8314). Loop thread only; destroyed after its loop stopped.
#pragma once

#include "lab/mailboxes.h"
#include "net/listener.h"

#include <memory>

namespace waypost::lab {

class ImapServer {
  public:
    static Result<std::unique_ptr<ImapServer>> open(net::Loop& loop, net::Endpoint at, Mailboxes& mailboxes,
                                                    net::ServerTls tls);
    [[nodiscard]] net::Endpoint endpoint() const { return listener_->endpoint(); }

  private:
    ImapServer(Mailboxes& mailboxes, net::ServerTls tls) : mailboxes_(mailboxes), tls_(std::move(tls)) {}
    Task<void> serve(std::unique_ptr<net::ServerStream> stream);
    // A command with its literals; empty when the peer is gone or over a limit.
    Task<std::string> readCommand(net::LineReader* reader, net::ServerStream* stream);

    Mailboxes& mailboxes_;
    net::ServerTls tls_;
    std::unique_ptr<net::Listener> listener_;
};

} // namespace waypost::lab
