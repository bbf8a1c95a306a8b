#include "dns/answer.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::dns {

namespace {

struct TypeName {
    RecordType type;
    std::string_view name;
};
constexpr TypeName typeNames[] = {
    {RecordType::A, "A"},       {RecordType::NS, "NS"},       {RecordType::CNAME, "CNAME"},
    {RecordType::SOA, "SOA"},   {RecordType::PTR, "PTR"},     {RecordType::MX, "MX"},
    {RecordType::TXT, "TXT"},   {RecordType::AAAA, "AAAA"},   {RecordType::OPT, "OPT"},
    {RecordType::DS, "DS"},     {RecordType::RRSIG, "RRSIG"}, {RecordType::DNSKEY, "DNSKEY"},
    {RecordType::TLSA, "TLSA"}, {RecordType::SPF, "SPF"},     {RecordType::ANY, "ANY"},
    {RecordType::CAA, "CAA"},
};

// RFC 1035 section 5.1: a quoted character string.
std::string quoted(std::string_view octets) {
    std::string out = "\"";
    for (char c : octets) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c >= ' ' && c <= '~') {
            out += c;
        } else {
            out += fmt::format("\\{:03}", unsigned(static_cast<unsigned char>(c)));
        }
    }
    return out + "\"";
}

std::string dotted(const std::string& name) {
    return name + ".";
}

struct Presenter {
    // RFC 3597 section 5.
    std::string operator()(const RawData& d) const {
        return d.octets.empty() ? "\\# 0" : fmt::format("\\# {} {}", d.octets.size(), text::hex(d.octets));
    }
    std::string operator()(const AddressData& d) const { return d.text; }
    std::string operator()(const NameData& d) const { return dotted(d.name); }
    std::string operator()(const MxData& d) const {
        return fmt::format("{} {}", d.preference, dotted(d.exchange));
    }
    std::string operator()(const TxtData& d) const {
        std::string out;
        for (const auto& s : d.strings) {
            if (!out.empty()) out += ' ';
            out += quoted(s);
        }
        return out;
    }
    std::string operator()(const SoaData& d) const {
        return fmt::format("{} {} {} {} {} {} {}", dotted(d.primary), dotted(d.contact), d.serial, d.refresh,
                           d.retry, d.expire, d.minimum);
    }
    std::string operator()(const TlsaData& d) const {
        return fmt::format("{} {} {} {}", d.usage, d.selector, d.matching, text::hex(d.data));
    }
    std::string operator()(const CaaData& d) const {
        return fmt::format("{} {} {}", d.flags, d.tag, quoted(d.value));
    }
};

} // namespace

std::string recordTypeName(RecordType t) {
    for (const auto& entry : typeNames)
        if (entry.type == t) return std::string(entry.name);
    return fmt::format("TYPE{}", unsigned(t));
}

std::optional<RecordType> recordTypeFromName(std::string_view name) {
    for (const auto& entry : typeNames)
        if (text::iequals(entry.name, name)) return entry.type;
    if (!text::istartsWith(name, "TYPE")) return std::nullopt;
    auto number = text::parseUnsigned(name.substr(4));
    if (!number || *number > 0xffff) return std::nullopt;
    return RecordType(std::uint16_t(*number));
}

std::string presentation(const Record& r) {
    return std::visit(Presenter{}, r.data);
}

std::string_view statusName(Status s) {
    switch (s) {
    case Status::Ok: return "ok";
    case Status::NxDomain: return "nxdomain";
    case Status::NoData: return "no-data";
    case Status::ServFail: return "servfail";
    case Status::Refused: return "refused";
    case Status::Timeout: return "timeout";
    case Status::Malformed: return "malformed";
    case Status::Unreachable: return "unreachable";
    case Status::Cancelled: return "cancelled";
    }
    return "malformed";
}

std::string TxtData::joined() const {
    std::string out;
    for (const auto& s : strings) out += s;
    return out;
}

std::vector<const Record*> Answer::ofType(RecordType t) const {
    std::vector<const Record*> out;
    for (const auto& r : records)
        if (r.type == t) out.push_back(&r);
    return out;
}

std::uint32_t Answer::ttl() const {
    std::uint32_t least = UINT32_MAX;
    for (const auto& r : records) least = std::min(least, r.ttl);
    if (status == Status::NxDomain || status == Status::NoData) {
        // RFC 2308 section 5: a negative answer lives for the smaller of the SOA's TTL and its minimum field.
        bool any = false;
        for (const auto& r : authority) {
            const auto* soa = std::get_if<SoaData>(&r.data);
            if (!soa) continue;
            least = std::min({least, r.ttl, soa->minimum});
            any = true;
        }
        if (!any) return 0;
    }
    return least == UINT32_MAX ? 0 : least;
}

std::uint32_t Answer::cacheTtl() const {
    return std::clamp(ttl(), minCacheTtl, maxCacheTtl);
}

} // namespace waypost::dns
