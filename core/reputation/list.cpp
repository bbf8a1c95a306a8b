#include "reputation/list.h"

#include "base/text.h"

namespace waypost::reputation {

std::string_view asksName(Asks a) {
    switch (a) {
    case Asks::Ipv4: return "ipv4";
    case Asks::Ipv6: return "ipv6";
    case Asks::Domain: return "domain";
    case Asks::Email: return "email";
    }
    return "";
}

std::string_view codeKindName(CodeKind k) {
    switch (k) {
    case CodeKind::Listed: return "listed";
    case CodeKind::Welcome: return "welcome";
    case CodeKind::Score: return "score";
    case CodeKind::Refused: return "refused";
    }
    return "";
}

std::string_view listStatusName(ListStatus s) {
    switch (s) {
    case ListStatus::Alive: return "alive";
    case ListStatus::NeedsKey: return "needs-key";
    case ListStatus::Register: return "register";
    case ListStatus::Private: return "private";
    case ListStatus::Dead: return "dead";
    }
    return "";
}

namespace {

std::optional<std::uint8_t> octet(std::string_view text) {
    constexpr std::uint64_t most = 255;
    const auto n = text::parseUnsigned(text);
    if (!n || *n > most) return std::nullopt;
    return std::uint8_t(*n);
}

} // namespace

std::optional<OctetPattern> OctetPattern::parse(std::string_view text) {
    const auto parts = text::split(text, '.');
    OctetPattern out;
    if (parts.size() != out.low.size()) return std::nullopt;
    for (size_t i = 0; i < parts.size(); ++i) {
        if (parts[i] == "*") {
            out.low[i] = 0;
            out.high[i] = 255;
            continue;
        }
        const size_t dash = parts[i].find('-');
        const auto low = octet(parts[i].substr(0, dash));
        const auto high = dash == std::string_view::npos ? low : octet(parts[i].substr(dash + 1));
        if (!low || !high || *low > *high) return std::nullopt;
        out.low[i] = *low;
        out.high[i] = *high;
    }
    return out;
}

bool OctetPattern::holds(const std::array<std::uint8_t, 4>& octets) const {
    for (size_t i = 0; i < octets.size(); ++i)
        if (octets[i] < low[i] || octets[i] > high[i]) return false;
    return true;
}

} // namespace waypost::reputation
