// RFC 7208 paragraph by paragraph: modifiers (section 6) and macros (section 7), and the grammar of
// section 12.
#include "spf_rules.h"

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::auth::rules;

namespace {

const std::vector<Row>& modifiers() {
    static const std::vector<Row> rows{
        {"6: redirect twice", record("redirect=r.test redirect=r.test", "r.test TXT \"v=spf1 +all\""),
         "permerror"},
        {"6: exp twice", record("+all exp=e.test exp=f.test"), "permerror"},
        {"6: names of modifiers in any case", record("-all EXP=e.test", "e.test TXT \"told\""), "fail: told"},
        {"6: redirect and Redirect are the same", record("redirect=r.test Redirect=r.test"), "permerror"},
        {"6: unknown modifiers are ignored, however often", record("x=1 -all x=1 y-z_.=%{d} x="), "fail"},
        {"6: an unknown modifier with a broken macro", record("+all x=%{"), "permerror"},
        {"6: a modifier may stand first",
         record("redirect=r.test ip4:192.0.2.9", "r.test TXT \"v=spf1 +all\""), "pass"},
        {"6.1: the result of the redirect is the result",
         record("redirect=r.test", "r.test TXT \"v=spf1 ~all\""), "softfail"},
        {"6.1: the redirect's neutral is neutral", record("redirect=r.test", "r.test TXT \"v=spf1\""),
         "neutral"},
        {"6.1: no record there", record("redirect=r.test", "r.test TXT \"x\""), "permerror"},
        {"6.1: no such name", record("redirect=r.test"), "permerror"},
        {"6.1: a failing lookup there", record("redirect=r.test", "r.test TXT !timeout"), "temperror"},
        {"6.1: a name that cannot be", record("redirect=a..b.test"), "permerror"},
        {"6.1: a redirect of a redirect",
         record("redirect=r.test",
                "r.test TXT \"v=spf1 redirect=s.test\"\ns.test TXT \"v=spf1 a -all\"\ns.test A 192.0.2.1"),
         "pass"},
        {"6.1: a redirect inside an include",
         record("include:i.test -all", "i.test TXT \"v=spf1 redirect=j.test\"\nj.test TXT \"v=spf1 +all\""),
         "pass"},
        {"6.1: an included redirect to nothing",
         record("include:i.test -all", "i.test TXT \"v=spf1 redirect=j.test\""), "permerror"},
        {"6.1: macros in the redirect", record("redirect=%{l}.r.test", "user.r.test TXT \"v=spf1 +all\""),
         "pass"},
        {"6.2: the explanation",
         record("-all exp=e.test", "e.test TXT \"Not from %{i}, see http://%{d}/?s=%{S}\""),
         "fail: Not from 192.0.2.1, see http://example.org/?s=user%40example.org"},
        {"6.2: strings are joined without a space",
         record("-all exp=e.test", "e.test TXT \"one\" \"two %{d\" \"}\""), "fail: onetwo example.org"},
        {"6.2: only with fail", record("~all exp=e.test", "e.test TXT \"told\""), "softfail"},
        {"6.2: two records", record("-all exp=e.test", "e.test TXT \"one\"\ne.test TXT \"two\""), "fail"},
        {"6.2: no record", record("-all exp=e.test"), "fail"},
        {"6.2: a failing lookup changes nothing", record("-all exp=e.test", "e.test TXT !servfail"), "fail"},
        {"6.2: a fault in the text", record("-all exp=e.test", "e.test TXT \"100%\""), "fail"},
        {"6.2: a macro letter that does not exist", record("-all exp=e.test", "e.test TXT \"%{x}\""), "fail"},
        {"6.2: text outside ASCII", record("-all exp=e.test", "e.test TXT \"b\\195\\188se\""), "fail"},
        {"6.2: a macro that brings other octets", record("-all exp=e.test", "e.test TXT \"%{h}\""), "fail",
         "192.0.2.1", "user@example.org", "x\r\nRCPT TO:<y>"},
        {"6.2: a name that cannot be", record("-all exp=%{h}.e.test"), "fail", "192.0.2.1",
         "user@example.org", ".."},
        {"6.2: a name with a fault is a fault of the record", record("-all exp=e.%{x}"), "permerror"},
        {"6.2: the explanation of an include is not used",
         record("include:i.test -all exp=e.test",
                "i.test TXT \"v=spf1 -all exp=f.test\"\ne.test TXT \"ours\"\nf.test TXT \"theirs\""),
         "fail: ours"},
        {"6.2: nor when the includer has none",
         record("include:i.test -all", "i.test TXT \"v=spf1 -all exp=f.test\"\nf.test TXT \"theirs\""),
         "fail"},
        {"6.2: a matching -include takes the includer's",
         record("-include:i.test exp=e.test",
                "i.test TXT \"v=spf1 +all exp=f.test\"\ne.test TXT \"ours\"\nf.test TXT \"theirs\""),
         "fail: ours"},
        {"6.2: after a redirect the target's is used",
         record("redirect=r.test exp=e.test",
                "r.test TXT \"v=spf1 -all exp=f.test\"\ne.test TXT \"ours\"\nf.test TXT \"%{d} theirs\""),
         "fail: r.test theirs"},
        {"6.2: and the original's not at all",
         record("redirect=r.test exp=e.test", "r.test TXT \"v=spf1 -all\"\ne.test TXT \"ours\""), "fail"},
        {"6.2: the name itself is expanded", record("-all exp=%{ir}.e.test", "1.2.0.192.e.test TXT \"told\""),
         "fail: told"},
    };
    return rows;
}

Row text(const char* name, const char* macro, const char* expected, const char* ip = "192.0.2.3",
         const char* from = "strong-bad@email.example.com", const char* helo = "mx.example.org") {
    static std::vector<std::unique_ptr<std::string>> kept;
    kept.push_back(std::make_unique<std::string>(std::string("fail: ") + expected));
    return {name,
            std::string("email.example.com TXT \"v=spf1 -all exp=e.test\"\ne.test TXT \"") + macro + "\"\n" +
                "3.2.0.192.in-addr.arpa PTR mx.example.org\nmx.example.org A 192.0.2.3",
            kept.back()->c_str(),
            ip,
            from,
            helo};
}

const std::vector<Row>& macros() {
    const char* six = "2001:db8::cb01";
    static const std::vector<Row> rows{
        text("7.4: s", "%{s}", "strong-bad@email.example.com"),
        text("7.4: o", "%{o}", "email.example.com"),
        text("7.4: d4", "%{d4}", "email.example.com"),
        text("7.4: d2", "%{d2}", "example.com"),
        text("7.4: d1", "%{d1}", "com"),
        text("7.4: dr", "%{dr}", "com.example.email"),
        text("7.4: d2r", "%{d2r}", "example.email"),
        text("7.4: l with a hyphen", "%{l-}", "strong.bad"),
        text("7.4: lr", "%{lr}", "strong-bad"),
        text("7.4: lr with a hyphen", "%{lr-}", "bad.strong"),
        text("7.4: l1r with a hyphen", "%{l1r-}", "strong"),
        text("7.4: the IPv4 line", "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        text("7.4: the IPv6 line", "%{ir}.%{v}._spf.%{d2}",
             "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com", six),
        text("7.2: p, the name that leads back", "%{p}", "mx.example.org"),
        text("7.3: p without a name", "%{p}", "unknown", "192.0.2.4"),
        text("7.2: h", "%{h}", "mx.example.org"),
        text("7.2: c of IPv4", "%{c}", "192.0.2.3"),
        text("7.2: c of IPv6 is for people", "%{c}", "2001:db8::cb01", six),
        text("7.2: r is our own name", "%{r}", "mx.receiver.example"),
        text("7.1: the three signs", "%%|%_|%-", "%| |%20"),
        text("7.3: capitals escape", "%{S}", "strong-bad%40email.example.com"),
        text("7.3: unreserved characters stay", "%{L}", "a-b.c_d~e%2Ff%3D", "192.0.2.3",
             "a-b.c_d~e/f=@email.example.com"),
        text("7.3: R and r are the same transformer", "%{dR}", "com.example.email"),
        text("7.3: a large number means all", "%{d999}", "email.example.com"),
        text("7.3: 127 labels and more", "%{d127}", "email.example.com"),
        text("7.3: several delimiters", "%{lr+-=}", "d.c.b.a", "192.0.2.3", "a+b-c=d@email.example.com"),
        text("7.3: empty parts stay", "%{l-}", "a..b", "192.0.2.3", "a--b@email.example.com"),
        text("7.3: parts from the right", "%{l2-}", "b.c", "192.0.2.3", "a-b-c@email.example.com"),
        text("7.3: reversed first, then from the right", "%{l2r-}", "b.a", "192.0.2.3",
             "a-b-c@email.example.com"),
        text("7.3: a mapped client is IPv4", "%{i} %{v} %{c}", "192.0.2.3 in-addr 192.0.2.3",
             "::ffff:192.0.2.3"),
        text("7.3: spaces stand in the text", "a  b", "a  b"),
    };
    return rows;
}

const std::vector<Row>& names() {
    const std::string long1(60, 'a'), long2(60, 'b'), long3(60, 'c'), long4(60, 'd');
    const std::string tail = long2 + "." + long3 + "." + long4 + ".x.test";
    static const std::vector<Row> rows{
        {"7.3: a long name loses labels from the left",
         record("exists:%{l}." + tail + " -all", long1 + "." + tail + " A 127.0.0.1"), "pass", "192.0.2.1",
         long1 + "." + long1 + "@example.org"},
        {"7.3: a long label is not cut", record("exists:%{l}.x.test ?all", "x.test A 127.0.0.1"), "neutral",
         "192.0.2.1", std::string(70, 'l') + "@example.org"},
        {"7.3: s keeps its domain in an include",
         record("include:i.test -all",
                "i.test TXT \"v=spf1 exists:%{o}.%{d}.x.test -all\"\nexample.org.i.test.x.test A 127.0.0.1"),
         "pass"},
        {"7.3: a trailing dot in a domain", record("a:x.test. -all", "x.test A 192.0.2.1"), "pass"},
        {"4.8: odd octets in a name are asked as they are",
         record("exists:%{l}.x.test -all", "a\\032b\\064c.x.test A 127.0.0.1"), "pass", "192.0.2.1",
         "a b@c@example.org"},
        {"4.8: a backslash is an octet", record("exists:%{l}.x.test -all", "a\\092b.x.test A 127.0.0.1"),
         "pass", "192.0.2.1", "a\\b@example.org"},
        {"7.3: p prefers the domain itself",
         record("exists:%{p}.x.test -all",
                "1.2.0.192.in-addr.arpa PTR z.test\n1.2.0.192.in-addr.arpa PTR b.example.org\n"
                "1.2.0.192.in-addr.arpa PTR example.org\nz.test A 192.0.2.1\nb.example.org A "
                "192.0.2.1\nexample.org A 192.0.2.1\n"
                "example.org.x.test A 127.0.0.1"),
         "pass"},
        {"7.3: then a name below it",
         record("exists:%{p}.x.test -all",
                "1.2.0.192.in-addr.arpa PTR z.test\n1.2.0.192.in-addr.arpa PTR b.example.org\n"
                "z.test A 192.0.2.1\nb.example.org A 192.0.2.1\nb.example.org.x.test A 127.0.0.1"),
         "pass"},
        {"7.3: p after a failing lookup is unknown",
         record("exists:%{p}.x.test -all",
                "1.2.0.192.in-addr.arpa PTR !servfail\nunknown.x.test A 127.0.0.1"),
         "pass"},
        {"7.3: p of a name that leads elsewhere is unknown",
         record("exists:%{p}.x.test -all",
                "1.2.0.192.in-addr.arpa PTR z.test\nz.test A 192.0.2.9\nunknown.x.test A 127.0.0.1"),
         "pass"},
        {"RFC 8616: a local part outside ASCII matches nothing by s or l",
         record("exists:%{l}.x.test +include:%{s}.y.test -all"), "fail", "192.0.2.1", "\xc3\xbc@example.org"},
        {"RFC 8616: what does not say it still matches",
         record("exists:%{o}.x.test -all", "example.org.x.test A 127.0.0.1"), "pass", "192.0.2.1",
         "\xc3\xbc@example.org"},
    };
    return rows;
}

} // namespace

class TestSpfMacros : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void modifier_data() { addRows(modifiers()); }
    void modifier() {
        QFETCH(int, row);
        compare(modifiers(), row);
    }
    void macro_data() { addRows(macros()); }
    void macro() {
        QFETCH(int, row);
        compare(macros(), row);
    }
    void name_data() { addRows(names()); }
    void name() {
        QFETCH(int, row);
        compare(names(), row);
    }

    void grammar_data() {
        QTest::addColumn<QByteArray>("terms");
        QTest::addColumn<bool>("good");
        for (const char* good : {"a:.org",
                                 "a:a.b-c",
                                 "a:a.1-2",
                                 "a:a.c--d",
                                 "a:a.1a",
                                 "exists:%{i}",
                                 "exists:a%%.b",
                                 "a:%{d}/24",
                                 "a:%{d}//64",
                                 "a:%{d}/24//64",
                                 "mx:a.b/0//0",
                                 "a:a/b.c",
                                 "a:a:b.c",
                                 "ip4:0.0.0.0/0",
                                 "ip6:::/0",
                                 "ip6:1::1/128",
                                 "ip6:::1.2.3.4",
                                 "exp=%{d}",
                                 "x=%{c}%{r}%{t}",
                                 "default=deny",
                                 "all=",
                                 "include=",
                                 "v=spf1:x",
                                 "x=a=b:c/d",
                                 "PTR",
                                 "Ip6:::1",
                                 "eXists:a.b",
                                 "+a",
                                 "~mx",
                                 "?ptr:a.b",
                                 "-all",
                                 "exists:%{l1r.-+,/_=}.a.b",
                                 "exists:%{S127R}.a.b",
                                 "redirect=a.b.",
                                 "a.b=c",
                                 "a-b_c.d=%%%_%-"})
            QTest::newRow(good) << QByteArray(good) << true;
        for (const char* bad : {"a:a.-b",
                                "a:a.b-",
                                "a:a.123",
                                "a:a.b_c",
                                "a:a.b..",
                                "a:a",
                                "a:%%a",
                                "a:a.%%b",
                                "exists:%{i1.}x",
                                "exists:%{i-r}",
                                "exists:%{i r}",
                                "exists:%{0i}",
                                "exists:%{i00}",
                                "ip4:1.2.3.4/",
                                "ip4:1.2.3.4/00",
                                "ip4:1.2.3.4/1a",
                                "ip4:1.2.3.4//8",
                                "ip4:1.2.3.256",
                                "ip4:1.2.3.4.5",
                                "ip4: 1.2.3.4",
                                "ip6:1.2.3.4",
                                "ip6:::1%eth0",
                                "ip6:1:2:3",
                                "ip6:::/0/0",
                                "ip6:[::1]",
                                "ip6:::g",
                                "ip:1.2.3.4",
                                "a/-1",
                                "a/+1",
                                "a/1/1",
                                "a//",
                                "a/1//",
                                "a///1",
                                "a:a.b/1/2",
                                "mx/33",
                                "mx//129",
                                "mx//01",
                                "ptr/24",
                                "ptr//64",
                                "all:a.b",

                                "include",
                                "include:a.b/24",
                                "exists:a.b/24",

                                "--all",
                                "++a",
                                "+x=y",
                                "?redirect=a.b",
                                "-exp=a.b",
                                "redirect:a.b",
                                "exp:a.b",
                                "1x=y",
                                "_x=y",
                                "x%=y",
                                "=",
                                ":",
                                "/",
                                "%{d}",
                                "all;",
                                "all,",

                                "mechanism",
                                "a:\"b.c\"\x01",
                                "redirect=%{r}.a.b",
                                "exp=%{t}.a.b",
                                "include:%{c}.a.b"})
            QTest::newRow(bad) << QByteArray(bad) << false;
    }
    void grammar() {
        QFETCH(QByteArray, terms);
        QFETCH(bool, good);
        const SpfRecord r = parseSpf("v=spf1 " + terms.toStdString());
        QVERIFY2(r.problems.empty() == good,
                 r.problems.empty() ? "no fault" : r.problems.front().text.c_str());
    }
};

QTEST_APPLESS_MAIN(TestSpfMacros)
#include "tst_spf_macros.moc"
