// Did the mix of outcomes change between two samples? One test of the whole table, so that looking at twenty
// rates does not find a change by luck: G-test (Sokal and Rohlf) with chi-square beside it, Cramer's V as the
// size of the effect. Sparse tables are pooled; when that does not help, the p-value is counted over seeded
// random permutations instead of taken from the chi-square distribution. Pure and deterministic.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::metrics {

enum class ShiftVerdict : std::uint8_t {
    TooFew,     // a side has fewer than minShiftSample events: nothing can be said
    NoEvidence, // the difference is what chance gives
    Slight,     // more than chance, but small (V below 0.1): large samples find anything
    Shifted
};
std::string_view verdictName(ShiftVerdict v); // "too-few", "no-evidence", "slight", "shifted"

inline constexpr std::uint64_t minShiftSample = 20;
inline constexpr double shiftLevel = 0.01; // of p
inline constexpr double slightEffect = 0.1;

struct ShiftTest {
    std::uint64_t before = 0, after = 0;
    double g = 0, chiSquare = 0;
    int degrees = 0;
    double p = 1;
    double effect = 0;     // Cramer's V, 0 to 1
    size_t pooled = 0;     // rows that were too sparse to stand alone
    bool permuted = false; // p comes from permutations
    ShiftVerdict verdict = ShiftVerdict::TooFew;
};

struct ShiftRow {
    std::uint64_t before = 0, after = 0;
};
ShiftTest testShift(std::span<const ShiftRow> rows);

// What each row adds to the difference of the two mixes.
struct Contribution {
    double shareBefore = 0, shareAfter = 0;
    double points = 0;       // shareAfter - shareBefore
    double contribution = 0; // |points| as a part of the sum over all rows; 0 to 1
};
std::vector<Contribution> contributions(std::span<const ShiftRow> rows);

// Upper tail of the chi-square distribution.
double chiSquareTail(double x, int degrees);

// "The mix changed (G = 41.2, 3 degrees, p < 0.001, V = 0.21)."
std::string sentenceOf(const ShiftTest& test);

} // namespace waypost::metrics
