#include "placement/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace waypost::placement {

namespace {

constexpr double z = 1.959963984540054; // 97.5 % of the normal distribution
constexpr double noisePoints = 0.05;
constexpr int fewestForChange = 3;

double logChoose(int n, int k) {
    return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

std::string percent(double share) {
    return fmt::format("{:.0f} %", share * 100);
}

void add(Counts& c, SeedState state) {
    ++c.seeds;
    switch (state) {
    case SeedState::Planned:
    case SeedState::Sending:
    case SeedState::Waiting: ++c.waiting; break;
    case SeedState::SendFailed:
    case SeedState::Deferred: ++c.notSent; break;
    case SeedState::FoundInbox: ++c.inbox; break;
    case SeedState::FoundCategory: ++c.category; break;
    case SeedState::FoundJunk: ++c.junk; break;
    case SeedState::FoundOther: ++c.other; break;
    case SeedState::NotFound: ++c.missing; break;
    case SeedState::MailboxError: ++c.mailbox; break;
    case SeedState::Uncertain: ++c.uncertain; break;
    }
}

std::optional<Millis> median(std::vector<Millis> values) {
    if (values.empty()) return std::nullopt;
    auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    Millis upper = *middle;
    Millis lower = *std::max_element(values.begin(), middle);
    return (lower + upper) / 2;
}

} // namespace

std::optional<Share> share(int part, int of) {
    if (of <= 0 || part < 0 || part > of) return std::nullopt;
    double n = of, p = part / n;
    double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    Share s;
    s.part = part;
    s.of = of;
    s.value = p;
    s.low = part == 0 ? 0 : std::max(0.0, centre - half);
    s.high = part == of ? 1 : std::min(1.0, centre + half);
    return s;
}

Counts count(const std::vector<SeedResult>& results) {
    Counts c;
    for (const SeedResult& r : results) add(c, r.state);
    return c;
}

std::vector<ProviderCounts> byProvider(const std::vector<SeedResult>& results) {
    std::map<std::string, std::pair<Counts, std::vector<Millis>>> groups;
    for (const SeedResult& r : results) {
        auto& [counts, latencies] = groups[r.provider.empty() ? "unknown" : r.provider];
        add(counts, r.state);
        if (isFound(r.state) && r.latency) latencies.push_back(*r.latency);
    }
    std::vector<ProviderCounts> out;
    for (auto& [provider, group] : groups) {
        ProviderCounts p;
        p.provider = provider;
        p.counts = group.first;
        int of = p.counts.verdicts();
        p.inbox = share(p.counts.inbox, of);
        p.category = share(p.counts.category, of);
        p.junk = share(p.counts.junk, of);
        p.missing = share(p.counts.missing, of);
        p.medianLatency = median(std::move(group.second));
        out.push_back(std::move(p));
    }
    return out;
}

double fisherExact(int a, int b, int c, int d) {
    int rowOne = a + b, rowTwo = c + d, column = a + c;
    if (a < 0 || b < 0 || c < 0 || d < 0 || rowOne == 0 || rowTwo == 0) return 1;
    double whole = logChoose(rowOne + rowTwo, column);
    auto logP = [&](int x) { return logChoose(rowOne, x) + logChoose(rowTwo, column - x) - whole; };
    double observed = logP(a);
    double sum = 0;
    for (int x = std::max(0, column - rowTwo); x <= std::min(rowOne, column); ++x) {
        double p = logP(x);
        if (p <= observed + 1e-9) sum += std::exp(p);
    }
    return std::min(1.0, sum);
}

std::optional<Difference> difference(int partBefore, int ofBefore, int partAfter, int ofAfter) {
    auto before = share(partBefore, ofBefore), after = share(partAfter, ofAfter);
    if (!before || !after) return std::nullopt;
    Difference d;
    d.before = *before;
    d.after = *after;
    d.change = after->value - before->value;
    d.p = fisherExact(partBefore, ofBefore - partBefore, partAfter, ofAfter - partAfter);
    bool few = ofBefore < fewestForChange || ofAfter < fewestForChange;
    d.couldBeChance = d.p >= 0.05 || std::abs(d.change) < noisePoints || few;
    std::string move = fmt::format("{} of {} before, {} of {} now", partBefore, ofBefore, partAfter, ofAfter);
    if (few) {
        d.sentence = move + ": too few seeds to tell.";
    } else if (d.couldBeChance) {
        d.sentence = move + ": no detectable change, this could be chance.";
    } else {
        d.sentence = fmt::format("{}: {} by {:.0f} points, hardly chance (p = {:.3f}).", move,
                                 d.change > 0 ? "better" : "worse", std::abs(d.change) * 100, d.p);
    }
    return d;
}

std::vector<std::string> limitsOf(const Counts& c) {
    std::vector<std::string> out;
    auto inbox = share(c.inbox, c.verdicts());
    if (!inbox) {
        out.emplace_back("No seed has a verdict yet; there is nothing to conclude.");
    } else {
        out.push_back(
            fmt::format("{} of {} seeds in the inbox: for mail like this, between {} and {} (95 % interval).",
                        c.inbox, c.verdicts(), percent(inbox->low), percent(inbox->high)));
        if (inbox->hatched()) {
            out.push_back(fmt::format("Fewer than {} seeds: a single one moves the share by {}.", fewSeeds,
                                      percent(1.0 / c.verdicts())));
        }
    }
    if (c.missing > 0) {
        out.push_back(fmt::format(
            "{} accepted and not found: dropped, quarantined or late. That is not the junk folder.",
            c.missing));
    }
    if (c.unknown() > 0) {
        out.push_back(fmt::format("{} without a verdict ({} waiting, {} not sent, {} mailbox not readable, "
                                  "{} uncertain): left out of every share.",
                                  c.unknown(), c.waiting, c.notSent, c.mailbox, c.uncertain));
    }
    out.emplace_back("Seeds do not open, reply or complain as readers do: they show change, not the level of "
                     "real recipients.");
    return out;
}

} // namespace waypost::placement
