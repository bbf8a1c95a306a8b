#include "spf_disagreements.h"

#include <algorithm>
#include <optional>

namespace waypost::test {

namespace {

using auth::SpfCheck;
using auth::SpfResult;

bool contains(const std::string& text, std::string_view what) {
    return text.find(what) != std::string::npos;
}

// One of the records that the check read has both.
bool recordHas(const SpfCheck& check, std::string_view one, std::string_view other = {}) {
    return std::any_of(check.answers.begin(), check.answers.end(), [&](const dns::AnswerPtr& a) {
        for (const auto* r : a->ofType(dns::RecordType::TXT)) {
            const std::string text = std::get<dns::TxtData>(r->data).joined();
            if (contains(text, one) && contains(text, other)) return true;
        }
        return false;
    });
}

// The client has names, which the check looked for.
bool hasNames(const SpfCheck& check) {
    return std::any_of(check.answers.begin(), check.answers.end(), [](const dns::AnswerPtr& a) {
        return a->question.type == dns::RecordType::PTR && a->ok();
    });
}

enum Class {
    MappedClient,
    NoVoidLimit,
    TwoExplanations,
    FaultsAccepted,
    FailingRecord,
    RedirectBesideAll,
    ZeroPrefix,
    VoidQuestions,
    SelfInclude,
    FailingNames,
    LooseMacros,
    CapitalNibbles,
    AllParts,
    FailingNamesToo,
};

} // namespace

const std::vector<Disagreement>& disagreements() {
    // In the order of Class.
    static const std::vector<Disagreement> all{
        {"libspf2 treats an IPv4-mapped client as IPv6",
         "Section 5: implementations need to handle A records for clients on IPv4-mapped IPv6 addresses; "
         "IPv4 addresses are "
         "only listed with ip4.",
         "example.org TXT \"v=spf1 ip4:192.0.2.1 -all\"", "::ffff:192.0.2.1", "user@example.org", "pass"},
        {"libspf2 has no limit on void lookups",
         "Section 4.6.4: void lookups SHOULD be limited to two; exceeding the limit produces permerror.",
         "example.org TXT \"v=spf1 a:a.test a:b.test a:c.test -all\"", "192.0.2.1", "user@example.org",
         "permerror"},
        {"libspf2 accepts exp= twice",
         "Section 6: the two modifiers MUST NOT appear more than once each; then check_host() exits with "
         "permerror.",
         "example.org TXT \"v=spf1 -all exp=e.test exp=f.test\"", "192.0.2.1", "user@example.org",
         "permerror"},
        {"libspf2 goes on with a record that has a fault",
         "Section 4.6: syntax errors anywhere in the record are a permerror without further evaluation; "
         "section 7.1: the "
         "grammar of toplabel, macro-expand and macro-literal.",
         "example.org TXT \"v=spf1 mx:nodot all\"", "192.0.2.1", "user@example.org", "permerror"},
        {"libspf2 has no result when a record cannot be fetched",
         "Section 4.4 and 5: a server failure or a timeout is temperror.", "example.org TXT !timeout",
         "192.0.2.1", "user@example.org", "temperror"},
        {"libspf2 follows redirect= beside all",
         "Section 5.1: any redirect modifier MUST be ignored when there is an all mechanism in the record.",
         "example.org TXT \"v=spf1 redirect=r.test ?all\"\nr.test TXT \"v=spf1 -all\"", "192.0.2.1",
         "user@example.org", "neutral"},
        {"libspf2 refuses a prefix length of 0",
         "Section 5.6: ip4-cidr-length and ip6-cidr-length begin with \"0\".",
         "example.org TXT \"v=spf1 ip4:0.0.0.0/0 -all\"", "192.0.2.1", "user@example.org", "pass"},
        {"pyspf counts void questions, each time they are asked, and not void terms",
         "Section 4.6.4 limits the number of terms for which DNS queries return nothing: an mx with three "
         "hosts without an "
         "address is one term.",
         "example.org TXT \"v=spf1 mx ?all\"\nexample.org MX 1 a.test\nexample.org MX 2 b.test\nexample.org "
         "MX 3 c.test",
         "192.0.2.1", "user@example.org", "neutral"},
        {"pyspf refuses an include of the domain itself before it is reached",
         "Section 4.6.2: mechanisms are considered from left to right; a match ends it. Reached, it ends by "
         "the limit of "
         "section 4.6.4, as a permerror.",
         "example.org TXT \"v=spf1 ip4:192.0.2.1 include:example.org -all\"", "192.0.2.1", "user@example.org",
         "pass"},
        {"pyspf ends in temperror when a name of a PTR answer fails",
         "Section 5.5: if a DNS error occurs while doing an A RR lookup, that name is skipped and the search "
         "continues.",
         "example.org TXT \"v=spf1 ptr -all\"\n1.2.0.192.in-addr.arpa PTR a.example.org\na.example.org A "
         "!timeout",
         "192.0.2.1", "user@example.org", "fail"},
        {"pyspf lets other octets stand in a macro",
         "Section 7.1: a macro is a letter, digits, an r, and delimiters of the set . - + , / _ =.",
         "example.org TXT \"v=spf1 exists:%{ldr-}.x.test all\"", "192.0.2.1", "user@example.org",
         "permerror"},
        {"pyspf writes the nibbles of %{i} in capitals",
         "Section 7.4 shows them small (2001:db8::cb01 as 1.0.b.c…); in a name the case does not matter.",
         "example.org TXT \"v=spf1 -all exp=e.test\"\ne.test TXT \"%{ir}.%{v}\"", "2001:db8::cb01",
         "user@example.org", "fail: 1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6"},
        {"libspf2 loses a macro whose number is that of its parts",
         "Section 7.3: if the value specifies more parts than are available, or as many, all the available "
         "parts are used.",
         "example.org TXT \"v=spf1 a:%{d2} -all\"\nexample.org A 192.0.2.1", "192.0.2.1", "user@example.org",
         "pass"},
        {"libspf2 ends in temperror when a name of a PTR answer fails",
         "Section 5.5: if a DNS error occurs while doing an A RR lookup, that name is skipped and the search "
         "continues.",
         "example.org TXT \"v=spf1 ptr ?all\"\n1.2.0.192.in-addr.arpa PTR a.example.org\na.example.org A "
         "!timeout",
         "192.0.2.1", "user@example.org", "neutral"},
    };
    return all;
}

namespace {

std::optional<Class> byLibspf2(const SpfCase& c, const SpfCheck& ours, const PeerVerdict& theirs) {
    const bool refused = theirs.result == "permerror";
    if (c.ip.starts_with("::ffff:")) return MappedClient;
    if (contains(ours.reason, "lead to nothing")) return NoVoidLimit;
    if (contains(ours.reason, "exp= stands more than once")) return TwoExplanations;
    if (contains(ours.reason, "has a fault") && !refused) return FaultsAccepted;
    if (ours.result == SpfResult::TempError && refused) return FailingRecord;
    if (recordHas(ours, "redirect=", "all")) return RedirectBesideAll;
    if (refused && recordHas(ours, "/0")) return ZeroPrefix;
    if (recordHas(ours, "%{d2}") || recordHas(ours, "%{l1r-}")) return AllParts;
    if (theirs.result == "temperror" && hasNames(ours)) return FailingNamesToo;
    return std::nullopt;
}

std::optional<Class> byPyspf(const SpfCheck& ours, const PeerVerdict& theirs) {
    if (contains(theirs.error, "Void lookup limit")) return VoidQuestions;
    if (contains(theirs.error, "trivial recursion")) return SelfInclude;
    if (theirs.result == "temperror" && hasNames(ours)) return FailingNames;
    const bool inMacro =
        contains(ours.reason, "is no delimiter") || contains(ours.reason, "no closing brace");
    if (inMacro && contains(ours.reason, "has a fault")) return LooseMacros;
    const bool alike =
        ours.explanation.size() == theirs.explanation.size() &&
        std::equal(ours.explanation.begin(), ours.explanation.end(), theirs.explanation.begin(),
                   [](char a, char b) { return a == b || (a >= 'a' && a <= 'f' && b == a - 32); });
    if (ours.result == SpfResult::Fail && theirs.result == "fail" && alike) return CapitalNibbles;
    return std::nullopt;
}

} // namespace

const Disagreement* explained(Peer peer, const SpfCase& c, const SpfCheck& ours, const PeerVerdict& theirs) {
    const auto which = peer == Peer::Pyspf ? byPyspf(ours, theirs) : byLibspf2(c, ours, theirs);
    return which ? &disagreements()[size_t(*which)] : nullptr;
}

} // namespace waypost::test
