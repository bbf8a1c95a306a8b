#include "mail/address.h"

using namespace waypost::mail;

namespace {
QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}
} // namespace

class TestMailAddress : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void addrSpecs_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("wire"); // empty: refused
        QTest::addColumn<QString>("display");
        auto row = [](const char* name, const char* in, const char* wire, const char* display = nullptr) {
            QTest::newRow(name) << QString::fromUtf8(in) << QString::fromUtf8(wire)
                                << QString::fromUtf8(display ? display : wire);
        };
        row("plain", "alice@example.org", "alice@example.org");
        row("the domain becomes lower case, the local part does not", "Alice@Example.ORG",
            "Alice@example.org");
        row("quoted local part with a space", "\"a b\"@example.org", "\"a b\"@example.org");
        row("needless quotes go", "\"alice\"@example.org", "alice@example.org");
        row("at sign and escapes in quotes", "\"a\\\"@\\\\b\"@example.org", "\"a\\\"@\\\\b\"@example.org");
        row("plus and dots", "a.b+c=d@example.org", "a.b+c=d@example.org");
        row("address literal", "a@[192.0.2.1]", "a@[192.0.2.1]");
        row("IPv6 literal", "a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]");
        row("IDN both ways", "a@grüße.example", "a@xn--gre-6ka8l.example", "a@grüße.example");
        row("A-labels show as U-labels", "a@xn--gre-6ka8l.example", "a@xn--gre-6ka8l.example",
            "a@grüße.example");
        row("UTF-8 local part", "grüße@example.org", "grüße@example.org");
        row("no at sign", "alice", "");
        row("no local part", "@example.org", "");
        row("no domain", "alice@", "");
        row("two dots", "a..b@example.org", "");
        row("leading dot", ".a@example.org", "");
        row("a space", "a b@example.org", "");
        row("an empty label", "a@example..org", "");
        row("a label that begins with a hyphen", "a@-x.org", "");
        row("CRLF", "a@example.org\r\nRCPT TO:<b@example.org>", "");
        row("a line break in quotes", "\"a\nb\"@example.org", "");
        row("an open quote", "\"ab@example.org", "");
        row("a greater-than sign", "a>b@example.org", "");
        row("broken literal", "a@[192.0.2.1 x]", "");
    }
    void addrSpecs() {
        QFETCH(QString, in);
        QFETCH(QString, wire);
        QFETCH(QString, display);
        auto a = MailAddress::parse(in.toStdString());
        QCOMPARE(a ? q(a->wire()) : QString(), wire);
        if (a) QCOMPARE(q(a->display()), display);
        if (!a) QVERIFY(a.error().text.ends_with("."));
    }

    void nulIsRefused() { QVERIFY(!MailAddress::parse(std::string_view("a\0b@example.org", 15))); }

    void limits() {
        QVERIFY(MailAddress::parse(std::string(64, 'a') + "@example.org").has_value());
        QVERIFY(!MailAddress::parse(std::string(65, 'a') + "@example.org"));
        std::string domain;
        while (domain.size() < 260) domain += "abcdefghi.";
        QVERIFY(!MailAddress::parse("a@" + domain + "org"));
    }

    void onlyUtf8LocalPartsNeedSmtpUtf8() {
        QVERIFY(MailAddress::parse("ü@example.org")->needsSmtpUtf8());
        QVERIFY(!MailAddress::parse("u@ü.example")->needsSmtpUtf8());
        QVERIFY(MailAddress().isNull());
        QCOMPARE(q(MailAddress().wire()), QString());
    }

    void lists_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QStringList>("out"); // "group/name/address"
        QTest::addColumn<int>("problems");
        QTest::newRow("one bare address") << "a@b.example" << QStringList{"//a@b.example"} << 0;
        QTest::newRow("names and angles") << "Ann Lee <a@b.example>, \"Lee, Bo\" <c@d.example>"
                                          << QStringList{"/Ann Lee/a@b.example", "/Lee, Bo/c@d.example"} << 0;
        QTest::newRow("name as a comment")
            << "a@b.example (Ann Lee)" << QStringList{"/Ann Lee/a@b.example"} << 0;
        QTest::newRow("comments everywhere")
            << "(x) Ann (y(z)) <a@b.example> (w)" << QStringList{"/Ann/a@b.example"} << 0;
        QTest::newRow("a group") << "Team: Ann <a@b.example>, c@d.example;, e@f.example"
                                 << QStringList{"Team/Ann/a@b.example", "Team//c@d.example", "//e@f.example"}
                                 << 0;
        QTest::newRow("an empty group") << "undisclosed-recipients:;" << QStringList{} << 0;
        QTest::newRow("encoded name")
            << "=?utf-8?Q?J=C3=BCrgen?= <a@b.example>" << QStringList{"/Jürgen/a@b.example"} << 0;
        QTest::newRow("obsolete route")
            << "<@relay.example,@r2.example:a@b.example>" << QStringList{"//a@b.example"} << 0;
        QTest::newRow("quoted local part") << "\"a b\"@c.example" << QStringList{"//\"a b\"@c.example"} << 0;
        QTest::newRow("empty pieces") << ", ,a@b.example,," << QStringList{"//a@b.example"} << 0;
        QTest::newRow("one broken address does not hide the next")
            << "nonsense, a@b.example" << QStringList{"//a@b.example"} << 1;
        QTest::newRow("an open comment") << "a@b.example (open" << QStringList{"//a@b.example"} << 1;
    }
    void lists() {
        QFETCH(QString, in);
        QFETCH(QStringList, out);
        QFETCH(int, problems);
        auto list = parseAddressList(in.toStdString());
        QStringList got;
        for (const Mailbox& m : list.mailboxes) got << q(m.group + "/" + m.name + "/" + m.address.display());
        QCOMPARE(got, out);
        QCOMPARE(int(list.problems.size()), problems);
    }

    void commentDepthIsCapped() {
        auto at = [](int depth) {
            return parseAddressList(std::string(size_t(depth), '(') + std::string(size_t(depth), ')') +
                                    "a@b.example");
        };
        QCOMPARE(at(50).mailboxes.size(), size_t(1));
        QCOMPARE(at(51).mailboxes.size(), size_t(0));
        QVERIFY(at(51).problems.front().find("50") != std::string::npos);
        QCOMPARE(at(100'000).problems.size(), size_t(1));
    }

    void aMegabyteOfAddressesIsCapped() {
        std::string in;
        while (in.size() < 1'000'000) in += "a@b.example,";
        auto list = parseAddressList(in);
        QCOMPARE(list.mailboxes.size(), AddressList::maxEntries);
        QCOMPARE(list.problems.size(), size_t(1));
    }

    void oneMailboxAsTyped() {
        auto m = parseMailbox("Ann <a@b.example>");
        QVERIFY(m.has_value());
        QCOMPARE(q(m->name), QString("Ann"));
        QVERIFY(!parseMailbox("a@b.example, c@d.example"));
        QVERIFY(!parseMailbox("Ann\r\nBcc: x@y.example <a@b.example>"));
        QVERIFY(!parseMailbox(""));
    }
};

QTEST_APPLESS_MAIN(TestMailAddress)
#include "tst_mail_address.moc"
