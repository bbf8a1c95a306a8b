// What was said over HTTPS or SMTP during an inspection: evidence beside the answers of DNS. Immutable once
// it stands in a report.
#pragma once

#include "domain/prober.h"

#include <string>

namespace waypost::domain {

struct Conversation {
    std::string protocol; // "https", "smtp"
    std::string subject;  // the address of the file, or the host
    std::string server;   // "192.0.2.1:25"; empty when none was reached
    std::string outcome;  // "answered", "timeout", "established", …
    std::string text;     // one sentence when it did not go well
    UtcTime at;
    Millis took{0};
    int status = 0;         // of HTTP
    std::string mediaType;  // of HTTP
    std::string body;       // of HTTP, as it came
    std::string bodySha256; // lower-case hexadecimal
    Transcript transcript;
};

Conversation conversationOf(const net::HttpResponse& response, std::string url);
Conversation conversationOf(const MailProbe& probe, std::string host);

} // namespace waypost::domain
