// The author domain out of From, however it is written.
#include "auth/author_domain.h"

#include <QTest>

using namespace waypost;
using namespace waypost::auth;

class TestAuthorDomain : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void oneField_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("domains");
        QTest::addColumn<bool>("single");
        auto row = [](const char* name, const char* from, const char* domains, bool single) {
            QTest::newRow(name) << from << domains << single;
        };
        row("an address", "a@example.org", "example.org", true);
        row("a name and an address", "A. Person <a@example.org>", "example.org", true);
        row("capitals", "<a@EXAMPLE.Org>", "example.org", true);
        row("a dot at the end", "a@example.org.", "example.org", true);
        row("folded", " A\r\n <a@example.org>", "example.org", true);
        row("an address as quoted name", "\"ceo@bank.example\" <a@example.org>", "example.org", true);
        row("a quoted name with a bracket and a comma", "\"a, <b\" <a@example.org>", "example.org", true);
        row("an address in a comment", "a@example.org (b@example.net (c@example.com))", "example.org", true);
        row("comments inside the address", "a(x)@(y)example(z).(w) org", "example.org", true);
        row("white space inside the domain", "a @ example . org", "example.org", true);
        row("a quoted local part with @", "\"a@b.example\"@example.org", "example.org", true);
        row("a quoted pair in a quoted string", "\"a\\\"@b.example\" <c@example.org>", "example.org", true);
        row("an encoded word with @ inside", "=?utf-8?q?a@b.example?= <a@example.org>", "example.org", true);
        row("an encoded name", "=?utf-8?q?J=C3=BCrgen=40evil.example?= <a@example.org>", "example.org", true);
        row("a source route", "<@relay.example,@other.example:a@example.org>", "example.org", true);
        row("U-labels",
            "a@b\xc3\xbc"
            "cher.example",
            "xn--bcher-kva.example", true);
        row("A-labels", "a@xn--bcher-kva.example", "xn--bcher-kva.example", true);
        row("a local part in UTF-8", "\xc3\xbc@example.org", "example.org", true);
        row("an underscore", "a@mail_out.example.org", "mail_out.example.org", true);
        row("two addresses of one domain", "a@example.org, b@Example.org", "example.org", true);
        row("two domains", "a@example.org, b@example.net", "example.org example.net", false);
        row("a subdomain is another domain", "a@example.org, b@x.example.org", "example.org x.example.org",
            false);
        row("a group", "Team: a@example.org, b@example.org;", "example.org", true);
        row("a group of two domains", "Team: a@example.org, b@example.net;", "example.org example.net",
            false);
        row("an empty group", "undisclosed:;", "", false);
        row("nothing", "", "", false);
        row("a name alone", "MAILER-DAEMON", "", false);
        row("no domain behind @", "a@", "", false);
        row("no domain behind @ in brackets", "A <a@>", "", false);
        row("an address literal", "a@[192.0.2.1]", "[192.0.2.1]", false);
        row("two at signs", "a@example.org@example.net", "example.org example.net", false);
        row("an address for a name, unquoted", "ceo@bank.example <a@example.org>", "bank.example example.org",
            false);
        row("the same address twice", "a@example.org <a@example.org>", "example.org", true);
        row("an open quote hides nothing", "\"ceo@bank.example <a@example.org>", "bank.example example.org",
            false);
        row("an open bracket", "A <a@example.org", "example.org", true);
        row("an open comment", "a@example.org (x", "example.org", true);
        row("no name at all between the dots", "a@example..org", "example..org", false);
        row("no valid IDN", "a@xn--\xc3\xbc.example", "xn--\xc3\xbc.example", false);
        row("one good, one empty", "a@example.org, b@", "example.org", false);
    }
    void oneField() {
        QFETCH(QString, from);
        QFETCH(QString, domains);
        QFETCH(bool, single);
        const AuthorDomains a = readAuthorDomains(from.toStdString());
        QStringList found;
        for (const auto& d : a.domains) found << QString::fromStdString(d);
        QCOMPARE(found.join(' '), domains);
        QCOMPARE(a.fault.empty(), single);
        QCOMPARE(a.single().empty(), !single);
    }

    void ofAMessage() {
        using mail::HeaderBlock;
        auto a = readAuthorDomains(HeaderBlock::parse("Subject: x\r\nFrom: a@example.org\r\n\r\n"));
        QCOMPARE(a.single(), std::string("example.org"));
        a = readAuthorDomains(HeaderBlock::parse("From: a@example.org\r\nfrom: b@example.org\r\n\r\n"));
        QVERIFY(a.single().empty() && !a.fault.empty());
        QCOMPARE(a.domains.size(), size_t(1));
        a = readAuthorDomains(HeaderBlock::parse("Subject: x\r\n\r\n"));
        QVERIFY(a.single().empty() && !a.fault.empty());
    }

    void caps() {
        std::string many;
        for (size_t i = 0; i < maxAuthorDomains * 2; ++i) many += "a@x" + std::to_string(i) + ".example, ";
        const AuthorDomains a = readAuthorDomains(many);
        QCOMPARE(a.domains.size(), maxAuthorDomains);
        QVERIFY(!a.fault.empty());
        QVERIFY(readAuthorDomains(std::string(100'000, '(') + "a@b.example").domains.empty());
    }
};

QTEST_APPLESS_MAIN(TestAuthorDomain)
#include "tst_author_domain.moc"
