// Questions per second of our resolver layer, of a bare c-ares loop, and of the cache; dns_bench.sh drives
// it.
//   dns_bench ours  IP:PORT NAMES IN-FLIGHT    cache, de-duplication, recorder, retry, all names different
//   dns_bench ares  IP:PORT NAMES IN-FLIGHT    ares_query() in a poll() loop, the answer only counted
//   dns_bench hits  ROUNDS                     answers from the cache, 10,000 names in turn
// The names are n0.bulk.test, n1.bulk.test …, type A.
#include "base/random.h"
#include "dns/caching_resolver.h"
#include "dns/network_resolver.h"
#include "dns/recording_resolver.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <ares.h>
#include <poll.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>

using namespace waypost;
using namespace waypost::dns;

namespace {

double cpuSeconds() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
    return seconds(u.ru_utime) + seconds(u.ru_stime);
}

class Watch {
  public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    }
    [[nodiscard]] double cpu() const { return cpuSeconds() - cpu_; }

  private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    double cpu_ = cpuSeconds();
};

std::string nameOf(size_t i) {
    return fmt::format("n{}.bulk.test", i);
}

// Keeps the last answers as the writer of a workspace would between two batches.
class Log {
  public:
    void operator()(const Answer& a) { kept_[at_++ % kept_.size()] = a; }

  private:
    std::vector<Answer> kept_{100}; // group commit
    size_t at_ = 0;
};

int ours(const net::Endpoint& server, size_t names, size_t inFlight) {
    net::Loop loop;
    SystemClock clock;
    SystemRandom random;
    NetworkResolverOptions o;
    o.servers = {server};
    o.window = inFlight;
    NetworkResolver asking(loop, clock, random, o);
    auto log = std::make_shared<Log>();
    RecordingResolver recording(asking, [log](const Answer& a) { (*log)(a); });
    CachingResolver resolver(recording, clock);
    size_t next = 0, ended = 0, right = 0;
    Watch watch;
    // One question is asked for each that ends, as a bounded sweep does.
    std::function<void()> askNext = [&] {
        if (next == names) return;
        resolver.resolve({nameOf(next++), RecordType::A}, [&](Answer a) {
            ++ended;
            right += a.ok();
            askNext();
        });
    };
    for (size_t i = 0; i < inFlight; ++i) askNext();
    loop.runUntil([&] { return ended == names; });
    const double s = watch.seconds();
    const auto& c = asking.counters();
    std::printf("rate=%.0f wrong=%zu repeated=%llu strays=%llu cpu_us=%.2f\n", double(names) / s,
                names - right, static_cast<unsigned long long>(c.repeated),
                static_cast<unsigned long long>(c.strays), watch.cpu() * 1e6 / double(names));
    return right == names ? 0 : 1;
}

struct Bare {
    ares_channel channel = nullptr;
    size_t names = 0, next = 0, ended = 0, right = 0, repeated = 0;
    void ask() {
        if (next < names) ares_query(channel, nameOf(next++).c_str(), 1, 1, &Bare::done, this);
    }
    static void done(void* self, int status, int timeouts, unsigned char*, int) {
        auto& b = *static_cast<Bare*>(self);
        ++b.ended;
        b.right += status == ARES_SUCCESS;
        b.repeated += size_t(timeouts);
        if (status != ARES_EDESTRUCTION) b.ask();
    }
};

void turn(ares_channel channel) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    std::array<pollfd, ARES_GETSOCK_MAXNUM> waiting{};
    const int bits = ares_getsock(channel, sockets.data(), ARES_GETSOCK_MAXNUM);
    nfds_t count = 0;
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
        const unsigned has = unsigned(bits) >> i;
        const short events = short((has & 1 ? POLLIN : 0) | (has >> ARES_GETSOCK_MAXNUM & 1 ? POLLOUT : 0));
        if (events) waiting[count++] = {sockets[size_t(i)], events, 0};
    }
    poll(waiting.data(), count, 100);
    bool any = false;
    for (nfds_t i = 0; i < count; ++i) {
        if (!waiting[i].revents) continue;
        any = true;
        ares_process_fd(channel, waiting[i].revents & POLLIN ? waiting[i].fd : ARES_SOCKET_BAD,
                        waiting[i].revents & POLLOUT ? waiting[i].fd : ARES_SOCKET_BAD);
    }
    if (!any) ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

int bare(const std::string& server, size_t names, size_t inFlight) {
    Bare b;
    b.names = names;
    ares_options o{};
    o.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH;
    ares_library_init(ARES_LIB_INIT_ALL);
    if (ares_init_options(&b.channel, &o, ARES_OPT_FLAGS) != ARES_SUCCESS) return 2;
    if (ares_set_servers_ports_csv(b.channel, server.c_str()) != ARES_SUCCESS) return 2;
    Watch watch;
    for (size_t i = 0; i < inFlight; ++i) b.ask();
    while (b.ended < names) turn(b.channel);
    const double s = watch.seconds();
    ares_destroy(b.channel);
    std::printf("rate=%.0f wrong=%zu repeated=%zu strays=0 cpu_us=%.2f\n", double(names) / s, names - b.right,
                b.repeated, watch.cpu() * 1e6 / double(names));
    return b.right == names ? 0 : 1;
}

// Answers at once with the octets a server would have sent.
class Canned final : public Resolver {
  public:
    void resolve(Question question, Done done) override {
        Answer a;
        a.question = question;
        a.status = Status::Ok;
        a.rcode = 0;
        a.records = {{question.name, RecordType::A, 3600, AddressData{"192.0.2.1"}}};
        a.server = "127.0.0.1:53";
        a.transport = Transport::Udp;
        a.raw.assign(60, 'x');
        done(std::move(a));
    }
};

int hits(size_t rounds) {
    constexpr size_t names = 10'000;
    Canned canned;
    SystemClock clock;
    CachingResolver cache(canned, clock);
    std::vector<std::string> all;
    for (size_t i = 0; i < names; ++i) all.push_back(nameOf(i));
    size_t right = 0;
    auto ask = [&](size_t i) {
        cache.resolve({all[i % names], RecordType::A}, [&](Answer a) { right += a.ok(); });
    };
    for (size_t i = 0; i < names; ++i) ask(i);
    Watch watch;
    for (size_t i = 0; i < rounds; ++i) ask(i);
    const double s = watch.seconds();
    std::printf("rate=%.0f wrong=%zu repeated=0 strays=0 cpu_us=%.3f\n", double(rounds) / s,
                rounds + names - right, watch.cpu() * 1e6 / double(rounds));
    return cache.counters().hits == rounds ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "";
    auto number = [&](int i) { return size_t(std::strtoull(argv[i], nullptr, 10)); };
    if (mode == "hits" && argc == 3) return hits(number(2));
    if (argc == 5) {
        auto server = net::Endpoint::parse(argv[2], 53);
        if (server && mode == "ours") return ours(*server, number(3), number(4));
        if (server && mode == "ares") return bare(argv[2], number(3), number(4));
    }
    std::fprintf(stderr, "usage: dns_bench ours|ares IP:PORT NAMES IN-FLIGHT | hits ROUNDS\n");
    return 2;
}
