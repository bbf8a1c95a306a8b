// Signing and keys: RFC 6376 section 5, RFC 8301 section 3, RFC 8463.
#include "base/text.h"
#include "dkim_fixture.h"
#include "dns/zone_line.h"

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::test;

class TestDkimSign : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // The message and the Ed25519 signature of RFC 8463 appendix A.3; Ed25519 has one signature for one
    // input.
    void theExampleOfRfc8463() {
        const std::string message = "From: Joe SixPack <joe@football.example.com>\r\n"
                                    "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                    "Subject: Is dinner ready?\r\n"
                                    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
                                    "\r\n"
                                    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
        QCOMPARE(text::base64Encode(
                     dkimBodyHash(message.substr(message.find("\r\n\r\n") + 4), Canonicalization::Relaxed)),
                 std::string("2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="));
        std::string input = "from:Joe SixPack <joe@football.example.com>\r\n"
                            "to:Suzie Q <suzie@shopping.example.net>\r\n"
                            "subject:Is dinner ready?\r\n"
                            "date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                            "message-id:<20030712040037.46341.5F8J@football.example.com>\r\n"
                            "from:Joe SixPack <joe@football.example.com>\r\n"
                            "subject:Is dinner ready?\r\n"
                            "date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n";
        // h= names From, Subject and Date twice and the message has them once: they count once.
        input = input.substr(0, input.find("from:", 1));
        input +=
            "dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com; "
            "i=@football.example.com; q=dns/txt; s=brisbane; t=1528637909; h=from : to : subject : date : "
            "message-id : from : subject : date; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=";
        auto b = privateKey(ed25519Pem)->sign(dkimDigest(DkimHash::Sha256, input));
        QVERIFY(b.has_value());
        QCOMPARE(text::base64Encode(*b),
                 std::string("/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
                             "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="));
    }

    void theFieldSaysWhatItShould() {
        DkimSignOptions options;
        options.now = UtcTime{1'700'000'000'999};
        options.lifetime = Millis{86'400'000};
        options.identity = "anna b@news.example.org";
        const std::string out = signedMessage(plainMessage, options, true, true);
        const auto block = mail::HeaderBlock::parse(out);
        QCOMPARE(block.name(block.fields()[0]), std::string_view("DKIM-Signature"));
        const DkimSignature s = parseDkimSignature(block.rawValue(block.fields()[0]));
        QVERIFY2(s.fault.empty(), s.fault.c_str());
        QCOMPARE(s.algorithm, std::string("rsa-sha256"));
        QCOMPARE(s.signedAt.value(), std::int64_t(1'700'000'000));
        QCOMPARE(s.expiresAt.value(), std::int64_t(1'700'086'400));
        QCOMPARE(s.identity, std::string("anna b@news.example.org"));
        QVERIFY(!s.length);
        QVERIFY(s.header == Canonicalization::Relaxed && s.body == Canonicalization::Relaxed);
        const auto times = [&](std::string_view name) {
            return std::count_if(s.headers.begin(), s.headers.end(),
                                 [&](const auto& h) { return text::iequals(h, name); });
        };
        QCOMPARE(times("from"), 2);
        QCOMPARE(times("subject"), 2);
        QCOMPARE(times("reply-to"), 1);
        QCOMPARE(times("date"), 1);
        QCOMPARE(times("received"), 0);
        const DkimSignature second = parseDkimSignature(block.rawValue(block.fields()[1]));
        QCOMPARE(second.algorithm, std::string("ed25519-sha256"));
        for (std::string_view line : text::split(out.substr(0, out.find("From: ")), '\n'))
            QVERIFY(line.size() <= 79);
    }

    void theBodyHashCanBeGiven() {
        DkimSignOptions options;
        options.bodyHash = dkimBodyHash(plainMessage.substr(plainMessage.find("\r\n\r\n") + 4), options.body);
        QVERIFY(verified(signedMessage(plainMessage, options)).best() == DkimResult::Pass);
        options.bodyHash = std::string(32, 'x');
        QVERIFY(verified(signedMessage(plainMessage, options)).best() == DkimResult::Fail);
    }

    void whatCannotBeSignedIsAnError_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("domain");
        QTest::addColumn<QByteArray>("selector");
        QTest::addColumn<QByteArray>("identity");
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<QByteArray>("text");
        const QByteArray good = QByteArray::fromStdString(plainMessage);
        auto row = [&](const char* name, QByteArray m, QByteArray d, QByteArray s, QByteArray i, QByteArray h,
                       QByteArray text) { QTest::newRow(name) << m << d << s << i << h << text; };
        row("no From", "To: x@example.org\r\n\r\n", "example.org", "s", "", "", "no From");
        row("no domain", good, "", "s", "", "", "domain name");
        row("a domain with a line break", good, "example.org\r\nX: y", "s", "", "", "domain name");
        row("a domain with a semicolon", good, "example.org;x=1", "s", "", "", "domain name");
        row("no selector", good, "example.org", "", "", "", "selector");
        row("a selector with a space", good, "example.org", "a b", "", "", "selector");
        row("an identity elsewhere", good, "example.org", "s", "a@example.net", "", "identity");
        row("an identity without @", good, "example.org", "s", "example.org", "", "identity");
        row("From left out", good, "example.org", "s", "", "To", "From must be");
    }
    void whatCannotBeSignedIsAnError() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, domain);
        QFETCH(QByteArray, selector);
        QFETCH(QByteArray, identity);
        QFETCH(QByteArray, headers);
        QFETCH(QByteArray, text);
        DkimSignOptions options;
        options.identity = identity.toStdString();
        if (!headers.isEmpty()) {
            for (const auto& h : headers.split(',')) options.headers.push_back(h.toStdString());
        }
        std::vector<DkimSigningKey> keys = {
            {domain.toStdString(), selector.toStdString(), privateKey(rsaPem)}};
        auto out = dkimSign(parsed(message.toStdString()), keys, options);
        QVERIFY(!out.has_value());
        QVERIFY2(out.error().text.find(text.toStdString()) != std::string::npos, out.error().text.c_str());
    }

    void pemThatIsNoKey_data() {
        QTest::addColumn<QByteArray>("pem");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << QByteArray("") << QByteArray("PEM");
        QTest::newRow("text") << QByteArray("hello") << QByteArray("PEM");
        QTest::newRow("cut off") << QByteArray(rsaPem).left(200) << QByteArray("no private key");
        QTest::newRow("garbage inside")
            << QByteArray("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
            << QByteArray("no private key");
        QTest::newRow("a public key")
            << QByteArray("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
            << QByteArray("public key");
        QTest::newRow("512 bits") << QByteArray(rsa512Pem) << QByteArray("512 bits");
        QTest::newRow("encrypted") << QByteArray(
                                          "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                          "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjXq2f6Kcf0QwICCAAw\n"
                                          "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHhn7aQ3vJ3sRr2ZTf2K0tMEQA==\n"
                                          "-----END ENCRYPTED PRIVATE KEY-----\n")
                                   << QByteArray("");
        QTest::newRow("too long") << QByteArray(70'000, 'x') << QByteArray("longer");
    }
    void pemThatIsNoKey() {
        QFETCH(QByteArray, pem);
        QFETCH(QByteArray, text);
        auto key = DkimPrivateKey::fromPem(Secret(pem.toStdString()));
        QVERIFY(!key.has_value());
        QVERIFY2(key.error().text.find(text.toStdString()) != std::string::npos, key.error().text.c_str());
    }

    void newKeys_data() {
        QTest::addColumn<QByteArray>("word");
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("strings");
        QTest::newRow("rsa is 2048 bits") << QByteArray("rsa") << 2048 << 2;
        QTest::newRow("rsa3072") << QByteArray("rsa3072") << 3072 << 3;
        QTest::newRow("ed25519") << QByteArray("ed25519") << 256 << 1;
    }
    void newKeys() {
        QFETCH(QByteArray, word);
        QFETCH(int, bits);
        QFETCH(int, strings);
        auto key = DkimPrivateKey::generate(*dkimKeyKindFrom(word.toStdString()));
        QVERIFY(key.has_value());
        QCOMPARE((*key)->bits(), bits);
        const std::string pem((*key)->pem().reveal());
        QVERIFY(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        auto again = DkimPrivateKey::fromPem(Secret(pem));
        QVERIFY(again.has_value());
        QCOMPARE((*again)->publicKey(), (*key)->publicKey());

        const DkimPublication p = dkimPublication(**key, "s1", "example.org");
        QCOMPARE(p.name, std::string("s1._domainkey.example.org"));
        QCOMPARE(int(p.strings.size()), strings);
        for (const auto& s : p.strings) QVERIFY(s.size() <= 255);
        QCOMPARE(text::join(p.strings, ""), p.record);
        QVERIFY(parseDkimKey(p.record).state == DkimKeyState::Usable);
        auto line = dns::parseZoneLine(p.zoneLine);
        QVERIFY2(line.has_value(), line ? "" : line.error().text.c_str());
        QCOMPARE(std::get<dns::TxtData>(line->data).joined(), p.record);

        std::vector<DkimSigningKey> keys = {{"example.org", "s1", *key}};
        auto out = dkimSign(parsed(plainMessage), keys, {});
        QVERIFY(out.has_value());
        ZoneResolver zone;
        zone.add(p.zoneLine);
        QVERIFY(verified(*out, zone).best() == DkimResult::Pass);
    }
    void unknownKindsOfKeys() {
        QVERIFY(!dkimKeyKindFrom("rsa1024"));
        QVERIFY(!dkimKeyKindFrom(""));
        QVERIFY(dkimKeyKindFrom("rsa4096") == DkimKeyKind::Rsa4096);
    }
};

QTEST_APPLESS_MAIN(TestDkimSign)
#include "tst_dkim_sign.moc"
