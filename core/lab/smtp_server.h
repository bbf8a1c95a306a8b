// The lab's SMTP listener of one profile. Loop thread only; conversations that are under way refer to the
// server, so it is destroyed after its loop has stopped.
#pragma once

#include "lab/mailboxes.h"
#include "lab/receiver.h"
#include "net/listener.h"

#include <functional>
#include <memory>
#include <string>

namespace waypost::lab {

class SmtpServer {
  public:
    // Judges the sender: SPF of `mailFrom` (or `helo` when it is empty) for `ip`.
    using JudgeSender =
        std::function<Task<SenderFacts>(std::string ip, std::string mailFrom, std::string helo)>;

    struct Parts {
        const Profile& profile;
        Mailboxes& mailboxes;
        const Clock& clock;
        JudgeSender judge;
        net::ServerTls tls;
    };
    static Result<std::unique_ptr<SmtpServer>> open(net::Loop& loop, std::uint16_t port, Parts parts);

  private:
    explicit SmtpServer(net::Loop& loop, Parts parts) : loop_(loop), parts_(std::move(parts)) {}
    void accept(std::unique_ptr<net::ServerStream> stream);
    Task<void> serve(std::shared_ptr<net::ServerStream> stream);
    Task<bool> takeContent(net::LineReader* reader, Receiver* receiver, net::ServerStream* stream);

    net::Loop& loop_;
    Parts parts_;
    ReceiverMemory memory_;
    std::unique_ptr<net::Listener> listener_;
};

} // namespace waypost::lab
