// Domain names between text and wire form (RFC 1035 section 3.1 and 4.1.4). Text form: labels joined by dots
// without a trailing dot, the root is the empty string; octets outside [!-~], dots inside a label and
// backslashes are written \DDD. Pure; every limit is named here.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waypost::dns {

inline constexpr size_t maxLabelOctets = 63;
inline constexpr size_t maxNameOctets = 255;
inline constexpr int maxPointerHops = 16;

// The labels of a text name as octets. Errors: an empty or too long label, a name too long, a broken escape.
// One trailing dot is allowed.
Result<std::vector<std::string>> nameToLabels(std::string_view name);
std::string labelsToName(const std::vector<std::string>& labels);
// The one spelling of a name: lower case, escaped, no trailing dot. What is no name is lowered only.
std::string canonicalName(std::string_view name);
// Of the same canonical spelling; mostly without making it.
bool sameName(std::string_view a, std::string_view b);
// Appends the wire form of a name that has no octet to escape; false, and nothing appended, for all others
// and for what is no name (nameToLabels() says why).
bool appendPlainName(std::string& out, std::string_view name);

struct ReadName {
    std::string name;
    size_t next = 0; // offset after the name where it stands
};
// Reads the name at `offset` of a whole message, following pointers.
Result<ReadName> readName(std::string_view message, size_t offset);

// Writes names with pointers to what the same message already holds.
class NameWriter {
  public:
    // Appends the name to `out` (which is the message from its first octet).
    Result<void> write(std::string& out, std::string_view name);
    // Without pointers, for names inside data.
    static Result<void> writePlain(std::string& out, std::string_view name);

  private:
    std::unordered_map<std::string, std::uint16_t> offsets_; // suffix in lower-case wire form to its offset
};

} // namespace waypost::dns
