#include "metrics/compare.h"

#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_names.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waypost::metrics {

namespace {

using TemplateKey = std::array<std::int64_t, 3>; // template, provider, category

struct Sides {
    std::array<ShiftRow, 5> outcomes{};
    std::array<ShiftRow, reply::categoryCount> categories{};
    std::map<TemplateKey, ShiftRow> templates;

    void add(const store::Cell& cell, std::uint64_t ShiftRow::* side) {
        auto n = std::uint64_t(cell.events);
        auto outcome = size_t(store::outcomeOfClass(cell.subject.classNumber));
        auto category = size_t(store::categoryOfClass(cell.subject.classNumber));
        if (outcome < outcomes.size()) outcomes[outcome].*side += n;
        if (category < categories.size()) categories[category].*side += n;
        templates[{cell.subject.templateId, cell.subject.provider, std::int64_t(category)}].*side += n;
    }
};

template <class Name>
std::vector<MixRow> mixOf(std::span<const ShiftRow> rows, Name name) {
    auto shares = contributions(rows);
    std::vector<MixRow> out;
    out.reserve(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) out.push_back({std::string(name(i)), rows[i], shares[i]});
    return out;
}

void largestFirst(std::vector<MixRow>& rows) {
    std::sort(rows.begin(), rows.end(), [](const MixRow& a, const MixRow& b) {
        return std::tuple(-a.share.contribution, std::string_view(a.name)) <
               std::tuple(-b.share.contribution, std::string_view(b.name));
    });
}

std::vector<TemplateShift> templatesOf(store::Database& db, const Sides& sides, size_t limit) {
    std::vector<ShiftRow> rows;
    rows.reserve(sides.templates.size());
    for (const auto& [key, row] : sides.templates) rows.push_back(row);
    auto shares = contributions(rows);
    std::vector<std::pair<TemplateKey, TemplateShift>> order;
    size_t i = 0;
    for (const auto& [key, row] : sides.templates) {
        TemplateShift t;
        t.category = reply::Category(key[2]);
        t.events = row;
        t.share = shares[i++];
        t.isNew = row.before == 0;
        order.emplace_back(key, std::move(t));
    }
    std::sort(order.begin(), order.end(), [](auto& a, auto& b) {
        return std::tuple(-a.second.share.contribution, a.first) <
               std::tuple(-b.second.share.contribution, b.first);
    });
    if (order.size() > limit) order.resize(limit);
    std::vector<TemplateShift> out;
    for (auto& [key, t] : order) {
        auto named = store::templateOf(db, key[0]);
        t.key = std::move(named.key);
        t.text = std::move(named.text);
        t.provider = store::nameOf(db, key[1]);
        out.push_back(std::move(t));
    }
    return out;
}

} // namespace

Comparison compare(store::Database& db, const CompareAsk& ask) {
    Comparison out;
    out.before = statsBy(db, {{}, ask.before, ask.filter}).front();
    out.after = statsBy(db, {{}, ask.after, ask.filter}).front();
    Sides sides;
    store::ResolvedFilter filter(db, ask.filter);
    store::CellNeeds needs;
    needs.templates = true;
    needs.domains = false;
    store::eachCell(db, filter, ask.before, needs,
                    [&](const store::Cell& cell) { sides.add(cell, &ShiftRow::before); });
    store::eachCell(db, filter, ask.after, needs,
                    [&](const store::Cell& cell) { sides.add(cell, &ShiftRow::after); });
    out.outcomes = testShift(sides.outcomes);
    out.categories = testShift(sides.categories);
    out.outcomeRows = mixOf(sides.outcomes, [](size_t i) { return reply::outcomeName(reply::Outcome(i)); });
    out.categoryRows =
        mixOf(sides.categories, [](size_t i) { return reply::categoryName(reply::Category(i)); });
    std::erase_if(out.categoryRows, [](const MixRow& r) { return r.events.before + r.events.after == 0; });
    largestFirst(out.categoryRows);
    out.templates = templatesOf(db, sides, ask.maxTemplates);
    return out;
}

} // namespace waypost::metrics
