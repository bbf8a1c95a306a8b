#include "net/address.h"

using namespace waypost::net;

class TestAddress : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void parse_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("out"); // empty: refused
        auto row = [](const char* name, const char* text, const char* out) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(out);
        };
        row("a plain IPv4 address", "203.0.113.7", "203.0.113.7");
        row("all zero", "0.0.0.0", "0.0.0.0");
        row("IPv6 is shortened at its longest zero run", "2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
        row("one zero group alone is not shortened", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
        row("a mapped address stays IPv6", "::ffff:1.2.3.4", "::ffff:1.2.3.4");
        row("loopback", "::1", "::1");
        row("nothing", "", "");
        row("three octets", "1.2.3", "");
        row("an octet too large", "1.2.3.256", "");
        row("leading zero", "01.2.3.4", "");
        row("a port is not part of it", "1.2.3.4:25", "");
        row("a zone id", "fe80::1%eth0", "");
        row("two double colons", "1::2::3", "");
        row("a name", "localhost", "");
        row("a space in front", " 1.2.3.4", "");
        row("brackets", "[::1]", "");
        row("far too long", "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", "");
    }
    void parse() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, out);
        auto ip = IpAddress::parse(text.toStdString());
        QCOMPARE(ip.has_value(), !out.isEmpty());
        if (!ip) return;
        QCOMPARE(QByteArray::fromStdString(ip->toString()), out);
        QVERIFY(IpAddress::parse(ip->toString()) == ip);
    }
    void aNulInsideIsRefused() { QVERIFY(!IpAddress::parse(std::string_view("1.2.3.4\0x", 9))); }
    void theDefaultIsIpv4AnyAddress() {
        QVERIFY(IpAddress() == IpAddress::v4({0, 0, 0, 0}));
        QVERIFY(IpAddress() == *IpAddress::parse("0.0.0.0"));
        QVERIFY(IpAddress() != *IpAddress::parse("::ffff:0.0.0.0"));
    }

    void loopback_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("loopback");
        QTest::newRow("127.0.0.1") << QByteArray("127.0.0.1") << true;
        QTest::newRow("the whole of 127/8") << QByteArray("127.255.3.9") << true;
        QTest::newRow("::1") << QByteArray("::1") << true;
        QTest::newRow("mapped 127.0.0.1") << QByteArray("::ffff:127.0.0.1") << true;
        QTest::newRow("128.0.0.1") << QByteArray("128.0.0.1") << false;
        QTest::newRow("the any address") << QByteArray("0.0.0.0") << false;
        QTest::newRow("IPv6 any") << QByteArray("::") << false;
        QTest::newRow("mapped public") << QByteArray("::ffff:8.8.8.8") << false;
        QTest::newRow("7f at the start of IPv6") << QByteArray("7f00::1") << false;
    }
    void loopback() {
        QFETCH(QByteArray, text);
        QFETCH(bool, loopback);
        QCOMPARE(IpAddress::parse(text.toStdString())->isLoopback(), loopback);
    }

    void prefix_data() {
        QTest::addColumn<QByteArray>("ip");
        QTest::addColumn<QByteArray>("network");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("inside");
        auto row = [](const char* name, const char* ip, const char* network, int bits, bool inside) {
            QTest::newRow(name) << QByteArray(ip) << QByteArray(network) << bits << inside;
        };
        row("inside a /24", "192.0.2.77", "192.0.2.0", 24, true);
        row("outside a /24", "192.0.3.77", "192.0.2.0", 24, false);
        row("the last address of a /25", "192.0.2.127", "192.0.2.0", 25, true);
        row("the first behind a /25", "192.0.2.128", "192.0.2.0", 25, false);
        row("/0 holds everything", "8.8.8.8", "0.0.0.0", 0, true);
        row("/32 is the address itself", "192.0.2.1", "192.0.2.1", 32, true);
        row("/32 of the neighbour", "192.0.2.2", "192.0.2.1", 32, false);
        row("/33 of IPv4 is nonsense", "192.0.2.1", "192.0.2.1", 33, false);
        row("negative is nonsense", "192.0.2.1", "192.0.2.1", -1, false);
        row("IPv6 /29", "2001:dbf::1", "2001:db8::", 29, true);
        row("IPv6 outside /29", "2001:dc0::1", "2001:db8::", 29, false);
        row("families do not mix, even mapped", "::ffff:192.0.2.1", "192.0.2.0", 0, false);
    }
    void prefix() {
        QFETCH(QByteArray, ip);
        QFETCH(QByteArray, network);
        QFETCH(int, bits);
        QFETCH(bool, inside);
        auto a = *IpAddress::parse(ip.toStdString());
        QCOMPARE(a.inPrefix(*IpAddress::parse(network.toStdString()), bits), inside);
    }

    void reversedLabels() {
        QCOMPARE(IpAddress::parse("203.0.113.7")->reversedLabels(), std::string("7.113.0.203"));
        QCOMPARE(IpAddress::parse("2001:db8::567:89ab")->reversedLabels(),
                 std::string("b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"));
    }

    void endpoint_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("out");
        auto row = [](const char* name, const char* text, const char* out) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(out);
        };
        row("IPv4 with port", "1.2.3.4:2525", "1.2.3.4:2525");
        row("IPv4 takes the default port", "1.2.3.4", "1.2.3.4:53");
        row("bare IPv6 takes the default port", "::1", "[::1]:53");
        row("IPv6 in brackets", "[::1]", "[::1]:53");
        row("IPv6 with port", "[2001:db8::1]:25", "[2001:db8::1]:25");
        row("port zero is allowed: a free one", "127.0.0.1:0", "127.0.0.1:0");
        row("no port behind the colon", "1.2.3.4:", "");
        row("port too large", "1.2.3.4:65536", "");
        row("port with a sign", "1.2.3.4:+25", "");
        row("words behind the port", "1.2.3.4:25x", "");
        row("open bracket only", "[::1", "");
        row("words behind the bracket", "[::1]x", "");
        row("IPv4 in brackets", "[1.2.3.4]:25", "");
        row("a name", "localhost:25", "");
        row("nothing", "", "");
    }
    void endpoint() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, out);
        auto e = Endpoint::parse(text.toStdString(), 53);
        QCOMPARE(e.has_value(), !out.isEmpty());
        if (e) QCOMPARE(QByteArray::fromStdString(e->toString()), out);
    }
};

QTEST_APPLESS_MAIN(TestAddress)
#include "tst_address.moc"
