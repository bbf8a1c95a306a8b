// A judged message as what the Message lab shows: steps as trees that point to bytes, hops, MIME parts,
// answers, claims. Pure.
#pragma once

#include "engine/message_values.h"
#include "message/check.h"

#include <string>

namespace waypost::engine {

struct MessageVerdict {
    std::string text; // "DMARC pass"
    State state = State::Unknown;
};
// With headers alone a broken body hash says nothing, and what rests on it is not known.
MessageVerdict messageVerdict(const message::MessageCheck& check, bool headersOnly);

// Everything but `line`, `notes`, `now`, `judged` and `command`.
MessageView messageView(const message::MessageCheck& check, bool headersOnly);

} // namespace waypost::engine
