// A judged message as what the Message lab shows: steps as trees that point to bytes, hops, MIME parts,
// answers, claims. Pure.
#pragma once

#include "auth/dkim_autopsy.h"
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

// One for each change found, and one for a broken signature without any.
std::vector<MessageView::Autopsy> autopsyViews(const std::vector<auth::DkimAutopsy>& autopsies);

// Everything but `line`, `notes`, `now`, `judged`, `command` and `autopsies`.
MessageView messageView(const message::MessageCheck& check, bool headersOnly);

} // namespace waypost::engine
