// A TCP server on loopback that plays a script on each connection: the peer of session tests. It says nothing
// of any protocol; what the client does otherwise than the script expects is kept in problems().
#pragma once

#include "net/listener.h"

#include <mutex>
#include <string>
#include <vector>

namespace waypost::test {

struct Step {
    enum class Kind { Send, Expect, Body, Hang, Close, Tls, Flood } kind = Kind::Close;
    std::string bytes;
    size_t count = 0;
};
// Bytes as they are.
inline Step send(std::string bytes) {
    return {Step::Kind::Send, std::move(bytes), 0};
}
// One line that begins with this.
inline Step expect(std::string prefix) {
    return {Step::Kind::Expect, std::move(prefix), 0};
}
// Lines up to a lone dot; kept in body(), and as one of bodies().
inline Step body() {
    return {Step::Kind::Body, {}, 0};
}
// Reads and says nothing until the client goes.
inline Step hang() {
    return {Step::Kind::Hang, {}, 0};
}
inline Step close() {
    return {Step::Kind::Close, {}, 0};
}
// The server part of STARTTLS or implicit TLS.
inline Step tls() {
    return {Step::Kind::Tls, {}, 0};
}
// The same byte, this often.
inline Step flood(char byte, size_t count) {
    return {Step::Kind::Flood, std::string(1, byte), count};
}

class ScriptServer {
  public:
    // `loop` must run in a thread of its own (startThread) and outlive the server.
    ScriptServer(net::Loop& loop, std::vector<Step> script, net::ServerTls tls = {},
                 net::Endpoint at = {net::IpAddress::v4({127, 0, 0, 1}), 0});
    ~ScriptServer();
    [[nodiscard]] net::Endpoint endpoint() const { return endpoint_; }
    [[nodiscard]] std::vector<std::string> problems() const;
    [[nodiscard]] std::string body() const;
    [[nodiscard]] std::vector<std::string> bodies() const; // whole ones, with dots unstuffed; in their order

  private:
    struct State;
    net::Loop& loop_;
    std::shared_ptr<State> state_;
    std::unique_ptr<net::Listener> listener_;
    net::Endpoint endpoint_;
};

} // namespace waypost::test
