// SPF checks per second: ours, libspf2 and pyspf over one NSD of their own, in turn.
//   spf_bench [ROUNDS] [SCALE]
// Cold: no cache anywhere, ours with 100 checks in flight. Warm: our cache and compiled records against
// libspf2's cache. "plain" is one TXT; "esp" is three includes, a and mx: eight questions. The client matches
// nothing.
#include "auth/spf_check.h"
#include "dns/caching_resolver.h"
#include "dns/network_resolver.h"
#include "net/loop.h"
#include "support/paths.h"
#include "support/servers_dns.h"

#include <arpa/nameser.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>

#include <dlfcn.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

extern "C" {
#include <spf2/spf.h>
}

using namespace waypost;

namespace {

std::uint16_t nsdPort = 0;

constexpr const char* clientIp = "198.51.100.9";
constexpr const char* domainName = "bench.test";

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Of this process, NSD not counted.
double cpuSeconds() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
    return seconds(u.ru_utime) + seconds(u.ru_stime);
}

std::string zone() {
    std::string out =
        "plain TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
        "esp TXT \"v=spf1 include:_spf1.bench.test include:_spf2.bench.test include:_spf3.bench.test a mx "
        "~all\"\nesp A 192.0.2.1\nesp MX 10 mx1\nesp MX 20 mx2\nmx1 A 192.0.2.2\nmx2 A 192.0.2.3\n";
    for (int i = 1; i <= 3; ++i) {
        out += fmt::format("_spf{} TXT \"v=spf1", i);
        for (int n = 0; n < 12; ++n) out += fmt::format(" ip4:10.{}.{}.0/24", i, n);
        out += " ~all\"\n";
    }
    return out;
}

struct Run {
    std::string who, what; // "ours", "esp cold"
    double rate = 0;
};

auth::SpfRequest request(const std::string& name) {
    return {*net::IpAddress::parse(clientIp), "user@" + name + "." + domainName, "mail.bench.test"};
}

bool right(const std::string& name, auth::SpfResult r) {
    return r == (name == "plain" ? auth::SpfResult::Fail : auth::SpfResult::SoftFail);
}

double oursCold(const std::string& name, size_t checks, bool trace) {
    net::Loop loop;
    SystemClock clock;
    SystemRandom random;
    dns::NetworkResolverOptions o;
    o.servers = {{*net::IpAddress::parse("127.0.0.1"), nsdPort}};
    dns::NetworkResolver resolver(loop, clock, random, o);
    auth::SpfRecordCache records;
    auth::SpfOptions options;
    options.clock = &clock;
    options.trace = trace;
    options.records = &records;
    size_t begun = 0, ended = 0, wrong = 0;
    const double start_ = now();
    std::function<void()> next = [&] {
        if (begun == checks) return;
        ++begun;
        start(auth::checkSpf(resolver, request(name), options), [&](auth::SpfCheck c) {
            ++ended;
            wrong += !right(name, c.result);
            loop.post([&] { next(); });
        });
    };
    for (int i = 0; i < 100; ++i) next();
    loop.runUntil([&] { return ended == checks; });
    const double seconds = now() - start_;
    loop.stop(); // what is posted still runs, while all of this is there
    if (wrong) std::printf("ours: %zu wrong\n", wrong);
    return double(checks) / seconds;
}

// Answers from the cache alone.
double oursWarm(const std::string& name, size_t checks, bool trace) {
    net::Loop loop;
    SystemClock clock;
    SystemRandom random;
    dns::NetworkResolverOptions o;
    o.servers = {{*net::IpAddress::parse("127.0.0.1"), nsdPort}};
    dns::NetworkResolver asking(loop, clock, random, o);
    dns::CachingResolver resolver(asking, clock);
    auth::SpfRecordCache records;
    auth::SpfOptions options;
    options.clock = &clock;
    options.trace = trace;
    options.records = &records;
    bool warm = false;
    start(auth::checkSpf(resolver, request(name), options), [&](auth::SpfCheck) { warm = true; });
    loop.runUntil([&] { return warm; });
    size_t wrong = 0;
    const auth::SpfRequest asked = request(name);
    const double begun = now();
    for (size_t i = 0; i < checks; ++i) {
        bool done = false;
        start(auth::checkSpf(resolver, asked, options), [&](auth::SpfCheck c) {
            done = true;
            wrong += !right(name, c.result);
        });
        wrong += !done;
    }
    const double seconds = now() - begun;
    if (wrong) std::printf("ours: %zu wrong\n", wrong);
    return double(checks) / seconds;
}

double libspf2(const std::string& name, size_t checks, bool cache) {
    SPF_server_t* server = SPF_server_new(cache ? SPF_DNS_CACHE : SPF_DNS_RESOLV, 0);
    SPF_server_set_rec_dom(server, domainName);
    const std::string from = "user@" + name + "." + domainName;
    size_t wrong = 0;
    auto one = [&] {
        SPF_request_t* r = SPF_request_new(server);
        SPF_response_t* response = nullptr;
        SPF_request_set_ipv4_str(r, clientIp);
        SPF_request_set_helo_dom(r, "mail.bench.test");
        SPF_request_set_env_from(r, from.c_str());
        SPF_request_query_mailfrom(r, &response);
        const SPF_result_t result = SPF_response_result(response);
        wrong += result != (name == "plain" ? SPF_RESULT_FAIL : SPF_RESULT_SOFTFAIL);
        SPF_response_free(response);
        SPF_request_free(r);
    };
    if (cache) one();
    const double begun = now();
    for (size_t i = 0; i < checks; ++i) one();
    const double seconds = now() - begun;
    SPF_server_free(server);
    if (wrong) std::printf("libspf2: %zu wrong\n", wrong);
    return double(checks) / seconds;
}

double pyspf(const std::string& name, size_t checks) {
    const std::string script = fmt::format(
        "import spf, dns.resolver, time\n"
        "r = dns.resolver.Resolver(configure=False)\n"
        "r.nameservers = ['127.0.0.1']\nr.port = {}\ndns.resolver.default_resolver = r\n"
        "t = time.monotonic()\nwrong = 0\n"
        "for i in range({}):\n"
        "    got = spf.check2(i='{}', s='user@{}.{}', h='mail.bench.test')[0]\n"
        "    wrong += got != '{}'\n"
        "print({} / (time.monotonic() - t) if wrong == 0 else -1)\n",
        nsdPort, checks, clientIp, name, domainName, name == "plain" ? "fail" : "softfail", checks);
    const auto end =
        test::runProgram({"/usr/bin/python3", "-W", "ignore", "-c", script}, test::temporaryFolder());
    return end.status == 0 ? std::atof(end.output.c_str()) : -1;
}

double median(std::vector<double> v) {
    std::sort(v.begin(), v.end());
    return v.empty() ? 0 : v[v.size() / 2];
}

} // namespace

// libspf2 asks what /etc/resolv.conf names, on port 53; here it is our NSD.
extern "C" int __res_ninit(res_state state) {
    static auto real = reinterpret_cast<int (*)(res_state)>(dlsym(RTLD_NEXT, "__res_ninit"));
    const int result = real(state);
    state->nscount = 1;
    state->nsaddr_list[0].sin_family = AF_INET;
    state->nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    state->nsaddr_list[0].sin_port = htons(nsdPort);
    return result;
}

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
    const double scale = argc > 2 ? std::atof(argv[2]) : 1;
    const test::ZoneFile file(domainName, zone());
    std::string why = test::Nsd::absent();
    auto nsd = why.empty() ? test::Nsd::start({&file}, why) : nullptr;
    if (!nsd) {
        std::fprintf(stderr, "%s\n", why.c_str());
        return 2;
    }
    nsdPort = nsd->port();
    auto many = [scale](double n) { return size_t(std::max(1.0, n * scale)); };
    std::map<std::string, std::vector<double>> rates;
    std::map<std::string, std::vector<double>> cpus;
    auto add = [&](const std::string& what, size_t checks, const std::function<double(size_t)>& run) {
        const double before = cpuSeconds();
        rates[what].push_back(run(checks));
        cpus[what].push_back((cpuSeconds() - before) * 1e6 / double(checks));
    };
    for (int i = 0; i < rounds; ++i) {
        for (const char* name : {"plain", "esp"}) {
            const std::string n = name;
            const double f = n == "plain" ? 8 : 1;
            add(n + " cold, ours", many(5'000 * f), [&](size_t c) { return oursCold(n, c, false); });
            add(n + " cold, ours with trace", many(5'000 * f),
                [&](size_t c) { return oursCold(n, c, true); });
            add(n + " cold, libspf2", many(1'500 * f), [&](size_t c) { return libspf2(n, c, false); });
            add(n + " cold, pyspf", many(150 * f), [&](size_t c) { return pyspf(n, c); });
            add(n + " warm, ours", many(60'000 * f), [&](size_t c) { return oursWarm(n, c, false); });
            add(n + " warm, ours with trace", many(30'000 * f),
                [&](size_t c) { return oursWarm(n, c, true); });
            add(n + " warm, libspf2", many(40'000 * f), [&](size_t c) { return libspf2(n, c, true); });
        }
    }
    for (const auto& [what, list] : rates) {
        const auto [low, high] = std::minmax_element(list.begin(), list.end());
        const bool here = what.find("pyspf") == std::string::npos; // its CPU is another process's
        std::printf("%-28s %10.0f/s  (%.0f-%.0f)%s\n", what.c_str(), median(list), *low, *high,
                    here ? fmt::format("  CPU {:.2f} us", median(cpus[what])).c_str() : "");
    }
    auto ratio = [&](const std::string& ours, const std::string& theirs) {
        std::vector<double> pairs;
        for (size_t i = 0; i < rates[ours].size(); ++i) pairs.push_back(rates[ours][i] / rates[theirs][i]);
        std::printf("%-52s %6.2f\n", (ours + " : " + theirs).c_str(), median(pairs));
    };
    for (const char* name : {"esp", "plain"})
        for (const char* trace : {"", " with trace"}) {
            const std::string n = name;
            ratio(n + " cold, ours" + trace, n + " cold, libspf2");
            ratio(n + " cold, ours" + trace, n + " cold, pyspf");
            ratio(n + " warm, ours" + trace, n + " warm, libspf2");
        }
    return 0;
}
