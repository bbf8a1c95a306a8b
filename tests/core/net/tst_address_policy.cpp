#include "net/address_policy.h"
#include "net/dialer.h"

#include <QTest>

using namespace waypost;
using namespace waypost::net;

class TestAddressPolicy : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void cleanup() { guard::allowOnlyLoopback(true); }

    void addresses_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("range"); // empty: global
        auto row = [](const char* address, const char* range) { QTest::newRow(address) << address << range; };
        row("0.0.0.0", "this network");
        row("0.255.255.255", "this network");
        row("1.0.0.0", "");
        row("8.8.8.8", "");
        row("9.255.255.255", "");
        row("10.0.0.0", "private");
        row("10.255.255.255", "private");
        row("11.0.0.0", "");
        row("100.63.255.255", "");
        row("100.64.0.0", "shared");
        row("100.127.255.255", "shared");
        row("100.128.0.0", "");
        row("127.0.0.1", "loopback");
        row("127.255.255.255", "loopback");
        row("169.254.169.254", "link local");
        row("169.253.255.255", "");
        row("172.15.255.255", "");
        row("172.16.0.0", "private");
        row("172.31.255.255", "private");
        row("172.32.0.0", "");
        row("192.0.0.8", "protocol assignments");
        row("192.0.0.9", "");
        row("192.0.0.10", "");
        row("192.0.0.170", "protocol assignments");
        row("192.0.1.0", "");
        row("192.0.2.1", "documentation");
        row("192.31.196.1", "");
        row("192.52.193.1", "");
        row("192.88.99.1", "6to4");
        row("192.168.0.1", "private");
        row("192.169.0.0", "");
        row("192.175.48.1", "");
        row("198.17.255.255", "");
        row("198.18.0.0", "benchmarking");
        row("198.19.255.255", "benchmarking");
        row("198.20.0.0", "");
        row("198.51.100.255", "documentation");
        row("203.0.113.7", "documentation");
        row("223.255.255.255", "");
        row("224.0.0.1", "multicast");
        row("239.255.255.255", "multicast");
        row("240.0.0.1", "reserved");
        row("255.255.255.255", "reserved");
        row("::", "unspecified");
        row("::1", "loopback");
        row("::2", "compatible");
        row("::127.0.0.1", "compatible");
        row("::8.8.8.8", "compatible");
        row("::ffff:127.0.0.1", "mapped");
        row("::ffff:10.0.0.1", "mapped");
        row("::ffff:8.8.8.8", "mapped");
        row("::ffff:0:8.8.8.8", "translated");
        row("64:ff9b::8.8.8.8", "");
        row("64:ff9b::10.0.0.1", "private");
        row("64:ff9b::127.0.0.1", "loopback");
        row("64:ff9b::169.254.169.254", "link local");
        row("64:ff9b:1::1", "local translation");
        row("100::1", "discard");
        row("100:0:0:1::1", "dummy");
        row("100:0:0:2::1", "outside");
        row("2001::1", "Teredo");
        row("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo");
        row("2001:1::1", "");
        row("2001:1::4", "protocol assignments");
        row("2001:2::1", "benchmarking");
        row("2001:3::1", "");
        row("2001:4:112::1", "");
        row("2001:10::1", "ORCHID");
        row("2001:20::1", "");
        row("2001:1ff::1", "protocol assignments");
        row("2001:200::1", "");
        row("2001:db8::1", "documentation");
        row("2001:4860:4860::8888", "");
        row("2002:7f00:1::", "6to4");
        row("2002:808:808::1", "6to4");
        row("2606:4700::1111", "");
        row("2620:4f:8000::1", "");
        row("3fff::1", "documentation");
        row("3fff:fff:ffff::", "documentation");
        row("3fff:1000::", "");
        row("4000::1", "outside");
        row("5f00::1", "segment routing");
        row("fbff::1", "outside");
        row("fc00::1", "unique local");
        row("fd12:3456::1", "unique local");
        row("fe80::1", "link local");
        row("fec0::1", "site local");
        row("ff02::1", "multicast");
    }
    void addresses() {
        QFETCH(QString, address);
        QFETCH(QString, range);
        const auto ip = IpAddress::parse(address.toStdString());
        QVERIFY(ip);
        const auto name = specialRange(*ip);
        const QString seen = name ? QString::fromUtf8(name->data(), qsizetype(name->size())) : QString();
        QVERIFY2(seen.isEmpty() == range.isEmpty() && seen.contains(range), qPrintable(seen));
        guard::allowOnlyLoopback(false);
        const auto refusal = refusalOf(*ip);
        QCOMPARE(refusal.has_value(), !range.isEmpty());
        if (refusal) QVERIFY(refusal->starts_with(ip->toString()) && refusal->ends_with('.'));
    }

    void whileOnlyLoopbackIsAllowedNothingElsePasses_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("allowed");
        QTest::newRow("IPv4 loopback") << "127.0.0.1" << true;
        QTest::newRow("another address of it") << "127.77.0.3" << true;
        QTest::newRow("IPv6 loopback") << "::1" << true;
        QTest::newRow("a global address") << "8.8.8.8" << false;
        QTest::newRow("a global IPv6 address") << "2606:4700::1111" << false;
        QTest::newRow("a private address") << "10.0.0.1" << false;
        QTest::newRow("the unspecified address, which reaches this machine") << "0.0.0.0" << false;
    }
    void whileOnlyLoopbackIsAllowedNothingElsePasses() {
        QFETCH(QString, address);
        QFETCH(bool, allowed);
        guard::allowOnlyLoopback(true);
        QCOMPARE(!refusalOf(*IpAddress::parse(address.toStdString())), allowed);
    }
};

QTEST_GUILESS_MAIN(TestAddressPolicy)
#include "tst_address_policy.moc"
