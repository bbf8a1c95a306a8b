#include "smtp/capabilities.h"

#include "base/text.h"

namespace waypost::smtp {

bool Capabilities::offersAuth(std::string_view mechanism) const {
    return std::any_of(auth.begin(), auth.end(), [&](const auto& a) { return a == mechanism; });
}

Capabilities parseCapabilities(const Reply& ehlo) {
    struct Flag {
        std::string_view keyword;
        bool Capabilities::* member;
    };
    static constexpr Flag flags[] = {{"PIPELINING", &Capabilities::pipelining},
                                     {"8BITMIME", &Capabilities::eightBitMime},
                                     {"SMTPUTF8", &Capabilities::smtpUtf8},
                                     {"STARTTLS", &Capabilities::startTls},
                                     {"DSN", &Capabilities::dsn},
                                     {"CHUNKING", &Capabilities::chunking},
                                     {"ENHANCEDSTATUSCODES", &Capabilities::enhancedStatusCodes},
                                     {"REQUIRETLS", &Capabilities::requireTls}};
    Capabilities out;
    out.esmtp = true;
    for (size_t i = 1; i < ehlo.lines.size(); ++i) { // the first line is the server's name
        auto words = text::words(ehlo.lines[i]);
        if (words.empty()) continue;
        out.keywords.push_back(text::printable(text::trim(ehlo.lines[i])));
        const std::string keyword = text::uppered(words[0]);
        for (const Flag& f : flags)
            if (keyword == f.keyword) out.*f.member = true;
        if (keyword == "SIZE") out.size = words.size() > 1 ? text::parseUnsigned(words[1]).value_or(0) : 0;
        const bool oldForm = keyword.starts_with("AUTH=");
        if (keyword != "AUTH" && !oldForm) continue;
        if (oldForm) words[0].remove_prefix(5);
        for (size_t w = oldForm ? 0 : 1; w < words.size(); ++w) {
            std::string mechanism = text::uppered(words[w]);
            if (!mechanism.empty() && !out.offersAuth(mechanism)) out.auth.push_back(std::move(mechanism));
        }
    }
    return out;
}

} // namespace waypost::smtp
