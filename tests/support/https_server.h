// An HTTPS server on loopback for tests: one certificate, one reply for each path, and what a careless or
// hostile server does with it. Each connection is asked once and then closed.
#pragma once

#include "net/listener.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace waypost::test {

struct HttpsReply {
    std::string bytes;         // status line, header and body, as they are
    size_t piece = 0;          // written in pieces of this size …
    Millis pause{0};           // … with this between them
    bool hang = false;         // then nothing more, and the connection stays open
    bool silent = false;       // says nothing at all and keeps the connection open
    bool withoutTls = false;   // talks plain text instead of shaking hands
    bool closeAtHello = false; // closes before the handshake
};

// "HTTP/1.1 200 OK" with this type and the length of the body.
HttpsReply page(const std::string& body, const std::string& type = "text/plain",
                const std::string& status = "200 OK", const std::string& furtherFields = {});

class HttpsServer {
  public:
    // `loop` must run in a thread of its own (startThread) and outlive the server. Replies by path; the
    // empty path is for all others.
    HttpsServer(net::Loop& loop, net::Endpoint at, net::ServerTls tls,
                std::map<std::string, HttpsReply> replies);
    ~HttpsServer();
    HttpsServer(const HttpsServer&) = delete;
    HttpsServer& operator=(const HttpsServer&) = delete;

    [[nodiscard]] net::Endpoint endpoint() const { return endpoint_; }
    // Whole requests, header included.
    [[nodiscard]] std::vector<std::string> requests() const;

    struct State;

  private:
    net::Loop& loop_;
    std::shared_ptr<State> state_;
    std::unique_ptr<net::Listener> listener_;
    net::Endpoint endpoint_;
};

} // namespace waypost::test
