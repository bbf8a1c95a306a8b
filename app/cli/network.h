// A loop and a resolver for one command. Internal to cli/.
#pragma once

#include "cli/globals.h"
#include "dns/caching_resolver.h"
#include "dns/network_resolver.h"
#include "dns/recording_resolver.h"
#include "net/dialer.h"
#include "net/loop.h"

#include <memory>

namespace waypost::cli {

struct Network {
    // For a long batch: bounded, and what many inputs share is asked often enough to stay.
    static constexpr size_t cachedAnswers = 20'000;

    // `window`: questions under way.
    Network(std::vector<net::Endpoint> servers, size_t window);
    SystemClock clock;
    SystemRandom random;
    net::Loop loop;
    net::TcpDialer dialer{loop};
    dns::NetworkResolver asking;
    std::vector<dns::Answer> answers; // everything that was answered, in order
    bool keepAnswers = true;          // false: `answers` stays empty, for work without an end
    dns::RecordingResolver recording;
    dns::CachingResolver resolver;

    // Runs the task on this thread to its end.
    template <class T>
    T run(Task<T> task) {
        std::optional<T> out;
        start(std::move(task), [&out](T value) { out.emplace(std::move(value)); });
        loop.runUntil([&out] { return out.has_value(); });
        return std::move(*out);
    }
};

Result<std::unique_ptr<Network>> openNetwork(const Globals& globals, size_t window = 128);

} // namespace waypost::cli
