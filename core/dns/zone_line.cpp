#include "dns/zone_line.h"

#include "base/text.h"
#include "dns/name_codec.h"
#include "dns/names.h"
#include "dns/rdata_codec.h"

#include <fmt/format.h>

namespace waypost::dns {

namespace {

std::unexpected<Error> bad(std::string text) {
    return fail(ErrorCode::InvalidArgument, "zone line", std::move(text));
}

std::string_view takeWord(std::string_view& in) {
    in = text::trim(in);
    size_t end = 0;
    while (end < in.size() && !text::isSpace(in[end])) ++end;
    auto word = in.substr(0, end);
    in.remove_prefix(end);
    in = text::trim(in);
    return word;
}

// Character strings of RFC 1035 section 5.1, quoted or bare.
Result<std::vector<std::string>> strings(std::string_view in) {
    std::vector<std::string> out;
    size_t at = 0;
    while (true) {
        while (at < in.size() && text::isSpace(in[at])) ++at;
        if (at >= in.size()) return out;
        const bool inQuotes = in[at] == '"';
        if (inQuotes) ++at;
        std::string s;
        while (at < in.size() && (inQuotes ? in[at] != '"' : !text::isSpace(in[at]))) {
            if (in[at] != '\\') {
                s += in[at++];
                continue;
            }
            ++at;
            auto number = at + 3 <= in.size() ? text::parseUnsigned(in.substr(at, 3)) : std::nullopt;
            if (number && *number < 256) {
                s += char(*number);
                at += 3;
            } else if (at < in.size()) {
                s += in[at++];
            } else {
                return bad("A string ends in a backslash.");
            }
        }
        if (inQuotes && at >= in.size()) return bad("A quoted string has no end.");
        if (inQuotes) ++at;
        if (s.size() > 255) return bad(fmt::format("A string has {} octets, more than 255.", s.size()));
        out.push_back(std::move(s));
    }
}

Result<std::string> nameOf(std::string_view word) {
    auto labels = nameToLabels(word);
    if (!labels) return fail(labels.error());
    return labelsToName(*labels);
}

template <class T>
bool number(std::string_view word, T& out) {
    auto n = text::parseUnsigned(word);
    if (!n || *n > std::uint64_t(T(-1))) return false;
    out = T(*n);
    return true;
}

Result<std::string> unhex(std::string_view in) {
    std::string out;
    int high = -1;
    for (char c : in) {
        if (text::isSpace(c)) continue;
        const char l = text::lower(c);
        const int digit = text::isDigit(l) ? l - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
        if (digit < 0) return bad("The data is not hexadecimal.");
        if (high < 0) {
            high = digit;
        } else {
            out += char(high << 4 | digit);
            high = -1;
        }
    }
    if (high >= 0) return bad("The data has half an octet.");
    return out;
}

Result<RecordData> parseMx(std::string_view in) {
    MxData mx;
    if (!number(takeWord(in), mx.preference)) return bad("The preference of an MX record is a number.");
    auto name = nameOf(in);
    if (!name) return fail(name.error());
    mx.exchange = std::move(*name);
    return mx;
}

Result<RecordData> parseSoa(std::string_view in) {
    SoaData soa;
    auto primary = nameOf(takeWord(in));
    auto contact = nameOf(takeWord(in));
    if (!primary || !contact) return bad("An SOA record begins with two names.");
    soa.primary = std::move(*primary);
    soa.contact = std::move(*contact);
    for (auto* field : {&soa.serial, &soa.refresh, &soa.retry, &soa.expire, &soa.minimum})
        if (!number(takeWord(in), *field)) return bad("An SOA record ends with five numbers.");
    return soa;
}

Result<RecordData> parseTlsa(std::string_view in) {
    TlsaData tlsa;
    for (auto* field : {&tlsa.usage, &tlsa.selector, &tlsa.matching})
        if (!number(takeWord(in), *field)) return bad("A TLSA record begins with three numbers.");
    auto data = unhex(in);
    if (!data) return fail(data.error());
    tlsa.data = std::move(*data);
    return tlsa;
}

Result<RecordData> parseCaa(std::string_view in) {
    CaaData caa;
    if (!number(takeWord(in), caa.flags)) return bad("The flags of a CAA record are a number.");
    caa.tag = std::string(takeWord(in));
    auto value = strings(in);
    if (!value) return fail(value.error());
    if (value->size() != 1 || caa.tag.empty()) return bad("A CAA record has a tag and one value.");
    caa.value = std::move(value->front());
    return caa;
}

Result<RecordData> parseRaw(std::string_view in) {
    if (takeWord(in) != "\\#") return bad("Data of this type is written \\# LENGTH HEX.");
    std::uint16_t length = 0;
    if (!number(takeWord(in), length)) return bad("\\# is followed by the length.");
    auto data = unhex(in);
    if (!data) return fail(data.error());
    if (data->size() != length) return bad("The length does not fit the data.");
    return RawData{std::move(*data)};
}

} // namespace

Result<RecordData> parseRecordData(RecordType type, std::string_view in) {
    in = text::trim(in);
    switch (type) {
    case RecordType::A:
    case RecordType::AAAA: {
        RecordData data = AddressData{std::string(in)};
        std::string wire;
        if (auto ok = writeData(wire, data, type); !ok) return fail(ok.error());
        return readData(wire, 0, wire.size(), type); // in its one canonical spelling
    }
    case RecordType::NS:
    case RecordType::CNAME:
    case RecordType::PTR: {
        auto name = nameOf(in);
        if (!name) return fail(name.error());
        return NameData{std::move(*name)};
    }
    case RecordType::MX: return parseMx(in);
    case RecordType::TXT:
    case RecordType::SPF: {
        auto list = strings(in);
        if (!list) return fail(list.error());
        return TxtData{std::move(*list)};
    }
    case RecordType::SOA: return parseSoa(in);
    case RecordType::TLSA: return parseTlsa(in);
    case RecordType::CAA: return parseCaa(in);
    default: return parseRaw(in);
    }
}

Result<Record> parseZoneLine(std::string_view line, std::uint32_t defaultTtl) {
    const std::string_view whole = line;
    Record r;
    r.ttl = defaultTtl;
    auto name = nameOf(takeWord(line));
    if (!name) return fail(name.error());
    r.name = text::lowered(*name);
    auto word = takeWord(line);
    if (auto ttl = text::parseUnsigned(word); ttl && *ttl <= INT32_MAX) {
        r.ttl = std::uint32_t(*ttl);
        word = takeWord(line);
    }
    if (text::iequals(word, "IN")) word = takeWord(line);
    auto type = recordTypeFromName(word);
    if (!type) return bad(fmt::format("\"{}\" has no record type.", text::printable(whole)));
    r.type = *type;
    auto data = parseRecordData(r.type, line);
    if (!data) return fail(data.error());
    r.data = std::move(*data);
    return r;
}

} // namespace waypost::dns
