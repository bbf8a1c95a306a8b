// Tokens: how a message is known again in a mailbox. Each seed of a run gets its own, in the header field
// X-Waypost-Seed and in the Message-ID, so that it survives a receiver that drops one of them.
#pragma once

#include "base/random.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace waypost::placement {

inline constexpr std::string_view seedHeader = "X-Waypost-Seed";
constexpr size_t maxMessageBytes = 32 * 1024 * 1024;

// "wps-" + 10 characters for the run; all tokens of the run begin with it.
std::string runToken(Random& random);
// The run's + "-" + 12 characters.
std::string seedToken(std::string_view run, Random& random);
// The first whole token in a text (a header block, a Message-ID), or nothing.
std::optional<std::string> findToken(std::string_view text);

struct Stamp {
    std::string token;
    std::string address;         // replaces {{address}} in the message; {{token}} becomes the token
    std::string messageIdDomain; // right-hand side of the Message-ID
};

// The message for one seed: CRLF line ends, our header field in front, Message-ID replaced. An Error when
// there is no header, no From, or one of our texts does not fit a header line.
Result<std::string> stampMessage(std::string_view message, const Stamp& stamp);

} // namespace waypost::placement
