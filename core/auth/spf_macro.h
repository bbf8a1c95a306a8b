// SPF macro strings (RFC 7208 section 7): parsed once, expanded per message. Pure.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

// A piece of a macro string: literal text (letter 0), or one macro.
struct MacroPart {
    std::string literal;
    char letter = 0;        // lower case
    bool urlEscape = false; // the letter was upper case
    unsigned keep = 0;      // number of right-hand labels to keep; 0: all
    bool reverse = false;
    std::string delimiters = ".";
    bool operator==(const MacroPart&) const = default;
};

struct MacroString {
    std::vector<MacroPart> parts;
    // Says something else for each message or client, so that a static reading cannot know it.
    [[nodiscard]] bool dynamic() const;
    // Needs the validated name of the client (PTR lookups).
    [[nodiscard]] bool needsValidatedName() const;
    bool operator==(const MacroString&) const = default;
};

// Where a macro string stands decides which letters and octets it may hold.
enum class MacroUse {
    Domain,      // s l o d i p v h; no spaces
    Modifier,    // value of an unknown modifier: every letter is syntax
    Explanation, // text fetched for exp=: c r t too, and spaces
};

struct MacroError {
    size_t offset = 0;
    std::string text;
};
std::expected<MacroString, MacroError> parseMacroString(std::string_view in, MacroUse use);

// What a message says; all octets as received.
struct MacroValues {
    std::string localPart, senderDomain; // of the checked identity
    std::string domain;                  // the one whose record is read
    std::string helo;
    net::IpAddress ip;
    std::string validatedName = "unknown";
    std::string receiver = "unknown";
    UtcTime now;
};
std::string expand(const MacroString& macro, const MacroValues& values);

// An expansion as a name to ask: no trailing dot, cut from the left to 253 octets at a label, odd octets
// escaped. Empty when it has an empty or too long label and cannot be asked.
std::string toTargetName(std::string_view expansion);

} // namespace waypost::auth
