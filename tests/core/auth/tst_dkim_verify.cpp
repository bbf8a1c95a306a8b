// Verification rule by rule, from the text of RFC 6376 sections 3.6, 5.4, 6.1 and 3.9, RFC 8301 and RFC 8463.
#include "base/text.h"
#include "dkim_fixture.h"

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::test;

namespace {

std::string replaced(std::string in, std::string_view from, std::string_view to) {
    const size_t at = in.find(from);
    if (at != std::string::npos) in.replace(at, from.size(), to);
    return in;
}

ZoneResolver zoneWith(std::string_view record) {
    ZoneResolver zone;
    std::string line = "rsa._domainkey.example.org TXT";
    for (size_t at = 0; at < record.size(); at += 200)
        line += " \"" + std::string(record.substr(at, 200)) + "\"";
    zone.add(line);
    return zone;
}

std::string record(std::string_view tags) {
    return std::string(tags) + std::string(rsaRecord).substr(std::string_view("v=DKIM1; k=rsa").size());
}

bool hasRemark(const DkimSignatureCheck& s, std::string_view id) {
    return std::any_of(s.remarks.begin(), s.remarks.end(), [&](const auto& r) { return r.id == id; });
}

// A message signed with any algorithm and tags: the test's own signer for what dkimSign() refuses to make.
std::string oddlySigned(std::string_view tags, DkimHash hash, std::string_view message = plainMessage) {
    const size_t bodyAt = message.find("\r\n\r\n") + 4;
    const std::string body = canonicalBody(message.substr(bodyAt), Canonicalization::Relaxed);
    const std::string field = "DKIM-Signature: c=relaxed/relaxed; d=example.org; s=rsa; h=from; " +
                              std::string(tags) + "; bh=" + text::base64Encode(dkimDigest(hash, body)) +
                              "; b=";
    std::string input = "from:Anna <anna@example.org>\r\n";
    appendCanonicalField(input, field, Canonicalization::Relaxed);
    input.resize(input.size() - 2);
    auto signature = privateKey(rsaPem)->sign(dkimDigest(hash, input));
    return field + text::base64Encode(signature ? *signature : "x") + "\r\n" + std::string(message);
}

} // namespace

class TestDkimVerify : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aSignedMessagePasses_data() {
        QTest::addColumn<int>("header");
        QTest::addColumn<int>("body");
        QTest::addColumn<bool>("lf");
        for (int h : {0, 1})
            for (int b : {0, 1})
                for (bool lf : {false, true})
                    QTest::addRow("%s/%s, lines end with %s", h ? "relaxed" : "simple",
                                  b ? "relaxed" : "simple", lf ? "LF" : "CRLF")
                        << h << b << lf;
    }
    void aSignedMessagePasses() {
        QFETCH(int, header);
        QFETCH(int, body);
        QFETCH(bool, lf);
        DkimSignOptions options;
        options.header = header ? Canonicalization::Relaxed : Canonicalization::Simple;
        options.body = body ? Canonicalization::Relaxed : Canonicalization::Simple;
        std::string message = plainMessage;
        if (lf) std::erase(message, '\r');
        std::string out = signedMessage(message, options, true, true);
        QCOMPARE(out.find('\r') == std::string::npos, lf);
        const auto check = verified(out);
        QCOMPARE(check.signatures.size(), size_t(2));
        for (const auto& s : check.signatures) {
            QVERIFY2(s.result == DkimResult::Pass, s.reason.c_str());
            QVERIFY(s.bodyOk.value() && s.headerOk.value());
        }
        // The same bytes with the other line end.
        std::string other = out;
        if (lf) {
            other.clear();
            for (char c : out) other += c == '\n' ? std::string("\r\n") : std::string(1, c);
        } else {
            std::erase(other, '\r');
        }
        QVERIFY(verified(other).best() == DkimResult::Pass);
    }

    void changesAreSeenWhereTheyAre() {
        const std::string good = signedMessage(plainMessage);
        auto s = verified(replaced(good, "noon", "one")).signatures.at(0);
        QVERIFY(s.result == DkimResult::Fail && !s.bodyOk.value() && s.headerOk.value());
        s = verified(replaced(good, "Lunch", "Dinner")).signatures.at(0);
        QVERIFY(s.result == DkimResult::Fail && s.bodyOk.value() && !s.headerOk.value());
        s = verified(replaced(replaced(good, "Lunch", "Dinner"), "noon", "one")).signatures.at(0);
        QVERIFY(s.result == DkimResult::Fail && !s.bodyOk.value() && !s.headerOk.value());
        QVERIFY(!s.reason.empty());
    }

    void relaxedForgivesWhiteSpaceAndSimpleDoesNot() {
        DkimSignOptions simple;
        simple.header = simple.body = Canonicalization::Simple;
        for (auto [from, to] : {std::pair("Subject: Lunch on\r\n Tuesday", "SUBJECT :  Lunch \t on Tuesday"),
                                std::pair("us  meet", "us meet \t")}) {
            QVERIFY(verified(replaced(signedMessage(plainMessage), from, to)).best() == DkimResult::Pass);
            QVERIFY(verified(replaced(signedMessage(plainMessage, simple), from, to)).best() ==
                    DkimResult::Fail);
        }
        QVERIFY(verified(signedMessage(plainMessage, simple) + "\r\n\r\n").best() == DkimResult::Pass);
    }

    void instancesAreTakenFromTheBottom() {
        DkimSignOptions options;
        options.headers = {"From", "X-A"};
        options.oversign = false;
        const std::string two = "X-A: upper\r\nX-A: lower\r\n" + plainMessage;
        const std::string good = signedMessage(two, options);
        QVERIFY(verified(good).best() == DkimResult::Pass);
        QVERIFY(verified(replaced(replaced(good, "upper", "tmp"), "lower", "upper")).best() ==
                DkimResult::Fail);
        QVERIFY(verified("X-A: third\r\n" + good).best() == DkimResult::Pass); // above the signed ones
        QVERIFY(verified(replaced(good, "From: Anna", "X-A: third\r\nFrom: Anna")).best() ==
                DkimResult::Fail);
        // Swapped as a whole, they are other instances.
        QVERIFY(
            verified(replaced(good, "X-A: upper\r\nX-A: lower\r\n", "X-A: lower\r\nX-A: upper\r\n")).best() ==
            DkimResult::Fail);
    }

    void anOversignedFieldCannotBeAdded() {
        const std::string good = signedMessage(plainMessage);
        const auto s = verified(good).signatures.at(0);
        QVERIFY(std::find(s.oversigned.begin(), s.oversigned.end(), "Reply-To") != s.oversigned.end());
        QVERIFY(verified("Reply-To: <x@example.com>\r\n" + good).best() == DkimResult::Fail);
        QVERIFY(verified("Subject: another\r\n" + good).best() == DkimResult::Fail);
        QVERIFY(verified("From: <x@example.com>\r\n" + good).best() == DkimResult::Fail);
        QVERIFY(verified("X-Other: 1\r\n" + good).best() == DkimResult::Pass);
    }

    // Section 3.7: the signature is not among the fields it names.
    void dkimSignatureInHeaderListMeansOthers() {
        DkimSignOptions options;
        options.headers = {"From", "DKIM-Signature"};
        const std::string inner = signedMessage(plainMessage);
        const std::string outer = signedMessage(inner, options);
        const auto check = verified(outer);
        QCOMPARE(check.signatures.size(), size_t(2));
        QVERIFY(check.signatures[0].result == DkimResult::Pass);
        QVERIFY(
            verified(replaced(outer, "h=From:From:Reply-To", "h=From:From:Reply-Tp")).signatures[0].result ==
            DkimResult::Fail);
    }

    void keyRecords_data() {
        QTest::addColumn<QByteArray>("record");
        QTest::addColumn<QByteArray>("result");
        QTest::addColumn<QByteArray>("reason");
        auto row = [](const char* name, const std::string& r, const char* result, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(r) << QByteArray(result) << QByteArray(reason);
        };
        row("as it should be", rsaRecord, "pass", "");
        row("no version", record("k=rsa"), "pass", "");
        row("no type", record("v=DKIM1"), "pass", "");
        row("the version not first", record("k=rsa; v=DKIM1"), "permerror", "v=");
        row("another version", record("v=DKIM2; k=rsa"), "permerror", "v=");
        row("revoked", "v=DKIM1; k=rsa; p=", "permerror", "withdrawn");
        row("no key", "v=DKIM1; k=rsa", "permerror", "no p=");
        row("not base64", "v=DKIM1; p=!!", "permerror", "base64");
        row("another type", record("v=DKIM1; k=ed25519"), "permerror", "32");
        row("a key of the other algorithm", ed25519Record, "permerror", "ed25519");
        row("an unknown type", record("v=DKIM1; k=dsa"), "permerror", "dsa");
        row("a hash list with SHA-256", record("v=DKIM1; h=sha1:sha256"), "pass", "");
        row("a hash list without it", record("v=DKIM1; h=sha1"), "permerror", "sha256");
        row("an unknown hash is passed over", record("v=DKIM1; h=sha512 : sha256"), "pass", "");
        row("service email", record("v=DKIM1; s=email"), "pass", "");
        row("any service", record("v=DKIM1; s=*"), "pass", "");
        row("another service", record("v=DKIM1; s=tlsrpt"), "permerror", "not for mail");
        row("test mode changes nothing", record("v=DKIM1; t=y"), "pass", "t=y");
        row("strict, with the identity in the domain itself", record("v=DKIM1; t=s"), "pass", "");
        row("an unknown flag", record("v=DKIM1; t=x"), "pass", "");
        row("granularity is of an older RFC", record("v=DKIM1; g=nobody"), "pass", "");
        row("notes", record("v=DKIM1; n=hello"), "pass", "");
        row("a tag twice", record("v=DKIM1; k=rsa; k=rsa"), "permerror", "more than once");
        row("a tag without a value sign", record("v=DKIM1; t"), "permerror", "no \"=\"");
        row("a key that did not sign", rsa2048Record, "fail", "b= does not fit");
        row("a short key", rsa512Record, "permerror", "512 bits");
    }
    void keyRecords() {
        QFETCH(QByteArray, record);
        QFETCH(QByteArray, result);
        QFETCH(QByteArray, reason);
        const auto check = verified(signedMessage(plainMessage), zoneWith(record.toStdString()));
        const auto& s = check.signatures.at(0);
        QVERIFY2(dkimResultName(s.result) == result.toStdString(), s.reason.c_str());
        QVERIFY2(s.reason.find(reason.toStdString()) != std::string::npos, s.reason.c_str());
    }

    void theBareFormOfAnRsaKey() {
        // RSAPublicKey is the BIT STRING of SubjectPublicKeyInfo: 22 octets in for 1024 bits.
        const std::string spki = *text::base64Decode(std::string_view(rsaRecord).substr(18));
        const std::string bare = "p=" + text::base64Encode(spki.substr(22));
        QVERIFY(verified(signedMessage(plainMessage), zoneWith(bare)).best() == DkimResult::Pass);
    }

    void strictKeysWantTheIdentityInTheDomainItself() {
        DkimSignOptions options;
        options.identity = "anna@news.example.org";
        const std::string message = signedMessage(plainMessage, options);
        QVERIFY(verified(message).best() == DkimResult::Pass);
        const auto check = verified(message, zoneWith(record("v=DKIM1; t=s")));
        QVERIFY2(check.best() == DkimResult::PermError, check.signatures[0].reason.c_str());
        QVERIFY(check.signatures[0].reason.find("t=s") != std::string::npos);
        options.identity = "anna@EXAMPLE.org";
        QVERIFY(verified(signedMessage(plainMessage, options), zoneWith(record("v=DKIM1; t=y:s"))).best() ==
                DkimResult::Pass);
    }

    void whatTheDnsSaysStaysApart_data() {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QByteArray>("result");
        QTest::addColumn<QByteArray>("reason");
        const QByteArray name = "rsa._domainkey.example.org";
        QTest::newRow("no such name")
            << QByteArray("other.example A 192.0.2.1") << QByteArray("permerror") << QByteArray("nxdomain");
        QTest::newRow("no TXT there")
            << name + " A 192.0.2.1" << QByteArray("permerror") << QByteArray("no-data");
        for (const char* failure : {"servfail", "refused", "timeout", "malformed", "unreachable"})
            QTest::newRow(failure) << name + " !" + failure << QByteArray("temperror") << QByteArray(failure);
    }
    void whatTheDnsSaysStaysApart() {
        QFETCH(QByteArray, zone);
        QFETCH(QByteArray, result);
        QFETCH(QByteArray, reason);
        const auto check = verified(signedMessage(plainMessage), ZoneResolver(zone.toStdString()));
        const auto& s = check.signatures.at(0);
        QCOMPARE(QByteArray(dkimResultName(s.result).data()), result);
        QVERIFY2(s.reason.find(reason.toStdString()) != std::string::npos, s.reason.c_str());
        QVERIFY(!s.headerOk.has_value());
        QVERIFY(s.bodyOk.value()); // the body needs no key
        QCOMPARE(check.answers.size(), size_t(1));
    }

    void oneOfSeveralRecordsIsEnough() {
        ZoneResolver zone = zoneWith(rsa2048Record);
        const std::string line = "rsa._domainkey.example.org TXT ";
        zone.add(line + "\"v=spf1 -all\"");
        auto check = verified(signedMessage(plainMessage), zone);
        QVERIFY(check.best() == DkimResult::Fail); // one record could have signed
        zone.add(line + "\"" + std::string(rsaRecord).substr(0, 200) + "\" \"" +
                 std::string(rsaRecord).substr(200) + "\"");
        check = verified(signedMessage(plainMessage), zone);
        QVERIFY2(check.best() == DkimResult::Pass, check.signatures[0].reason.c_str());
    }

    void aKeyIsAskedForOnce() {
        ZoneResolver zone = keyZone();
        const std::string message = signedMessage(signedMessage(signedMessage(plainMessage)));
        DkimVerifyOptions options;
        options.now = signedAt;
        auto check = runReady(verifyDkim(zone, parsed(message), options));
        QCOMPARE(check->signatures.size(), size_t(3));
        QVERIFY(check->best() == DkimResult::Pass);
        QCOMPARE(zone.queries(), size_t(1));
        QCOMPARE(check->answers.size(), size_t(1));
    }

    void sha1IsRefusedWhateverItSigns() {
        // The test's signer signs SHA-256 digests only, so b= cannot fit; the refusal comes first.
        const auto s = verified(oddlySigned("v=1; a=rsa-sha1", DkimHash::Sha1)).signatures.at(0);
        QVERIFY(s.result == DkimResult::PermError);
        QVERIFY(s.reason.find("rsa-sha1") != std::string::npos && s.reason.find("8301") != std::string::npos);
        QVERIFY(hasRemark(s, "sha1"));
        QVERIFY(s.bodyOk.value());
    }

    void aSignatureWithoutVersionIsRefused() {
        QVERIFY(verified(oddlySigned("v=1; a=rsa-sha256", DkimHash::Sha256)).best() == DkimResult::Pass);
        const auto s = verified(oddlySigned("a=rsa-sha256", DkimHash::Sha256)).signatures.at(0);
        QVERIFY(s.result == DkimResult::PermError && s.reason.find("version") != std::string::npos);
    }

    void bodyLengths() {
        const std::string body = "Hello Ben,\r\n\r\nlet us meet at noon.\r\n--\r\nAnna\r\n";
        auto signedWith = [&](std::string_view length, std::string_view part) {
            const std::string field =
                "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=rsa; "
                "h=from; l=" +
                std::string(length) + "; bh=" + text::base64Encode(dkimDigest(DkimHash::Sha256, part)) +
                "; b=";
            std::string input = "from:Anna <anna@example.org>\r\n";
            appendCanonicalField(input, field, Canonicalization::Relaxed);
            input.resize(input.size() - 2);
            return field +
                   text::base64Encode(*privateKey(rsaPem)->sign(dkimDigest(DkimHash::Sha256, input))) +
                   "\r\n" + plainMessage;
        };
        const std::string size = std::to_string(body.size());
        QVERIFY(verified(signedWith(size, body)).best() == DkimResult::Pass);
        QVERIFY(!hasRemark(verified(signedWith(size, body)).signatures[0], "body-length"));
        auto check = verified(signedWith(size, body) + "and more\r\n");
        QVERIFY(check.best() == DkimResult::Pass);
        QVERIFY(hasRemark(check.signatures[0], "body-length"));
        QCOMPARE(check.signatures[0].signedBytes, std::uint64_t(body.size()));
        QVERIFY(check.signatures[0].bodyBytes > check.signatures[0].signedBytes);
        QVERIFY(verified(signedWith("5", "Hello")).best() == DkimResult::Pass);
        QVERIFY(verified(signedWith("0", "")).best() == DkimResult::Pass);
        check = verified(signedWith(std::to_string(body.size() + 1), body));
        QVERIFY2(check.best() == DkimResult::PermError, check.signatures[0].reason.c_str());
        check = verified(signedWith("99999999999999999999999999", body));
        QVERIFY(check.best() == DkimResult::PermError);
    }

    void timesAreJudgedByTheClockThatIsGiven() {
        DkimSignOptions options;
        options.lifetime = Millis{3'600'000};
        const std::string message = signedMessage(plainMessage, options);
        auto at = [&](std::int64_t seconds) {
            return verified(message, keyZone(), UtcTime{signedAt.ms + seconds * 1000}).signatures.at(0);
        };
        QVERIFY(at(0).result == DkimResult::Pass);
        QVERIFY(at(3600).result == DkimResult::Pass);
        QVERIFY(at(3601).result == DkimResult::Policy && hasRemark(at(3601), "expired"));
        QVERIFY(at(-300).result == DkimResult::Pass);
        QVERIFY(at(-301).result == DkimResult::Policy && hasRemark(at(-301), "future"));
        // Expired and changed is changed.
        QVERIFY(
            verified(replaced(message, "noon", "one"), keyZone(), UtcTime{signedAt.ms + 4'000'000}).best() ==
            DkimResult::Fail);
    }

    void noBody_data() {
        QTest::addColumn<QByteArray>("end");
        QTest::newRow("an empty body") << QByteArray("\r\n\r\n");
        QTest::newRow("no empty line") << QByteArray("\r\n");
        QTest::newRow("no line end at all") << QByteArray("");
    }
    void noBody() {
        QFETCH(QByteArray, end);
        for (auto kind : {Canonicalization::Simple, Canonicalization::Relaxed}) {
            DkimSignOptions options;
            options.header = options.body = kind;
            const std::string message = "To: b@example.net\r\nFrom: a@example.org" + end.toStdString();
            const auto check = verified(signedMessage(message, options));
            QVERIFY2(check.best() == DkimResult::Pass, check.signatures.at(0).reason.c_str());
        }
    }

    void anMboxSeparatorIsNoField() {
        const std::string out = signedMessage("From anna Tue Nov 14 22:13:20 2023\r\n" + plainMessage);
        QVERIFY(out.starts_with("From anna"));
        QVERIFY(verified(out).best() == DkimResult::Pass);
    }

    void noSignature() {
        const auto check = verified(plainMessage);
        QVERIFY(check.signatures.empty() && check.best() == DkimResult::None);
        QVERIFY(verified("").best() == DkimResult::None);
    }

    void moreSignaturesThanTheCap() {
        std::string message = signedMessage(plainMessage);
        const std::string one = message.substr(0, message.find("From: "));
        for (int i = 0; i < 300; ++i) message = one + message;
        const auto check = verified(message);
        QCOMPARE(check.signatures.size(), maxDkimSignatures);
        QCOMPARE(check.notLookedAt, size_t(301) - maxDkimSignatures);
        QVERIFY(check.best() == DkimResult::Pass);
    }

    void aHeaderOverTheCapIsNotJudged() {
        std::string message = signedMessage(plainMessage);
        std::string filler;
        for (size_t i = 0; i < mail::HeaderBlock::maxFields; ++i) filler += "X: y\r\n";
        const size_t end = message.find("\r\n\r\n") + 2;
        message.insert(end, filler);
        const auto check = verified(message);
        QVERIFY2(check.best() == DkimResult::Policy, check.signatures.at(0).reason.c_str());
    }

    void keysThatCostTooMuchAreRefused() {
        // A modulus of 9000 bits, and an exponent of 200.
        auto der = [](size_t modulus, size_t exponent) {
            auto length = [](size_t n) {
                if (n < 128) return std::string(1, char(n));
                if (n < 256) return std::string("\x81") + char(n);
                return std::string("\x82") + char(n >> 8) + char(n & 255);
            };
            auto integer = [&](size_t octets) {
                const std::string value = std::string(1, '\x7f') + std::string(octets - 1, '\xff');
                return "\x02" + length(value.size()) + value;
            };
            const std::string inner = integer(modulus) + integer(exponent);
            return "\x30" + length(inner.size()) + inner;
        };
        for (auto [modulus, exponent] :
             {std::pair(size_t(1125), size_t(3)), std::pair(size_t(256), size_t(25))}) {
            const auto check = verified(signedMessage(plainMessage),
                                        zoneWith("p=" + text::base64Encode(der(modulus, exponent))));
            QVERIFY2(check.best() == DkimResult::PermError, check.signatures.at(0).reason.c_str());
            QVERIFY2(check.signatures[0].reason.find("not checked") != std::string::npos,
                     check.signatures[0].reason.c_str());
        }
    }

    void theBestOfSeveral() {
        DkimCheck check;
        auto with = [&](DkimResult r) {
            check.signatures.emplace_back().result = r;
            return check.best();
        };
        QVERIFY(with(DkimResult::PermError) == DkimResult::PermError);
        QVERIFY(with(DkimResult::Fail) == DkimResult::Fail);
        QVERIFY(with(DkimResult::TempError) == DkimResult::TempError);
        QVERIFY(with(DkimResult::Pass) == DkimResult::Pass);
        QVERIFY(with(DkimResult::Neutral) == DkimResult::Pass);
    }
};

QTEST_APPLESS_MAIN(TestDkimVerify)
#include "tst_dkim_verify.moc"
