#include "base/json.h"
#include "base/text.h"
#include "cli/globals.h"

#include <cstdio>
#include <fstream>

namespace waypost::cli {

void printLine(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

void printError(Globals& globals, const Error& error) {
    if (globals.json) {
        json::object inner{{"code", errorCodeName(error.code)}, {"text", json::foreign(error.describe())}};
        printLine(json::line(json::object{{"error", std::move(inner)}}));
    } else {
        std::fprintf(stderr, "error: %s\n", text::printable(error.describe()).c_str());
    }
    globals.status = exitStatusFor(error.code);
}

Result<std::vector<net::Endpoint>> resolverServers(const Globals& globals) {
    std::vector<net::Endpoint> out;
    for (const std::string& s : globals.nameservers) {
        auto e = net::Endpoint::parse(s, 53);
        if (!e)
            return fail(ErrorCode::InvalidArgument, "--nameserver",
                        "\"" + s + "\" is not an address or address:port.");
        out.push_back(*e);
    }
    if (!out.empty()) return out;
    std::ifstream in("/etc/resolv.conf");
    for (std::string line; std::getline(in, line);) {
        auto w = text::words(line);
        if (w.size() < 2 || w[0] != "nameserver") continue;
        if (auto e = net::Endpoint::parse(w[1], 53)) out.push_back(*e);
    }
    if (out.empty())
        return fail(ErrorCode::Network, "resolver",
                    "No name server is known: give one with --nameserver or in /etc/resolv.conf.");
    return out;
}

} // namespace waypost::cli
