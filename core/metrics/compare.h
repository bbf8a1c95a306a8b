// Two ranges side by side: the figures of both, one test of the whole mix of outcomes and one of categories,
// and the reply templates that carry the difference. Thread rule: that of the Database. Failure:
// StorageError.
#pragma once

#include "metrics/shift.h"
#include "metrics/stats.h"

#include <string>
#include <vector>

namespace waypost::metrics {

struct CompareAsk {
    store::EventRange before, after;
    store::EventFilter filter;
    size_t maxTemplates = 50;
};
struct TemplateShift {
    std::string key, text, provider;
    reply::Category category = reply::Category::Unclassified;
    ShiftRow events;
    Contribution share; // of all events of each range
    bool isNew = false; // none before
};
struct MixRow {
    std::string name; // of an outcome or a category
    ShiftRow events;
    Contribution share;
};
struct Comparison {
    StatRow before, after;
    ShiftTest outcomes, categories;
    std::vector<MixRow> outcomeRows;      // reply::Outcome order
    std::vector<MixRow> categoryRows;     // largest contribution first; those that occur
    std::vector<TemplateShift> templates; // largest contribution first
};
Comparison compare(store::Database& db, const CompareAsk& ask);

} // namespace waypost::metrics
