// What is looked up, and under which name.
#include "reputation/catalogue.h"
#include "reputation/target.h"

#include <QTest>

using namespace waypost;
using namespace waypost::reputation;

namespace {

QString joined(const Result<std::vector<Target>>& targets) {
    if (!targets)
        return QStringLiteral("error: ") + QString::fromUtf8(errorCodeName(targets.error().code).data());
    QString out;
    for (const Target& t : *targets) out += (out.isEmpty() ? "" : " ") + QString::fromStdString(t.text);
    return out;
}

} // namespace

class TestListTarget : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void targets_data() {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("is");
        QTest::newRow("an address") << "203.0.113.7" << "203.0.113.7";
        QTest::newRow("an IPv6 address in long form") << "2001:0db8:0:0:0:0:0:7" << "2001:db8::7";
        QTest::newRow("a network of four") << "203.0.113.5/30"
                                           << "203.0.113.4 203.0.113.5 203.0.113.6 203.0.113.7";
        QTest::newRow("a short span") << "203.0.113.7-9" << "203.0.113.7 203.0.113.8 203.0.113.9";
        QTest::newRow("a span over an octet") << "203.0.113.255-203.0.114.1"
                                              << "203.0.113.255 203.0.114.0 203.0.114.1";
        QTest::newRow("an IPv6 network") << "2001:db8::/127" << "2001:db8:: 2001:db8::1";
        QTest::newRow("a domain in capitals") << "Mail.Example.ORG." << "mail.example.org";
        QTest::newRow("a mail address") << "Alice@Example.org" << "alice@example.org";
        QTest::newRow("a domain that ends in digits and hyphens")
            << "mta-1.example.org" << "mta-1.example.org";
        QTest::newRow("no name at all") << "what is this" << "error: invalid-argument";
        QTest::newRow("an empty one") << "" << "error: invalid-argument";
        QTest::newRow("a single label") << "localhost" << "error: invalid-argument";
        QTest::newRow("a prefix too long") << "203.0.113.0/33" << "error: invalid-argument";
        QTest::newRow("a span that goes back") << "203.0.113.9-7" << "error: invalid-argument";
        QTest::newRow("more than a range may have") << "203.0.0.0/19" << "error: too-large";
        QTest::newRow("a whole IPv6 network") << "2001:db8::/64" << "error: too-large";
    }
    void targets() {
        QFETCH(QString, given);
        QTEST(joined(parseTargets(given.toStdString())), "is");
    }
    void aRangeMayHaveItsCap() { QCOMPARE(parseTargets("203.0.0.0/20")->size(), maxRange); }

    void names_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<int>("asks");
        QTest::addColumn<bool>("host");
        QTest::addColumn<int>("hash");
        QTest::addColumn<QString>("name");
        const int ip = 3, dom = 4, mail = 8;
        QTest::newRow("IPv4, reversed") << "203.0.113.7" << ip << false << 0 << "7.113.0.203.x.example.net";
        QTest::newRow("IPv6, nibbles")
            << "2001:db8::7" << ip << false << 0
            << "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.x.example.net";
        QTest::newRow("the registrable domain")
            << "a.b.example.co.uk" << dom << false << 0 << "example.co.uk.x.example.net";
        QTest::newRow("the whole host")
            << "a.b.example.co.uk" << dom << true << 0 << "a.b.example.co.uk.x.example.net";
        QTest::newRow("a public suffix stays what it is")
            << "co.uk" << dom << false << 0 << "co.uk.x.example.net";
        QTest::newRow("an address at a list of domains") << "203.0.113.7" << dom << false << 0 << "";
        QTest::newRow("a domain at a list of addresses") << "example.org" << ip << false << 0 << "";
        QTest::newRow("SHA-1 of a mail address") << "test@example.com" << mail << false << int(HashKind::Sha1)
                                                 << "567159d622ffbb50b11b0efd307be358624a26ee.x.example.net";
        QTest::newRow("MD5 of a mail address") << "test@example.com" << mail << false << int(HashKind::Md5)
                                               << "55502f40dc8b7c769880b10874abc9d0.x.example.net";
        QTest::newRow("a mail address at a list of domains") << "a@example.org" << dom << false << 0 << "";
    }
    void names() {
        QFETCH(QString, target);
        QFETCH(int, asks);
        QFETCH(bool, host);
        QFETCH(int, hash);
        List list;
        list.zone = "x.example.net";
        list.asks = std::uint8_t(asks);
        list.domainForm = host ? DomainForm::Host : DomainForm::Registrable;
        list.hash = HashKind(hash);
        const auto suffixes = dns::PublicSuffixList::system();
        QVERIFY(suffixes);
        const auto name =
            queryName(list, parseTargets(target.toStdString())->front(), suffixes->get(), Secret());
        QTEST(QString::fromStdString(name.value_or("")), "name");
    }

    void rspamdsDigestHas32Signs() {
        const std::string d = hashedName(HashKind::Blake2Base32, "example.com");
        QCOMPARE(d.size(), size_t(32));
        QVERIFY(d.find_first_not_of("ybndrfg8ejkmcpqxot1uwisza345h769") == std::string::npos);
    }

    void aKeyStandsInTheNameAndIsNeverShown() {
        List list;
        list.zone = "zen.example.net";
        list.asks = std::uint8_t(Asks::Ipv4);
        list.status = ListStatus::NeedsKey;
        const Target t = parseTargets("203.0.113.7")->front();
        const Secret key("s3cretk3y");
        const std::string asked = *queryName(list, t, nullptr, key);
        QCOMPARE(asked, std::string("7.113.0.203.s3cretk3y.zen.example.net"));
        QCOMPARE(*shownName(list, t, nullptr), std::string("7.113.0.203.KEY.zen.example.net"));
        const std::string message = "\1"
                                    "7\3"
                                    "113\11S3cretK3y\3zen and s3cretk3y again";
        const std::string kept = withoutKey(message, key);
        QCOMPARE(kept.size(), message.size());
        QVERIFY(kept.find("3cret") == std::string::npos);
        QVERIFY(kept.find("\11xxxxxxxxx\3zen") != std::string::npos);
    }

    void aNameMayNotBeLongerThanDnsAllows() {
        List list;
        list.zone = std::string(60, 'z') + ".example.net";
        list.asks = std::uint8_t(Asks::Domain);
        list.domainForm = DomainForm::Host;
        std::string longest = "example.org";
        while (longest.size() < 200) longest.insert(0, "abcdefgh.");
        QVERIFY(!queryName(list, parseTargets(longest)->front(), nullptr, Secret()));
    }
};

QTEST_GUILESS_MAIN(TestListTarget)
#include "tst_list_target.moc"
