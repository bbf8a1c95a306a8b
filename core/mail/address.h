// Mail addresses. MailAddress is an addr-spec that is safe to put on the wire: it cannot hold CR, LF, NUL or
// other control characters, and its domain is a host name or an address literal. RFC 5321 4.1.2, RFC 5322
// 3.4 (comments to a depth of 50, groups, obsolete routes), RFC 6531 (UTF-8 local parts), IDNA2008 domains.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::mail {

class MailAddress {
  public:
    static constexpr size_t maxLocal = 64;   // RFC 5321 4.5.3.1.1
    static constexpr size_t maxDomain = 255; // 4.5.3.1.2

    // The null reverse-path "<>": what bounces are sent with.
    MailAddress() = default;
    // "a@b.example", "\"a b\"@b.example", "a@[192.0.2.1]"; not a mailbox with a display name.
    static Result<MailAddress> parse(std::string_view addrSpec);

    [[nodiscard]] bool isNull() const { return local_.empty() && domain_.empty(); }
    [[nodiscard]] const std::string& local() const { return local_; } // without quotes
    // A-labels, lower case: what DNS and the wire want. "[192.0.2.1]" for a literal.
    [[nodiscard]] const std::string& domain() const { return domain_; }
    // U-labels: for people.
    [[nodiscard]] const std::string& domainUnicode() const { return unicode_; }
    // The local part is not ASCII: only an SMTPUTF8 server can take it.
    [[nodiscard]] bool needsSmtpUtf8() const;
    // local@domain with the local part quoted where it must be; empty for the null address.
    [[nodiscard]] std::string wire() const;
    [[nodiscard]] std::string display() const;

    // Local parts compare exactly, domains by their A-labels.
    bool operator==(const MailAddress& o) const { return local_ == o.local_ && domain_ == o.domain_; }

  private:
    std::string local_, domain_, unicode_;
};

struct Mailbox {
    std::string name; // display name as UTF-8, encoded words decoded
    MailAddress address;
    std::string group; // name of the group it stands in, or empty
    bool operator==(const Mailbox&) const = default;
};

struct AddressList {
    static constexpr size_t maxEntries = 10'000;
    static constexpr int maxCommentDepth = 50;

    std::vector<Mailbox> mailboxes;
    std::vector<std::string> problems; // one sentence each, at most 20; the rest of the list is still read
};

// A header value: mailboxes, groups, comments. Never fails; what cannot be read is a problem.
AddressList parseAddressList(std::string_view headerValue);
// One mailbox as an operator types it: "a@b.example" or "Name <a@b.example>".
Result<Mailbox> parseMailbox(std::string_view text);

// IDNA2008 both ways; an error says what is wrong with the name. ASCII names come back in lower case.
Result<std::string> domainToAscii(std::string_view domain);
std::string domainToUnicode(std::string_view ascii);

} // namespace waypost::mail
