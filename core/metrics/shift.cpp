#include "metrics/shift.h"

#include "base/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace waypost::metrics {

namespace {

constexpr double leastExpected = 5;
constexpr int permutations = 4999;
constexpr std::uint64_t permutationSeed = 0x57617970;
constexpr std::array<std::string_view, 4> verdicts{"too-few", "no-evidence", "slight", "shifted"};

struct Sums {
    double before = 0, after = 0;
    [[nodiscard]] double all() const { return before + after; }
};

Sums sumsOf(const std::vector<ShiftRow>& rows) {
    Sums s;
    for (const auto& r : rows) {
        s.before += double(r.before);
        s.after += double(r.after);
    }
    return s;
}

struct Statistic {
    double g = 0, chiSquare = 0;
};
Statistic statisticOf(const std::vector<ShiftRow>& rows, const Sums& s) {
    Statistic out;
    auto cell = [&out](double seen, double expected) {
        if (expected <= 0) return;
        if (seen > 0) out.g += 2 * seen * std::log(seen / expected);
        out.chiSquare += (seen - expected) * (seen - expected) / expected;
    };
    for (const auto& r : rows) {
        double row = double(r.before + r.after);
        cell(double(r.before), row * s.before / s.all());
        cell(double(r.after), row * s.after / s.all());
    }
    return out;
}

double leastCell(const ShiftRow& r, const Sums& s) {
    return double(r.before + r.after) * std::min(s.before, s.after) / s.all();
}

// The rarest rows become one, until no cell of the table is expected to hold less than five.
std::vector<ShiftRow> pool(std::span<const ShiftRow> in, size_t& pooled) {
    std::vector<ShiftRow> rows;
    for (const auto& r : in) {
        if (r.before + r.after > 0) rows.push_back(r);
    }
    std::sort(rows.begin(), rows.end(),
              [](auto& a, auto& b) { return a.before + a.after > b.before + b.after; });
    Sums s = sumsOf(rows);
    size_t kept = rows.size();
    while (kept > 0 && leastCell(rows[kept - 1], s) < leastExpected) --kept;
    if (rows.size() - kept < 2) return rows; // a single sparse row stays what it is
    pooled = rows.size() - kept;
    ShiftRow rest;
    for (size_t i = kept; i < rows.size(); ++i) {
        rest.before += rows[i].before;
        rest.after += rows[i].after;
    }
    rows.resize(kept);
    rows.push_back(rest);
    return rows;
}

// Events are dealt anew to the two sides, whose sizes stay.
double permutedTail(const std::vector<ShiftRow>& rows, const Sums& s, double g) {
    std::vector<std::uint32_t> deck;
    for (size_t i = 0; i < rows.size(); ++i)
        deck.insert(deck.end(), size_t(rows[i].before + rows[i].after), std::uint32_t(i));
    SeededRandom random(permutationSeed);
    auto hand = size_t(s.before);
    int asLarge = 1;
    std::vector<ShiftRow> dealt(rows.size());
    for (int n = 0; n < permutations; ++n) {
        for (size_t i = 0; i < rows.size(); ++i) dealt[i] = {0, rows[i].before + rows[i].after};
        for (size_t i = 0; i < hand; ++i) {
            std::swap(deck[i], deck[i + random.below(deck.size() - i)]);
            ++dealt[deck[i]].before;
            --dealt[deck[i]].after;
        }
        if (statisticOf(dealt, s).g >= g - 1e-9) ++asLarge;
    }
    return double(asLarge) / (permutations + 1);
}

// Q(a, x), the regularised upper incomplete gamma function (series below a + 1, Lentz's fraction above).
double gammaTail(double a, double x) {
    if (x <= 0) return 1;
    double front = std::exp(-x + a * std::log(x) - std::lgamma(a));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (int n = 1; n < 1000 && term > sum * 1e-16; ++n) {
            term *= x / (a + n);
            sum += term;
        }
        return std::max(0.0, 1 - front * sum);
    }
    constexpr double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int i = 1; i < 1000; ++i) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (std::abs(d) < tiny ? tiny : d);
        c = b + an / c;
        c = std::abs(c) < tiny ? tiny : c;
        h *= d * c;
        if (std::abs(d * c - 1) < 1e-15) break;
    }
    return std::min(1.0, front * h);
}

} // namespace

std::string_view verdictName(ShiftVerdict v) {
    return verdicts[size_t(v)];
}

double chiSquareTail(double x, int degrees) {
    return degrees <= 0 ? 1 : gammaTail(double(degrees) / 2, x / 2);
}

ShiftTest testShift(std::span<const ShiftRow> in) {
    ShiftTest out;
    auto rows = pool(in, out.pooled);
    Sums s = sumsOf(rows);
    out.before = std::uint64_t(s.before);
    out.after = std::uint64_t(s.after);
    if (out.before < minShiftSample || out.after < minShiftSample) return out;
    out.verdict = ShiftVerdict::NoEvidence;
    if (rows.size() < 2) return out;
    auto statistic = statisticOf(rows, s);
    out.g = statistic.g;
    out.chiSquare = statistic.chiSquare;
    out.degrees = int(rows.size()) - 1;
    // Two columns: V is the square root of chi-square over the number of events.
    out.effect = std::sqrt(out.chiSquare / s.all());
    bool sparse =
        std::any_of(rows.begin(), rows.end(), [&](auto& r) { return leastCell(r, s) < leastExpected; });
    constexpr double permutable = 5000;
    out.permuted = sparse && s.all() <= permutable;
    out.p = out.permuted ? permutedTail(rows, s, out.g) : chiSquareTail(out.g, out.degrees);
    if (out.p < shiftLevel)
        out.verdict = out.effect < slightEffect ? ShiftVerdict::Slight : ShiftVerdict::Shifted;
    return out;
}

std::vector<Contribution> contributions(std::span<const ShiftRow> rows) {
    double before = 0, after = 0, sum = 0;
    for (const auto& r : rows) {
        before += double(r.before);
        after += double(r.after);
    }
    std::vector<Contribution> out;
    for (const auto& r : rows) {
        Contribution c;
        if (before > 0) c.shareBefore = double(r.before) / before;
        if (after > 0) c.shareAfter = double(r.after) / after;
        c.points = c.shareAfter - c.shareBefore;
        sum += std::abs(c.points);
        out.push_back(c);
    }
    for (auto& c : out) c.contribution = sum > 0 ? std::abs(c.points) / sum : 0;
    return out;
}

std::string sentenceOf(const ShiftTest& t) {
    if (t.verdict == ShiftVerdict::TooFew)
        return fmt::format("Too few events to compare: {} and {}, at least {} are needed on each side.",
                           t.before, t.after, minShiftSample);
    std::string_view start = t.verdict == ShiftVerdict::Shifted  ? "The mix of outcomes changed"
                             : t.verdict == ShiftVerdict::Slight ? "The mix of outcomes changed slightly"
                                                                 : "No evidence of a change";
    std::string p = t.p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", t.p);
    return fmt::format("{} (G = {:.1f}, {} degree{} of freedom, {}{}, V = {:.2f}).", start, t.g, t.degrees,
                       t.degrees == 1 ? "" : "s", p, t.permuted ? " by permutation" : "", t.effect);
}

} // namespace waypost::metrics
