// UdpClient: a connected datagram socket; the kernel drops what does not come from the peer's address and
// port. Many datagrams go out and come in with one system call. Loop thread only. The guard applies.
#pragma once

#include "base/result.h"
#include "net/loop.h"
#include "net/stream.h"

namespace waypost::net {

class UdpClient {
  public:
    static constexpr size_t maxDatagram = 8192; // longer ones are cut there

    struct Events {
        std::function<void(std::string_view bytes)> datagram;   // valid during the call; may be empty
        std::function<void(IoStatus, std::string text)> failed; // port closed, no route: the last sends
    };
    static Result<std::unique_ptr<UdpClient>> open(Loop& loop, Endpoint to, Events events);
    virtual ~UdpClient() = default; // allowed inside an event
    // Goes out at the end of the loop's turn at the latest, together with others of that turn.
    virtual void send(std::string_view bytes) = 0;
    [[nodiscard]] virtual Endpoint local() const = 0;
};

} // namespace waypost::net
