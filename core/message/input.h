// What may be judged: a message or its headers. Everything else is refused with a sentence that
// says what it looks like, or what was tried. Pure but for readMessageFile().
#pragma once

#include "base/result.h"
#include "message/check.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace waypost::message {

struct MessageInput {
    std::string bytes;
    std::string title, from;  // decoded Subject and From; empty when there is none
    bool headersOnly = false; // no line ends the headers: the body was not given
};

// InvalidArgument, Unsupported or TooLarge, with the kind of file in words.
Result<MessageInput> messageInput(std::string bytes);
// As above; reads no more than the cap.
Result<MessageInput> readMessageFile(const std::filesystem::path& file);

} // namespace waypost::message
