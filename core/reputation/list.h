// One DNS list as the catalogue knows it: what it can be asked, what its answers mean, on what terms it may
// be asked. Data of resources/lists/dnsbl-*.json, see catalogue.h. Value types, no thread rule.
//
// Sources of the model: RFC 5782 (A record in 127/8 per listing, test points, domain lists), the published
// return codes of the operators. 127.255.255.0/24 is a refusal at every list, whatever its own codes say.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reputation {

// What a name in a list stands for.
enum class Asks : std::uint8_t { Ipv4 = 1, Ipv6 = 2, Domain = 4, Email = 8 };
std::string_view asksName(Asks a); // "ipv4", "ipv6", "domain", "email"

// What an answer says. A welcome and a score are never a listing; a refusal is neither a listing nor clean.
enum class CodeKind : std::uint8_t { Listed, Welcome, Score, Refused };
std::string_view codeKindName(CodeKind k); // "listed", "welcome", "score", "refused"

// The octets an answer may have: "127.0.0.2", "127.0.*.1", "127.0.4.0-100".
struct OctetPattern {
    std::array<std::uint8_t, 4> low{}, high{};
    static std::optional<OctetPattern> parse(std::string_view text);
    [[nodiscard]] bool holds(const std::array<std::uint8_t, 4>& octets) const;
    bool operator==(const OctetPattern&) const = default;
};

struct Code {
    std::optional<OctetPattern> answer; // else:
    std::uint8_t bit = 0;               // a mask on the last octet of 127.0.0.x
    CodeKind kind = CodeKind::Listed;
    std::string sub;     // name of the part of the list: "SBL"
    std::string meaning; // one sentence
};

// What an answer in 127/8 that no code explains is: at lists without published codes a listing, else not
// understood.
enum class Unpublished : std::uint8_t { Error, Listed };

enum class ListStatus : std::uint8_t {
    Alive,
    NeedsKey, // the key stands in the name that is asked
    Register, // the resolver's address must be known to the operator
    Private,  // no zone that can be asked; named in replies only
    Dead,     // must never be asked
};
std::string_view listStatusName(ListStatus s); // "alive", "needs-key", "register", "private", "dead"

enum class DomainForm : std::uint8_t { Registrable, Host };
enum class HashKind : std::uint8_t { None, Sha1, Md5, Blake2Base32 };

// Names that must be listed, and names that must not; empty: those of RFC 5782 section 5. Of several that
// must be listed one is enough. "none" as the only name: the list has none.
struct TestPoints {
    std::vector<std::string> listed, unlisted;
    std::vector<std::string> answers; // of the listed ones that would read as a refusal elsewhere
};

// Held by the sweep, whatever a job asks for.
struct ListLimits {
    int inFlight = 32;
    int perSecond = 1000;      // 0: no limit
    std::int64_t perDay = 0;   // 0: none is published
    int recheckSeconds = 1800; // a cell is not asked again before that, whatever its TTL
};

struct List {
    std::string id, zone, name;
    std::vector<std::string> alsoZones; // parts that can be asked alone, and former names
    std::uint8_t asks = 0;              // Asks, or-ed
    bool welcome = false;               // a list of good senders as a whole
    DomainForm domainForm = DomainForm::Registrable;
    HashKind hash = HashKind::None;
    std::vector<Code> codes; // the first that holds decides; all bits that are set count
    Unpublished unpublished = Unpublished::Error;
    TestPoints test4, test6, testName;
    ListStatus status = ListStatus::Alive;
    std::string since, statusNote;        // of a dead one: when and what became of it
    std::vector<std::string> nameServers; // to be asked for this list instead of the usual ones
    std::string keySecret;                // name in the SecretStore; the zone asked is KEY.zone
    bool publicResolvers = true;          // false: refuses to answer them
    ListLimits limits;
    int weight = 0; // 5 blocks widely, 3 noticeable, 1 minor, 0 informational
    std::string operatorName, site, terms, note;
    std::string delistPage, expires;
    std::vector<std::string> delistSteps;
    std::vector<std::string> quoted; // words by which replies name it, lower case
    bool fromUser = false;

    [[nodiscard]] bool can(Asks a) const { return (asks & std::uint8_t(a)) != 0; }
};

} // namespace waypost::reputation
