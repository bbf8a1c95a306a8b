// Streams: which kind of mail an event belongs to, by rules the operator owns; the first rule that matches
// decides, and what none matches stays unassigned. Pure, any thread.
#pragma once

#include "ingest/decoder.h"
#include "store/settings_store.h"

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace waypost::ingest {

// What is known of one event; empty parts match no rule but "*".
struct StreamSubject {
    std::string_view sender, instance, messageId;
    std::string_view relay;     // host the message was handed to
    std::string_view sendingIp; // ours
    std::string_view campaign, listId;
    // Value of a header of the message; null: its headers are not known.
    std::function<std::string_view(std::string_view name)> header;
};
const StreamRule* streamOf(std::span<const StreamRule> rules, const StreamSubject& subject);

// A rule whose answer can differ between two attempts of one message.
bool dependsOnAttempt(const StreamRule& rule);

// The stored rules as importers use them: the one place that knows both.
std::vector<StreamRule> importStreamRules(std::span<const store::StreamRuleRow> rows);

} // namespace waypost::ingest
