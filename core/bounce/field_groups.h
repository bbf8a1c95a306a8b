// Groups of header-like fields, as delivery-status (RFC 3464 2.1) and feedback-report (RFC 5965 3) have them:
// fields with folded lines, groups parted by empty lines. Linear, capped, never fails. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace waypost::bounce {

struct StatusField {
    std::string name;  // lower case
    std::string value; // folds joined by LF and outer white space off
    size_t at = 0;     // of the value in the text, and where its last line ends
    size_t end = 0;
};
using FieldGroup = std::vector<StatusField>;

inline constexpr size_t maxFieldGroups = 1001; // one for the message and one for each recipient
inline constexpr size_t maxGroupFields = 200;
inline constexpr size_t maxStatusValue = 8 * 1024; // longer ones are cut

std::vector<FieldGroup> readFieldGroups(std::string_view text);

// The value of `name` in lower case, or empty.
std::string_view fieldIn(const FieldGroup& group, std::string_view name);
const StatusField* findField(const FieldGroup& group, std::string_view name);
// "rfc822; a@b" gives "a@b": the type goes, and so do comments and angle brackets. \x{HEX} of RFC 6533 is
// resolved.
std::string addressValue(std::string_view value);
// "dns; mx.example.org (192.0.2.1)" gives "mx.example.org".
std::string hostValue(std::string_view value);
// "smtp; 550 5.1.1 …" gives "550 5.1.1 …".
std::string_view withoutType(std::string_view value);

} // namespace waypost::bounce
