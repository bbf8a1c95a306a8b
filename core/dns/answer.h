// What a name server said, as a value that is kept: rcode, TTL, server, time and raw bytes. "No answer" has
// several kinds and they never collapse into one: NXDOMAIN, no data, SERVFAIL, refused, timeout (design rule
// "unknown is never a verdict"). Sources: RFC 1035, 3596, 6698, 8659, 4034, 6891.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace waypost::dns {

enum class RecordType : std::uint16_t {
    A = 1,
    NS = 2,
    CNAME = 5,
    SOA = 6,
    PTR = 12,
    MX = 15,
    TXT = 16,
    AAAA = 28,
    OPT = 41,
    DS = 43,
    RRSIG = 46,
    DNSKEY = 48,
    TLSA = 52,
    SPF = 99,
    ANY = 255,
    CAA = 257,
};
std::string recordTypeName(RecordType t); // "TXT", "TYPE65"
std::optional<RecordType> recordTypeFromName(std::string_view name);

struct Question {
    std::string name; // as asked; compared without regard to case, without a trailing dot
    RecordType type = RecordType::A;
    auto operator<=>(const Question&) const = default;
};

struct AddressData {
    std::string text;
    bool operator==(const AddressData&) const = default;
}; // A, AAAA
struct NameData {
    std::string name;
    bool operator==(const NameData&) const = default;
}; // NS, CNAME, PTR
// Names in data keep the case they came in; the root ("0 ." of a null MX) is the empty string.
struct MxData {
    std::uint16_t preference = 0;
    std::string exchange;
    bool operator==(const MxData&) const = default;
};
struct TxtData {
    std::vector<std::string> strings; // octets
    [[nodiscard]] std::string joined() const;
    bool operator==(const TxtData&) const = default;
};
struct SoaData {
    std::string primary, contact;
    std::uint32_t serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0;
    bool operator==(const SoaData&) const = default;
};
struct TlsaData {
    std::uint8_t usage = 0, selector = 0, matching = 0;
    std::string data;
    bool operator==(const TlsaData&) const = default;
};
struct CaaData {
    std::uint8_t flags = 0;
    std::string tag, value;
    bool operator==(const CaaData&) const = default;
};
struct RawData {
    std::string octets;
    bool operator==(const RawData&) const = default;
}; // DNSKEY, RRSIG, DS, unknown types
using RecordData = std::variant<RawData, AddressData, NameData, MxData, TxtData, SoaData, TlsaData, CaaData>;

struct Record {
    std::string name; // lower case, no trailing dot; octets outside [!-~] and '.' inside a label as \DDD
    RecordType type = RecordType::A;
    std::uint32_t ttl = 0;
    RecordData data;
    bool operator==(const Record&) const = default;
};
std::string presentation(const Record& r); // zone file form of the data: "10 mx.example.org."

enum class Status : std::uint8_t {
    Ok,       // at least one record of the asked type
    NxDomain, // the name does not exist
    NoData,   // the name exists, not this type (NOERROR without such a record)
    ServFail,
    Refused,
    Timeout,     // no server answered in time
    Malformed,   // bytes came that are not an answer to this question; text says what was wrong
    Unreachable, // could not be sent at all (no network, port closed, our own guard)
    Cancelled,
};
std::string_view statusName(Status s); // "ok", "nxdomain", "no-data", "servfail", "refused", "timeout", …

enum class Transport : std::uint8_t { None, Udp, Tcp, Cache, Recorded };

struct Answer {
    Question question;
    Status status = Status::Timeout;
    int rcode = -1;             // -1: none received
    bool authenticated = false; // AD; means something only from a trusted validating resolver
    bool authoritative = false;
    bool truncated = false;      // the UDP answer was; the records are from TCP unless transport says Udp
    std::vector<Record> records; // answer section, CNAME chain included
    std::vector<Record> authority;
    std::string server; // "127.0.0.1:53"
    Transport transport = Transport::None;
    UtcTime at;
    Millis took{0};
    std::string raw;  // message as received
    std::string text; // for Malformed and Unreachable: one sentence; with others a remark, mostly empty

    [[nodiscard]] bool ok() const { return status == Status::Ok; }
    // The question was answered: Ok, NxDomain or NoData. Everything else is "could not look".
    [[nodiscard]] bool definite() const {
        return status == Status::Ok || status == Status::NxDomain || status == Status::NoData;
    }
    [[nodiscard]] std::vector<const Record*> ofType(RecordType t) const;
    // Smallest TTL of the answer section, or of the SOA for a negative answer.
    [[nodiscard]] std::uint32_t ttl() const;
    // How long a cache may keep it: ttl() held between minCacheTtl and maxCacheTtl.
    [[nodiscard]] std::uint32_t cacheTtl() const;
};

inline constexpr std::uint32_t minCacheTtl = 5;     // seconds; a TTL of 0 must not make a query per question
inline constexpr std::uint32_t maxCacheTtl = 86400; // a hostile TTL must not outlive a day

} // namespace waypost::dns
