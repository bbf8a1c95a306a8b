// The texts of MTA-STS, TLS-RPT and BIMI: what the grammars allow, paragraph by paragraph.
#include "auth/bimi_record.h"
#include "auth/mta_sts.h"
#include "auth/tls_rpt.h"

#include <QTest>

using namespace waypost::auth;

namespace {

std::string all(const std::vector<std::string>& list) {
    std::string out;
    for (const auto& s : list) out += (out.empty() ? "" : ",") + s;
    return out;
}

constexpr const char* sound = "version: STSv1\r\nmode: enforce\r\nmx: mx.example.org\r\nmax_age: 86400\r\n";

} // namespace

class TestPolicies : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void stsRecords_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("counts");
        QTest::addColumn<QString>("id"); // empty: not valid
        auto row = [](const char* name, const QByteArray& text, bool counts, const char* id) {
            QTest::newRow(name) << text << counts << QString(id);
        };
        row("the example of the standard", "v=STSv1; id=20160831085700Z;", true, "20160831085700Z");
        row("without a last semicolon", "v=STSv1; id=1", true, "1");
        row("without blanks", "v=STSv1;id=a1B2", true, "a1B2");
        row("blanks before the semicolon", "v=STSv1 ; id=1 ;", true, "1");
        row("tabs", "v=STSv1\t;\tid=1", true, "1");
        row("32 characters", "v=STSv1; id=12345678901234567890123456789012", true,
            "12345678901234567890123456789012");
        row("33 characters", "v=STSv1; id=123456789012345678901234567890123", true, "");
        row("an empty id", "v=STSv1; id=;", true, "");
        row("no id", "v=STSv1;", true, "");
        row("a hyphen in the id", "v=STSv1; id=2026-01-01", true, "");
        row("a blank in the id", "v=STSv1; id=1 2", true, "");
        row("a blank before the value", "v=STSv1; id= 1", true, "");
        row("a blank before the equals sign", "v=STSv1; id =1", true, "");
        row("two ids", "v=STSv1; id=1; id=2", true, "");
        row("an extension before", "v=STSv1; foo=bar; id=1", true, "1");
        row("an extension after", "v=STSv1; id=1; a.b-c_d=!$%", true, "1");
        row("an extension that begins with a digit", "v=STSv1; id=1; 9x=1", true, "1");
        row("an extension with an empty value", "v=STSv1; id=1; x=", true, "");
        row("an extension name of 33 characters", "v=STSv1; id=1; a23456789012345678901234567890123=1", true,
            "");
        row("a word without an equals sign", "v=STSv1; id=1; x", true, "");
        row("an empty field", "v=STSv1;; id=1", true, "");
        row("id in capitals is an extension", "v=STSv1; ID=1", true, "");
        row("the version alone", "v=STSv1", false, "");
        row("the version in another case", "v=stsv1; id=1", false, "");
        row("a later version", "v=STSv10; id=1", false, "");
        row("the version is not first", "id=1; v=STSv1;", false, "");
        row("a blank before the version", " v=STSv1; id=1", false, "");
        row("a blank in the version", "v = STSv1; id=1", false, "");
        row("nothing", "", false, "");
        row("seventy fields", "v=STSv1; id=1;" + QByteArray("x=1;").repeated(70), true, "");
    }
    void stsRecords() {
        QFETCH(QByteArray, text);
        QFETCH(bool, counts);
        QFETCH(QString, id);
        const std::string in = text.toStdString();
        QCOMPARE(isStsRecord(in), counts);
        const StsRecord record = parseStsRecord(in);
        QVERIFY2(record.valid() == !id.isEmpty(), all(record.problems).c_str());
        if (record.valid()) QCOMPARE(QString::fromStdString(record.id), id);
    }

    void stsPolicies_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("mode"); // empty: not valid
        QTest::addColumn<QString>("mx");
        QTest::addColumn<int>("age");
        auto good = [](const char* name, const QByteArray& body, const char* mode, const char* mx, int age) {
            QTest::newRow(name) << body << QString(mode) << QString(mx) << age;
        };
        auto bad = [](const char* name, const QByteArray& body) {
            QTest::newRow(name) << body << QString() << QString() << 0;
        };
        const QByteArray s = sound;
        good("CRLF", s, "enforce", "mx.example.org", 86400);
        good("LF", QByteArray(s).replace("\r\n", "\n"), "enforce", "mx.example.org", 86400);
        good("no end of the last line", s.chopped(2), "enforce", "mx.example.org", 86400);
        good("blanks at the ends of lines", QByteArray(s).replace("\r\n", " \t\r\n"), "enforce",
             "mx.example.org", 86400);
        good("no blank after the colon", QByteArray(s).replace(": ", ":"), "enforce", "mx.example.org",
             86400);
        good("a tab after the colon", QByteArray(s).replace(": ", ":\t"), "enforce", "mx.example.org", 86400);
        good("fields in another order", "max_age: 1\nmx: a.example\nmode: testing\nversion: STSv1\n",
             "testing", "a.example", 1);
        good("mode none needs no mx", "version: STSv1\nmode: none\nmax_age: 0\n", "none", "", 0);
        good("mode none may have mx", "version: STSv1\nmode: none\nmx: a.example\nmax_age: 0\n", "none",
             "a.example", 0);
        good("several mx", QByteArray(s) + "mx: *.example.net\nmx: B.example.\n", "enforce",
             "mx.example.org,*.example.net,b.example", 86400);
        good("an unknown field", QByteArray(s) + "stsv2-x: hello there\n", "enforce", "mx.example.org",
             86400);
        good("a repeated mode: the first counts", QByteArray(s) + "mode: none\n", "enforce", "mx.example.org",
             86400);
        good("a repeated max_age that is bad: the first counts", QByteArray(s) + "max_age: x\n", "enforce",
             "mx.example.org", 86400);
        good("a repeated version that is bad: the first counts", QByteArray(s) + "version: STSv2\n",
             "enforce", "mx.example.org", 86400);
        good("the longest life", QByteArray(s).replace("86400", "31557600"), "enforce", "mx.example.org",
             31557600);
        good("ten digits with zeroes", QByteArray(s).replace("86400", "0000086400"), "enforce",
             "mx.example.org", 86400);
        good("an empty line at the end", QByteArray(s) + "\n", "enforce", "mx.example.org", 86400);
        bad("nothing", "");
        bad("no version", QByteArray(s).replace("version: STSv1\r\n", ""));
        bad("no mode", QByteArray(s).replace("mode: enforce\r\n", ""));
        bad("no max_age", QByteArray(s).replace("max_age: 86400\r\n", ""));
        bad("no mx in mode enforce", QByteArray(s).replace("mx: mx.example.org\r\n", ""));
        bad("no mx in mode testing", "version: STSv1\nmode: testing\nmax_age: 1\n");
        bad("another version", QByteArray(s).replace("STSv1", "STSv2"));
        bad("the version in another case", QByteArray(s).replace("STSv1", "stsv1"));
        bad("an unknown mode", QByteArray(s).replace("enforce", "report"));
        bad("the mode in another case", QByteArray(s).replace("enforce", "Enforce"));
        bad("a field name in another case is another field", QByteArray(s).replace("mode:", "Mode:"));
        bad("a life above a year", QByteArray(s).replace("86400", "31557601"));
        bad("a life of eleven digits", QByteArray(s).replace("86400", "00000000001"));
        bad("a negative life", QByteArray(s).replace("86400", "-1"));
        bad("a life with a unit", QByteArray(s).replace("86400", "1d"));
        bad("an empty life", QByteArray(s).replace("86400", ""));
        bad("an empty mx", QByteArray(s).replace("mx.example.org", ""));
        bad("a star in the middle", QByteArray(s).replace("mx.example", "mx.*.example"));
        bad("a star in a label", QByteArray(s).replace("mx.example", "*mx.example"));
        bad("two stars", QByteArray(s).replace("mx.example", "*.*.example"));
        bad("a star alone", QByteArray(s).replace("mx.example.org", "*"));
        bad("several names on one mx line", QByteArray(s).replace("mx.example.org", "a.example, b.example"));
        bad("a line without a colon", QByteArray(s) + "hello\n");
        bad("a blank before the colon", QByteArray(s).replace("mode:", "mode :"));
        bad("a blank before the name", QByteArray(s).replace("mode:", " mode:"));
        bad("HTML", "<html><body>version: STSv1</body></html>");
        bad("JSON, as early drafts had it", "{\"version\": \"STSv1\", \"mode\": \"enforce\"}");
        bad("a byte order mark", "\xef\xbb\xbf" + s);
        bad("more than 64 KB", s + "x: " + QByteArray(70'000, 'a'));
        bad("two thousand lines", s + QByteArray("x: y\n").repeated(2000));
        bad("a hundred and one mx",
            "version: STSv1\nmode: enforce\nmax_age: 1\n" + QByteArray("mx: a.example\n").repeated(101));
    }
    void stsPolicies() {
        QFETCH(QByteArray, body);
        QFETCH(QString, mode);
        QFETCH(QString, mx);
        QFETCH(int, age);
        const StsPolicy policy = parseStsPolicy(body.toStdString());
        QVERIFY2(policy.valid() == !mode.isEmpty(), all(policy.problems).c_str());
        if (!policy.valid()) return;
        QCOMPARE(QString::fromUtf8(stsModeName(*policy.mode).data()), mode);
        QCOMPARE(QString::fromStdString(all(policy.mx)), mx);
        QCOMPARE(int(*policy.maxAge), age);
    }

    void stsHosts_data() {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("matches");
        QTest::newRow("the same") << "mx.example.org" << "mx.example.org" << true;
        QTest::newRow("another case") << "MX.example.org" << "mx.EXAMPLE.org" << true;
        QTest::newRow("a trailing dot") << "mx.example.org" << "mx.example.org." << true;
        QTest::newRow("another host") << "mx.example.org" << "mx2.example.org" << false;
        QTest::newRow("a host below") << "example.org" << "mx.example.org" << false;
        QTest::newRow("the star takes one label") << "*.example.org" << "mx.example.org" << true;
        QTest::newRow("the star does not take two") << "*.example.org" << "mx.a.example.org" << false;
        QTest::newRow("the star takes no less than one") << "*.example.org" << "example.org" << false;
        QTest::newRow("the star does not take an empty label") << "*.example.org" << ".example.org" << false;
        QTest::newRow("the end of a label is not enough") << "*.example.org" << "mx.badexample.org" << false;
        QTest::newRow("no host") << "*.example.org" << "" << false;
    }
    void stsHosts() {
        QFETCH(QString, pattern);
        QFETCH(QString, host);
        QFETCH(bool, matches);
        QCOMPARE(stsMxMatches(pattern.toStdString(), host.toStdString()), matches);
    }

    void aPolicyAllowsWhatItNames() {
        const StsPolicy enforce = parseStsPolicy(sound);
        QVERIFY(enforce.allows("mx.example.org") && !enforce.allows("mx.example.net"));
        const StsPolicy none = parseStsPolicy("version: STSv1\nmode: none\nmx: a.example\nmax_age: 1\n");
        QVERIFY(none.allows("mx.example.net"));
    }

    void tlsReports_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("counts");
        QTest::addColumn<QString>("domains"); // empty: not valid
        auto row = [](const char* name, const QByteArray& text, bool counts, const char* domains) {
            QTest::newRow(name) << text << counts << QString(domains);
        };
        row("by mail", "v=TLSRPTv1;rua=mailto:reports@example.com", true, "example.com");
        row("by HTTPS", "v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt", true,
            "reporting.example.com");
        row("both", "v=TLSRPTv1;rua=mailto:a@example.com,https://b.example/x", true, "example.com,b.example");
        row("blanks around the comma", "v=TLSRPTv1; rua=mailto:a@example.com , mailto:b@example.net;", true,
            "example.com,example.net");
        row("an extension", "v=TLSRPTv1; x1=y; rua=mailto:a@example.com", true, "example.com");
        row("an encoded exclamation mark", "v=TLSRPTv1; rua=mailto:a%21b@example.com", true, "example.com");
        row("a size, as old DMARC had it", "v=TLSRPTv1; rua=mailto:a@example.com!10m", true, "");
        row("no address", "v=TLSRPTv1; rua=", true, "");
        row("no rua", "v=TLSRPTv1;", true, "");
        row("two rua", "v=TLSRPTv1; rua=mailto:a@example.com; rua=mailto:b@example.com", true, "");
        row("plain HTTP", "v=TLSRPTv1; rua=http://example.com/", true, "");
        row("a bare address", "v=TLSRPTv1; rua=a@example.com", true, "");
        row("one good and one bad", "v=TLSRPTv1; rua=mailto:a@example.com,ftp://example.com/", true, "");
        row("an empty field", "v=TLSRPTv1;;rua=mailto:a@example.com", true, "");
        row("a word", "v=TLSRPTv1; hello; rua=mailto:a@example.com", true, "");
        row("another version", "v=TLSRPTv2; rua=mailto:a@example.com", false, "");
        row("the version in another case", "v=tlsrptv1; rua=mailto:a@example.com", false, "");
        row("the version alone", "v=TLSRPTv1", false, "");
    }
    void tlsReports() {
        QFETCH(QByteArray, text);
        QFETCH(bool, counts);
        QFETCH(QString, domains);
        QCOMPARE(isTlsRptRecord(text.toStdString()), counts);
        const TlsRptRecord record = parseTlsRpt(text.toStdString());
        QVERIFY2(record.valid() == !domains.isEmpty(), all(record.problems).c_str());
        if (!record.valid()) return;
        std::vector<std::string> seen;
        for (const ReportUri& u : record.rua) seen.push_back(u.domain);
        QCOMPARE(QString::fromStdString(all(seen)), domains);
    }

    void bimi_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("says"); // "logo|certificate|avatar", "declined", or empty: not valid
        auto row = [](const char* name, const QByteArray& text, const char* says) {
            QTest::newRow(name) << text << QString(says);
        };
        row("a logo and a certificate", "v=BIMI1; l=https://e.example/l.svg; a=https://e.example/a.pem",
            "https://e.example/l.svg|https://e.example/a.pem|brand");
        row("a logo alone", "v=BIMI1;l=https://e.example/l.svg;", "https://e.example/l.svg||brand");
        row("an empty a", "v=BIMI1; l=https://e.example/l.svg; a=", "https://e.example/l.svg||brand");
        row("a personal avatar first", "v=BIMI1; l=https://e.example/l.svg; avp=personal",
            "https://e.example/l.svg||personal");
        row("an unknown tag", "v=BIMI1; l=https://e.example/l.svg; x=1", "https://e.example/l.svg||brand");
        row("declined", "v=BIMI1; l=; a=;", "declined");
        row("declined without a", "v=BIMI1; l=;", "declined");
        row("no l", "v=BIMI1; a=https://e.example/a.pem", "");
        row("the version alone", "v=BIMI1", "");
        row("plain HTTP", "v=BIMI1; l=http://e.example/l.svg", "");
        row("a certificate over plain HTTP", "v=BIMI1; l=https://e.example/l.svg; a=http://e.example/a.pem",
            "");
        row("a certificate without a logo", "v=BIMI1; l=; a=https://e.example/a.pem", "");
        row("an unknown avatar word", "v=BIMI1; l=https://e.example/l.svg; avp=both", "");
        row("two logos", "v=BIMI1; l=https://e.example/l.svg; l=https://e.example/m.svg", "");
        row("two logos in one tag", "v=BIMI1; l=https://e.example/l.svg,https://e.example/m.svg", "");
        row("a blank in the address", "v=BIMI1; l=https://e.example/a b.svg", "");
        row("another version", "v=BIMI2; l=https://e.example/l.svg", "");
    }
    void bimi() {
        QFETCH(QByteArray, text);
        QFETCH(QString, says);
        const BimiRecord r = parseBimi(text.toStdString());
        QVERIFY2(r.valid() == !says.isEmpty(), all(r.problems).c_str());
        if (!r.valid()) return;
        const std::string seen = r.declined() ? "declined" : r.logo + "|" + r.certificate + "|" + r.avatar;
        QCOMPARE(QString::fromStdString(seen), says);
    }

    void selectors_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QString>("selector");
        QTest::newRow("a selector") << QByteArray("v=BIMI1; s=brand") << "brand";
        QTest::newRow("capitals") << QByteArray("v=BIMI1; s=Brand;") << "brand";
        QTest::newRow("two labels") << QByteArray("v=BIMI1; s=a.b") << "a.b";
        QTest::newRow("no selector") << QByteArray("v=BIMI1;") << "";
        QTest::newRow("the version is not first") << QByteArray("s=brand; v=BIMI1") << "";
        QTest::newRow("an empty selector") << QByteArray("v=BIMI1; s=") << "";
        QTest::newRow("nothing") << QByteArray() << "";
    }
    void selectors() {
        QFETCH(QByteArray, header);
        QFETCH(QString, selector);
        QCOMPARE(QString::fromStdString(bimiSelector(header.toStdString()).value_or("")), selector);
    }
};

QTEST_GUILESS_MAIN(TestPolicies)
#include "tst_policies.moc"
