#include "placement/token.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::placement {

namespace {

constexpr std::string_view prefix = "wps-";
constexpr size_t runLength = 10, seedLength = 12;

bool tokenPart(std::string_view in) {
    for (char c : in) {
        if (!text::isDigit(c) && !(c >= 'a' && c <= 'z')) return false;
    }
    return true;
}

bool headerSafe(std::string_view in) {
    if (in.empty()) return false;
    for (char c : in) {
        auto u = static_cast<unsigned char>(c);
        if (u <= 0x20 || u == 0x7f || c == '<' || c == '>') return false;
    }
    return true;
}

std::string withCrlf(std::string_view in) {
    std::string out;
    out.reserve(in.size() + in.size() / 32);
    for (size_t i = 0; i < in.size(); ++i) {
        if (in[i] == '\r' && i + 1 < in.size() && in[i + 1] == '\n') ++i;
        if (in[i] == '\r' || in[i] == '\n') {
            out += "\r\n";
        } else {
            out += in[i];
        }
    }
    return out;
}

void replaceAll(std::string& in, std::string_view what, std::string_view with) {
    for (size_t at = in.find(what); at != std::string::npos; at = in.find(what, at + with.size())) {
        in.replace(at, what.size(), with);
    }
}

// The header block without fields of that name, folded lines included.
std::string withoutField(std::string_view header, std::string_view name) {
    std::string out;
    bool dropping = false;
    while (!header.empty()) {
        size_t end = header.find("\r\n");
        std::string_view line = header.substr(0, end == std::string_view::npos ? header.size() : end + 2);
        header.remove_prefix(line.size());
        bool folded = line.front() == ' ' || line.front() == '\t';
        if (!folded) {
            size_t colon = line.find(':');
            dropping =
                colon != std::string_view::npos && text::iequals(text::trim(line.substr(0, colon)), name);
        }
        if (!dropping) out += line;
    }
    return out;
}

bool hasField(std::string_view header, std::string_view name) {
    return withoutField(header, name).size() != header.size();
}

} // namespace

std::string runToken(Random& random) {
    return std::string(prefix) + random.token(runLength);
}

std::string seedToken(std::string_view run, Random& random) {
    return std::string(run) + "-" + random.token(seedLength);
}

std::optional<std::string> findToken(std::string_view in) {
    constexpr size_t whole = prefix.size() + runLength + 1 + seedLength;
    for (size_t at = in.find(prefix); at != std::string_view::npos; at = in.find(prefix, at + 1)) {
        std::string_view t = in.substr(at, whole);
        if (t.size() < whole) break;
        if (!tokenPart(t.substr(prefix.size(), runLength)) || t[prefix.size() + runLength] != '-') continue;
        if (tokenPart(t.substr(prefix.size() + runLength + 1))) return std::string(t);
    }
    return std::nullopt;
}

Result<std::string> stampMessage(std::string_view message, const Stamp& stamp) {
    if (message.size() > maxMessageBytes) {
        return fail(ErrorCode::TooLarge, "message",
                    fmt::format("The message is larger than {} octets.", maxMessageBytes));
    }
    if (!headerSafe(stamp.token) || !headerSafe(stamp.address) || !headerSafe(stamp.messageIdDomain)) {
        return fail(ErrorCode::InvalidArgument, "message",
                    "The seed's address or the Message-ID's domain does not fit a header.");
    }
    std::string whole = withCrlf(message);
    replaceAll(whole, "{{address}}", stamp.address);
    replaceAll(whole, "{{token}}", stamp.token);
    size_t end = whole.find("\r\n\r\n");
    std::string header = end == std::string::npos ? whole : whole.substr(0, end + 2);
    if (!header.ends_with("\r\n")) header += "\r\n";
    if (!hasField(header, "From")) {
        return fail(ErrorCode::InvalidArgument, "message", "The message has no From field in its header.");
    }
    header = withoutField(withoutField(header, "Message-ID"), seedHeader);
    std::string body = end == std::string::npos ? "\r\n" : whole.substr(end + 2);
    return fmt::format("{}: {}\r\nMessage-ID: <{}@{}>\r\n{}{}", seedHeader, stamp.token, stamp.token,
                       stamp.messageIdDomain, header, body);
}

} // namespace waypost::placement
