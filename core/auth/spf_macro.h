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
    // Says the local part of the sender.
    [[nodiscard]] bool usesLocalPart() const;
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

inline constexpr size_t maxTargetName = 253;

// Labels of 1 to 63 octets, whatever they are; no trailing dot.
bool isTargetName(std::string_view name);
// An expansion as a domain (section 7.3): without a trailing dot, cut from the left to 253 octets at a label.
// Octets stay as they are. Empty when it cannot be a name.
std::string targetName(std::string_view expansion);
// The octets of a name as dns::Question writes it: odd ones escaped.
std::string toQuestionName(std::string_view name);
// Both: an expansion as the name to ask; empty when it cannot be asked.
std::string toTargetName(std::string_view expansion);

} // namespace waypost::auth
