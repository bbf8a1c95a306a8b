// Mailboxes as LIST shows them, and what each is for (RFC 6154 attributes first; names only when the server
// gives no attribute, because names are localised).
#pragma once

#include "imap/response.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::imap {

enum class SpecialUse : std::uint8_t { None, Inbox, All, Archive, Drafts, Flagged, Junk, Sent, Trash };
std::string_view specialUseName(SpecialUse use); // "junk"

struct Mailbox {
    std::string wireName;                // exactly as listed: what commands use
    std::string name;                    // UTF-8 for people; the wire name where it is not modified UTF-7
    std::string delimiter;               // one character, or empty
    std::vector<std::string> attributes; // lower case, with their backslash
    SpecialUse use = SpecialUse::None;
    bool useFromName = false; // a guess by name: the server gave no attribute

    [[nodiscard]] bool selectable() const; // neither \Noselect nor \NonExistent
    bool operator==(const Mailbox&) const = default;
};

// A LIST or XLIST response; nothing when it is not of that form.
std::optional<Mailbox> mailboxFromList(const Response& response);

// Sets `use` on every mailbox. The fallback names are tried for a role only when no attribute names it.
void assignSpecialUse(std::vector<Mailbox>& mailboxes);

} // namespace waypost::imap
