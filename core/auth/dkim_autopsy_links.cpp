// Links as mail gateways rewrite them, made what they were. Wrappers that keep the address only on their own
// servers cannot be undone and are not here.
#include "auth/dkim_autopsy_search.h"
#include "base/text.h"

#include <algorithm>

namespace waypost::auth::autopsy {

namespace {

int hexDigit(char c) {
    if (text::isDigit(c)) return c - '0';
    c = text::lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string percentDecoded(std::string_view in, char sign = '%') {
    std::string out;
    for (size_t i = 0; i < in.size(); ++i) {
        const int high = in[i] == sign && i + 2 < in.size() ? hexDigit(in[i + 1]) : -1;
        const int low = high >= 0 && i + 2 < in.size() ? hexDigit(in[i + 2]) : -1;
        if (low < 0) {
            out += in[i];
            continue;
        }
        out += char(high * 16 + low);
        i += 2;
    }
    return out;
}

// A query parameter: "url=…" up to "&" (or "&amp;").
std::string_view parameter(std::string_view url, std::string_view name) {
    for (std::string_view mark : {"?", "&", "&amp;"}) {
        const std::string start = std::string(mark) + std::string(name) + "=";
        const size_t at = url.find(start);
        if (at == std::string_view::npos) continue;
        std::string_view value = url.substr(at + start.size());
        return value.substr(0, std::min(value.find('&'), value.size()));
    }
    return {};
}

// urldefense.proofpoint.com/v2: "-" stands for "%" and "_" for "/".
std::string urlDefense2(std::string_view url) {
    std::string value(parameter(url, "u"));
    std::replace(value.begin(), value.end(), '-', '%');
    std::replace(value.begin(), value.end(), '_', '/');
    return percentDecoded(value);
}

// urldefense.com/v3/__URL__;CHARACTERS!…$: each "*" of the URL stands for the next of the characters.
std::string urlDefense3(std::string_view url) {
    const size_t from = url.find("/v3/__");
    const size_t to = url.rfind("__;");
    if (from == std::string_view::npos || to == std::string_view::npos || to < from + 6) return {};
    const std::string_view inner = url.substr(from + 6, to - from - 6);
    const std::string_view after = url.substr(to + 3);
    auto decoded = text::base64Decode(after.substr(0, std::min(after.find('!'), after.size())));
    std::string out;
    size_t next = 0;
    for (char c : inner) {
        if (c == '*' && decoded && next < decoded->size())
            out += (*decoded)[next++];
        else
            out += c;
    }
    return out;
}

// The address behind the host as one escaped piece of the path.
std::string lastPath(std::string_view url) {
    const size_t at = url.rfind("/http");
    return at == std::string_view::npos ? std::string() : percentDecoded(url.substr(at + 1));
}

std::string unwrapped(std::string_view url) {
    const size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    std::string_view host = url.substr(scheme + 3);
    host = host.substr(0, std::min(host.find_first_of("/?:"), host.size()));
    auto under = [&](std::string_view name) {
        return text::iequals(host, name) || text::iendsWith(host, "." + std::string(name));
    };
    if (under("safelinks.protection.outlook.com")) return percentDecoded(parameter(url, "url"));
    if (under("urldefense.proofpoint.com")) return urlDefense2(url);
    if (under("urldefense.com") || under("urldefense.us")) return urlDefense3(url);
    if (under("linkprotect.cudasvc.com")) return percentDecoded(parameter(url, "a"));
    if (under("secure-web.cisco.com")) return lastPath(url);
    if (under("www.google.com")) return percentDecoded(parameter(url, "q"));
    if (under("protection.sophos.com")) {
        auto decoded = text::base64Decode(percentDecoded(parameter(url, "u")));
        return decoded ? *decoded : std::string();
    }
    if (under("clicktime.symantec.com")) return percentDecoded(parameter(url, "u"));
    return {};
}

bool endsUrl(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u <= 0x20 || c == '"' || c == '\'' || c == '<' || c == '>';
}

} // namespace

std::optional<std::string> undoLinkWrapping(std::string_view body) {
    std::string out;
    size_t at = 0;
    bool changed = false;
    while (at < body.size()) {
        const size_t found = body.find("http", at);
        if (found == std::string_view::npos) break;
        size_t end = found;
        while (end < body.size() && !endsUrl(body[end])) ++end;
        const std::string original = unwrapped(body.substr(found, end - found));
        out.append(body, at, found - at);
        if (original.starts_with("http") && std::none_of(original.begin(), original.end(), endsUrl)) {
            out += original;
            changed = true;
        } else {
            out.append(body, found, end - found);
        }
        at = std::max(end, found + 1);
    }
    if (!changed) return std::nullopt;
    return out.append(body, std::min(at, body.size()));
}

} // namespace waypost::auth::autopsy
