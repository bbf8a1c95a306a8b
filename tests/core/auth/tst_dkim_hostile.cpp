// Messages and keys made to cost: the verdict is right, and the time stays near that of an honest message.
// The bound is for builds with checks; a release takes a small part of it.
#include "auth/arc_check.h"
#include "base/text.h"
#include "dkim_fixture.h"

#include <ctime>

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::test;

namespace {

constexpr double maxSeconds = 0.5;

double cpuSeconds() {
    return double(std::clock()) / CLOCKS_PER_SEC;
}

std::string times(size_t n, std::string_view piece) {
    std::string out;
    out.reserve(n * piece.size());
    for (size_t i = 0; i < n; ++i) out += piece;
    return out;
}

std::string quotedStrings(const std::string& text) {
    std::string out;
    for (size_t at = 0; at < text.size(); at += 250) out += " \"" + text.substr(at, 250) + "\"";
    return out;
}

std::string signatureField(const std::string& tags) {
    return "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=rsa; bh=YWJj; b=YWJj; " + tags + "\r\n";
}

} // namespace

class TestDkimHostile : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void messages_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("result"); // of the best signature
        auto row = [](const char* name, const std::string& m, const char* result) {
            QTest::newRow(name) << QByteArray::fromStdString(m) << QByteArray(result);
        };
        const std::string good = signedMessage(plainMessage);
        const std::string field = good.substr(0, good.find("From: "));
        row("two thousand signatures", times(2000, field) + plainMessage, "pass");
        row("a megabyte of header fields",
            good.substr(0, good.find("\r\n\r\n") + 2) + times(90, "X: " + std::string(11'000, 'x') + "\r\n") +
                "\r\nbody\r\n",
            "fail");
        row("more header than is read",
            good.substr(0, good.find("\r\n\r\n") + 2) +
                times(200, "X: " + std::string(11'000, 'x') + "\r\n") + "\r\nbody\r\n",
            "policy");
        row("a field of nine hundred kilobytes, signed",
            signatureField("h=from:x") + "X: " + std::string(900'000, ' ') + "x\r\n" + plainMessage, "fail");
        row("twenty thousand names in h= and thousands of such fields",
            signatureField("h=from" + times(20'000, ":x")) + times(4900, "X: y\r\n") + plainMessage, "fail");
        row("twenty thousand names that are not there",
            signatureField("h=from" + times(10'000, ":nono")) + plainMessage, "fail");
        row("a signature field over the cap",
            signatureField("h=from; z=" + std::string(80'000, 'z')) + plainMessage, "permerror");
        row("sixty thousand semicolons",
            signatureField("h=from; z=1" + std::string(60'000, ';')) + plainMessage, "permerror");
        row("thousands of tags", signatureField("h=from" + times(8000, "; z=1")) + plainMessage, "permerror");
        row("a body of white space",
            signatureField("h=from; c=relaxed/relaxed") + "From: a\r\n\r\n" + times(500'000, " \t"), "fail");
        row("a body of empty lines",
            signatureField("h=from; c=relaxed/relaxed") + "From: a\r\n\r\n" + times(500'000, "\r\n") + "x",
            "fail");
        row("a body of CR",
            signatureField("h=from; c=relaxed/relaxed") + "From: a\r\n\r\n" + std::string(1'000'000, '\r'),
            "fail");
        std::string lengths;
        for (int i = 0; i < 10; ++i)
            for (const char* c : {"simple/simple", "relaxed/relaxed"})
                lengths += signatureField(std::string("h=from; c=") + c + "; l=" + std::to_string(i * 1000));
        row("twenty lengths of one body",
            lengths + "From: a\r\n\r\n" + times(20'000, "a line of the body  with words\r\n"), "fail");
        row("NUL in all places",
            signatureField(std::string("h=fr\0om", 7)) + std::string("Fr\0om: a\r\n\r\n\0\0", 15),
            "permerror");
    }
    void messages() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, result);
        const auto block = parsed(message.toStdString());
        ZoneResolver zone = keyZone();
        DkimVerifyOptions options;
        options.now = signedAt;
        const double start = cpuSeconds();
        auto check = runReady(verifyDkim(zone, block, options));
        const double took = cpuSeconds() - start;
        QVERIFY2(dkimResultName(check->best()) == result.toStdString(),
                 check->signatures.at(0).reason.c_str());
        QVERIFY2(took < maxSeconds, std::to_string(took).c_str());
        QVERIFY(check->signatures.size() <= maxDkimSignatures);
        for (const auto& s : check->signatures) QVERIFY(s.reason.size() < 1000);
    }

    void keys_data() {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QByteArray>("result");
        auto row = [](const char* name, const std::string& records, const char* result) {
            QTest::newRow(name) << QByteArray::fromStdString(records) << QByteArray(result);
        };
        const std::string name = "rsa._domainkey.example.org TXT";
        row("sixty kilobytes of p=", name + quotedStrings("p=" + std::string(60'000, 'A')), "permerror");
        row("sixty kilobytes of semicolons", name + quotedStrings("p=;" + std::string(60'000, ';')),
            "permerror");
        row("four hundred strings", name + times(400, " \"p=\""), "permerror");
        std::string many;
        for (int i = 0; i < 400; ++i)
            many += name +
                    quotedStrings("n=" + std::to_string(i) + "; " + std::string(rsa2048Record).substr(9)) +
                    "\n";
        row("four hundred keys at one name", many, "fail");
        row("a key of NUL octets", name + quotedStrings("p=" + text::base64Encode(std::string(300, '\0'))),
            "permerror");
    }
    void keys() {
        QFETCH(QByteArray, zone);
        QFETCH(QByteArray, result);
        const std::string message = signedMessage(plainMessage);
        ZoneResolver resolver(zone.toStdString());
        DkimVerifyOptions options;
        options.now = signedAt;
        const double start = cpuSeconds();
        auto check = runReady(verifyDkim(resolver, parsed(message), options));
        const double took = cpuSeconds() - start;
        QVERIFY2(dkimResultName(check->best()) == result.toStdString(),
                 check->signatures.at(0).reason.c_str());
        QVERIFY2(took < maxSeconds, std::to_string(took).c_str());
    }

    void fiftyLongArcSets() {
        std::string message = plainMessage;
        for (int i = 1; i <= 50; ++i) {
            const std::string n = std::to_string(i);
            const std::string tags =
                "; a=rsa-sha256; d=example.org; s=rsa; z=" + std::string(6000, 'z') + "; b=YWJj";
            message = "ARC-Seal: i=" + n + "; cv=" + (i == 1 ? "none" : "pass") + tags + "\r\n" +
                      "ARC-Message-Signature: i=" + n + "; h=from; bh=YWJj" + tags + "\r\n" +
                      "ARC-Authentication-Results: i=" + n + "; x; spf=pass (" + std::string(6000, 'y') +
                      ")\r\n" + message;
        }
        ZoneResolver zone = keyZone();
        const double start = cpuSeconds();
        auto check = runReady(verifyArc(zone, parsed(message), {}));
        QVERIFY(check->result == ArcResult::Fail);
        QCOMPARE(check->sets.size(), size_t(50));
        QVERIFY2(cpuSeconds() - start < maxSeconds, check->reason.c_str());
    }
};

QTEST_APPLESS_MAIN(TestDkimHostile)
#include "tst_dkim_hostile.moc"
