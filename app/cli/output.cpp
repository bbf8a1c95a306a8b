#include "base/json.h"
#include "base/text.h"
#include "cli/globals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

namespace waypost::cli {

namespace {

// DEL and the C1 controls: valid in JSON and UTF-8 as they stand, and acted upon by terminals.
std::string withoutControls(std::string_view line) {
    std::string out;
    out.reserve(line.size() + 1);
    while (!line.empty()) {
        const size_t at = std::min(line.find_first_of("\x7f\xc2"), line.size());
        out += line.substr(0, at);
        line.remove_prefix(at);
        if (line.empty()) break;
        const auto next = line.size() > 1 ? static_cast<unsigned char>(line[1]) : 0U;
        if (line[0] == '\x7f') {
            out += "\\u007f";
        } else if (next >= 0x80 && next < 0xa0) {
            out += fmt::format("\\u00{:02x}", next);
            line.remove_prefix(1);
        } else {
            out += line[0];
        }
        line.remove_prefix(1);
    }
    return out;
}

// What was given and cannot be taken is refused input too; 1 stays a check that failed.
int statusOf(ErrorCode code) {
    const bool refused =
        code == ErrorCode::TooLarge || code == ErrorCode::Corrupt || code == ErrorCode::Refused;
    return refused ? 2 : exitStatusFor(code);
}

} // namespace

void printLine(std::string_view line) {
    const std::string out = withoutControls(line) + '\n';
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
}

void raiseStatus(Globals& globals, int status) {
    static constexpr std::array order{0, 1, 3, 4, 2, 5, 6, 7, 130};
    const auto rank = [](int s) { return std::find(order.begin(), order.end(), s) - order.begin(); };
    if (rank(status) > rank(globals.status)) globals.status = status;
}

void printRefused(Globals& globals, std::string_view field, std::string_view input, const Error& error) {
    if (globals.json) {
        json::object line;
        if (!field.empty()) line[field] = json::foreign(input);
        line["error"] =
            json::object{{"code", errorCodeName(error.code)}, {"text", json::foreign(error.describe())}};
        printLine(json::line(line));
    } else {
        std::fprintf(stderr, "error: %s\n", text::printable(error.describe()).c_str());
    }
    raiseStatus(globals, statusOf(error.code));
}

void printError(Globals& globals, const Error& error) {
    printRefused(globals, {}, {}, error);
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
