// Demands of RFC 6376 and RFC 8301 that no other test states by itself; tests/conformance/musts.json has the
// whole list.
#include "auth/dkim_signature.h"
#include "base/text.h"
#include "dkim_fixture.h"

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::test;

namespace {

constexpr std::string_view goodField = " v=1; a=rsa-sha256; d=example.org; s=sel; h=from:to; bh=YWJj; b=ZGVm";

std::string replaced(std::string in, std::string_view from, std::string_view to) {
    const size_t at = in.find(from);
    if (at == std::string::npos) return {}; // a test whose text is not there must not pass
    return in.replace(at, from.size(), to);
}

} // namespace

class TestDkimMusts : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void tags_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::addColumn<QByteArray>("fault"); // empty: well formed, with d=example.org
        QTest::newRow("a tag name in capitals is another tag")
            << QByteArray("d=") << QByteArray("D=") << QByteArray("There is no d= tag");
        QTest::newRow("both spellings beside each other")
            << QByteArray("d=example.org") << QByteArray("D=example.net; d=example.org") << QByteArray();
        QTest::newRow("white space around names and values")
            << QByteArray("; d=example.org;") << QByteArray(";\r\n\t d \t=\r\n example.org \r\n\t;")
            << QByteArray();
    }
    void tags() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        QFETCH(QByteArray, fault);
        const std::string field = replaced(std::string(goodField), from.toStdString(), to.toStdString());
        QVERIFY(!field.empty());
        const DkimSignature s = parseDkimSignature(field);
        if (fault.isEmpty()) {
            QVERIFY2(s.fault.empty(), s.fault.c_str());
            QCOMPARE(s.domain, std::string("example.org"));
        } else {
            QVERIFY2(s.fault.find(fault.toStdString()) != std::string::npos, s.fault.c_str());
        }
    }

    // Section 3.4: what is sent is what was given, whatever the canonical forms are; a field is put in front.
    void signingLeavesTheMessageAsItWas() {
        const std::string odd = replaced(plainMessage, "us  meet", "us \t meet  ") + "\r\n\r\n";
        for (auto form : {Canonicalization::Simple, Canonicalization::Relaxed}) {
            DkimSignOptions options;
            options.header = options.body = form;
            const std::string out = signedMessage(odd, options);
            QVERIFY(out.size() > odd.size());
            QVERIFY(out.starts_with("DKIM-Signature:"));
            QVERIFY(out.ends_with(odd));
        }
    }

    // Section 3.6.2.1.
    void keyPlaces_data() {
        QTest::addColumn<QByteArray>("selector");
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("a selector of one label")
            << QByteArray("sel") << QByteArray("sel._domainkey.example.org");
        QTest::newRow("a selector of several labels")
            << QByteArray("may.2026") << QByteArray("may.2026._domainkey.example.org");
    }
    void keyPlaces() {
        QFETCH(QByteArray, selector);
        QFETCH(QByteArray, name);
        std::vector<DkimSigningKey> keys = {{"example.org", selector.toStdString(), privateKey(rsaPem)}};
        DkimSignOptions options;
        options.now = signedAt;
        const auto message = dkimSign(parsed(plainMessage), keys, options);
        QVERIFY(message.has_value());
        ZoneResolver zone;
        zone.add(name.toStdString() + " TXT \"" + std::string(rsaRecord).substr(0, 200) + "\" \"" +
                 std::string(rsaRecord).substr(200) + "\"");
        DkimVerifyOptions verify;
        verify.now = signedAt;
        const auto check = runReady(verifyDkim(zone, parsed(*message), verify));
        QVERIFY(check && check->best() == DkimResult::Pass);
        QCOMPARE(zone.queriesFor(name.toStdString(), dns::RecordType::TXT), size_t(1));
    }

    // Section 3.6.2.2: a space between the strings would be a space in the base64, which is forgiven; inside
    // a word it is not.
    void theStringsOfAKeyAreJoined() {
        ZoneResolver zone;
        zone.add(std::string("rsa._domainkey.example.org TXT \"v=DK\" \"IM1; k=r\" \"sa; ") +
                 std::string(rsaRecord).substr(16, 180) + "\" \"" + std::string(rsaRecord).substr(196) +
                 "\"");
        const auto check = verified(signedMessage(plainMessage), zone);
        QVERIFY2(check.best() == DkimResult::Pass, check.signatures.at(0).reason.c_str());
    }

    // Section 3.7: the fields are hashed in the order of h=.
    void theOrderOfNamesCounts() {
        DkimSignOptions options;
        options.headers = {"From", "To", "Subject"};
        options.oversign = false;
        const std::string good = signedMessage(plainMessage, options);
        QVERIFY(verified(good).best() == DkimResult::Pass);
        const DkimSignature s = parseDkimSignature(
            std::string_view(good).substr(good.find(':') + 1, good.find("\r\nFrom:") - good.find(':') - 1));
        QCOMPARE(s.headers.size(), size_t(3));
        const std::string names = s.headers[1] + ":" + s.headers[2];
        const std::string other = replaced(good, names, s.headers[2] + ":" + s.headers[1]);
        QVERIFY(!other.empty());
        const auto check = verified(other);
        QVERIFY(check.best() == DkimResult::Fail);
        QVERIFY(check.signatures.at(0).bodyOk.value() && !check.signatures[0].headerOk.value());
    }

    // RFC 8301 section 3.2.
    void keySizes_data() {
        QTest::addColumn<QByteArray>("kind");
        QTest::newRow("2048 bits") << QByteArray("rsa2048");
        QTest::newRow("4096 bits") << QByteArray("rsa4096");
    }
    void keySizes() {
        QFETCH(QByteArray, kind);
        auto key = DkimPrivateKey::generate(*dkimKeyKindFrom(kind.toStdString()));
        QVERIFY(key.has_value());
        std::vector<DkimSigningKey> keys = {{"example.org", "big", *key}};
        DkimSignOptions options;
        options.now = signedAt;
        const auto message = dkimSign(parsed(plainMessage), keys, options);
        QVERIFY(message.has_value());
        ZoneResolver zone;
        zone.add(dkimPublication(**key, "big", "example.org").zoneLine);
        const auto check = verified(*message, zone);
        QVERIFY2(check.best() == DkimResult::Pass, check.signatures.at(0).reason.c_str());
    }
};

QTEST_APPLESS_MAIN(TestDkimMusts)
#include "tst_dkim_musts.moc"
