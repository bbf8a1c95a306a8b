#include "metrics/stats.h"

#include "base/text.h"
#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace waypost::metrics {

namespace {

constexpr std::int64_t hourMs = 3'600'000, dayMs = 24 * hourMs;
constexpr std::array<std::string_view, 11> keyNames{
    "provider", "category", "outcome", "domain", "stream", "ip", "template", "hour", "day", "source", "kind"};
constexpr size_t maxKeys = 4;
using GroupKey = std::array<std::int64_t, maxKeys>;

struct GroupHash {
    size_t operator()(const GroupKey& k) const {
        std::uint64_t h = 0;
        for (auto part : k) h = (h ^ std::uint64_t(part)) * 0x9e3779b97f4a7c15ULL + (h >> 29);
        return size_t(h);
    }
};

bool isDeferral(reply::Category c) {
    return c >= reply::Category::DeferredRateLimit && c <= reply::Category::DeferredTls;
}

struct Group {
    std::uint64_t events = 0, messages = 0, firsts = 0, hard = 0, soft = 0, invalid = 0, unclassified = 0;
    std::array<std::uint64_t, 5> outcomes{}, firstSeen{};
    std::uint64_t inWindow = 0, timed = 0;
    struct Base {
        std::uint64_t accepted = 0, complaints = 0;
    };
    std::map<std::int64_t, Base> providers; // of the complaint rate
    std::array<std::uint64_t, reply::kindCount> kinds{};
    store::LatencySketch latency;

    // `all`: the kinds were chosen by the filter, so each counts as an event.
    void add(const store::Cell& cell, bool all) {
        auto n = std::uint64_t(cell.events);
        auto kind = store::kindOfClass(cell.subject.classNumber);
        kinds[size_t(kind)] += n;
        if (kind == reply::Kind::Complaint) providers[cell.subject.provider].complaints += n;
        if (!all && kind != reply::Kind::Attempt) return;
        auto category = store::categoryOfClass(cell.subject.classNumber);
        auto outcome = size_t(store::outcomeOfClass(cell.subject.classNumber));
        events += n;
        messages += std::uint64_t(cell.messages);
        firsts += std::uint64_t(cell.firsts);
        if (outcome < outcomes.size()) {
            outcomes[outcome] += n;
            firstSeen[outcome] += std::uint64_t(cell.messages);
        }
        bool addressFault = category == reply::Category::RejectedInvalidUser ||
                            category == reply::Category::RejectedInactiveMailbox;
        if (reply::Outcome(outcome) == reply::Outcome::Bounced) {
            if (addressFault) hard += n;
            if (isDeferral(category)) soft += n;
        }
        if (category == reply::Category::RejectedInvalidUser) invalid += n;
        if (category == reply::Category::Unclassified) unclassified += n;
        if (reply::Outcome(outcome) != reply::Outcome::Accepted) return;
        if (kind == reply::Kind::Attempt) providers[cell.subject.provider].accepted += n;
        if (cell.latency)
            latency.merge(*cell.latency);
        else
            latency.add(cell.latencyMs);
    }

    void addWindow(const store::Cell& cell, std::int64_t windowMs) {
        auto outcome = store::outcomeOfClass(cell.subject.classNumber);
        bool accepted = outcome == reply::Outcome::Accepted;
        bool final = accepted || outcome == reply::Outcome::Bounced || outcome == reply::Outcome::Blocked;
        if (windowMs < 0 || !final || store::kindOfClass(cell.subject.classNumber) != reply::Kind::Attempt)
            return;
        store::LatencySketch one;
        if (!cell.latency) one.add(cell.latencyMs);
        const auto& times = cell.latency ? *cell.latency : one;
        timed += times.count();
        if (accepted) inWindow += times.countUpTo(windowMs);
    }
};

// Windows by the id of the stream.
class StreamWindows {
  public:
    StreamWindows(store::Database& db, const ValueWindows& windows) : db_(db), windows_(windows) {}
    [[nodiscard]] bool any() const { return windows_.otherMs >= 0 || !windows_.ms.empty(); }
    std::int64_t of(std::int64_t stream) {
        auto [at, made] = known_.try_emplace(stream, -1);
        if (made) at->second = windows_.of(store::nameOf(db_, stream));
        return at->second;
    }

  private:
    store::Database& db_;
    const ValueWindows& windows_;
    std::unordered_map<std::int64_t, std::int64_t> known_;
};

std::int64_t floorTo(std::int64_t ms, std::int64_t step) {
    return (ms / step - (ms % step < 0 ? 1 : 0)) * step;
}

std::int64_t valueOf(Key key, const store::Cell& cell) {
    switch (key) {
    case Key::Provider: return cell.subject.provider;
    case Key::Category: return int(store::categoryOfClass(cell.subject.classNumber));
    case Key::Outcome: return int(store::outcomeOfClass(cell.subject.classNumber));
    case Key::Domain: return cell.subject.domain;
    case Key::Stream: return cell.subject.stream;
    case Key::Ip: return cell.ip;
    case Key::Template: return cell.subject.templateId;
    case Key::Source: return cell.subject.source;
    case Key::Kind: return int(store::kindOfClass(cell.subject.classNumber));
    case Key::Hour: return floorTo(cell.at.ms, hourMs);
    case Key::Day: return floorTo(cell.at.ms, dayMs);
    }
    return 0;
}

std::string textOf(store::Database& db, Key key, std::int64_t value) {
    switch (key) {
    case Key::Category: return std::string(reply::categoryName(reply::Category(value)));
    case Key::Outcome: return std::string(reply::outcomeName(reply::Outcome(value)));
    case Key::Kind: return std::string(reply::kindName(reply::Kind(value)));
    case Key::Hour: return formatUtc({value});
    case Key::Day: return formatUtc({value}).substr(0, 10);
    case Key::Template: return store::templateOf(db, value).key;
    default: return store::nameOf(db, value);
    }
}

StatRow rowOf(const Group& g, bool byCategory) {
    using reply::Outcome;
    auto outcome = [&g](Outcome o) { return g.outcomes[size_t(o)]; };
    StatRow row;
    row.events = g.events;
    row.messages = byCategory ? g.firsts : g.messages;
    row.outcomes = g.outcomes;
    row.asyncBounces = g.kinds[size_t(reply::Kind::AsyncBounce)];
    row.complaints = g.kinds[size_t(reply::Kind::Complaint)];
    row.autoReplies = g.kinds[size_t(reply::Kind::AutoReply)];
    std::uint64_t accepted = outcome(Outcome::Accepted), bounced = outcome(Outcome::Bounced),
                  blocked = outcome(Outcome::Blocked), last = accepted + bounced + blocked;
    auto rate = [&row](Metric m, std::uint64_t part, std::uint64_t whole) {
        row.rates[size_t(m)] = {part, whole};
    };
    rate(Metric::Acceptance, accepted, last);
    rate(Metric::DeferralPerAttempt, outcome(Outcome::Deferred), g.events);
    rate(Metric::HardBounce, g.hard, last);
    rate(Metric::Block, blocked, last);
    rate(Metric::OtherBounce, bounced - g.hard - g.soft, last);
    rate(Metric::SoftBounce, g.soft, last);
    rate(Metric::Unclassified, g.unclassified, g.events);
    rate(Metric::UnknownUser, g.invalid, g.events);
    rate(Metric::WithinWindow, g.inWindow, g.timed);
    rate(Metric::AsyncBounce, row.asyncBounces, accepted);
    // Split by category, a message is counted once in each: what follows needs the first event of all.
    if (!byCategory) {
        auto first = [&g](Outcome o) { return g.firstSeen[size_t(o)]; };
        rate(Metric::FirstAttempt, first(Outcome::Accepted), g.messages);
        rate(Metric::DeferralPerMessage, first(Outcome::Deferred), g.messages);
        // What ends a message and is not its first event comes after a deferral.
        std::uint64_t lateAccepted = accepted - first(Outcome::Accepted);
        std::uint64_t lateFailed = bounced + blocked - first(Outcome::Bounced) - first(Outcome::Blocked);
        rate(Metric::RetrySuccess, lateAccepted, lateAccepted + lateFailed);
    }
    std::uint64_t base = 0, complaints = 0;
    for (const auto& [provider, b] : g.providers) {
        if (b.complaints == 0) continue;
        base += b.accepted;
        complaints += b.complaints;
    }
    rate(Metric::Complaint, complaints, base);
    row.p50Ms = g.latency.quantile(0.5);
    row.p95Ms = g.latency.quantile(0.95);
    return row;
}

} // namespace

std::string_view keyName(Key key) {
    return keyNames[size_t(key)];
}

Result<std::vector<Key>> parseKeys(std::string_view text) {
    std::vector<Key> keys;
    if (text::trim(text).empty()) return keys;
    for (const auto& piece : text::split(text, ',')) {
        auto name = text::trim(piece);
        size_t i = 0;
        while (i < keyNames.size() && keyNames[i] != name) ++i;
        if (i == keyNames.size())
            return fail(ErrorCode::InvalidArgument, "stats",
                        fmt::format("\"{}\" is nothing to group by; there are {}.", text::printable(name),
                                    fmt::join(keyNames, ", ")));
        if (std::find(keys.begin(), keys.end(), Key(i)) != keys.end())
            return fail(ErrorCode::InvalidArgument, "stats", fmt::format("\"{}\" is named twice.", name));
        keys.push_back(Key(i));
    }
    if (keys.size() > maxKeys)
        return fail(ErrorCode::InvalidArgument, "stats",
                    fmt::format("At most {} keys can be combined.", maxKeys));
    return keys;
}

std::optional<double> Rate::value() const {
    if (whole == 0) return std::nullopt;
    return double(part) / double(whole);
}

std::optional<Interval> Rate::interval() const {
    if (whole == 0 || whole >= smallSample) return std::nullopt;
    return wilson(part, whole);
}

std::vector<StatRow> statsBy(store::Database& db, const StatsAsk& ask) {
    std::unordered_map<GroupKey, Group, GroupHash> groups;
    bool byCategory = false;
    store::CellNeeds needs;
    needs.latency = true;
    needs.domains = false;
    for (Key k : ask.by) {
        needs.templates = needs.templates || k == Key::Template || k == Key::Source;
        needs.domains = needs.domains || k == Key::Domain || k == Key::Ip || k == Key::Stream;
        byCategory = byCategory || k == Key::Category;
    }
    size_t parts = std::min(ask.by.size(), maxKeys);
    bool kindsChosen = !ask.filter.kinds.empty();
    store::EventFilter wide = ask.filter;
    wide.allKinds = !kindsChosen;
    store::ResolvedFilter filter(db, wide);
    StreamWindows windows(db, ask.windows);
    needs.domains = needs.domains || windows.any();
    store::eachCell(db, filter, ask.range, needs, [&](const store::Cell& cell) {
        GroupKey key{};
        for (size_t i = 0; i < parts; ++i) key[i] = valueOf(ask.by[i], cell);
        Group& group = groups[key];
        group.add(cell, kindsChosen);
        if (windows.any()) group.addWindow(cell, windows.of(cell.subject.stream));
    });
    if (parts == 0) groups.try_emplace(GroupKey{});
    std::vector<StatRow> rows;
    for (const auto& [key, group] : groups) {
        StatRow row = rowOf(group, byCategory);
        for (size_t i = 0; i < parts; ++i) row.keys.push_back(textOf(db, ask.by[i], key[i]));
        rows.push_back(std::move(row));
    }
    std::sort(rows.begin(), rows.end(), [](const StatRow& a, const StatRow& b) {
        return a.events != b.events ? a.events > b.events : a.keys < b.keys;
    });
    return rows;
}

std::optional<Concentration> concentration(store::Database& db, const store::EventRange& range,
                                           const store::EventFilter& filter) {
    auto rows = statsBy(db, {{Key::Provider}, range, filter});
    Concentration out;
    for (const auto& row : rows) out.messages += row.messages;
    if (out.messages == 0) return std::nullopt;
    for (const auto& row : rows) {
        double share = double(row.messages) / double(out.messages);
        // Who runs the rest is not known: it is not one receiver.
        if (!row.keys[0].empty()) out.index += share * share;
        if (share <= out.largestShare || row.keys[0].empty()) continue;
        out.largestShare = share;
        out.largest = row.keys[0];
    }
    return out;
}

json::value toJson(const StatRow& row, const std::vector<Key>& by) {
    json::object o;
    for (size_t i = 0; i < by.size(); ++i) o[keyName(by[i])] = json::foreign(row.keys[i]);
    o["events"] = row.events;
    o["messages"] = row.messages;
    for (int i = 0; i < 5; ++i) o[reply::outcomeName(reply::Outcome(i))] = row.outcomes[size_t(i)];
    o["async_bounces"] = row.asyncBounces;
    o["complaints"] = row.complaints;
    o["auto_replies"] = row.autoReplies;
    for (const auto& d : definitions().first(rateCount)) {
        const Rate& rate = row.rates[size_t(d.metric)];
        if (rate.whole == 0) {
            o[d.id] = nullptr;
            continue;
        }
        json::object r{
            {"value", *rate.value()}, {"part", rate.part}, {"whole", rate.whole}, {"of", d.denominator}};
        if (auto interval = rate.interval()) {
            r["low"] = interval->low;
            r["high"] = interval->high;
        }
        o[d.id] = std::move(r);
    }
    o["p50_ms"] = row.p50Ms ? json::value(*row.p50Ms) : json::value(nullptr);
    o["p95_ms"] = row.p95Ms ? json::value(*row.p95Ms) : json::value(nullptr);
    return o;
}

std::string toTable(const std::vector<StatRow>& rows, const std::vector<Key>& by) {
    std::vector<std::vector<std::string>> cells(1);
    for (Key k : by) cells[0].emplace_back(keyName(k));
    for (auto heading :
         {"events", "messages", "accepted", "deferred", "bounced", "blocked", "acceptance", "p50", "p95"})
        cells[0].emplace_back(heading);
    for (const auto& row : rows) {
        auto& line = cells.emplace_back();
        for (const auto& k : row.keys) line.push_back(k.empty() ? "-" : text::printable(k));
        line.push_back(fmt::format("{}", row.events));
        line.push_back(fmt::format("{}", row.messages));
        for (size_t i = 0; i < 4; ++i) line.push_back(fmt::format("{}", row.outcomes[i]));
        const Rate& acceptance = row.rates[size_t(Metric::Acceptance)];
        auto value = acceptance.value();
        line.push_back(value ? fmt::format("{:.1f} % of {}", *value * 100, acceptance.whole) : "-");
        line.push_back(row.p50Ms ? fmt::format("{} ms", *row.p50Ms) : "-");
        line.push_back(row.p95Ms ? fmt::format("{} ms", *row.p95Ms) : "-");
    }
    std::vector<size_t> widths(cells[0].size());
    for (const auto& line : cells) {
        for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
    }
    std::string out;
    for (const auto& line : cells) {
        for (size_t i = 0; i < line.size(); ++i)
            out += i < by.size() ? fmt::format("{:<{}}  ", line[i], widths[i])
                                 : fmt::format("{:>{}}  ", line[i], widths[i]);
        while (out.ends_with(' ')) out.pop_back();
        out += '\n';
    }
    return out;
}

} // namespace waypost::metrics
