// The words of one IMAP command, for the lab's server: atoms, quoted strings and literals, with lists kept as
// one word.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::lab {

struct ImapWord {
    std::string text;
    bool quoted = false;
    bool list = false; // text is what stood between the outer parentheses
};

// Nothing when quotes or parentheses do not match. Literals stand in the command as "{n}CRLF" and their
// octets.
std::optional<std::vector<ImapWord>> imapWords(std::string_view command);

// "2:4,7,9:*" holds uid? `highest` stands for the star.
bool inSequence(std::string_view set, unsigned uid, unsigned highest);

std::string imapQuoted(std::string_view text);

} // namespace waypost::lab
