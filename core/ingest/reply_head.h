// The beginning of a reply as sources write it: "550 5.1.1 …", "550-5.1.1 …", "smtp;550 …". Pure.
#pragma once

#include "reply/event.h"

#include <cstdint>
#include <string_view>

namespace waypost::ingest {

struct ReplyHead {
    std::int32_t code = 0;     // 0: the text begins with none
    std::string_view enhanced; // "5.1.1" or empty
};
ReplyHead replyHead(std::string_view text);
// "5.1.1" at the beginning of `text` ("5.1.1 (bad destination mailbox address)"), or empty.
std::string_view enhancedOf(std::string_view text);
// "smtp; 550 no", "X-Postfix; lost connection": what is behind the type, trimmed.
std::string_view withoutDiagnosticType(std::string_view text);
// "host (192.0.2.1)", "dns;host", "host [192.0.2.1]" into host and address.
struct HostAndIp {
    std::string_view host, ip;
};
HostAndIp hostAndIp(std::string_view text);
// Stage of the command a reply answers: "MAIL FROM", "RCPT", ".", "DATA", "EHLO".
reply::Stage stageOfCommand(std::string_view command);

} // namespace waypost::ingest
