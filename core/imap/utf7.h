// Modified UTF-7 (RFC 3501 section 5.1.3): mailbox names on the wire to and from UTF-8. A decoded name is for
// people and for the database; commands always use the name exactly as the server listed it, and no name is
// ever used as a path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waypost::imap {

// Nothing when the octets are not modified UTF-7: a broken shift, an unpaired surrogate, 8-bit octets.
std::optional<std::string> decodeMailboxName(std::string_view wire);
// Nothing when `utf8` is not UTF-8.
std::optional<std::string> encodeMailboxName(std::string_view utf8);

} // namespace waypost::imap
