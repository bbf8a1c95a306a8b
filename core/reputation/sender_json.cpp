// Google Postmaster Tools: what its API gives. v1: {"trafficStats": [{"name":
// "domains/D/trafficStats/YYYYMMDD", "userReportedSpamRatio", "spfSuccessRatio", …}]}; v2: {"domainStats":
// [{"name", "metric" or "standardMetric", "date", "value": {"doubleValue" | "floatValue" | "intValue" |
// "stringValue"}}]}.
#include "base/json.h"
#include "base/text.h"
#include "reputation/sender_formats.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace waypost::reputation::senderdata {

namespace {

struct Name {
    std::string_view theirs, metric;
};
constexpr std::array ratios{
    Name{"userReportedSpamRatio", "spam_rate"},   Name{"spfSuccessRatio", "spf_success"},
    Name{"dkimSuccessRatio", "dkim_success"},     Name{"dmarcSuccessRatio", "dmarc_success"},
    Name{"inboundEncryptionRatio", "encryption"},
};
constexpr std::array standardMetrics{
    Name{"SPAM_RATE", "spam_rate"},
    Name{"SPF_SUCCESS_RATE", "spf_success"},
    Name{"DKIM_SUCCESS_RATE", "dkim_success"},
    Name{"DMARC_SUCCESS_RATE", "dmarc_success"},
    Name{"AUTH_SUCCESS_RATE", "auth_success"},
    Name{"TLS_ENCRYPTION_RATE", "encryption"},
    Name{"TLS_ENCRYPTION_MESSAGE_COUNT", "encrypted_messages"},
    Name{"DELIVERY_ERROR_RATE", "delivery_errors"},
    Name{"DELIVERY_ERROR_COUNT", "delivery_error_messages"},
    Name{"FEEDBACK_LOOP_SPAM_RATE", "fbl_spam_rate"},
};

std::optional<double> finite(const json::value* v) {
    if (!v || !v->is_number()) return std::nullopt;
    const double d = v->to_number<double>();
    if (!std::isfinite(d) || d < 0) return std::nullopt;
    return d;
}

// "domains/example.org/trafficStats/20261124" -> its parts behind the known words.
std::string partBehind(std::string_view path, std::string_view word) {
    const std::string wanted = std::string(word) + "/";
    const size_t at = path.find(wanted);
    if (at == std::string_view::npos) return {};
    const size_t begin = at + wanted.size();
    return std::string(path.substr(begin, path.find('/', begin) - begin));
}

void add(SenderData& data, Figure f) {
    data.figures.push_back(std::move(f));
}

void traffic(SenderData& data, const json::object& o, size_t number) {
    const std::string_view name = json::text(o, "name");
    const std::string domain = text::lowered(partBehind(name, "domains"));
    const auto at = readWhen(partBehind(name, "trafficStats"));
    if (domain.empty() || !at)
        return data.rejected.push_back({0, fmt::format("Entry {} names no domain and day", number)});
    const Figure base{"postmaster", domain,       *at,          *at + Millis(86'400'000),
                      {},           std::nullopt, std::nullopt, {}};
    for (const Name& n : ratios) {
        const auto v = finite(o.if_contains(n.theirs));
        if (!v || *v > 1) continue; // a figure that is not there is unknown
        Figure f = base;
        f.metric = n.metric;
        f.low = f.high = v;
        add(data, std::move(f));
    }
    if (const std::string_view words = json::text(o, "domainReputation"); !words.empty()) {
        Figure f = base;
        f.metric = "domain_reputation";
        f.text = text::lowered(words.substr(0, maxSenderText));
        add(data, std::move(f));
    }
    const json::array* errors = json::list(o, "deliveryErrors");
    if (!errors) return;
    for (const json::value& e : *errors) {
        if (!e.is_object()) continue;
        const auto v = finite(e.get_object().if_contains("errorRatio"));
        if (!v || *v > 1) continue;
        Figure f = base;
        f.metric = "delivery_errors:" + text::lowered(json::text(e.get_object(), "errorType").substr(0, 60));
        f.low = f.high = v;
        add(data, std::move(f));
    }
}

std::string metricOf(const json::object& o) {
    std::string_view theirs = json::text(o, "metric");
    if (const json::object* m = json::child(o, "metric")) theirs = json::text(*m, "standardMetric");
    if (theirs.empty()) theirs = json::text(o, "standardMetric");
    for (const Name& n : standardMetrics)
        if (n.theirs == theirs) return std::string(n.metric);
    return {};
}

void statistic(SenderData& data, const json::object& o, size_t number) {
    const std::string domain = text::lowered(partBehind(json::text(o, "name"), "domains"));
    const std::string metric = metricOf(o);
    const json::object* date = json::child(o, "date");
    std::optional<std::pair<UtcTime, UtcTime>> when;
    if (date)
        when = day(int(json::number(*date, "year")), int(json::number(*date, "month")),
                   int(json::number(*date, "day")));
    const json::object* value = json::child(o, "value");
    if (domain.empty() || metric.empty() || !when || !value)
        return data.rejected.push_back(
            {0, fmt::format("Entry {} lacks a domain, a known metric, a date or a value", number)});
    Figure f{"postmaster", domain, when->first, when->second, metric, std::nullopt, std::nullopt, {}};
    for (const char* kind : {"doubleValue", "floatValue"})
        if (const auto v = finite(value->if_contains(kind))) f.low = f.high = v;
    if (const json::value* v = value->if_contains("intValue")) {
        // 64-bit numbers are strings in this API.
        if (const auto n = finite(v)) f.low = f.high = n;
        if (v->is_string())
            if (const auto n = text::parseUnsigned(v->get_string()); n) f.low = f.high = double(*n);
    }
    f.text = text::toValidUtf8(json::text(*value, "stringValue").substr(0, maxSenderText));
    if (!f.low && f.text.empty())
        return data.rejected.push_back({0, fmt::format("Entry {} has a value of no kind we know", number)});
    add(data, std::move(f));
}

using Entry = void (*)(SenderData&, const json::object&, size_t);

Result<void> entries(SenderData& data, const json::array& list, Entry one) {
    if (list.size() > maxSenderRows)
        return fail(ErrorCode::TooLarge, "sender data",
                    fmt::format("There are more than {} entries.", maxSenderRows));
    for (const json::value& v : list) {
        ++data.records;
        if (v.is_object())
            one(data, v.get_object(), data.records);
        else
            data.rejected.push_back({0, fmt::format("Entry {} is no object", data.records)});
    }
    return {};
}

} // namespace

Result<SenderData> readPostmasterJson(std::string_view content, std::string_view name) {
    auto parsed = json::parse(content, name);
    if (!parsed) return fail(parsed.error());
    SenderData data;
    data.format = SenderFormat::PostmasterJson;
    const json::object* top = parsed->if_object();
    const json::array* v1 = top ? json::list(*top, "trafficStats") : nullptr;
    const json::array* v2 = top ? json::list(*top, "domainStats") : nullptr;
    Result<void> read;
    if (v1) read = entries(data, *v1, traffic);
    if (read && v2) read = entries(data, *v2, statistic);
    if (!read) return fail(read.error());
    if (v1 || v2) return data;
    return fail(
        ErrorCode::Unsupported, "sender data",
        fmt::format("{} is JSON without \"trafficStats\" or \"domainStats\": no export of Postmaster Tools.",
                    text::printable(name)));
}

} // namespace waypost::reputation::senderdata
