// What a server offered in its EHLO reply. Everything before STARTTLS is forgotten after it (RFC 3207 4.2).
#pragma once

#include "smtp/reply.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waypost::smtp {

struct Capabilities {
    bool esmtp = false; // false: HELO was used, nothing is offered
    bool pipelining = false, eightBitMime = false, smtpUtf8 = false, startTls = false, dsn = false,
         chunking = false, enhancedStatusCodes = false, requireTls = false;
    std::optional<std::uint64_t> size; // nothing: not offered; 0: offered without a limit (RFC 1870)
    std::vector<std::string> auth;     // mechanisms in upper case, "AUTH=" form included, each once
    std::vector<std::string> keywords; // all lines as sent, for the record; printable
    bool operator==(const Capabilities&) const = default;

    [[nodiscard]] bool offersAuth(std::string_view mechanism) const;
};

Capabilities parseCapabilities(const Reply& ehlo);

} // namespace waypost::smtp
