#include "filter/complete.h"

#include "base/text.h"
#include "filter/query.h"

#include <algorithm>
#include <array>

namespace waypost::filter {

namespace {

// The word under the cursor: where it starts, and where the value in it starts (behind "field:" or inside
// braces).
struct Under {
    size_t start = 0, value = std::string_view::npos;
    std::string_view field;
    bool quoted = false;
};

Under lookBack(std::string_view text) {
    Under out;
    size_t brace = std::string_view::npos, comma = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') out.quoted = !out.quoted;
        if (out.quoted) continue;
        if (c == '{') brace = comma = i + 1;
        if (c == '}') brace = std::string_view::npos;
        if (c == ',' && brace != std::string_view::npos) comma = i + 1;
        if (c == '(' || c == ')' || (text::isSpace(c) && brace == std::string_view::npos)) out.start = i + 1;
    }
    if (out.start < text.size() && text[out.start] == '-') ++out.start;
    const std::string_view word = text.substr(out.start);
    const size_t op = word.find_first_of(":=<>~!");
    if (op == std::string_view::npos || op == 0) return out;
    out.field = word.substr(0, op);
    out.value = out.start + word.find_first_not_of(":=<>~!", op);
    if (word.find_first_not_of(":=<>~!", op) == std::string_view::npos) out.value = text.size();
    if (brace != std::string_view::npos) out.value = comma;
    return out;
}

std::string quoted(std::string_view value) {
    const bool needed = value.empty() || std::any_of(value.begin(), value.end(), [](char c) {
                            return text::isSpace(c) || std::string_view("(){},\"*").contains(c);
                        });
    return needed ? "\"" + std::string(value) + "\"" : std::string(value);
}

void addValues(const FieldInfo& field, std::string_view typed, const std::vector<KnownValue>& known,
               std::vector<Completion>& out) {
    const auto fits = [&](std::string_view v) { return text::ifind(v, typed) != std::string_view::npos; };
    for (const KnownValue& k : known)
        if (fits(k.value)) out.push_back({quoted(k.value), {}, k.count, false});
    for (std::string_view v : field.values) {
        const bool listed = std::any_of(out.begin(), out.end(), [&](auto& c) { return c.text == v; });
        if (!v.empty() && fits(v) && !listed) out.push_back({std::string(v), {}, 0, false});
    }
    std::vector<std::string_view> words;
    if (field.type == FieldType::Since || field.type == FieldType::Until || field.type == FieldType::Time)
        words = {"now-1h", "now-24h", "now-7d", "today", "yesterday", "now/d"};
    if (field.type == FieldType::Code) words = {"4xx", "5xx", "421", "550", "4.7.*", "5.1.*", "5.7.*"};
    for (std::string_view w : words)
        if (w.starts_with(typed)) out.push_back({std::string(w), {}, 0, false});
    // What starts with the typed text first, then the most frequent; the rest keeps the order of its meaning.
    std::vector<std::pair<std::array<std::uint64_t, 3>, size_t>> order;
    order.reserve(out.size());
    for (size_t i = 0; i < out.size(); ++i)
        order.push_back({{text::istartsWith(out[i].text, typed) ? 0U : 1U, UINT64_MAX - out[i].count, i}, i});
    std::sort(order.begin(), order.end());
    std::vector<Completion> sorted;
    sorted.reserve(out.size());
    for (const auto& [rank, i] : order) sorted.push_back(std::move(out[i]));
    out = std::move(sorted);
}

void addFields(std::string_view typed, Schema schema, std::vector<Completion>& out) {
    for (const bool prefix : {true, false})
        for (const FieldInfo& f : schema) {
            bool starts = text::istartsWith(f.name, typed), inside = false;
            for (std::string_view alias : text::words(f.aliases)) starts |= text::istartsWith(alias, typed);
            inside = !typed.empty() && text::ifind(f.name, typed) != std::string_view::npos;
            if (f.type == FieldType::Any || (prefix ? !starts : starts || !inside)) continue;
            out.push_back({std::string(f.name) + ":", std::string(f.help), 0, true});
        }
}

} // namespace

Completions complete(std::string_view text, size_t cursor, const std::vector<KnownValue>& known,
                     Schema schema, size_t most) {
    text = text.substr(0, std::min({cursor, text.size(), maxLength}));
    const Under under = lookBack(text);
    Completions out;
    out.offset = under.start;
    const FieldInfo* field = under.field.empty() ? nullptr : findField(schema, under.field);
    if (field && under.value != std::string_view::npos) {
        out.field = field->name;
        out.offset = under.value;
        std::string_view typed = text.substr(under.value);
        if (typed.starts_with('"')) typed.remove_prefix(1);
        addValues(*field, typed, known, out.items);
    } else if (under.field.empty() && !under.quoted) {
        addFields(text.substr(under.start), schema, out.items);
    }
    out.length = text.size() - out.offset;
    if (out.items.size() > most) out.items.resize(most);
    return out;
}

} // namespace waypost::filter
