#include "metrics/definitions.h"

#include <array>

namespace waypost::metrics {

namespace {

constexpr std::array<Definition, metricCount> all{{
    {Metric::Acceptance, "acceptance_rate", "Acceptance",
     "Accepted events divided by all final events: accepted, bounced and blocked.", "final events",
     "Accepted is not inbox. Messages still queued are in neither part. Bounces that come back later are "
     "counted "
     "apart: their messages stay accepted here."},
    {Metric::FirstAttempt, "first_attempt_rate", "Acceptance at the first attempt",
     "Messages accepted at the first event seen of them divided by all messages.", "messages",
     "Greylisting lowers it harmlessly. A log that begins in the middle makes a retry look like a first "
     "attempt."},
    {Metric::DeferralPerAttempt, "deferral_rate", "Deferral, per attempt",
     "Deferred events divided by all events.", "events",
     "One message that is retried ten times counts ten times: compare it only with itself under the same "
     "retry policy."},
    {Metric::DeferralPerMessage, "deferred_messages_rate", "Deferral, per message",
     "Messages whose first event is a deferral divided by all messages.", "messages",
     "Says nothing of how often or how long; a retry schedule does not change it, greylisting does."},
    {Metric::HardBounce, "hard_bounce_rate", "Hard bounce",
     "Final refusals for an invalid or inactive address divided by all final events.", "final events",
     "Refusals that blame us are blocks, not address faults: the recipient must not be suppressed for them."},
    {Metric::SoftBounce, "soft_bounce_rate", "Soft bounce",
     "Final failures with a temporary reason (expired, given up, mailbox full) divided by all final events.",
     "final events",
     "Not a deferral: a deferral may still be delivered. Counted once, when the queue gives up."},
    {Metric::Block, "block_rate", "Block",
     "Refusals for policy, reputation, a blocklist, authentication, content, relaying or TLS divided by all "
     "final events.",
     "final events", "Often hidden inside a figure called \"bounces\"."},
    {Metric::OtherBounce, "other_bounce_rate", "Other final failure",
     "Final failures that are neither address faults nor soft bounces nor blocks (too large, other) divided "
     "by "
     "all final events.",
     "final events", "Large when many replies are unclassified: look at those first."},
    {Metric::AsyncBounce, "async_bounce_rate", "Bounced after acceptance",
     "Bounces that came back later divided by accepted events of the same range.", "accepted events",
     "They arrive hours or days after the acceptance, so that the last days look too good. Not part of the "
     "bounce rates."},
    {Metric::Complaint, "complaint_rate", "Complaints",
     "Feedback reports divided by accepted events at the providers that sent any in the range.",
     "accepted events at providers that report",
     "Reports arrive late and few providers send them: Gmail sends none by mail. A provider computes its own "
     "figure over inboxed mail, which is higher."},
    {Metric::RetrySuccess, "retry_success_rate", "Success of retries",
     "Messages accepted after a deferral divided by deferred messages that came to an end.",
     "deferred messages that ended",
     "Messages that still wait are in neither part: a full queue makes it look better."},
    {Metric::UnknownUser, "unknown_user_rate", "Unknown users",
     "Refusals for an invalid address divided by all events.", "events",
     "The earliest sign of a bad list; look at it for each provider."},
    {Metric::WithinWindow, "within_window_rate", "Accepted within the value window",
     "Messages accepted within the time their stream's mail is worth waiting for, divided by accepted and "
     "failed "
     "messages with a known time.",
     "final events with a known time",
     "Messages that still wait are in neither part; the survival curve counts them. Events without a stream "
     "have "
     "the window of the other streams."},
    {Metric::Unclassified, "unclassified_share", "Unclassified",
     "Events no rule explains divided by all events.", "events",
     "A queue to work on: every other split by category is only as good as this is small."},
    {Metric::TimeToAcceptance, "time_to_acceptance", "Time to acceptance",
     "Median and 95th percentile of the time from arrival in our queue to acceptance, from a survival curve "
     "over "
     "all messages.",
     "messages",
     "Messages still queued, and those that failed, are censored at the time they were last known to wait. "
     "Percentiles of hours or providers must not be averaged: histograms are merged."},
    {Metric::Concentration, "domain_concentration", "Concentration",
     "Sum of the squared shares of the providers in all messages (Herfindahl index), and the largest share.",
     "messages",
     "Grouped by who runs the mail exchangers, where that is known, not by domain: a thousand hosted domains "
     "are "
     "one receiver."},
    {Metric::SuppressionGrowth, "suppression_growth", "Growth of suppressions",
     "Recipients that a verdict asked to suppress for the first time in the range, by day and reason.",
     "messages of the day",
     "A list that is imported again brings back suppressed addresses, which then count once more."},
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
