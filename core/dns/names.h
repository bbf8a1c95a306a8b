// Names as people and rules see them: host name checks, reverse names, IDN forms. Pure. RFC 1123 section 2.1,
// 1035 section 3.5, 3596 section 2.5, 5891 (libidn2, non-transitional).
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::dns {

// Lower case, without a trailing dot: how names are compared and shown.
std::string normalName(std::string_view name);
// Labels of 1 to 63 octets and 253 in all: a name that can be asked, whatever its characters. Not the root.
bool isAskable(std::string_view name);
// Letters, digits and hyphens (underscore too when allowed), two labels or more, no hyphen at the ends of a
// label, last label not all digits.
bool isHostName(std::string_view name, bool allowUnderscore = false);

// "example.org" for "a.example.org"; empty for a single label.
std::string_view parentOf(std::string_view name);
size_t labelCount(std::string_view name);
// The last `count` labels.
std::string_view lastLabels(std::string_view name, size_t count);
// Equal, or below; without regard to case.
bool isAtOrUnder(std::string_view name, std::string_view ancestor);

// "1.2.0.192.in-addr.arpa" or the nibbles under ip6.arpa; nothing when the text is no address.
std::optional<std::string> reverseName(std::string_view ip);

// What is typed ("bücher.example") as the name to ask ("xn--bcher-kva.example"). Underscore labels pass.
Result<std::string> toAscii(std::string_view name);
// For display; the input itself when it has no readable form.
std::string toUnicode(std::string_view name);

} // namespace waypost::dns
