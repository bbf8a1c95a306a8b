// What providers tell a sender about himself, read from the files they hand out: Microsoft SNDS (CSV), Google
// Postmaster Tools (JSON of the API, v1 and v2, or CSV with a header), feedback-loop counts (CSV with a
// header). Each becomes figures of one shape: who tells, about what, for which time, how much. Pure, any
// thread.
//
// A figure that a file leaves empty is not there: unknown is never zero. A row that cannot be read is listed
// with its line and reason and the rest goes on. Found by content. Failure: Error when the file is of none of
// these kinds or over a cap.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reputation {

inline constexpr size_t maxSenderFile = 64 * 1024 * 1024;
inline constexpr size_t maxSenderRows = 1'000'000;
inline constexpr size_t maxSenderText = 500; // of one text figure; cut there

enum class SenderFormat : std::uint8_t { Snds, PostmasterJson, PostmasterCsv, FeedbackLoop };
std::string_view senderFormatName(SenderFormat f); // "snds", "postmaster-json", "postmaster-csv", "fbl"

struct Figure {
    std::string source;  // "snds", "postmaster", or the feedback loop's name ("yahoo")
    std::string subject; // address or domain
    UtcTime from, to;    // [from, to)
    // "messages", "rcpt_commands", "data_commands", "filter" (text), "complaint_rate", "trap_hits",
    // "spam_rate", "spf_success", "dkim_success", "dmarc_success", "encryption", "delivery_errors",
    // "complaints", "delivered", "domain_reputation" (text); one of delivery_errors has its kind behind a
    // colon
    std::string metric;
    std::optional<double> low, high; // equal for an exact number; "< 0.1%" is 0 to 0.001. Rates are 0 to 1
    std::string text;                // for figures that are words
    bool operator==(const Figure&) const = default;
};

struct RejectedRow {
    size_t line = 0; // from 1; 0: no line (JSON)
    std::string reason;
};

struct SenderData {
    SenderFormat format = SenderFormat::Snds;
    std::vector<Figure> figures;
    size_t records = 0;
    std::vector<RejectedRow> rejected;
};

// `name` is the file's name: of a CSV without a column for it, a domain in the name is the subject
// ("postmaster_example.org.csv").
Result<SenderData> readSenderData(std::string_view content, std::string_view name);

// "< 0.1%", "0.3 %", "0.1% - 0.3%", "> 1%", "0.0021": as shares; nothing when it is none of these.
std::optional<std::pair<double, double>> readShare(std::string_view text);

} // namespace waypost::reputation
