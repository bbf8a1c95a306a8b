// Listener: accepts connections on loopback for the lab's servers and for test servers. Loop thread only.
#pragma once

#include "base/result.h"
#include "net/loop.h"
#include "net/stream.h"

namespace waypost::net {

struct ServerTls {
    std::string certificatePem; // leaf first, then its chain
    std::string keyPem;
};

// A self-signed CA and leaf certificates for the lab and for tests, made with OpenSSL at start.
class TestAuthority {
  public:
    TestAuthority();
    ~TestAuthority();
    [[nodiscard]] const std::string& caPem() const;
    [[nodiscard]] ServerTls issue(const std::vector<std::string>& names, UtcTime notBefore,
                                  UtcTime notAfter) const;
    // A leaf that no authority signed.
    [[nodiscard]] static ServerTls selfSigned(const std::vector<std::string>& names, UtcTime notBefore,
                                              UtcTime notAfter);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// A server-side stream can take the server part of STARTTLS.
class ServerStream : public Stream {
  public:
    virtual Task<TlsOutcome> acceptTls(ServerTls tls, Millis deadline) = 0;
};

class Listener {
  public:
    using Accepted = std::function<void(std::unique_ptr<ServerStream>)>;
    // Port 0 takes a free one. Only loopback addresses are accepted.
    static Result<std::unique_ptr<Listener>> open(Loop& loop, Endpoint at, Accepted accepted);
    virtual ~Listener() = default; // closes; accepted streams live on
    [[nodiscard]] virtual Endpoint endpoint() const = 0;
};

// A UDP socket for the lab's name server.
class UdpServer {
  public:
    using Datagram = std::function<void(std::string bytes, Endpoint from)>;
    static Result<std::unique_ptr<UdpServer>> open(Loop& loop, Endpoint at, Datagram received);
    virtual ~UdpServer() = default;
    [[nodiscard]] virtual Endpoint endpoint() const = 0;
    virtual void send(std::string bytes, Endpoint to) = 0;
};

} // namespace waypost::net
