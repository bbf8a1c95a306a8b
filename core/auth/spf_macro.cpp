#include "auth/spf_macro.h"

#include "base/text.h"
#include "dns/name_codec.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr std::string_view domainLetters = "slodipvh";
constexpr std::string_view allLetters = "slodipvhcrt";
constexpr std::string_view delimiterSet = ".-+,/_=";
constexpr unsigned maxKeep = 255; // no name has more labels; larger numbers mean "all"

class Parser {
  public:
    Parser(std::string_view in, MacroUse use) : in_(in), use_(use) {}

    std::expected<MacroString, MacroError> run() {
        while (at_ < in_.size() && error_.empty()) {
            if (in_[at_] == '%')
                percent();
            else
                octet();
        }
        if (!error_.empty()) return std::unexpected(MacroError{errorAt_, error_});
        flush();
        return std::move(out_);
    }

  private:
    void octet() {
        const auto c = static_cast<unsigned char>(in_[at_]);
        const bool space = c == ' ' && use_ == MacroUse::Explanation;
        if (!space && (c < 0x21 || c > 0x7e))
            return refuse(at_, fmt::format("the octet 0x{:02x} is not allowed here", unsigned(c)));
        literal_ += in_[at_++];
    }

    void percent() {
        if (at_ + 1 >= in_.size()) return refuse(at_, "a \"%\" at the end starts no macro");
        switch (in_[at_ + 1]) {
        case '%': literal_ += '%'; break;
        case '_': literal_ += ' '; break;
        case '-': literal_ += "%20"; break;
        case '{': return macro();
        default: return refuse(at_, "a \"%\" is followed by {, %, _ or -");
        }
        at_ += 2;
    }

    void macro() {
        const size_t start = at_;
        const size_t end = in_.find('}', start);
        if (end == std::string_view::npos) return refuse(start, "a macro has no closing brace");
        std::string_view body = in_.substr(start + 2, end - start - 2);
        if (body.empty()) return refuse(start, "a macro has no letter");
        MacroPart part;
        part.letter = text::lower(body.front());
        part.urlEscape = part.letter != body.front();
        const auto letters = use_ == MacroUse::Domain ? domainLetters : allLetters;
        if (letters.find(part.letter) == std::string_view::npos)
            return refuse(start,
                          fmt::format("\"{}\" is no macro letter here", text::printable(body.substr(0, 1))));
        body.remove_prefix(1);
        if (!transformers(body, part)) return refuse(start, "the digits of a macro must not be zero");
        for (char c : body)
            if (delimiterSet.find(c) == std::string_view::npos)
                return refuse(
                    start, fmt::format("\"{}\" is no delimiter", text::printable(std::string_view(&c, 1))));
        if (!body.empty()) part.delimiters = std::string(body);
        flush();
        out_.parts.push_back(std::move(part));
        at_ = end + 1;
    }

    static bool transformers(std::string_view& body, MacroPart& part) {
        unsigned keep = 0;
        bool digits = false;
        while (!body.empty() && text::isDigit(body.front())) {
            keep = std::min(maxKeep, keep * 10 + unsigned(body.front() - '0'));
            digits = true;
            body.remove_prefix(1);
        }
        part.keep = keep;
        if (!body.empty() && text::lower(body.front()) == 'r') {
            part.reverse = true;
            body.remove_prefix(1);
        }
        return !digits || keep != 0;
    }

    void flush() {
        if (literal_.empty()) return;
        MacroPart part;
        part.literal = std::move(literal_);
        out_.parts.push_back(std::move(part));
        literal_.clear();
    }
    void refuse(size_t at, std::string why) {
        errorAt_ = at;
        error_ = std::move(why);
    }

    std::string_view in_;
    MacroUse use_;
    size_t at_ = 0;
    std::string literal_, error_;
    size_t errorAt_ = 0;
    MacroString out_;
};

std::string dottedAddress(const net::IpAddress& ip) {
    if (ip.isV4()) return ip.toString();
    std::string out;
    for (char c : ip.octets()) {
        const auto octet = static_cast<unsigned char>(c);
        if (!out.empty()) out += '.';
        out += fmt::format("{:x}.{:x}", octet >> 4, octet & 0xf);
    }
    return out;
}

std::string valueOf(char letter, const MacroValues& v) {
    switch (letter) {
    case 's': return v.localPart + "@" + v.senderDomain;
    case 'l': return v.localPart;
    case 'o': return v.senderDomain;
    case 'd': return v.domain;
    case 'i': return dottedAddress(v.ip);
    case 'p': return v.validatedName;
    case 'v': return v.ip.isV4() ? "in-addr" : "ip6";
    case 'h': return v.helo;
    case 'c': return v.ip.toString();
    case 'r': return v.receiver;
    case 't': return fmt::format("{}", v.now.ms / 1000);
    default: return {};
    }
}

// RFC 3986 section 2.3: everything but unreserved characters.
std::string urlEscaped(std::string_view in) {
    std::string out;
    for (char c : in) {
        if (text::isAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
            out += c;
        else
            out += fmt::format("%{:02X}", unsigned(static_cast<unsigned char>(c)));
    }
    return out;
}

std::string transformed(const MacroPart& part, const std::string& value) {
    std::vector<std::string> pieces(1);
    for (char c : value) {
        if (part.delimiters.find(c) != std::string::npos)
            pieces.emplace_back();
        else
            pieces.back() += c;
    }
    if (part.reverse) std::reverse(pieces.begin(), pieces.end());
    if (part.keep != 0 && pieces.size() > part.keep)
        pieces.erase(pieces.begin(), pieces.end() - std::ptrdiff_t(part.keep));
    return text::join(pieces, ".");
}

} // namespace

bool MacroString::dynamic() const {
    return std::any_of(parts.begin(), parts.end(),
                       [](const MacroPart& p) { return p.letter != 0 && p.letter != 'd'; });
}

bool MacroString::usesLocalPart() const {
    return std::any_of(parts.begin(), parts.end(),
                       [](const MacroPart& p) { return p.letter == 's' || p.letter == 'l'; });
}

bool MacroString::needsValidatedName() const {
    return std::any_of(parts.begin(), parts.end(), [](const MacroPart& p) { return p.letter == 'p'; });
}

std::expected<MacroString, MacroError> parseMacroString(std::string_view in, MacroUse use) {
    return Parser(in, use).run();
}

std::string expand(const MacroString& macro, const MacroValues& values) {
    std::string out;
    for (const auto& part : macro.parts) {
        if (part.letter == 0) {
            out += part.literal;
            continue;
        }
        std::string piece = transformed(part, valueOf(part.letter, values));
        out += part.urlEscape ? urlEscaped(piece) : piece;
    }
    return out;
}

bool isTargetName(std::string_view name) {
    size_t label = 0;
    for (char c : name) {
        if (c != '.') {
            if (++label > dns::maxLabelOctets) return false;
            continue;
        }
        if (label == 0) return false;
        label = 0;
    }
    return label != 0;
}

std::string targetName(std::string_view expansion) {
    if (expansion.ends_with('.')) expansion.remove_suffix(1);
    while (expansion.size() > maxTargetName) {
        const size_t dot = expansion.find('.');
        if (dot == std::string_view::npos) return {};
        expansion.remove_prefix(dot + 1);
    }
    return isTargetName(expansion) ? std::string(expansion) : std::string();
}

std::string toQuestionName(std::string_view name) {
    const bool plain =
        std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
    if (plain) return std::string(name);
    std::vector<std::string> labels;
    for (auto label : text::split(name, '.')) labels.emplace_back(label);
    return dns::labelsToName(labels);
}

std::string toTargetName(std::string_view expansion) {
    return toQuestionName(targetName(expansion));
}

} // namespace waypost::auth
