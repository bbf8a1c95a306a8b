// generate_events COUNT [SEED]: a table of reply events on standard output: seven days in order, four large
// domains with 75 %, 1,996 small ones with the rest, eight sending addresses, 90 % accepted, 6 % deferred, 4
// % refused, latency up to 5 s.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

std::uint64_t state = 88172645463325252ULL;
std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

const char* bigDomains[] = {"gmail.com", "outlook.com", "yahoo.com", "icloud.com"};

} // namespace

int main(int argc, char** argv) {
    const long long count = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
    if (argc > 2) state = std::strtoull(argv[2], nullptr, 10) | 1;
    const std::int64_t start = 1'767'225'600, span = 7 * 86'400; // from 1 January 2026
    std::puts("ts,domain,ip,code,dsn,latency,bytes");
    for (long long i = 0; i < count; ++i) {
        const auto at = start + span * i / count;
        const auto d = next() % 100, outcome = next() % 100;
        const int big = d < 35 ? 0 : d < 55 ? 1 : d < 68 ? 2 : d < 75 ? 3 : -1;
        char domain[32];
        if (big < 0)
            std::snprintf(domain, sizeof domain, "domain%03llu.example", (unsigned long long)(next() % 1996));
        const char* code = outcome < 90 ? "250,2.0.0" : outcome < 96 ? "421,4.7.28" : "550,5.1.1";
        std::printf("%lld,%s,192.0.2.%llu,%s,%llu,%llu\n", (long long)at, big < 0 ? domain : bigDomains[big],
                    (unsigned long long)(next() % 8 + 1), code, (unsigned long long)(next() % 5000),
                    (unsigned long long)(next() % 90'000));
    }
    return 0;
}
