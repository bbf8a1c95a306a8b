// Records made to hurt: whatever they say, a check asks a bounded number of questions, ends at once, and has
// the verdict of RFC 7208. Over the pure interface and, for what a message must carry, over the wire.
#include "auth/spf_draft.h"
#include "auth/spf_flatten.h"
#include "net/dialer.h"
#include "spf_rules.h"
#include "support/loopback_zone.h"

#include <QElapsedTimer>

using namespace waypost;
using namespace waypost::auth;
using rules::txt;

namespace {

constexpr int mostQuestions =
    51; // 50 and the record itself is one of them; one more would be a fault of the count
constexpr int mostMilliseconds = 2'000;

// %1 is the number of the line, %2 the next one.
std::string lines(const char* pattern, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) {
        QByteArray line(pattern);
        line.replace("%1", QByteArray::number(i)).replace("%2", QByteArray::number(i + 1));
        out += line.toStdString() + "\n";
    }
    return out;
}

// Ten mx terms of ten hosts each, none of which is the client.
std::string fanOut() {
    std::string record = "v=spf1";
    for (int i = 0; i < 10; ++i) record += " mx:m" + std::to_string(i) + ".test";
    std::string out = txt("example.org", record + " -all");
    for (int i = 0; i < 10; ++i)
        for (int h = 0; h < 10; ++h) {
            const std::string host = "h" + std::to_string(h) + ".m" + std::to_string(i) + ".test";
            out += "m" + std::to_string(i) + ".test MX " + std::to_string(h) + " " + host + "\n" + host +
                   " A 10.0.0.1\n";
        }
    return out;
}

// Each record includes two others: 2^20 without a limit.
std::string doubling() {
    std::string out = "example.org TXT \"v=spf1 include:a0.test include:b0.test -all\"\n";
    for (const char* side : {"a", "b"})
        out += lines(
            (std::string(side) + "%1.test TXT \"v=spf1 include:a%2.test include:b%2.test -all\"").c_str(),
            20);
    return out;
}

std::string pointers(const std::string& terms) {
    return txt("example.org", "v=spf1 " + terms + " -all") +
           lines("1.2.0.192.in-addr.arpa PTR p%1.example.org", 200) +
           lines("p%1.example.org A 10.0.0.1", 200);
}

std::string strings(int count, const std::string& each) {
    std::string out = "example.org TXT \"v=spf1\"";
    for (int i = 0; i < count; ++i) out += " \"" + each + "\"";
    return out + " \" ip4:192.0.2.1 -all\"\n";
}

std::string repeated(const std::string& what, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += what;
    return out;
}

// Every question gets this long to be answered.
class Slow final : public dns::Resolver {
  public:
    Slow(dns::Resolver& inner, test::FakeClock& clock, Millis each)
        : inner_(inner), clock_(clock), each_(each) {}
    void resolve(dns::Question question, Done done) override {
        ++asked;
        clock_.advance(each_);
        inner_.resolve(std::move(question), std::move(done));
    }
    int asked = 0;

  private:
    dns::Resolver& inner_;
    test::FakeClock& clock_;
    Millis each_;
};

} // namespace

class TestSpfHostile : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { net::guard::allowOnlyLoopback(true); }

    void bounded_data() {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QString>("expected");
        auto row = [](const char* name, const std::string& zone, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(zone) << QString(expected);
        };
        row("ten mx of ten hosts: more questions than a check asks", fanOut(), "permerror");
        row("includes that double at each step", doubling(), "permerror");
        row("an include of itself, thrice",
            "example.org TXT \"v=spf1 include:example.org include:example.org include:example.org -all\"",
            "permerror");
        row("a circle of redirects",
            "example.org TXT \"v=spf1 redirect=a.test\"\na.test TXT \"v=spf1 redirect=example.org\"",
            "permerror");
        row("a chain of a hundred includes",
            "example.org TXT \"v=spf1 include:i0.test -all\"\n" +
                lines("i%1.test TXT \"v=spf1 include:i%2.test -all\"", 100),
            "permerror");
        row("two hundred PTR names", pointers("ptr"), "fail");
        row("ten ptr terms over two hundred names", pointers(repeated("ptr ", 10)), "fail");
        row("the name that leads back, in every term", pointers(repeated("exists:%{p}.x.test ", 2)), "fail");
        row("ten terms of it: void lookups end it", pointers(repeated("exists:%{p}%{i}.x.test ", 10)),
            "permerror");
        row("a thousand MX records",
            "example.org TXT \"v=spf1 mx -all\"\n" + lines("example.org MX 10 m%1.test", 1000), "permerror");
        row("four hundred strings in a TXT", strings(400, " ip4:10.0.0.1"), "pass");
        row("four hundred empty strings", strings(400, ""), "pass");
        row("four thousand terms", txt("example.org", "v=spf1" + repeated(" ip4:10.0.0.1", 4000) + " +all"),
            "pass");
        row("a thousand void lookups", txt("example.org", "v=spf1" + repeated(" a:v.test", 1000) + " -all"),
            "permerror");
        row("three hundred records", lines("example.org TXT \"v=spf1 ip4:10.0.0.%1 -all\"", 300),
            "permerror");
        row("a macro of a thousand letters",
            txt("example.org", "v=spf1 exists:" + repeated("%{s}%{d}", 1000) + ".x.test -all"), "fail");
        row("a term of ten thousand octets",
            txt("example.org", "v=spf1 a:" + std::string(10'000, 'x') + ".test -all"), "fail");
        row("a digit string of a thousand",
            txt("example.org", "v=spf1 exists:%{d" + std::string(1000, '9') + "}.test -all"), "fail");
        row("aliases in a circle behind a term",
            "example.org TXT \"v=spf1 a:c0.test -all\"\nc0.test CNAME c1.test\nc1.test CNAME c0.test",
            "fail");
        row("a chain of aliases without an end",
            "example.org TXT \"v=spf1 a:c0.test -all\"\n" + lines("c%1.test CNAME c%2.test", 100), "fail");
    }
    void bounded() {
        QFETCH(QByteArray, zone);
        QFETCH(QString, expected);
        test::ZoneResolver resolver(zone.toStdString());
        test::FakeClock clock;
        SpfOptions options;
        options.clock = &clock;
        SpfRequest request{*net::IpAddress::parse("192.0.2.1"), "user@example.org", "h.example"};
        QElapsedTimer watch;
        watch.start();
        const auto check = runReady(checkSpf(resolver, request, options));
        QVERIFY(check.has_value());
        QVERIFY2(spfResultName(check->result) == expected.toStdString(), check->reason.c_str());
        QVERIFY2(int(resolver.queries()) < mostQuestions, QByteArray::number(qulonglong(resolver.queries())));
        QVERIFY(check->trace.size() < 5000);
        QVERIFY(watch.elapsed() < mostMilliseconds);

        // The static reading and what is made of it are bounded too.
        const auto tree = runReady(readSpfTree(resolver, "example.org"));
        QVERIFY(tree && tree->nodes.size() <= maxTreeNodes + 40);
        QVERIFY(watch.elapsed() < 2 * mostMilliseconds);
        const SpfFlattened flat = flattenSpf(*tree);
        QVERIFY(!flat.record.empty() || !flat.why.empty());
        for (const auto& s : flat.strings) QVERIFY(s.size() <= 255);
    }

    void overTheWire_data() {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QString>("expected");
        auto row = [](const char* name, const std::string& zone, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(zone) << QString(expected);
        };
        row("four hundred strings in a TXT", strings(400, " ip4:10.0.0.1"), "pass");
        row("a record of sixty thousand octets", strings(240, std::string(245, ' ')), "pass");
        row("more records than are read", lines("example.org TXT \"x%1\"", 400) + "other.test A 10.0.0.1",
            "none");
        row("ten mx of ten hosts", fanOut(), "permerror");
        row("broken octets for an answer", "example.org TXT \"v=spf1 a:b.test -all\"\nb.test A !malformed",
            "temperror");
        row("aliases in a circle", "example.org CNAME a.test\na.test CNAME example.org", "none");
    }
    void overTheWire() {
        QFETCH(QByteArray, zone);
        QFETCH(QString, expected);
        test::LoopbackZone net({.timeout = Millis(700)});
        net.serve(std::string_view(zone.constData(), size_t(zone.size())));
        SystemClock clock;
        SpfOptions options;
        options.clock = &clock;
        const SpfRequest request{*net::IpAddress::parse("192.0.2.1"), "user@example.org", "h.example"};
        const auto check = net.run<SpfCheck>([&](dns::Resolver& r) { return checkSpf(r, request, options); });
        QVERIFY2(spfResultName(check.result) == expected.toStdString(), check.reason.c_str());
        QVERIFY(int(net.asked().size()) < 2 * mostQuestions); // a cut answer is asked for twice
    }

    void aSlowServerEndsInTemperror_data() {
        QTest::addColumn<QByteArray>("terms");
        QTest::newRow("addresses") << QByteArray(
            "a:a.test a:b.test a:c.test a:d.test a:e.test a:f.test -all");
        QTest::newRow("pointers, whose errors do not count")
            << QByteArray("a:a.test a:b.test ptr:c.test ptr:d.test ptr:e.test -all");
        QTest::newRow("a redirect") << QByteArray("a:a.test a:b.test a:c.test a:d.test redirect=r.test");
    }
    void aSlowServerEndsInTemperror() {
        QFETCH(QByteArray, terms);
        test::ZoneResolver zone("example.org TXT \"v=spf1 " + terms.toStdString() +
                                "\"\nr.test TXT \"v=spf1 -all\"\n" + "*.test A 10.0.0.1\n" +
                                lines("%1.test A 10.0.0.1", 1) +
                                "a.test A 10.0.0.1\nb.test A 10.0.0.1\nc.test A 10.0.0.1\nd.test A 10.0.0.1\n"
                                "e.test A 10.0.0.1\nf.test A 10.0.0.1\n1.2.0.192.in-addr.arpa PTR c.test\n");
        test::FakeClock clock;
        Slow slow(zone, clock, Millis(6'000));
        SpfOptions options;
        options.clock = &clock;
        SpfRequest request{*net::IpAddress::parse("192.0.2.1"), "user@example.org", "h.example"};
        const auto check = runReady(checkSpf(slow, request, options));
        QVERIFY2(check->result == SpfResult::TempError, check->reason.c_str());
        QVERIFY(slow.asked <= 4); // 20 s, 6 s each
    }

    void aTraceIsWholeAndBounded() {
        test::ZoneResolver zone(fanOut());
        test::FakeClock clock;
        SpfOptions options;
        options.clock = &clock;
        SpfRequest request{*net::IpAddress::parse("192.0.2.1"), "user@example.org", "h.example"};
        const auto check = runReady(checkSpf(zone, request, options));
        size_t answers = 0;
        for (const SpfStep& s : check->trace) {
            answers += s.answers.size();
            for (size_t a : s.answers) QVERIFY(a < check->answers.size() && check->answers[a]);
        }
        QCOMPARE(answers, check->answers.size());
        QVERIFY(answers <= size_t(mostQuestions));
        QVERIFY(check->trace.back().result == SpfResult::PermError);
    }
};

QTEST_GUILESS_MAIN(TestSpfHostile)
#include "tst_spf_hostile.moc"
