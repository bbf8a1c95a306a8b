#include "dns/rdata_codec.h"

#include "dns/name_codec.h"
#include "dns/octets.h"
#include "dns/wire.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace waypost::dns {

namespace {

std::unexpected<Error> corrupt(RecordType type, std::string_view what) {
    return fail(ErrorCode::Corrupt, "dns record",
                fmt::format("The data of a {} record {}.", recordTypeName(type), what));
}

// inet_ntop() does this by sprintf(), at ten times the price.
std::string dottedQuad(std::string_view octets) {
    std::array<char, 16> out{};
    char* end = out.data();
    for (char c : octets) {
        if (end != out.data()) *end++ = '.';
        end = std::to_chars(end, out.data() + out.size(), unsigned(static_cast<unsigned char>(c))).ptr;
    }
    return {out.data(), end};
}

Result<RecordData> readAddress(std::string_view data, RecordType type) {
    const bool v4 = type == RecordType::A;
    if (data.size() != (v4 ? 4u : 16u)) return corrupt(type, fmt::format("has {} octets", data.size()));
    if (v4) return AddressData{dottedQuad(data)};
    std::array<char, INET6_ADDRSTRLEN> out{};
    inet_ntop(AF_INET6, data.data(), out.data(), out.size());
    return AddressData{out.data()};
}

// A name that must end exactly where the data ends.
Result<std::string> nameToEnd(std::string_view message, size_t offset, size_t end, RecordType type) {
    auto name = readName(message, offset);
    if (!name) return fail(name.error());
    if (name->next != end) return corrupt(type, "does not end with its name");
    return std::move(name->name);
}

Result<RecordData> readName1(std::string_view message, size_t offset, size_t end, RecordType type) {
    auto name = nameToEnd(message, offset, end, type);
    if (!name) return fail(name.error());
    return NameData{std::move(*name)};
}

Result<RecordData> readMx(std::string_view message, size_t offset, size_t end, RecordType type) {
    if (end - offset < 3) return corrupt(type, "is too short");
    auto name = nameToEnd(message, offset + 2, end, type);
    if (!name) return fail(name.error());
    return MxData{octets::get16(message, offset), std::move(*name)};
}

Result<RecordData> readTxt(std::string_view data, RecordType type) {
    TxtData txt;
    size_t at = 0;
    while (at < data.size()) {
        const size_t length = static_cast<unsigned char>(data[at]);
        if (at + 1 + length > data.size()) return corrupt(type, "has a string that runs past its end");
        if (txt.strings.size() >= maxTxtStrings)
            return corrupt(type, fmt::format("has more than {} strings", maxTxtStrings));
        txt.strings.emplace_back(data.substr(at + 1, length));
        at += 1 + length;
    }
    return txt;
}

Result<RecordData> readSoa(std::string_view message, size_t offset, size_t end, RecordType type) {
    auto primary = readName(message, offset);
    if (!primary) return fail(primary.error());
    auto contact = readName(message, primary->next);
    if (!contact) return fail(contact.error());
    if (contact->next + 20 != end) return corrupt(type, "has the wrong length");
    SoaData soa{std::move(primary->name), std::move(contact->name)};
    std::uint32_t* fields[] = {&soa.serial, &soa.refresh, &soa.retry, &soa.expire, &soa.minimum};
    for (size_t i = 0; i < 5; ++i) *fields[i] = octets::get32(message, contact->next + 4 * i);
    return soa;
}

Result<RecordData> readCaa(std::string_view data, RecordType type) {
    if (data.size() < 2) return corrupt(type, "is too short");
    const size_t tagLength = static_cast<unsigned char>(data[1]);
    if (tagLength == 0 || 2 + tagLength > data.size()) return corrupt(type, "has a tag of the wrong length");
    return CaaData{static_cast<std::uint8_t>(data[0]), std::string(data.substr(2, tagLength)),
                   std::string(data.substr(2 + tagLength))};
}

Result<RecordData> readTlsa(std::string_view data, RecordType type) {
    if (data.size() < 3) return corrupt(type, "is too short");
    return TlsaData{static_cast<std::uint8_t>(data[0]), static_cast<std::uint8_t>(data[1]),
                    static_cast<std::uint8_t>(data[2]), std::string(data.substr(3))};
}

struct Writer {
    std::string& out;
    RecordType type;

    Result<void> operator()(const RawData& d) const {
        out += d.octets;
        return {};
    }
    Result<void> operator()(const AddressData& d) const {
        std::array<char, 16> bytes{};
        const bool v4 = type == RecordType::A;
        if (inet_pton(v4 ? AF_INET : AF_INET6, d.text.c_str(), bytes.data()) != 1)
            return corrupt(type, fmt::format("is no address: \"{}\"", d.text));
        out.append(bytes.data(), v4 ? 4 : 16);
        return {};
    }
    Result<void> operator()(const NameData& d) const { return NameWriter::writePlain(out, d.name); }
    Result<void> operator()(const MxData& d) const {
        octets::put16(out, d.preference);
        return NameWriter::writePlain(out, d.exchange);
    }
    Result<void> operator()(const TxtData& d) const {
        for (const auto& s : d.strings) {
            if (s.size() > 255) return corrupt(type, "has a string of more than 255 octets");
            out += char(s.size());
            out += s;
        }
        return {};
    }
    Result<void> operator()(const SoaData& d) const {
        if (auto ok = NameWriter::writePlain(out, d.primary); !ok) return ok;
        if (auto ok = NameWriter::writePlain(out, d.contact); !ok) return ok;
        for (auto field : {d.serial, d.refresh, d.retry, d.expire, d.minimum}) octets::put32(out, field);
        return {};
    }
    Result<void> operator()(const TlsaData& d) const {
        out += {char(d.usage), char(d.selector), char(d.matching)};
        out += d.data;
        return {};
    }
    Result<void> operator()(const CaaData& d) const {
        if (d.tag.empty() || d.tag.size() > 255) return corrupt(type, "has a tag of the wrong length");
        out += {char(d.flags), char(d.tag.size())};
        out += d.tag;
        out += d.value;
        return {};
    }
};

} // namespace

Result<RecordData> readData(std::string_view message, size_t offset, size_t length, RecordType type) {
    const std::string_view data = message.substr(offset, length);
    const size_t end = offset + length;
    switch (type) {
    case RecordType::A:
    case RecordType::AAAA: return readAddress(data, type);
    case RecordType::NS:
    case RecordType::CNAME:
    case RecordType::PTR: return readName1(message, offset, end, type);
    case RecordType::MX: return readMx(message, offset, end, type);
    case RecordType::TXT:
    case RecordType::SPF: return readTxt(data, type);
    case RecordType::SOA: return readSoa(message, offset, end, type);
    case RecordType::CAA: return readCaa(data, type);
    case RecordType::TLSA: return readTlsa(data, type);
    default: return RawData{std::string(data)};
    }
}

Result<void> writeData(std::string& out, const RecordData& data, RecordType type) {
    return std::visit(Writer{out, type}, data);
}

} // namespace waypost::dns
