// What the network tests share: a loop driven by the test's own thread, and one connected pair of streams.
#pragma once

#include "net/dialer.h"
#include "net/listener.h"

#include <fmt/format.h>

#include <deque>

namespace waypost::test {

inline net::Endpoint loopback(std::uint16_t port = 0) {
    return {net::IpAddress::v4({127, 0, 0, 1}), port};
}

// Runs the task on the loop and the loop on this thread.
template <class T>
T run(net::Loop& loop, Task<T> task) {
    return loop.runBlocking<T>([&task]() mutable { return std::move(task); });
}

// Turns of the loop until `done`, at most `limit`.
inline bool waitUntil(net::Loop& loop, const std::function<bool()>& done, Millis limit = Millis(5000)) {
    auto late = std::make_shared<bool>(false); // the timer outlives this call
    auto timer = loop.sleep(limit);
    start(std::move(timer), [late] { *late = true; });
    loop.runUntil([&] { return *late || done(); });
    return done();
}

// A listener whose accepted streams wait in a list.
struct Server {
    explicit Server(net::Loop& loop, net::Endpoint at = loopback()) {
        auto opened = net::Listener::open(
            loop, at, [this](std::unique_ptr<net::ServerStream> s) { streams.push_back(std::move(s)); });
        if (!opened) qFatal("%s", opened.error().describe().c_str());
        listener = std::move(*opened);
    }
    std::unique_ptr<net::Listener> listener;
    std::deque<std::unique_ptr<net::ServerStream>> streams;
};

// A connected client and the server's end of it.
struct Pair {
    explicit Pair(net::Loop& loop) : server(loop) {
        net::TcpDialer dialer(loop);
        net::DialRequest request;
        request.to = server.listener->endpoint();
        auto outcome = run(loop, dialer.dial(request));
        if (!outcome.stream) qFatal("%s", outcome.text.c_str());
        client = std::move(outcome.stream);
        if (!waitUntil(loop, [this] { return !server.streams.empty(); })) qFatal("nothing was accepted");
        peer = std::move(server.streams.front());
    }
    Server server;
    std::unique_ptr<net::Stream> client;
    std::unique_ptr<net::ServerStream> peer;
};

} // namespace waypost::test
