// Authentication-Results from the text of RFC 8601: every example of its appendix B, every rule of
// section 2.2, and what receivers write against it.
#include "auth/authentication_results.h"

#include <QTest>

using namespace waypost::auth;

namespace {

// "server[/version]: method[/v]=result[ reason=…][ (comment)][ ptype.property=value]…; …"; "none".
std::string shown(const AuthenticationResults& r) {
    std::string out = r.authservId + (r.version != 1 ? "/" + std::to_string(r.version) : "") + ":";
    if (r.none) out += " none";
    for (const auto& m : r.results) {
        out += (&m == r.results.data() ? " " : "; ") + m.method;
        if (m.methodVersion != 1) out += "/" + std::to_string(m.methodVersion);
        out += "=" + m.result;
        if (!m.comment.empty()) out += " (" + m.comment + ")";
        if (!m.reason.empty()) out += " reason=" + m.reason;
        for (const auto& p : m.properties) out += " " + p.ptype + "." + p.property + "=" + p.value;
    }
    return out;
}

} // namespace

class TestAuthenticationResults : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void wellFormed_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("expected");
        auto row = [](const char* name, const char* field, const char* expected) {
            QTest::newRow(name) << field << expected;
        };
        row("B.2: nothing was judged", " example.org 1; none", "example.org: none");
        row("B.3: one service", " example.com;\r\n          spf=pass smtp.mailfrom=example.net",
            "example.com: spf=pass smtp.mailfrom=example.net");
        row("B.4: two results",
            " example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass "
            "smtp.mailfrom=example.net",
            "example.com: auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass "
            "smtp.mailfrom=example.net");
        row("B.4: the second field", " example.com; iprev=pass\r\n   policy.iprev=192.0.2.200",
            "example.com: iprev=pass policy.iprev=192.0.2.200");
        row("B.5: two servers, the first",
            " example.com;\r\n  dkim=pass (good signature) header.d=example.com",
            "example.com: dkim=pass (good signature) header.d=example.com");
        row("B.6: a reason",
            " example.com;\r\n dkim=pass reason=\"good signature\"\r\n   "
            "header.i=@mail-router.example.net;\r\n "
            "dkim=fail reason=\"bad signature\"\r\n   header.i=@newyork.example.com",
            "example.com: dkim=pass reason=good signature header.i=@mail-router.example.net; dkim=fail "
            "reason=bad signature header.i=@newyork.example.com");
        row("B.7: comments in every place",
            " foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) = (wait for "
            "it) fail\r\n      policy (A dot can go here) . (like that) expired\r\n      (this surprised me) "
            "= (as I wasn't expecting it) 1362471462",
            "foo.example.net: dkim=fail policy.expired=1362471462");
        row("2.2: the version of the field", "mx.example.org 2; spf=pass", "mx.example.org/2: spf=pass");
        row("2.2: white space is free",
            "  mx.example.org  ;  spf  =  pass  smtp . mailfrom  =  example.net  ",
            "mx.example.org: spf=pass smtp.mailfrom=example.net");
        row("2.2: no white space at all", "mx.example.org;spf=pass;dkim=none",
            "mx.example.org: spf=pass; dkim=none");
        row("2.2: the server name in quotes", "\"mx one;\\\"a\\\"\"; none", "mx one;\"a\": none");
        row("2.2: words count without regard to case", "mx; SPF=Pass SMTP.MailFrom=Example.NET",
            "mx: spf=pass smtp.mailfrom=Example.NET");
        row("2.2: none in capitals", "mx; NONE", "mx: none");
        row("2.2: none behind comments", "mx (a) ; (b) none (c)", "mx: none");
        row("2.2: the version of a method", "mx; dkim/2=pass", "mx: dkim/2=pass");
        row("2.2: reason as a token", "mx; spf=fail reason=no smtp.helo=a.example",
            "mx: spf=fail reason=no smtp.helo=a.example");
        row("2.2: a quoted value with a semicolon", "mx; x-a=pass policy.b=\"c;d(e)\"",
            "mx: x-a=pass policy.b=c;d(e)");
        row("2.2: a quoted local part", "mx; spf=pass smtp.mailfrom=\"john doe\"@example.org",
            "mx: spf=pass smtp.mailfrom=john doe@example.org");
        row("2.2: a domain behind @", "mx; dkim=pass header.i=@example.org header.b=\"ab/c+\"",
            "mx: dkim=pass header.i=@example.org header.b=ab/c+");
        row("2.2: the special verb rcptto", "mx; x-r=pass smtp.rcptto=a@b.example",
            "mx: x-r=pass smtp.rcptto=a@b.example");
        row("2.2: comments nest and escape", "mx; spf=fail (a (b \\) c) d) smtp.helo=x",
            "mx: spf=fail (a (b ) c) d) smtp.helo=x");
        row("2.2: two comments behind a result", "mx; spf=pass (a) (b)", "mx: spf=pass (a b)");
        row("2.3: an unknown type of property is kept", "mx; x-new=pass x-type.x-name=1",
            "mx: x-new=pass x-type.x-name=1");
        row("2.4: policy properties", "mx; dkim=policy policy.dkim-rules=unsigned-subject header.d=a.example",
            "mx: dkim=policy policy.dkim-rules=unsigned-subject header.d=a.example");
        row("2.7.7: an unknown method is kept", "mx; x-magic=maybe", "mx: x-magic=maybe");
        row("RFC 8616: UTF-8",
            "mx; spf=pass smtp.mailfrom=\xc3\xbc@b\xc3\xbc"
            "cher.example",
            "mx: spf=pass smtp.mailfrom=\xc3\xbc@b\xc3\xbc"
            "cher.example");
        row("an empty quoted value", "mx; spf=none smtp.mailfrom=\"\"", "mx: spf=none smtp.mailfrom=");
        row("a quoted value over a fold", "mx; dkim=fail reason=\"bad\r\n signature\"",
            "mx: dkim=fail reason=bad signature");
    }
    void wellFormed() {
        QFETCH(QString, field);
        QFETCH(QString, expected);
        const std::string value = field.toStdString();
        const AuthenticationResults r = parseAuthenticationResults(value);
        QVERIFY2(r.wellFormed(), r.problems.empty() ? "" : r.problems[0].text.c_str());
        QCOMPARE(QString::fromStdString(shown(r)), expected);
        const AuthenticationResults again = parseAuthenticationResults(formatAuthenticationResults(r));
        QVERIFY2(again.wellFormed(), formatAuthenticationResults(r).c_str());
        QCOMPARE(QString::fromStdString(shown(again)), expected);
        for (const auto& m : r.results) {
            QVERIFY(m.span.offset + m.span.length <= value.size());
            for (const auto& p : m.properties) QVERIFY(p.span.offset + p.span.length <= value.size());
        }
    }

    void faultyAndStillRead_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("expected");
        QTest::addColumn<QString>("problem");
        auto row = [](const char* name, const char* field, const char* expected, const char* problem) {
            QTest::newRow(name) << field << expected << problem;
        };
        row("empty", "", ":", "empty");
        row("only a comment", "(a)", ":", "empty");
        row("no server name", "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim=none",
            ": spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=a.example; dkim=none", "name of the server");
        row("a semicolon first", "; spf=pass", ": spf=pass", "name of the server");
        row("a server and nothing", "mx.example.org", "mx.example.org:", "neither");
        row("a semicolon at the end", "mx; spf=pass;", "mx: spf=pass", "empty result");
        row("none beside a result", "mx; none; spf=pass", "mx: none spf=pass", "beside");
        row("a property without a type", "mx; dmarc=fail action=none header.from=a.example",
            "mx: dmarc=fail .action=none header.from=a.example", "no property type");
        row("a reason behind a property", "mx; compauth=fail header.from=a.example reason=001",
            "mx: compauth=fail reason=001 header.from=a.example", "belongs before");
        row("an IPv6 address without quotes", "mx; iprev=pass policy.iprev=2001:db8::1",
            "mx: iprev=pass policy.iprev=2001:db8::1", "quotes");
        row("base64 without quotes",
            "mx; dkim=pass header.b=ab/c+d=", "mx: dkim=pass header.b=ab/c+d=", "quotes");
        row("an empty value", "mx; spf=pass smtp.mail=; dkim=none", "mx: spf=pass smtp.mail=; dkim=none",
            "no value");
        row("an address without a domain", "mx; spf=pass smtp.mailfrom=a@; dkim=none",
            "mx: spf=pass smtp.mailfrom=a@; dkim=none", "no domain");
        row("no result word", "mx; spf= ; dkim=pass", "mx: dkim=pass", "no result");
        row("words that belong nowhere", "mx from=a.example; spf=pass", "mx: spf=pass", "does not belong");
        row("an open comment", "mx; spf=pass (because", "mx: spf=pass (because)", "not closed");
        row("an open quote", "mx; spf=pass reason=\"because", "mx: spf=pass reason=because", "not closed");
    }
    void faultyAndStillRead() {
        QFETCH(QString, field);
        QFETCH(QString, expected);
        QFETCH(QString, problem);
        const AuthenticationResults r = parseAuthenticationResults(field.toStdString());
        QCOMPARE(QString::fromStdString(shown(r)), expected);
        QVERIFY(!r.wellFormed());
        bool said = false;
        for (const auto& p : r.problems) said = said || QString::fromStdString(p.text).contains(problem);
        QVERIFY2(said, r.problems[0].text.c_str());
    }

    void caps() {
        std::string many = "mx";
        for (size_t i = 0; i < maxAuthResults + 1; ++i) many += "; x=pass";
        AuthenticationResults r = parseAuthenticationResults(many);
        QCOMPARE(r.results.size(), maxAuthResults);
        QVERIFY(!r.wellFormed());

        std::string properties = "mx; x=pass";
        for (size_t i = 0; i < maxAuthProperties + 1; ++i) properties += " a.b=c";
        r = parseAuthenticationResults(properties);
        QCOMPARE(r.results[0].properties.size(), maxAuthProperties);
        QVERIFY(!r.wellFormed());

        std::string longOne = "mx; x=pass reason=\"" + std::string(maxAuthResultsBytes, 'a') + "\"; y=pass";
        r = parseAuthenticationResults(longOne);
        QVERIFY(!r.wellFormed());
        QCOMPARE(r.results.size(), size_t(1));

        // Nested comments cost neither stack nor time.
        r = parseAuthenticationResults("mx; x=pass " + std::string(60'000, '('));
        QVERIFY(!r.wellFormed());
        QCOMPARE(r.results.size(), size_t(1));
    }

    void writing() {
        AuthenticationResults r;
        r.authservId = "mx.example.org";
        QCOMPARE(formatAuthenticationResults(r), std::string("mx.example.org; none"));
        AuthMethodResult m;
        m.method = "dkim";
        m.result = "fail";
        m.reason = "bad \"hash\"";
        m.comment = "a(b)\r\nX-Injected: 1";
        m.properties.push_back({"header", "d", "example.org", {}});
        m.properties.push_back({"smtp", "mailfrom", "a b@example.org", {}});
        r.results.push_back(m);
        r.results.push_back(m);
        const std::string out = formatAuthenticationResults(r);
        QCOMPARE(out, std::string("mx.example.org;\r\n\tdkim=fail (a\\(b\\)  X-Injected: 1) reason=\"bad "
                                  "\\\"hash\\\"\"\r\n\theader.d=example.org smtp.mailfrom=\"a "
                                  "b\"@example.org;\r\n\tdkim=fail (a\\(b\\)  X-Injected: 1) reason=\"bad "
                                  "\\\"hash\\\"\"\r\n\theader.d=example.org smtp.mailfrom=\"a "
                                  "b\"@example.org"));
    }

    void ofArc() {
        auto r = parseArcAuthenticationResults(" i=2; mx.example.org; spf=pass");
        QCOMPARE(r.instance, std::optional<int>(2));
        QCOMPARE(shown(r.results), std::string("mx.example.org: spf=pass"));
        QVERIFY(r.results.wellFormed());
        r = parseArcAuthenticationResults("(a) i (b) = 1 ; mx; none");
        QCOMPARE(r.instance, std::optional<int>(1));
        QVERIFY(r.results.none);
        r = parseArcAuthenticationResults("mx.example.org; spf=pass");
        QVERIFY(!r.instance && !r.results.wellFormed());
        QCOMPARE(shown(r.results), std::string("mx.example.org: spf=pass"));
        r = parseArcAuthenticationResults("i=x; mx; none");
        QVERIFY(!r.instance);
    }
};

QTEST_APPLESS_MAIN(TestAuthenticationResults)
#include "tst_authentication_results.moc"
