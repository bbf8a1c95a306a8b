// The steps of a message check, each from what was found. Internal to message/. Pure.
#pragma once

#include "message/check.h"

namespace waypost::message {

struct StepInput {
    const MessageCheck& check;
    UtcTime now;
    std::string fromFault; // of auth::AuthorDomains
};

Step connectionStep(const StepInput& in);
Step spfStep(const StepInput& in);
Step dkimStep(const StepInput& in);
Step alignmentStep(const StepInput& in);
Step dmarcStep(const StepInput& in);
Step arcStep(const StepInput& in);
Step resultsStep(const StepInput& in);
Step listStep(const StepInput& in);
Step unsubscribeStep(const StepInput& in);
Step formatStep(const StepInput& in);
Step contentStep(const StepInput& in);

std::vector<Step> allSteps(const StepInput& in);

// Building blocks.
Item item(std::string label, std::string value, StepState state = StepState::Info);
Item fieldItem(const mail::HeaderBlock& headers, size_t field, StepState state = StepState::Info);
// The place of the answer to a question in check.answers.
std::optional<size_t> answerTo(const MessageCheck& check, const dns::Question& question);
// A part of the value of a field, in the message.
mail::Span inValue(const mail::HeaderBlock& headers, size_t field, auth::Span part);
std::optional<size_t> fieldOf(const mail::HeaderBlock& headers, std::string_view name); // the first
// The worst of the items: Error over Warning over Unknown over Ok; Info and Absent do not count.
StepState worst(const std::vector<Item>& items);

// What a receiver says in Authentication-Results.
std::string writeResults(const MessageCheck& check, std::string_view receiver);
std::vector<MessageCheck::Claimed> readClaims(const MessageCheck& check);

// Answers that a part of the check keeps, whether by value or by pointer.
inline const dns::Answer& plain(const dns::Answer& a) {
    return a;
}
template <class Pointer>
const dns::Answer& plain(const Pointer& a) {
    return *a;
}

} // namespace waypost::message
