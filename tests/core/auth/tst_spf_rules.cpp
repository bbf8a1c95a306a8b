// RFC 7208 paragraph by paragraph: identities, record lookup and selection, limits (sections 2 to 4) and the
// mechanisms (section 5). Modifiers and macros are in tst_spf_macros.cpp.
#include "spf_rules.h"

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::auth::rules;

namespace {

std::string many(const char* line, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += QString(line).arg(i).toStdString() + "\n";
    return out;
}
std::string label(size_t octets) {
    return std::string(octets, 'x');
}

const std::vector<Row>& identities() {
    const std::string all =
        "example.org TXT \"v=spf1 -all exp=e.example.org\"\ne.example.org TXT \"%{s} %{o} %{h}\"\n"
        "mx.example.net TXT \"v=spf1 +all\"";
    static const std::vector<Row> rows{
        {"2.4: without a sender the HELO name is checked", all, "pass", "192.0.2.1", ""},
        {"2.4: then the local part is postmaster",
         record("-all exp=e.example.org", "e.example.org TXT \"%{s}\""), "fail: postmaster@example.org",
         "192.0.2.1", "", "example.org"},
        {"2.3: a HELO name of one label has no record", all, "none", "192.0.2.1", "", "localhost"},
        {"2.3: one label and a dot is one label", all, "none", "192.0.2.1", "", "localhost."},
        {"2.3: a HELO literal has no record", all, "none", "192.0.2.1", "", "[192.0.2.1]"},
        {"2.3: an IPv6 literal has no record", all, "none", "192.0.2.1", "", "[IPv6:2001:db8::1]"},
        {"2.3: an empty HELO has no record", all, "none", "192.0.2.1", "", ""},
        {"2.3: a HELO of dots has no record", all, "none", "192.0.2.1", "", ".."},
        {"2.4: HELO does not matter when there is a sender", all, "fail: user@example.org example.org [x",
         "192.0.2.1", "user@example.org", "[x"},
        {"4.3: no local part is postmaster", all, "fail: postmaster@example.org example.org h", "192.0.2.1",
         "example.org", "h"},
        {"4.3: an empty local part is postmaster", all, "fail: postmaster@example.org example.org h",
         "192.0.2.1", "@example.org", "h"},
        {"4.3: a source route is not the domain", all, "fail: @a.test,@b.test:u@example.org example.org h",
         "192.0.2.1", "@a.test,@b.test:u@example.org", "h"},
        {"4.3: a label of 64 octets", all, "none", "192.0.2.1", "u@" + label(64) + ".example.org"},
        {"4.3: a label of 63 octets can be asked", label(63) + ".example.org TXT \"v=spf1 +all\"", "pass",
         "192.0.2.1", "u@" + label(63) + ".example.org"},
        {"4.3: an empty label in the middle", all, "none", "192.0.2.1", "u@a..example.org"},
        {"4.3: an empty label in front", all, "none", "192.0.2.1", "u@.example.org"},
        {"4.3: a dot at the end is no label", all, "fail: u@example.org. example.org. h", "192.0.2.1",
         "u@example.org.", "h"},
        {"4.3: two dots at the end are", all, "none", "192.0.2.1", "u@example.org.."},
        {"4.3: a name longer than 253 octets is not cut", all, "none", "192.0.2.1",
         "u@" + label(63) + "." + label(63) + "." + label(63) + "." + label(63) + ".example.org"},
        {"4.3: nothing behind the at sign", all, "none", "192.0.2.1", "user@"},
        {"4.3: names are compared without regard to case", all, "fail: u@EXAMPLE.org EXAMPLE.org h",
         "192.0.2.1", "u@EXAMPLE.org", "h"},
        {"4.3: an internationalised domain is asked as A-labels", "xn--bcher-kva.example TXT \"v=spf1 +all\"",
         "pass", "192.0.2.1", "u@b\xc3\xbc\x63her.example"},
        {"5: a mapped client is an IPv4 client", record("ip4:192.0.2.1 -all"), "pass", "::ffff:192.0.2.1"},
        {"5: a mapped client asks for A", record("a -all", "example.org A 192.0.2.1"), "pass",
         "::ffff:192.0.2.1"},
    };
    return rows;
}

const std::vector<Row>& lookups() {
    static const std::vector<Row> rows{
        {"4.3: a name that does not exist", "", "none"},
        {"4.5: a name without TXT", "example.org A 192.0.2.1", "none"},
        {"4.4: a server failure", "example.org TXT !servfail", "temperror"},
        {"4.4: a refusal", "example.org TXT !refused", "temperror"},
        {"4.4: a timeout", "example.org TXT !timeout", "temperror"},
        {"3.1: type 99 is not asked for", "example.org SPF \"v=spf1 +all\"", "none"},
        {"3.1: type 99 beside TXT says nothing",
         "example.org SPF \"v=spf1 +all\"\nexample.org TXT \"v=spf1 -all\"", "fail"},
        {"3.3: strings are joined without a space", "example.org TXT \"v=spf1 ip4:192.0\" \".2.1 -all\"",
         "pass"},
        {"3.3: even inside the version", "example.org TXT \"v=s\" \"pf1 +all\"", "pass"},
        {"3.3: a space between strings is not added", "example.org TXT \"v=spf1 +all\" \"-all\"",
         "permerror"},
        {"4.5: other TXT records do not count",
         "example.org TXT \"v=spf1 +all\"\nexample.org TXT \"v=spf10 -all\"\nexample.org TXT \"spf2.0/pra "
         "-all\"\n"
         "example.org TXT \"other\"",
         "pass"},
        {"4.5: two records", "example.org TXT \"v=spf1 +all\"\nexample.org TXT \"v=spf1 -all\"", "permerror"},
        {"4.5: two equal records", "example.org TXT \"v=spf1 +all\"\nexample.org TXT \"v=spf1 +all \"",
         "permerror"},
        {"4.5: the version alone is a record", "example.org TXT \"v=spf1\"", "neutral"},
        {"4.5: the version may be in capitals", "example.org TXT \"V=SPF1 +all\"", "pass"},
        {"4.5: a space in front is no record", "example.org TXT \" v=spf1 +all\"", "none"},
        {"4.5: a tab does not end the version", "example.org TXT \"v=spf1\\009+all\"", "none"},
        {"4.5: version 10 is no version", "example.org TXT \"v=spf10\"", "none"},
        {"4.6.1: several spaces between terms", "example.org TXT \"v=spf1   ip4:192.0.2.9    +all   \"",
         "pass"},
        {"4.6.1: a tab is no space", "example.org TXT \"v=spf1 ip4:192.0.2.9\\009+all\"", "permerror"},
        {"3.1: an octet outside ASCII", "example.org TXT \"v=spf1 +all \\195\\188\"", "permerror"},
        {"3.1: a control octet in a modifier", "example.org TXT \"v=spf1 +all x=\\007\"", "permerror"},
        {"4.6: a fault behind what matches", record("+all ip5:1.2.3.4"), "permerror"},
        {"4.6: a fault in a modifier at the end", record("+all redirect=x"), "permerror"},
        {"4.6: a term after all is read too", record("+all include"), "permerror"},
        {"an alias leads to the record", "example.org CNAME c.test\nc.test TXT \"v=spf1 +all\"", "pass"},
        {"an alias to nothing", "example.org CNAME c.test", "none"},
        {"aliases in a circle", "example.org CNAME c.test\nc.test CNAME example.org", "none"},
        {"4.7: nothing matches", record("ip4:192.0.2.9"), "neutral"},
    };
    return rows;
}

const std::vector<Row>& limits() {
    const std::string address = "example.org A 203.0.113.1\n";
    static const std::vector<Row> rows{
        {"4.6.4: ten terms ask", record("a a a a a a a a a a -all", address), "fail"},
        {"4.6.4: the eleventh is a permerror", record("a a a a a a a a a a a -all", address), "permerror"},
        {"4.6.4: only terms that are reached count", record("ip4:192.0.2.1 a a a a a a a a a a a", address),
         "pass"},
        {"4.6.4: all, ip4, ip6 and exp do not count",
         record("a a a a a a a a a a ip4:10.0.0.1 ip6:::1 exp=e.test -all", address + "e.test TXT \"told\""),
         "fail: told"},
        {"4.6.4: terms of an include count with the rest",
         record("include:i.test a a a a -all",
                address + "i.test TXT \"v=spf1 a:example.org a:example.org "
                          "a:example.org a:example.org a:example.org a:example.org\""),
         "permerror"},
        {"4.6.4: the redirect itself counts",
         record("a a a a a a a a a redirect=r.test", address + "r.test TXT \"v=spf1 a:example.org -all\""),
         "permerror"},
        {"4.6.4: a redirect within the limit",
         record("a a a a a a a a a redirect=r.test", address + "r.test TXT \"v=spf1 -all\""), "fail"},
        {"4.6.4: an include of itself ends", record("include:example.org -all"), "permerror"},
        {"4.6.4: a redirect to itself ends", record("redirect=example.org"), "permerror"},
        {"4.6.4: a circle of includes ends",
         record("include:i.test -all", "i.test TXT \"v=spf1 include:example.org -all\""), "permerror"},
        {"4.6.4: a name that cannot be asked counts as a term",
         record("a:%{h}.a a:%{h}.a a:%{h}.a a:%{h}.a a:%{h}.a a:%{h}.a a:%{h}.a a:%{h}.a a:%{h}.a a:%{h}.a "
                "a:x.test -all"),
         "permerror", "192.0.2.1", "user@example.org", ".."},
        {"4.6.4: ten mail exchangers",
         record("mx -all", many("example.org MX %1 m%1.test", 10) + many("m%1.test A 203.0.113.1", 9) +
                               "m9.test A 192.0.2.1"),
         "pass"},
        {"4.6.4: eleven mail exchangers",
         record("mx -all", many("example.org MX %1 m%1.test", 11) + many("m%1.test A 192.0.2.1", 11)),
         "permerror"},
        {"4.6.4: the tenth PTR name is looked at",
         record("ptr -all", many("1.2.0.192.in-addr.arpa PTR p%1.test", 9) +
                                "1.2.0.192.in-addr.arpa PTR p.example.org\np.example.org A 192.0.2.1"),
         "pass"},
        {"4.6.4: the eleventh PTR name is ignored",
         record("ptr -all", many("1.2.0.192.in-addr.arpa PTR p%1.test", 10) +
                                "1.2.0.192.in-addr.arpa PTR p.example.org\np.example.org A 192.0.2.1"),
         "fail"},
        {"4.6.4: two void lookups", record("a:v1.test mx:v2.test -all"), "fail"},
        {"4.6.4: three void lookups", record("a:v1.test mx:v2.test exists:v3.test -all"), "permerror"},
        {"4.6.4: a name without the type is void too",
         record("a:t.test mx:t.test exists:v.test -all", "t.test TXT \"x\""), "permerror"},
        {"4.6.4: the void lookups of includes count with the rest",
         record("include:i.test a:v3.test -all", "i.test TXT \"v=spf1 a:v1.test a:v2.test -all\""),
         "permerror"},
        {"4.6.4: the explanation is no void lookup", record("a:v1.test a:v2.test -all exp=gone.test"),
         "fail"},
        {"4.6.4: a match before the third", record("a:v1.test a:v2.test ip4:192.0.2.1 a:v3.test"), "pass"},
    };
    return rows;
}

const std::vector<Row>& mechanisms() {
    const std::string six = "2001:db8::1";
    static const std::vector<Row> rows{
        {"5.1: what stands after all is ignored", record("-all ip4:192.0.2.1"), "fail"},
        {"5.1: a redirect beside all is ignored",
         record("redirect=r.test ?all", "r.test TXT \"v=spf1 -all\""), "neutral"},
        {"4.6.2: the first match counts", record("?ip4:192.0.2.1 ip4:192.0.2.1 -all"), "neutral"},
        {"4.6.2: no qualifier is a plus", record("ip4:192.0.2.1 -all"), "pass"},
        {"5.2: an included pass matches", record("-include:i.test +all", "i.test TXT \"v=spf1 +all\""),
         "fail"},
        {"5.2: an included fail does not", record("include:i.test ?all", "i.test TXT \"v=spf1 -all\""),
         "neutral"},
        {"5.2: an included softfail does not", record("include:i.test ?all", "i.test TXT \"v=spf1 ~all\""),
         "neutral"},
        {"5.2: an included neutral does not", record("include:i.test -all", "i.test TXT \"v=spf1 ?all\""),
         "fail"},
        {"5.2: an included temperror is one", record("include:i.test +all", "i.test TXT !timeout"),
         "temperror"},
        {"5.2: an included permerror is one", record("include:i.test +all", "i.test TXT \"v=spf1 x\""),
         "permerror"},
        {"5.2: an include without a record", record("include:i.test +all", "i.test TXT \"x\""), "permerror"},
        {"5.2: an include of a name that does not exist", record("include:i.test +all"), "permerror"},
        {"5.2: an include of two records",
         record("include:i.test +all", "i.test TXT \"v=spf1 +all\"\ni.test TXT \"v=spf1 -all\""),
         "permerror"},
        {"5.2: an error deep below is passed up",
         record("include:i.test +all", "i.test TXT \"v=spf1 include:j.test +all\"\nj.test TXT !servfail"),
         "temperror"},
        {"5.2: the domain of an include is its own",
         record("include:i.test -all", "i.test TXT \"v=spf1 a -all\"\ni.test A 192.0.2.1"), "pass"},
        {"5.2: after an include the domain is restored",
         record("include:i.test a -all", "i.test TXT \"v=spf1 -all\"\nexample.org A 192.0.2.1"), "pass"},
        {"5.2: an include whose name cannot be", record("include:a..b.test +all"), "permerror"},
        {"5.3: the A of the domain", record("a -all", "example.org A 192.0.2.9\nexample.org A 192.0.2.1"),
         "pass"},
        {"5.3: the prefix counts", record("a/24 -all", "example.org A 192.0.2.200"), "pass"},
        {"5.3: a prefix of 0 matches what has an address", record("a/0 -all", "example.org A 10.0.0.1"),
         "pass"},
        {"5.3: and not what has none", record("a/0 -all"), "fail"},
        {"5.3: an IPv6 client asks for AAAA",
         record("a -all", "example.org A 192.0.2.1\nexample.org AAAA 2001:db8::1"), "pass", "2001:db8::1"},
        {"5.3: the second prefix is for IPv6", record("a/0//64 -all", "example.org AAAA 2001:db8:1::1"),
         "fail", "2001:db8::1"},
        {"5.3: an IPv6 client and hosts with A alone", record("a/0 -all", "example.org A 192.0.2.1"), "fail",
         "2001:db8::1"},
        {"5: a failing address lookup", record("a:x.test +all", "x.test A !servfail"), "temperror"},
        {"5: a failure that was not reached", record("ip4:192.0.2.1 a:x.test", "x.test A !servfail"), "pass"},
        {"5.3: a name that cannot be does not match", record("a:a..b.test ?all"), "neutral"},
        {"5.4: the hosts of the MX", record("mx -all", "example.org MX 10 m.test\nm.test A 192.0.2.1"),
         "pass"},
        {"5.4: the prefix is for each host",
         record("mx/24 -all", "example.org MX 10 m.test\nm.test A 192.0.2.77"), "pass"},
        {"5.4: there is no implicit MX", record("mx -all", "example.org A 192.0.2.1"), "fail"},
        {"5.4: a null MX has no host", record("mx -all", "example.org MX 0 ."), "fail"},
        {"5.4: a failing host", record("mx +all", "example.org MX 10 m.test\nm.test A !timeout"),
         "temperror"},
        {"5.4: a match before the failing host",
         record("mx -all",
                "example.org MX 10 m.test\nexample.org MX 20 n.test\nm.test A 192.0.2.1\nn.test A !timeout"),
         "pass"},
        {"5.4: a failing MX lookup", record("mx +all", "example.org MX !servfail"), "temperror"},
        {"5.5: a name that leads back",
         record("ptr -all", "1.2.0.192.in-addr.arpa PTR m.example.org\nm.example.org A 192.0.2.1"), "pass"},
        {"5.5: the domain itself",
         record("ptr -all", "1.2.0.192.in-addr.arpa PTR example.org\nexample.org A 192.0.2.1"), "pass"},
        {"5.5: a name that leads elsewhere",
         record("ptr -all", "1.2.0.192.in-addr.arpa PTR m.example.org\nm.example.org A 192.0.2.2"), "fail"},
        {"5.5: a name that only ends alike",
         record("ptr -all", "1.2.0.192.in-addr.arpa PTR bad-example.org\nbad-example.org A 192.0.2.1"),
         "fail"},
        {"5.5: a parent of the domain is not below it",
         record("ptr:sub.example.org -all",
                "1.2.0.192.in-addr.arpa PTR example.org\nexample.org A 192.0.2.1"),
         "fail"},
        {"5.5: a failing PTR lookup does not match",
         record("ptr ?all", "1.2.0.192.in-addr.arpa PTR !servfail"), "neutral"},
        {"5.5: a failing name is skipped",
         record("ptr -all",
                "1.2.0.192.in-addr.arpa PTR a.example.org\n1.2.0.192.in-addr.arpa PTR b.example.org\n"
                "a.example.org A !timeout\nb.example.org A 192.0.2.1"),
         "pass"},
        {"5.5: an IPv6 client",
         record("ptr -all",
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR m.example.org\n"
                "m.example.org AAAA 2001:db8::1"),
         "pass", "2001:db8::1"},
        {"5.6: bits behind the prefix do not matter", record("ip4:192.0.2.77/24 -all"), "pass"},
        {"5.6: a prefix inside an octet", record("ip4:192.0.2.0/31 -all"), "pass"},
        {"5.6: just outside a prefix", record("ip4:192.0.2.2/31 -all"), "fail"},
        {"5.6: ip4 does not match an IPv6 client", record("ip4:0.0.0.0/0 -all"), "fail", "2001:db8::1"},
        {"5.6: ip6 does not match an IPv4 client", record("ip6:::/0 ip6:::ffff:0:0/96 -all"), "fail"},
        {"5.6: an IPv6 network", record("ip6:2001:DB8::/32 -all"), "pass", "2001:db8:ffff::1"},
        {"5.6: an IPv6 address in long form", record("ip6:2001:0db8:0:0:0:0:0:1 -all"), "pass",
         "2001:db8::1"},
        {"5.7: any A record matches", record("exists:x.test -all", "x.test A 127.0.0.2"), "pass"},
        {"5.7: A is asked for an IPv6 client too", record("exists:x.test -all", "x.test A 127.0.0.2"), "pass",
         "2001:db8::1"},
        {"5.7: AAAA alone does not match", record("exists:x.test -all", "x.test AAAA ::1"), "fail",
         "2001:db8::1"},
        {"5.7: the macros of the section's example",
         record("exists:%{ir}.%{l1r+-}._spf.%{d} -all", "1.2.0.192.someuser._spf.example.org A 127.0.0.1"),
         "pass", "192.0.2.1", "someuser+tag-x@example.org"},
    };
    return rows;
}

} // namespace

class TestSpfRules : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void identity_data() { addRows(identities()); }
    void identity() {
        QFETCH(int, row);
        compare(identities(), row);
    }
    void lookup_data() { addRows(lookups()); }
    void lookup() {
        QFETCH(int, row);
        compare(lookups(), row);
    }
    void limit_data() { addRows(limits()); }
    void limit() {
        QFETCH(int, row);
        compare(limits(), row);
    }
    void mechanism_data() { addRows(mechanisms()); }
    void mechanism() {
        QFETCH(int, row);
        compare(mechanisms(), row);
    }
};

QTEST_APPLESS_MAIN(TestSpfRules)
#include "tst_spf_rules.moc"
