// generate_log LINES [SEED [DAY]] > mail.log: the log of log_generator.h, at least LINES lines.
#include "log_generator.h"

#include <cstdlib>

int main(int argc, char** argv) {
    std::uint64_t lines = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 88172645463325252ULL;
    std::int64_t day = argc > 3 ? std::strtoll(argv[3], nullptr, 10) : 1;
    waypost::bench::LogGenerator generator(seed, day);
    waypost::bench::LogCounts counts;
    std::string out;
    while (counts.lines < lines) {
        generator.message(out, counts);
        if (out.size() < 1 << 20) continue;
        std::fwrite(out.data(), 1, out.size(), stdout);
        out.clear();
    }
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fprintf(stderr, "%llu lines, %llu sent, %llu deferred, %llu bounced\n",
                 (unsigned long long)counts.lines, (unsigned long long)counts.sent,
                 (unsigned long long)counts.deferred, (unsigned long long)counts.bounced);
    return std::ferror(stdout) ? 1 : 0;
}
