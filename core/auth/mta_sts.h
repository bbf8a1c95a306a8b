// MTA-STS (RFC 8461): the TXT record at _mta-sts, the policy file, and what a policy says of a mail
// exchanger. Pure: who fetches the file is not known here.
#pragma once

#include "auth/tag_list.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

inline constexpr size_t maxStsId = 32;                // RFC 8461 section 3.1
inline constexpr size_t maxStsPolicy = 64 * 1024;     // RFC 8461 section 3.3 suggests this
inline constexpr size_t maxStsMx = 100;               // patterns kept; more are a problem
inline constexpr size_t maxStsLines = 1000;           // lines read
inline constexpr std::int64_t maxStsAge = 31'557'600; // seconds, RFC 8461 section 3.2

struct StsRecord {
    std::string text;
    std::string id;
    std::vector<std::string> problems; // any of them makes senders act as if there were no record
    [[nodiscard]] bool valid() const { return problems.empty(); }
};

// The text begins with v=STSv1 and a semicolon: others at the name are not counted (section 3.1).
bool isStsRecord(std::string_view txt);
StsRecord parseStsRecord(std::string_view txt);

enum class StsMode : std::uint8_t { None, Testing, Enforce };
std::string_view stsModeName(StsMode m); // "none", "testing", "enforce"

struct StsPolicy {
    std::optional<StsMode> mode;
    std::vector<std::string> mx; // patterns in lower case, without a trailing dot
    std::optional<std::int64_t> maxAge;
    std::vector<std::string> unknownFields; // ignored, as the standard says
    std::vector<std::string> problems;      // any of them makes the policy invalid (section 3.2)
    std::vector<std::string> remarks;       // odd, and without effect: a field repeated, a bare CR…
    [[nodiscard]] bool valid() const { return problems.empty(); }
    // Whether a sender that honours it may deliver to this host (section 4.1). Mode none allows all.
    [[nodiscard]] bool allows(std::string_view host) const;
};

// Section 3.2: lines "name: value" that end in CRLF or LF. Of a repeated field other than mx the first
// counts.
StsPolicy parseStsPolicy(std::string_view body);

// "*.example.org" takes exactly one label in the place of the star; otherwise the names must be equal.
// Without regard to case or a trailing dot.
bool stsMxMatches(std::string_view pattern, std::string_view host);

} // namespace waypost::auth
