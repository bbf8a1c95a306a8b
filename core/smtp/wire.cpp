#include "smtp/wire.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::smtp {

void DotEncoder::endLine(std::string& out) {
    out += "\r\n";
    lineStart_ = true;
    afterCr_ = false;
}

void DotEncoder::feed(std::string_view in, std::string& out) {
    size_t i = 0;
    while (i < in.size()) {
        const char c = in[i];
        if (afterCr_ || c == '\n') {
            // CR LF is one line end; CR alone and LF alone are one each.
            endLine(out);
            if (c == '\n') ++i;
            continue;
        }
        if (c == '\r') {
            afterCr_ = true;
            ++i;
            continue;
        }
        if (lineStart_ && c == '.') out += '.';
        lineStart_ = false;
        const size_t end = std::min(in.find_first_of("\r\n", i), in.size());
        out += in.substr(i, end - i);
        i = end;
    }
}

void DotEncoder::finish(std::string& out) {
    if (afterCr_ || !lineStart_) endLine(out);
    out += ".\r\n";
}

MessageFacts messageFacts(std::string_view message) {
    MessageFacts out;
    for (size_t i = 0; i < message.size(); ++i) {
        const char c = message[i];
        if (static_cast<unsigned char>(c) >= 0x80) out.eightBit = true;
        if (c != '\r' && c != '\n') {
            ++out.size;
            continue;
        }
        if (c == '\r' && i + 1 < message.size() && message[i + 1] == '\n') ++i;
        out.size += 2;
    }
    if (!message.empty() && message.back() != '\r' && message.back() != '\n') out.size += 2;
    return out;
}

std::string xtext(std::string_view in) {
    std::string out;
    for (char c : in) {
        const auto b = static_cast<unsigned char>(c);
        if (b < 33 || b > 126 || c == '+' || c == '=')
            out += fmt::format("+{:02X}", b);
        else
            out += c;
    }
    return out;
}

std::string mailCommand(const mail::MailAddress& sender, const MailParameters& p) {
    std::string out = fmt::format("MAIL FROM:<{}>", sender.wire());
    if (p.size) out += fmt::format(" SIZE={}", *p.size);
    if (p.eightBitMime) out += " BODY=8BITMIME";
    if (p.smtpUtf8) out += " SMTPUTF8";
    if (p.ret) out += *p.ret == ReturnContent::Full ? " RET=FULL" : " RET=HDRS";
    if (!p.envid.empty()) out += " ENVID=" + xtext(p.envid);
    return out + "\r\n";
}

std::string rcptCommand(const mail::MailAddress& recipient, const Notify& notify, std::string_view original) {
    std::string out = fmt::format("RCPT TO:<{}>", recipient.wire());
    if (notify.never) {
        out += " NOTIFY=NEVER";
    } else if (notify.any()) {
        std::vector<std::string> words;
        if (notify.success) words.emplace_back("SUCCESS");
        if (notify.failure) words.emplace_back("FAILURE");
        if (notify.delay) words.emplace_back("DELAY");
        out += " NOTIFY=" + text::join(words, ",");
    }
    if (!original.empty()) out += " ORCPT=rfc822;" + xtext(original);
    return out + "\r\n";
}

bool isHelloName(std::string_view name) {
    if (name.empty() || name.size() > 255) return false;
    const bool literal = name.starts_with('[') && name.ends_with(']') && name.size() > 2;
    std::string_view inside = literal ? name.substr(1, name.size() - 2) : name;
    return std::all_of(inside.begin(), inside.end(), [&](char c) {
        return text::isAlnum(c) || c == '.' || c == '-' || c == '_' || (literal && c == ':');
    });
}

} // namespace waypost::smtp
