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

// One of the two ended at a host that fails.
bool differentHosts(const SpfCheck& ours, const PeerVerdict& theirs) {
    const bool one = (ours.result == SpfResult::TempError) != (theirs.result == "temperror");
    return one && std::any_of(ours.answers.begin(), ours.answers.end(), [](const dns::AnswerPtr& a) {
               return a->question.type == dns::RecordType::MX && a->ok();
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
    NarrowGrammar,
    HostOrder,
    UnknownModifier,
    Tabs,
    IdleRedirect,
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
        {"libspf2 refuses a dot in the name of a modifier and delimiters behind digits",
         "Section 4.6.1: name = ALPHA *( ALPHA / DIGIT / \"-\" / \"_\" / \".\" ); section 7.1: transformers "
         "*delimiter.",
         "example.org TXT \"v=spf1 x.y=1 a:%{d1,} ?all\"", "192.0.2.1", "user@example.org", "neutral"},
        {"the peers look at mail exchangers in the order of the answer",
         "Section 5.4 names no order; ours is that of preference, so which of a matching and a failing host "
         "comes first differs.",
         "example.org TXT \"v=spf1 mx -all\"\nexample.org MX 20 f.test\nexample.org MX 10 m.test\nm.test A "
         "192.0.2.1\n"
         "f.test A !timeout",
         "192.0.2.1", "user@example.org", "pass"},
        {"pyspf refuses an unknown modifier twice, and c, r and t in one",
         "Section 4.6.1: unknown-modifier = name \"=\" macro-string, whose macro-letter may be any; "
         "unrecognized modifiers MUST be "
         "ignored.",
         "example.org TXT \"v=spf1 -all x=%{r} x=1\"", "192.0.2.1", "user@example.org", "fail"},
        {"pyspf takes a tab for a space",
         "Section 4.6.1: terms are separated by 1*SP; section 7.1: macro-literal holds visible characters "
         "only.",
         "example.org TXT \"v=spf1 exp=\\009e.test +all\"", "192.0.2.1", "user@example.org", "permerror"},
        {"pyspf counts a redirect= beside all as a lookup",
         "Section 5.1: it MUST be ignored; section 4.6.4 limits the terms of the evaluation.",
         "example.org TXT \"v=spf1 a a a a a a a a a a redirect=r.test all\"\nexample.org A 203.0.113.1",
         "192.0.2.1", "user@example.org", "pass"},
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
    if (recordHas(ours, "edirect=", "all")) return RedirectBesideAll;
    if (refused && recordHas(ours, "/0")) return ZeroPrefix;
    if (recordHas(ours, "%{d2}") || recordHas(ours, "%{l1r-}")) return AllParts;
    if (theirs.result == "temperror" && hasNames(ours)) return FailingNamesToo;
    if (contains(theirs.error, "Invalid character") || contains(theirs.error, "Invalid delimiter"))
        return NarrowGrammar;
    if (differentHosts(ours, theirs)) return HostOrder;
    return std::nullopt;
}

std::optional<Class> byPyspf(const SpfCheck& ours, const PeerVerdict& theirs) {
    if (contains(theirs.error, "Void lookup limit")) return VoidQuestions;
    if (contains(theirs.error, "trivial recursion")) return SelfInclude;
    if (theirs.result == "temperror" && hasNames(ours)) return FailingNames;
    if (differentHosts(ours, theirs)) return HostOrder;
    if (contains(theirs.error, "MUST appear at most once")) return UnknownModifier;
    if (contains(theirs.error, "Too many DNS lookups") && recordHas(ours, "edirect=", "all"))
        return IdleRedirect;
    if (contains(theirs.error, "c,r,t macros allowed in exp= text only")) return UnknownModifier;
    if (contains(ours.reason, "the octet 0x09 is not allowed")) return Tabs;
    for (const char* fault : {"is no delimiter", "no closing brace", "is followed by {"})
        if (contains(ours.reason, "has a fault") && contains(ours.reason, fault)) return LooseMacros;
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
