#include "metrics/definitions.h"

#include <array>

namespace waypost::metrics {

namespace {

constexpr std::array<Definition, metricCount> all{{
    {Metric::Acceptance, "acceptance_rate", "Acceptance",
     "Accepted events divided by all final events: accepted, bounced and blocked.", "final events",
     "Accepted is not inbox. Messages still queued are in neither part."},
    {Metric::DeferralPerAttempt, "deferral_rate", "Deferral, per attempt",
     "Deferred events divided by all events.", "events",
     "One message that is retried ten times counts ten times: compare it only with itself under the same "
     "retry policy."},
    {Metric::HardBounce, "hard_bounce_rate", "Hard bounce",
     "Final refusals for an invalid or inactive address divided by all final events.", "final events",
     "Refusals that blame us are blocks, not address faults: the recipient must not be suppressed for them."},
    {Metric::Block, "block_rate", "Block",
     "Refusals for policy, reputation, a blocklist, authentication, content, relaying or TLS divided by all "
     "final events.",
     "final events", "Often hidden inside a figure called \"bounces\"."},
    {Metric::OtherBounce, "other_bounce_rate", "Other final failure",
     "Final failures that are neither address faults nor blocks (expired, full, too large, other) divided by "
     "all final events.",
     "final events", "A deferral the queue gave up on is counted here, once, when it expires."},
    {Metric::Unclassified, "unclassified_share", "Unclassified",
     "Events no rule explains divided by all events.", "events",
     "A queue to work on: every other split by category is only as good as this is small."},
}};

} // namespace

std::span<const Definition> definitions() {
    return all;
}
const Definition& definition(Metric metric) {
    return all[size_t(metric)];
}

std::string_view messagesMeaning() {
    return "One message to one recipient, counted at the first event seen of it; when split by category, at "
           "its first event in "
           "each category. A range counts the messages whose first event lies in it.";
}
std::string_view latencyMeaning() {
    return "Time from arrival in our queue to acceptance, retries included, over accepted events; from a "
           "merged histogram, "
           "right within 3.2 %.";
}

} // namespace waypost::metrics
