#include "base/text.h"
#include "net/http.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::net {

namespace {

constexpr size_t maxHost = 253;

bool isHostCharacter(char c) {
    return text::isAlnum(c) || c == '-' || c == '.' || c == '_';
}

// Labels of 1 to 63 letters, digits, hyphens and underscores, at least two of them.
bool isHost(std::string_view host) {
    if (host.empty() || host.size() > maxHost) return false;
    size_t labels = 0;
    for (std::string_view label : text::split(host, '.')) {
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        ++labels;
    }
    return labels >= 2 && std::all_of(host.begin(), host.end(), isHostCharacter);
}

std::unexpected<Error> bad(std::string_view url, std::string_view why) {
    constexpr size_t shown = 100;
    return fail(ErrorCode::InvalidArgument, "address",
                fmt::format("\"{}\" {}.", text::printable(url.substr(0, shown)), why));
}

} // namespace

std::string HttpsUrl::toString() const {
    return port == 443 ? fmt::format("https://{}{}", host, target)
                       : fmt::format("https://{}:{}{}", host, port, target);
}

Result<HttpsUrl> parseHttpsUrl(std::string_view in) {
    constexpr std::string_view scheme = "https://";
    if (in.size() > HttpsUrl::maxLength)
        return bad(in, fmt::format("is longer than {} characters", HttpsUrl::maxLength));
    if (!text::istartsWith(in, scheme)) return bad(in, "is not an https address");
    auto visible = [](char c) {
        return c > ' ' && c < '\x7f' && c != '"' && c != '<' && c != '>' && c != '\\';
    };
    if (!std::all_of(in.begin(), in.end(), visible))
        return bad(in, "has a character that may not stand in an address");
    std::string_view rest = in.substr(scheme.size());
    rest = rest.substr(0, rest.find('#'));
    const size_t end = std::min(rest.find_first_of("/?"), rest.size());
    std::string_view authority = rest.substr(0, end);
    if (authority.find('@') != std::string_view::npos) return bad(in, "holds a user name");
    HttpsUrl url;
    if (const size_t colon = authority.find(':'); colon != std::string_view::npos) {
        const std::string_view digits = authority.substr(colon + 1);
        if (authority.starts_with('[')) return bad(in, "has an address where a host name must stand");
        const auto port = digits.size() > 5 ? std::nullopt : text::parseUnsigned(digits);
        if (!port || *port == 0 || *port > 65535) return bad(in, "has a port that is no number up to 65535");
        url.port = std::uint16_t(*port);
        authority = authority.substr(0, colon);
    }
    if (authority.ends_with('.')) authority.remove_suffix(1);
    if (!isHost(authority)) return bad(in, "has no proper host name");
    const std::string_view last = authority.substr(authority.rfind('.') + 1);
    if (std::all_of(last.begin(), last.end(), text::isDigit))
        return bad(in, "has an address where a host name must stand");
    url.host = text::lowered(authority);
    const std::string_view target = rest.substr(end);
    url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    return url;
}

} // namespace waypost::net
