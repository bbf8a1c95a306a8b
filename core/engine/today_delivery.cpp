#include "engine/today_delivery.h"

#include "base/text.h"
#include "engine/delivery_scope.h"
#include "metrics/shift.h"
#include "metrics/stats.h"
#include "store/template_store.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::engine {

namespace {

// Thresholds of the cards; shown in each card's "why".
constexpr std::uint64_t fewestAttempts = 50;
constexpr double fewestPoints = 0.03;
constexpr size_t cardsOfAKind = 4;
constexpr size_t textShown = 110;

std::string nameOf(Context& c, const std::string& provider) {
    return provider.empty() ? "an unknown provider" : std::string(c.providers->displayName(provider));
}

std::string shown(const store::TemplateRow& t) {
    std::string words = text::printable(t.name.empty() ? t.text : t.name);
    if (words.size() <= textShown) return words;
    size_t end = textShown;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end; // whole characters
    return words.substr(0, end) + "…";
}

std::string countOf(const store::TemplateRow& t) {
    if (t.dayOfProvider == 0) return text::counted(t.events, "attempt");
    return fmt::format("{} of {} in its last day", t.dayEvents, text::counted(t.dayOfProvider, "attempt"));
}

void cardsOf(Context& c, store::Database& db, UtcTime now, store::TemplateState state, Today& out) {
    const bool back = state == store::TemplateState::Regressed;
    store::TemplateAsk ask;
    ask.now = now;
    ask.states = {state};
    ask.limit = int(cardsOfAKind);
    const store::TemplateList list = store::templates(db, ask);
    for (const store::TemplateRow& t : list.rows) {
        TodayCard card;
        card.severity = back ? State::Error : State::Warning;
        card.text =
            back ? fmt::format("Back after it was resolved at {}: {} ({})", nameOf(c, t.provider), shown(t),
                               countOf(t))
                 : fmt::format("New reply from {}: {} ({})", nameOf(c, t.provider), shown(t), countOf(t));
        card.why = back ? "A reply that was marked as resolved has been seen again."
                        : "This wording was never seen from this provider before.";
        if (!t.nearestText.empty()) card.why += " Nearest older one: " + text::printable(t.nearestText);
        card.page = "delivery";
        card.object = "template:" + t.key;
        card.since = t.firstSeen;
        if (back) card.since = t.lastSeen;
        out.cards.push_back(std::move(card));
    }
    if (list.total > list.rows.size())
        out.cards.push_back({back ? State::Error : State::Warning,
                             fmt::format("{} more {}", list.total - list.rows.size(),
                                         back ? "replies are back" : "new replies"),
                             "The list of reply templates has them all.",
                             "delivery",
                             back ? "replies/regressed" : "replies/new",
                             {}});
}

struct Side {
    std::uint64_t all = 0, part = 0;
    [[nodiscard]] double share() const { return all == 0 ? 0 : double(part) / double(all); }
};

Side sideOf(const metrics::StatRow& row, reply::Outcome outcome) {
    return {row.events, row.outcomes[size_t(outcome)]};
}

void shiftCard(Context& c, const std::string& provider, reply::Outcome outcome, Side before, Side now,
               const TimeRange& range, Today& out) {
    if (before.all < fewestAttempts || now.all < fewestAttempts) return;
    if (now.share() - before.share() < fewestPoints) return;
    const metrics::ShiftRow rows[] = {{before.part, now.part},
                                      {before.all - before.part, now.all - now.part}};
    const metrics::ShiftTest test = metrics::testShift(rows);
    if (test.verdict != metrics::ShiftVerdict::Slight && test.verdict != metrics::ShiftVerdict::Shifted)
        return;
    const bool blocked = outcome == reply::Outcome::Blocked;
    TodayCard card;
    card.severity = blocked ? State::Error : State::Warning;
    card.text = fmt::format("{} {}: {:.1f} % → {:.1f} % (of {}, before of {})", nameOf(c, provider),
                            blocked ? "refusals" : "deferrals", 100 * before.share(), 100 * now.share(),
                            now.all, before.all);
    card.why =
        fmt::format("Against the same time before: at least {:.0f} points more, at least {} attempts on "
                    "each side, and more than chance gives (p < {}).",
                    100 * fewestPoints, fewestAttempts, metrics::shiftLevel);
    card.page = "delivery";
    card.object = fmt::format("provider:{} outcome:{}", provider.empty() ? "\"\"" : provider,
                              reply::outcomeName(outcome));
    card.since = range.from;
    out.cards.push_back(std::move(card));
}

} // namespace

void replyCards(Context& c, store::Database& db, UtcTime now, Today& out) {
    cardsOf(c, db, now, store::TemplateState::Regressed, out);
    cardsOf(c, db, now, store::TemplateState::New, out);
}

void shiftCards(Context& c, store::Database& db, const TimeRange& range, Today& out) {
    const Millis length = range.to - range.from;
    metrics::StatsAsk ask;
    ask.by = {metrics::Key::Provider};
    ask.range = toRange(range);
    const auto now = metrics::statsBy(db, ask);
    ask.range = {range.from - length, range.from};
    const auto before = metrics::statsBy(db, ask);
    for (const metrics::StatRow& row : now) {
        const auto was = std::find_if(before.begin(), before.end(),
                                      [&](const metrics::StatRow& r) { return r.keys == row.keys; });
        if (was == before.end()) continue;
        for (const auto outcome : {reply::Outcome::Blocked, reply::Outcome::Deferred})
            shiftCard(c, row.keys.front(), outcome, sideOf(*was, outcome), sideOf(row, outcome), range, out);
    }
}

} // namespace waypost::engine
