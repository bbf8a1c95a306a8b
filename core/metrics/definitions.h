// What each figure means, in one place: its formula as a sentence, its denominator, what it is easily
// mistaken for. Screens, reports and `stats` show these texts beside the figure. Data; immutable.
#pragma once

#include <span>
#include <string_view>

namespace waypost::metrics {

enum class Metric : unsigned char {
    Acceptance,
    FirstAttempt,
    DeferralPerAttempt,
    DeferralPerMessage,
    HardBounce,
    SoftBounce,
    Block,
    OtherBounce,
    AsyncBounce,
    Complaint,
    RetrySuccess,
    UnknownUser,
    WithinWindow,
    Unclassified,
    // Not rates of a row of statistics:
    TimeToAcceptance,
    Concentration,
    SuppressionGrowth
};
inline constexpr int rateCount = int(Metric::Unclassified) + 1;
inline constexpr int metricCount = int(Metric::SuppressionGrowth) + 1;

struct Definition {
    Metric metric;
    std::string_view id; // field name: "acceptance_rate"
    std::string_view title;
    std::string_view formula;
    std::string_view denominator;
    std::string_view pitfall;
};
std::span<const Definition> definitions(); // Metric order; the first rateCount are rates
const Definition& definition(Metric metric);

// The same for figures that are no rates.
std::string_view messagesMeaning();
std::string_view latencyMeaning();

} // namespace waypost::metrics
