#include "message/steps.h"

#include "base/text.h"
#include "dns/names.h"

#include <algorithm>

namespace waypost::message {

namespace {

constexpr size_t maxShown = 500; // of a header value in a step; the rest is in the bytes

int rank(StepState s) {
    switch (s) {
    case StepState::Error: return 4;
    case StepState::Warning: return 3;
    case StepState::Unknown: return 2;
    case StepState::Ok: return 1;
    case StepState::Info:
    case StepState::Absent: return 0;
    }
    return 0;
}

} // namespace

Item item(std::string label, std::string value, StepState state) {
    Item i;
    i.label = std::move(label);
    i.value = std::move(value);
    i.state = state;
    return i;
}

Item fieldItem(const mail::HeaderBlock& headers, size_t field, StepState state) {
    const auto& f = headers.fields()[field];
    Item i = item(text::printable(headers.name(f)),
                  text::printable(std::string_view(headers.unfolded(f)).substr(0, maxShown)), state);
    i.bytes = f.whole;
    return i;
}

std::optional<size_t> answerTo(const MessageCheck& check, const dns::Question& question) {
    const std::string name = dns::normalName(question.name);
    for (size_t i = 0; i < check.answers.size(); ++i)
        if (check.answers[i].question.type == question.type &&
            dns::normalName(check.answers[i].question.name) == name)
            return i;
    return std::nullopt;
}

mail::Span inValue(const mail::HeaderBlock& headers, size_t field, auth::Span part) {
    const mail::Span value = headers.fields()[field].value;
    const size_t offset = std::min(part.offset, value.length);
    return {value.offset + offset, std::min(part.length, value.length - offset)};
}

std::optional<size_t> fieldOf(const mail::HeaderBlock& headers, std::string_view name) {
    for (size_t i = 0; i < headers.fields().size(); ++i)
        if (text::iequals(headers.name(headers.fields()[i]), name)) return i;
    return std::nullopt;
}

StepState worst(const std::vector<Item>& items) {
    StepState out = StepState::Info;
    for (const auto& i : items)
        if (rank(i.state) > rank(out)) out = i.state;
    return out;
}

std::vector<Step> allSteps(const StepInput& in) {
    using Maker = Step (*)(const StepInput&);
    static constexpr Maker makers[] = {connectionStep,  spfStep,    dkimStep,    alignmentStep,
                                       dmarcStep,       arcStep,    resultsStep, listStep,
                                       unsubscribeStep, formatStep, contentStep};
    std::vector<Step> out;
    for (Maker make : makers) out.push_back(make(in));
    return out;
}

} // namespace waypost::message
