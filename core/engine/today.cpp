// Today: what needs a person, from what is stored. Each card says its numbers with their denominators and why
// it is there.
#include "base/text.h"
#include "engine/context.h"
#include "engine/today_delivery.h"
#include "placement/run.h"
#include "store/domain_store.h"
#include "store/event_queries.h"
#include "store/placement_store.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

// Thresholds of the cards; shown in each card's "why".
constexpr double blockedShare = 0.02;
constexpr double deferredShare = 0.10;
constexpr std::uint64_t fewestEvents = 50;

struct Sums {
    std::array<std::uint64_t, 5> n{};
    [[nodiscard]] std::uint64_t all() const { return n[0] + n[1] + n[2] + n[3] + n[4]; }
};

Sums sumOf(const store::OverviewAnswer& o) {
    Sums s;
    for (const store::OverviewBucket& b : o.buckets)
        for (size_t i = 0; i < 5; ++i) s.n[i] += b.counts[i];
    return s;
}

// Attempts that failed are not quiet: the line says so, and why they make no card.
std::string deliveryLine(const Sums& s, bool enough) {
    constexpr const char* notQuiet[] = {"", "deferred", "bounced", "blocked", "of unknown outcome"};
    std::vector<std::string> loud;
    for (size_t i = 1; i < s.n.size(); ++i)
        if (s.n[i] > 0) loud.push_back(fmt::format("{} {}", s.n[i], notQuiet[i]));
    std::string out = fmt::format("Delivery: {} of {} accepted", s.n[0], text::counted(s.all(), "attempt"));
    if (loud.empty()) return out;
    out += fmt::format("; not quiet: {}, ", text::join(loud, ", "));
    if (!enough) return out + fmt::format("but fewer than {} attempts make no card", fewestEvents);
    return out + fmt::format("but a card needs more than {:.0f} % blocked or {:.0f} % deferred",
                             100 * blockedShare, 100 * deferredShare);
}

void deliveryCards(const store::OverviewAnswer& o, Today& out) {
    const Sums s = sumOf(o);
    const std::uint64_t all = s.all();
    if (all == 0) return;
    const double blocked = double(s.n[3]) / double(all);
    const double deferred = double(s.n[1]) / double(all);
    const bool enough = all >= fewestEvents;
    if (enough && blocked > blockedShare)
        out.cards.push_back({State::Error,
                             fmt::format("{:.1f} % of {} attempts were blocked", 100 * blocked, all),
                             fmt::format("Shown above {:.0f} % of at least {} attempts in the range.",
                                         100 * blockedShare, fewestEvents),
                             "delivery", "outcome:blocked", o.range.since});
    if (enough && deferred > deferredShare)
        out.cards.push_back({State::Warning,
                             fmt::format("{:.1f} % of {} attempts were deferred", 100 * deferred, all),
                             fmt::format("Shown above {:.0f} % of at least {} attempts in the range.",
                                         100 * deferredShare, fewestEvents),
                             "delivery", "outcome:deferred", o.range.since});
    if (o.unclassified > 0)
        out.cards.push_back(
            {State::Info,
             fmt::format("{} of {} {} something no rule knows ({:.1f} %)", o.unclassified,
                         text::counted(all, "reply", "replies"), o.unclassified == 1 ? "says" : "say",
                         100 * double(o.unclassified) / double(all)),
             "Unclassified replies are a queue to work on: open them and make rules.", "delivery",
             "replies/unclassified", o.range.since});
    if (!enough || (blocked <= blockedShare && deferred <= deferredShare))
        out.checked.push_back(deliveryLine(s, enough));
}

std::string problems(const store::DomainRow& d) {
    const std::string errors = text::counted(size_t(d.errors), "error");
    return d.warnings == 0 ? errors : errors + " and " + text::counted(size_t(d.warnings), "warning");
}

std::string changeSentence(const store::DomainRow& d) {
    std::string out = fmt::format("{} changed: {} in records, findings and verdicts", d.name,
                                  text::counted(size_t(d.changes), "difference"));
    return d.worse == 0 ? out : out + fmt::format(", {} for the worse", d.worse);
}

void domainCards(store::Database& db, Today& out) {
    int inspected = 0;
    int quiet = 0;
    for (const store::DomainRow& d : store::domains::all(db)) {
        out.hasDomains = out.hasDomains || d.inspection.has_value();
        if (!d.inspection) continue;
        ++inspected;
        if (d.couldNotLook)
            out.cards.push_back(
                {State::Unknown, d.name + " could not be looked up completely",
                 "At least one DNS question had no definite answer; nothing is known of that part.",
                 "domains", d.name, d.checked});
        if (d.changes > 0)
            out.cards.push_back({d.worse > 0 ? State::Warning : State::Info, changeSentence(d),
                                 "The newest inspection differs from what was known before it.", "domains",
                                 d.name, d.checked});
        if (d.errors > 0)
            out.cards.push_back({State::Error, d.name + " has " + problems(d),
                                 "Findings of the newest inspection.", "domains", d.name, d.checked});
        else if (d.warnings > 0)
            out.cards.push_back(
                {State::Warning,
                 fmt::format("{} has {}", d.name, text::counted(size_t(d.warnings), "warning")),
                 "Findings of the newest inspection.", "domains", d.name, d.checked});
        else if (!d.couldNotLook)
            ++quiet;
    }
    if (inspected > 0) {
        out.domainLine = fmt::format("{} of {} without error or warning", quiet,
                                     text::counted(size_t(inspected), "inspected domain"));
        if (quiet > 0) out.checked.push_back("Domains: " + out.domainLine);
    }
}

void placementLine(store::Database& db, Today& out) {
    for (const store::RunRow& run : store::placement::runs(db, 1)) {
        out.hasRuns = true;
        int inbox = 0;
        int junk = 0;
        int judged = 0;
        for (const store::SeedResultRow& r : store::placement::results(db, run.id)) {
            const auto state = placement::seedStateFromName(r.state);
            using S = placement::SeedState;
            if (!state) continue;
            inbox += *state == S::FoundInbox ? 1 : 0;
            junk += *state == S::FoundJunk ? 1 : 0;
            judged += placement::isFound(*state) || *state == S::NotFound ? 1 : 0;
        }
        if (run.state == "running")
            out.placementLine = fmt::format("\"{}\" is running", run.name);
        else if (judged == 0)
            out.placementLine = fmt::format("\"{}\": no seed could be judged", run.name);
        else
            out.placementLine =
                fmt::format("\"{}\": inbox {} of {} judged, spam {}", run.name, inbox, judged, junk);
        if (junk > 0)
            out.cards.push_back({State::Warning,
                                 fmt::format("{} of {} of \"{}\" {} in spam", junk,
                                             text::counted(size_t(judged), "judged seed"), run.name,
                                             junk == 1 ? "is" : "are"),
                                 "Newest seed test. A seed list is a sample, not your audience.", "placement",
                                 run.id, run.started});
    }
}

} // namespace

Snapshot answer(Context& c, const TodayQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        Today out;
        store::OverviewAsk ask;
        ask.range = {q.range.from, q.range.to};
        ask.maxBuckets = 24;
        ask.maxGroups = 1;
        const store::OverviewAnswer o = store::overview(db, ask);
        out.hasEvents = o.stored.has_value();
        out.bucket = o.bucket;
        for (const store::OverviewBucket& b : o.buckets) out.outcomes.push_back({b.start, b.counts});
        domainCards(db, out);
        out.asOf = c.clock.now();
        deliveryCards(o, out);
        if (out.hasEvents) {
            replyCards(c, db, out.asOf, out);
            shiftCards(c, db, q.range, out);
        }
        placementLine(db, out);
        return out;
    }));
}

} // namespace waypost::engine
