// What a failed recipient means: the classifier judges the words; where they say nothing, the status code
// decides. Category and permanence are two questions. Any thread.
#pragma once

#include "bounce/report.h"
#include "reply/classifier.h"
#include "reply/providers.h"

#include <string_view>

namespace waypost::bounce {

struct Judge {
    const reply::Classifier* classifier = nullptr; // null: the status codes alone decide
    const reply::ProviderMap* providers = nullptr; // may be null

    // Fills category, cause, permanence, advice and rule from status, diagnostic, code and action. `more`
    // are further words about the recipient, asked when the diagnostic decides nothing; may be empty.
    void judge(Recipient& r, std::string_view reportingMta, std::string_view more) const;
};

} // namespace waypost::bounce
