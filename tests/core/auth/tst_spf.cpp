// SPF from the text of RFC 7208: the record with its spans, the evaluator with limits and failures, the tree.
#include "auth/spf_check.h"
#include "auth/spf_tree.h"
#include "support/fake_clock.h"
#include "support/zone_resolver.h"

using namespace waypost;
using namespace waypost::auth;

namespace {

SpfCheck check(test::ZoneResolver& zone, const char* ip, const char* from = "user@example.org",
               SpfOptions options = {}) {
    SpfRequest request{*net::IpAddress::parse(ip), from, "helo.example.net"};
    auto done = runReady(checkSpf(zone, request, options));
    if (!done) qFatal("the check did not end");
    return std::move(*done);
}

QString result(const SpfCheck& c) {
    return QString::fromStdString(std::string(spfResultName(c.result)));
}

// A resolver that takes a second for each answer.
class SlowResolver final : public dns::Resolver {
  public:
    SlowResolver(dns::Resolver& inner, test::FakeClock& clock) : inner_(inner), clock_(clock) {}
    void resolve(dns::Question question, Done done) override {
        clock_.advance(Millis(1000));
        inner_.resolve(std::move(question), std::move(done));
    }

  private:
    dns::Resolver& inner_;
    test::FakeClock& clock_;
};

} // namespace

class TestSpf : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void termsKnowTheirPlace() {
        const std::string text = "v=spf1  a/24//64 -include:x.%{d2} redirect=y.org foo=bar";
        SpfRecord r = parseSpf(text);
        QVERIFY(r.problems.empty());
        QCOMPARE(r.terms.size(), size_t(4));
        QCOMPARE(r.at(r.terms[0].span), std::string_view("a/24//64"));
        QCOMPARE(r.terms[0].prefix4, 24);
        QCOMPARE(r.terms[0].prefix6, 64);
        QCOMPARE(r.at(r.terms[1].span), std::string_view("-include:x.%{d2}"));
        QVERIFY(r.terms[1].qualifier == Qualifier::Fail);
        QCOMPARE(r.terms[1].target, std::string("x.%{d2}"));
        QVERIFY(r.terms[2].kind == TermKind::Redirect && r.terms[3].kind == TermKind::UnknownModifier);
    }
    void everyFaultIsListed() {
        SpfRecord r = parseSpf("v=spf1 ip4:1.2.3 ipv6:::1 a:%{x} -all");
        QCOMPARE(r.problems.size(), size_t(3));
        QCOMPARE(r.at(r.problems[1].span), std::string_view("ipv6:::1"));
        QCOMPARE(r.terms.size(), size_t(1));
    }

    void syntax_data() {
        QTest::addColumn<QByteArray>("terms");
        QTest::addColumn<bool>("good");
        auto row = [](const char* terms, bool good) { QTest::newRow(terms) << QByteArray(terms) << good; };
        for (const char* good : {"",
                                 "all",
                                 "+ALL",
                                 "A",
                                 "a:example.org",
                                 "a:example.org.",
                                 "a:example.org/0",
                                 "mx//0",
                                 "mx/32//128",
                                 "ptr",
                                 "ptr:example.org",
                                 "ip4:192.0.2.1",
                                 "IP4:192.0.2.0/24",
                                 "ip6:2001:db8::/32",
                                 "ip6:::ffff:192.0.2.1",
                                 "exists:%{ir}.%{v}.example.org",
                                 "exists:%{l1r+-/_=.,}.example.org",
                                 "include:_spf.example.org",
                                 "a:%{d}",
                                 "a:x.%%",
                                 "a:x.%_",
                                 "a:x.%-",
                                 "exists:%{S2R-}.a.b2-c",
                                 "redirect=example.org",
                                 "exp=e.example.org",
                                 "x-1_.y=",
                                 "moo=%{t}%{c}%{r}"})
            row(good, true);
        for (const char* bad : {"alle",
                                "all:x.org",
                                "all/8",
                                "a:",
                                "a/",
                                "a/33",
                                "a/032",
                                "a//129",
                                "a/24/64",
                                "a:org",
                                "a:x.-org",
                                "a:x.org-",
                                "a:x.1",
                                "a:x..",
                                "mx:x.org/33",
                                "ptr/24",
                                "ptr:",
                                "ip4",
                                "ip4:",
                                "ip4:1.2.3",
                                "ip4:1.2.3.4/33",
                                "ip4:01.2.3.4",
                                "ip4:1.2.3.4:25",
                                "ip4:::1",
                                "ip6:1.2.3.4",
                                "ip6:::1/129",
                                "ip6:::1//64",
                                "exists",
                                "exists:",
                                "exists:x.org/24",
                                "include",
                                "include:",
                                "a:%{d",
                                "a:%{}",
                                "a:%{d0}",
                                "a:%{d0r}",
                                "a:%{dd}",
                                "a:%{c}.x.org",
                                "a:%(d)",
                                "a:x.org%",
                                "a:x%d.org",
                                "-redirect=x.org",
                                "redirect=",
                                "redirect=x",
                                "exp=",
                                "redirect:x.org",
                                "1x=y",
                                "=y",
                                "x=%",
                                "redirect=a.b redirect=a.b",
                                "exp=a.b exp=a.b",
                                "a:x\x7f.org",
                                "a:\xc3\xbc.org",
                                "-",
                                "unknown"})
            row(bad, false);
    }
    void syntax() {
        QFETCH(QByteArray, terms);
        QFETCH(bool, good);
        SpfRecord r = parseSpf("v=spf1 " + terms.toStdString());
        QCOMPARE(r.problems.empty(), good);
        for (const auto& p : r.problems) QVERIFY(!p.text.empty() && p.span.length > 0);
    }

    void macros_data() {
        QTest::addColumn<QString>("macro");
        QTest::addColumn<QString>("expansion");
        // The examples of section 7.4.
        auto row = [](const char* m, const char* e) { QTest::newRow(m) << QString(m) << QString(e); };
        row("%{s}", "strong-bad@email.example.com");
        row("%{o}", "email.example.com");
        row("%{d}", "email.example.com");
        row("%{d4}", "email.example.com");
        row("%{d3}", "email.example.com");
        row("%{d2}", "example.com");
        row("%{d1}", "com");
        row("%{dr}", "com.example.email");
        row("%{d2r}", "example.email");
        row("%{l}", "strong-bad");
        row("%{l-}", "strong.bad");
        row("%{lr}", "strong-bad");
        row("%{lr-}", "bad.strong");
        row("%{l1r-}", "strong");
        row("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com");
        row("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com");
        row("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com");
        row("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net");
        row("%{S}", "strong-bad%40email.example.com");
        row("%%%_%-", "% %20");
        row("%{d999999999999}", "email.example.com");
    }
    void macros() {
        QFETCH(QString, macro);
        QFETCH(QString, expansion);
        MacroValues v;
        v.localPart = "strong-bad";
        v.senderDomain = v.domain = "email.example.com";
        v.ip = *net::IpAddress::parse("192.0.2.3");
        auto m = parseMacroString(macro.toStdString(), MacroUse::Domain);
        QVERIFY(m.has_value());
        QCOMPARE(QString::fromStdString(expand(*m, v)), expansion);
    }
    void anIpv6ClientIsNibbles() {
        MacroValues v;
        v.ip = *net::IpAddress::parse("2001:db8::cb01");
        auto m = parseMacroString("%{ir}.%{v}", MacroUse::Domain);
        QCOMPARE(expand(*m, v),
                 std::string("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6"));
    }

    void checks_data() {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("expected");
        QTest::addColumn<int>("lookups");
        QTest::addColumn<int>("voids");
        auto row = [](const char* name, const QString& zone, const char* expected, int lookups, int voids) {
            QTest::newRow(name) << zone << QString(expected) << lookups << voids;
        };
        const QString spf = "example.org TXT \"v=spf1 %1\"\n";
        row("nothing at all", "", "none", 0, 0);
        row("ten lookups are allowed", spf.arg("a a a a a a a a a a -all") + "example.org A 203.0.113.1",
            "fail", 10, 0);
        row("the eleventh is not", spf.arg("a a a a a a a a a a a -all") + "example.org A 203.0.113.1",
            "permerror", 11, 0);
        row("a match comes before the limit", spf.arg("ip4:192.0.2.1 a a a a a a a a a a a"), "pass", 0, 0);
        row("two voids are allowed", spf.arg("a:v1.test mx:v2.test -all"), "fail", 2, 2);
        row("the third is not", spf.arg("a:v1.test mx:v2.test exists:v3.test -all"), "permerror", 3, 3);
        row("a term is void once, however many of its hosts are",
            spf.arg("mx -all") + "example.org MX 1 a.test\nexample.org MX 2 b.test\nexample.org MX 3 c.test",
            "fail", 1, 1);
        row("a timeout is no absence", spf.arg("a:t.test -all") + "t.test A !timeout", "temperror", 1, 0);
        row("SERVFAIL of the record", "example.org TXT !servfail", "temperror", 0, 0);
        row("a refusal of the record", "example.org TXT !refused", "temperror", 0, 0);
        row("broken octets for an include", spf.arg("include:i.test -all") + "i.test TXT !malformed",
            "temperror", 1, 0);
        row("a failing PTR lookup does not match",
            spf.arg("ptr -all") + "1.2.0.192.in-addr.arpa PTR !timeout", "fail", 1, 0);
        QString mx = spf.arg("mx -all");
        for (int i = 0; i < 11; ++i)
            mx += QString("example.org MX %1 m%1.test\nm%1.test A 192.0.2.1\n").arg(i);
        row("eleven mail exchangers", mx, "permerror", 1, 0);
        row("a null MX matches nothing", spf.arg("mx -all") + "example.org MX 0 .", "fail", 1, 0);
        row("redirect to nothing", spf.arg("redirect=r.test"), "permerror", 1, 0);
        row("redirect is not used beside all", spf.arg("?all redirect=r.test"), "neutral", 0, 0);
        row("include of a softfail", spf.arg("include:i.test ?all") + "i.test TXT \"v=spf1 ~all\"", "neutral",
            1, 0);
        row("an alias leads to the record", "example.org CNAME c.test\nc.test TXT \"v=spf1 +all\"", "pass", 0,
            0);
        row("an alias in a circle has no record", "example.org CNAME c.test\nc.test CNAME example.org",
            "none", 0, 0);
    }
    void checks() {
        QFETCH(QString, zone);
        QFETCH(QString, expected);
        QFETCH(int, lookups);
        QFETCH(int, voids);
        test::ZoneResolver resolver(zone.toStdString());
        SpfCheck c = check(resolver, "192.0.2.1");
        QVERIFY2(result(c) == expected, c.reason.c_str());
        QCOMPARE(c.lookups, lookups);
        QCOMPARE(c.voids, voids);
        QVERIFY(!c.reason.empty());
    }

    void theTraceTellsEachStep() {
        test::ZoneResolver zone("example.org 600 TXT \"v=spf1 include:i.test a:%{l}.x.org -all\"\n"
                                "i.test TXT \"v=spf1 ip4:10.0.0.1 -all\"\nuser.x.org A 192.0.2.1");
        SpfCheck c = check(zone, "192.0.2.1");
        QCOMPARE(result(c), QString("pass"));
        QCOMPARE(c.matchedTerm, std::string("a:%{l}.x.org"));
        std::vector<std::string> terms;
        for (const auto& s : c.trace) terms.push_back(std::to_string(s.depth) + " " + s.term);
        const std::vector<std::string> expected{"0 ",     "0 include:i.test", "1 ", "1 ip4:10.0.0.1",
                                                "1 -all", "0 a:%{l}.x.org"};
        QVERIFY(terms == expected);
        QVERIFY(c.trace[1].result == SpfResult::Fail && !c.trace[1].matched);
        QCOMPARE(c.trace[5].expansion, std::string("user.x.org"));
        QCOMPARE(c.trace[5].lookups, 2);
        QVERIFY(c.trace[5].matched);
        QCOMPARE(c.answers[c.trace[5].answers[0]]->question.name, std::string("user.x.org"));
        QCOMPARE(c.answers[c.trace[0].answers[0]]->ttl(), 600u);
    }
    void theTimeIsLimited() {
        std::string lines = "example.org TXT \"v=spf1 a:a.test -all\"\na.test A 192.0.2.9";
        test::ZoneResolver zone(lines);
        test::FakeClock clock;
        SlowResolver slow(zone, clock);
        SpfOptions options;
        options.clock = &clock;
        options.timeLimit = Millis(500);
        SpfRequest request{*net::IpAddress::parse("192.0.2.1"), "u@example.org", "h"};
        auto c = runReady(checkSpf(slow, request, options));
        QCOMPARE(result(*c), QString("temperror"));
        QCOMPARE(zone.queries(), size_t(1));
    }
    void oddIdentities_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("expected");
        QTest::newRow("a quoted local part with an at") << "\"a@b\"@example.org" << "pass";
        QTest::newRow("a domain alone") << "example.org" << "pass";
        QTest::newRow("a trailing dot") << "a@example.org." << "pass";
        QTest::newRow("one label") << "a@localhost" << "none";
        QTest::newRow("an address literal") << "a@[192.0.2.1]" << "none";
        QTest::newRow("an empty label") << "a@b..example.org" << "none";
        QTest::newRow("an internationalised domain") << QString::fromUtf8("a@b\xc3\xbc"
                                                                          "cher.example")
                                                     << "softfail";
    }
    void oddIdentities() {
        QFETCH(QString, from);
        QFETCH(QString, expected);
        test::ZoneResolver zone("example.org TXT \"v=spf1 +all\"\nxn--bcher-kva.example TXT \"v=spf1 ~all\"");
        QCOMPARE(result(check(zone, "192.0.2.1", from.toUtf8().constData())), expected);
    }

    void theTreeCountsEverything() {
        test::ZoneResolver zone(
            "example.org TXT \"v=spf1 include:i.test a mx exists:%{i}.x.org -all ip4:10.0.0.1\"\n"
            "i.test TXT \"v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 a:void.test -all\"\n"
            "example.org A 192.0.2.1\nexample.org MX 1 m.test\nm.test AAAA ::1");
        auto tree = runReady(readSpfTree(zone, "example.org"));
        QVERIFY(tree.has_value());
        const SpfTreeNode& root = tree->root();
        QCOMPARE(root.cost, 5);
        QCOMPARE(root.voids, 1);
        QCOMPARE(root.addresses4, std::uint64_t(256));
        QCOMPARE(root.networks6, std::uint64_t(1));
        QCOMPARE(root.terms[0].cost, 2);
        QVERIFY(root.terms[3].dynamic);
        QVERIFY(root.terms[5].unreachable);
        QVERIFY(tree->nodes[*root.terms[0].child].terms[1].duplicate);
        QVERIFY(tree->dynamic && !tree->loop && !tree->broken && !tree->couldNotLook);
    }
    void theTreeIsBounded() {
        // Each record includes two others: 2^20 without a limit.
        std::string lines;
        for (int i = 0; i < 20; ++i)
            for (const char* side : {"a", "b"})
                lines += QString("%1%2.test TXT \"v=spf1 include:a%3.test include:b%3.test -all\"\n")
                             .arg(side)
                             .arg(i)
                             .arg(i + 1)
                             .toStdString();
        test::ZoneResolver zone(lines);
        auto tree = runReady(readSpfTree(zone, "a0.test"));
        QVERIFY(zone.queries() <= maxTreeNodes);
        QVERIFY(tree->root().cost > 10);
    }
};

QTEST_APPLESS_MAIN(TestSpf)
#include "tst_spf.moc"
