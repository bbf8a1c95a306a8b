// Private to net/*.cpp: Asio types and the loop's inside.
#pragma once

#include "net/loop.h"
#include "net/stream.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace waypost::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using udp = asio::ip::udp;
using ErrorCodeSystem = boost::system::error_code;

// What has operations under way registers here and is told once when the loop stops.
class LoopMember {
  public:
    virtual ~LoopMember() = default;
    // Cancel everything. Completions come through the loop, never from inside this call.
    virtual void loopStopping() = 0;
};

struct Loop::Impl {
    asio::io_context io{1};
    std::thread thread;
    std::mutex joining;
    std::atomic<std::thread::id> loopThread{};

    std::mutex mutex; // guards running, pendingPosts, stopRequested, work
    bool running = false;
    bool stopRequested = false;
    std::uint64_t pendingPosts = 0;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;

    // Loop thread only.
    bool stopping = false;
    std::unordered_set<LoopMember*> members;
    std::vector<char> datagrams; // where datagrams are received, shared by all sockets

    void postCounted(std::move_only_function<void()> call);
    void beginStop();
    void runThread();
    // Runs what is left after the end, so that every operation completes.
    void drain();
};

tcp::endpoint toAsio(const Endpoint& e);
asio::ip::address toAsio(const IpAddress& ip);
Endpoint fromAsio(const asio::ip::address& ip, std::uint16_t port);

// The outcome of a socket operation that was neither cancelled nor timed out by us.
IoStatus statusOf(const ErrorCodeSystem& error);

} // namespace waypost::net
