// The bytes of a message and of its commands on the wire. Whatever comes in, nothing here can put a bare CR
// or LF on the wire, or a lone dot before the end (SMTP smuggling, CVE-2023-51764 and its kin).
#pragma once

#include "mail/address.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::smtp {

// Line ends become CRLF, a leading dot is doubled (RFC 5321 4.5.2). Streaming: any pieces give the same.
class DotEncoder {
  public:
    void feed(std::string_view in, std::string& out);
    // Ends the last line and adds the final dot.
    void finish(std::string& out);

  private:
    void endLine(std::string& out);
    bool lineStart_ = true;
    bool afterCr_ = false;
};

struct MessageFacts {
    std::uint64_t size = 0; // with CRLF line ends, without dot-stuffing: what SIZE= wants (RFC 1870)
    bool eightBit = false;
};
MessageFacts messageFacts(std::string_view message);

// RFC 3461 section 4.
std::string xtext(std::string_view in);

enum class ReturnContent : std::uint8_t { Full, Headers };

// What a sender may ask about failures (RFC 3461). All false: nothing is asked; never stands alone.
struct Notify {
    bool never = false, success = false, failure = false, delay = false;
    [[nodiscard]] bool any() const { return never || success || failure || delay; }
};

struct MailParameters {
    std::optional<std::uint64_t> size;
    bool eightBitMime = false, smtpUtf8 = false;
    std::optional<ReturnContent> ret;
    std::string envid;
};
std::string mailCommand(const mail::MailAddress& sender, const MailParameters& p);
std::string rcptCommand(const mail::MailAddress& recipient, const Notify& notify,
                        std::string_view originalRecipient);

// A host name or address literal that may stand in EHLO.
bool isHelloName(std::string_view name);

} // namespace waypost::smtp
