#include "reputation/sender_data.h"

#include "base/text.h"
#include "reputation/sender_formats.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace waypost::reputation {

namespace {

std::optional<double> plainNumber(std::string_view text) {
    double v = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(v) || v < 0)
        return std::nullopt;
    return v;
}

// "0.1%" or "0.001": as a share.
std::optional<double> share(std::string_view text) {
    text = text::trim(text);
    const bool percent = text.ends_with('%');
    if (percent) text = text::trim(text.substr(0, text.size() - 1));
    auto v = plainNumber(text);
    if (!v) return v;
    if (percent) *v /= 100;
    if (*v > 1) return std::nullopt;
    return v;
}

} // namespace

std::string_view senderFormatName(SenderFormat f) {
    switch (f) {
    case SenderFormat::Snds: return "snds";
    case SenderFormat::PostmasterJson: return "postmaster-json";
    case SenderFormat::PostmasterCsv: return "postmaster-csv";
    case SenderFormat::FeedbackLoop: break;
    }
    return "fbl";
}

std::optional<std::pair<double, double>> readShare(std::string_view text) {
    text = text::trim(text);
    if (text.empty()) return std::nullopt;
    if (text[0] == '<' || text[0] == '>') {
        const bool below = text[0] == '<';
        text.remove_prefix(text.starts_with("<=") || text.starts_with(">=") ? 2 : 1);
        const auto v = share(text);
        if (!v) return std::nullopt;
        return below ? std::pair(0.0, *v) : std::pair(*v, 1.0);
    }
    if (const size_t dash = text.find('-'); dash != std::string_view::npos && dash > 0) {
        const auto low = share(text.substr(0, dash)), high = share(text.substr(dash + 1));
        if (!low || !high || *low > *high) return std::nullopt;
        return std::pair(*low, *high);
    }
    const auto v = share(text);
    if (!v) return std::nullopt;
    return std::pair(*v, *v);
}

Result<SenderData> readSenderData(std::string_view content, std::string_view name) {
    if (content.size() > maxSenderFile)
        return fail(ErrorCode::TooLarge, "sender data",
                    fmt::format("{} holds {} octets; more than {} are not read.", text::printable(name),
                                content.size(), maxSenderFile));
    if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
    const std::string_view start =
        content.substr(std::min(content.find_first_not_of(" \t\r\n"), content.size()));
    if (start.starts_with('{') || start.starts_with('[')) return senderdata::readPostmasterJson(start, name);
    return senderdata::readCsv(content, name);
}

} // namespace waypost::reputation
