// A DMARC policy record: the tags of RFC 9989, and those it removed, named. Pure. Unknown tags are ignored
// and broken values fall back to their default, as the standard says; each is listed as a problem.
#pragma once

#include "auth/tag_list.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

enum class DmarcPolicy { None, Quarantine, Reject };
std::string_view dmarcPolicyName(DmarcPolicy p);
// One step weaker: what t=y makes of it.
DmarcPolicy relaxed(DmarcPolicy p);

enum class DmarcPsd { Unknown, Yes, No }; // psd=u|y|n

// What RFC 9989 section 4.10.1 makes of a record: with a faulty p=, sp= or np= (or no p=) it counts as p=none
// when rua= has a URI, and asks for no DMARC at all when it has none.
enum class DmarcUse { AsWritten, AsNone, NotAtAll };

struct ReportUri {
    std::string uri;       // without the size
    std::string scheme;    // lower case
    std::string address;   // of mailto:, percent-decoded
    std::string domain;    // of the address or the host, lower case
    std::string sizeLimit; // "10m": removed by RFC 9989
    bool valid = false;    // mailto: or https: with a domain
    bool syntax = false;   // a URI of any scheme; with mailto: and https: the same as valid
    bool operator==(const ReportUri&) const = default;
};

struct DmarcRecord {
    std::string text;
    std::optional<DmarcPolicy> p, sp, np; // nothing: absent or not a policy
    DmarcPsd psd = DmarcPsd::Unknown;
    bool testing = false;                       // t=y
    bool strictDkim = false, strictSpf = false; // adkim=s, aspf=s
    std::string failureOptions = "0";           // fo
    std::vector<ReportUri> rua, ruf;
    std::optional<unsigned> pct;           // as written; receivers of before 2026 still honour it
    std::vector<std::string> obsoleteTags; // of pct, ri, rf that are there
    std::vector<std::string> unknownTags;
    std::vector<SpfProblem> problems;

    bool policyFault = false; // sp= or np= is there and no policy

    // What p= amounts to: a record without a valid p= is p=none.
    [[nodiscard]] DmarcPolicy policy() const { return p.value_or(DmarcPolicy::None); }
    [[nodiscard]] DmarcUse use() const;
};

// The text begins with the tag v=DMARC1; the value is case exact (section 4.7), the name is not (4.8).
bool isDmarcRecord(std::string_view txt);
DmarcRecord parseDmarc(std::string_view text);

inline constexpr size_t maxReportUris = 32; // more are left out, with a problem

// A comma separated list of report addresses, as in rua= here and in TLS-RPT.
std::vector<ReportUri> parseReportUris(std::string_view list);

} // namespace waypost::auth
