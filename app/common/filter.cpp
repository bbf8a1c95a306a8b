#include "common/filter.h"

#include "base/text.h"
#include "reply/event.h"

#include <string>
#include <utility>

namespace waypost::app {

namespace {

std::vector<std::string>* fieldOf(store::EventFilter& f, std::string_view name) {
    if (name == "provider") return &f.providers;
    if (name == "category") return &f.categories;
    if (name == "outcome") return &f.outcomes;
    if (name == "stream") return &f.streams;
    if (name == "domain" || name == "rcpt_domain") return &f.domains;
    if (name == "template" || name == "cluster") return &f.templates;
    if (name == "source") return &f.sources;
    if (name == "kind") return &f.kinds;
    return nullptr;
}

bool isOutcome(std::string_view word) {
    for (int i = 0; i <= int(reply::Outcome::Unknown); ++i)
        if (reply::outcomeName(reply::Outcome(i)) == word) return true;
    return false;
}

Result<void> checkValue(std::string_view field, std::string_view value) {
    if (value.empty())
        return fail(ErrorCode::InvalidArgument, "--filter",
                    "A value is missing behind \"" + std::string(field) + ":\".");
    if (field == "category" && !reply::categoryFromName(value))
        return fail(ErrorCode::InvalidArgument, "--filter", "\"" + std::string(value) + "\" is no category.");
    if (field == "outcome" && !isOutcome(value))
        return fail(ErrorCode::InvalidArgument, "--filter",
                    "\"" + std::string(value) +
                        "\" is no outcome; there are accepted, deferred, bounced, blocked and unknown.");
    if (field == "kind" && !reply::kindFromName(value))
        return fail(ErrorCode::InvalidArgument, "--filter",
                    "\"" + std::string(value) +
                        "\" is no kind; there are attempt, async-bounce, complaint and auto-reply.");
    return {};
}

} // namespace

Result<store::EventFilter> parseFilter(std::string_view in) {
    store::EventFilter out;
    for (std::string_view term : text::words(in)) {
        const size_t colon = term.find(':');
        std::vector<std::string>* field =
            colon == std::string_view::npos ? nullptr : fieldOf(out, term.substr(0, colon));
        if (colon == std::string_view::npos) {
            out.recipientOrMessage = term;
            continue;
        }
        if (!field)
            return fail(
                ErrorCode::InvalidArgument, "--filter",
                "There is no field \"" + std::string(term.substr(0, colon)) +
                    "\"; there are provider, category, outcome, stream, domain, template, source and kind.");
        std::string_view value = term.substr(colon + 1);
        if (value.starts_with('{') && value.ends_with('}')) value = value.substr(1, value.size() - 2);
        for (std::string_view one : text::split(value, ',')) {
            if (auto ok = checkValue(term.substr(0, colon), one); !ok) return fail(ok.error());
            field->emplace_back(one);
        }
    }
    return out;
}

} // namespace waypost::app
