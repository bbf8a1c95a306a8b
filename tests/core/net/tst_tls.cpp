#include "net_test.h"

using namespace waypost;
using namespace waypost::net;
using waypost::test::Pair;
using waypost::test::run;
using waypost::test::waitUntil;

namespace {

constexpr Millis deadline{5000};
constexpr std::int64_t dayMs = 86'400'000;

UtcTime now() {
    return SystemClock().now();
}
UtcTime days(int n) {
    return {now().ms + n * dayMs};
}

enum class Peer { Tls, CloseAtOnce, Hang, PlainText };

struct Hello {
    TlsOutcome client;
    std::optional<TlsOutcome> server;
};

// Both sides shake hands; the server's side may misbehave instead.
Hello shake(Loop& loop, Pair& pair, Peer peer, const ServerTls& tls, TlsOptions options, Millis limit) {
    Hello out;
    bool ended = false;
    if (peer == Peer::Tls) {
        start(pair.peer->acceptTls(tls, limit), [&](TlsOutcome o) { out.server = std::move(o); });
    } else if (peer == Peer::CloseAtOnce) {
        pair.peer->close();
    } else if (peer == Peer::PlainText) {
        start(pair.peer->writeAll("220 mx.example.org ESMTP\r\n", limit), [](IoResult) {});
    }
    start(pair.client->startTls(std::move(options), limit), [&](TlsOutcome o) {
        out.client = std::move(o);
        ended = true;
    });
    waitUntil(loop, [&] { return ended && (peer != Peer::Tls || out.server); });
    return out;
}

} // namespace

class TestTls : public QObject {
    Q_OBJECT

    TestAuthority authority_;
    TestAuthority stranger_;

    ServerTls certificate(const QByteArray& kind) const {
        if (kind == "good") return authority_.issue({"mx.example.org", "127.0.0.1"}, days(-1), days(30));
        if (kind == "wildcard") return authority_.issue({"*.example.org"}, days(-1), days(30));
        if (kind == "expired") return authority_.issue({"mx.example.org"}, days(-30), days(-1));
        if (kind == "future") return authority_.issue({"mx.example.org"}, days(1), days(30));
        if (kind == "stranger") return stranger_.issue({"mx.example.org"}, days(-1), days(30));
        if (kind == "expired and misnamed") return authority_.issue({"old.example.net"}, days(-30), days(-1));
        return TestAuthority::selfSigned({"mx.example.org"}, days(-1), days(30));
    }

  private Q_SLOTS:
    void verdict_data() {
        QTest::addColumn<QByteArray>("kind");
        QTest::addColumn<QByteArray>("asked");
        QTest::addColumn<int>("verdict");
        QTest::addColumn<QByteArray>("says");
        auto row = [](const char* name, const char* kind, const char* asked, CertificateVerdict v,
                      const char* says) {
            QTest::newRow(name) << QByteArray(kind) << QByteArray(asked) << int(v) << QByteArray(says);
        };
        using enum CertificateVerdict;
        row("a good certificate is trusted", "good", "mx.example.org", Trusted,
            "Trusted for mx.example.org.");
        row("letter case does not matter", "good", "MX.Example.ORG", Trusted, "Trusted");
        row("a trailing dot does not matter", "good", "mx.example.org.", Trusted, "Trusted");
        row("an address is checked against addresses", "good", "127.0.0.1", Trusted, "Trusted");
        row("a wildcard holds for one label", "wildcard", "mx.example.org", Trusted, "Trusted");
        row("a wildcard does not hold for two labels", "wildcard", "a.mx.example.org", NameMismatch,
            "not for a.mx.example.org: it is for *.example.org");
        row("another name", "good", "mx.example.net", NameMismatch, "it is for mx.example.org, 127.0.0.1");
        row("another address", "good", "127.0.0.2", NameMismatch, "not for 127.0.0.2");
        row("expired", "expired", "mx.example.org", Expired, "expired on 20");
        row("not valid yet", "future", "mx.example.org", NotYetValid, "valid only from 20");
        row("issued by an authority we do not know", "stranger", "mx.example.org", UnknownIssuer,
            "Waypost test authority");
        row("signed by itself", "self", "mx.example.org", SelfSigned, "signed by itself");
        row("two faults: the first is the verdict, both are told", "expired and misnamed", "mx.example.org",
            Expired, "The certificate is not for mx.example.org");
        row("no name to check", "good", "", NotChecked, "No name was given");
    }
    void verdict() {
        QFETCH(QByteArray, kind);
        QFETCH(QByteArray, asked);
        QFETCH(int, verdict);
        QFETCH(QByteArray, says);
        auto tls = certificate(kind);
        bool trusted = verdict == int(CertificateVerdict::Trusted);
        for (auto policy : {TlsPolicy::Record, TlsPolicy::Require}) {
            Loop loop;
            Pair pair(loop);
            TlsOptions options;
            options.serverName = asked.toStdString();
            options.policy = policy;
            options.caPem = authority_.caPem();
            auto hello = shake(loop, pair, Peer::Tls, tls, options, deadline);
            QCOMPARE(int(hello.client.verdict), verdict);
            QVERIFY2(hello.client.verdictText.find(says.toStdString()) != std::string::npos,
                     hello.client.verdictText.c_str());
            QCOMPARE(hello.client.established, trusted || policy == TlsPolicy::Record);
            QCOMPARE(hello.client.failure.empty(), hello.client.established);
            QCOMPARE(hello.client.protocol, std::string("TLSv1.3"));
            QVERIFY(!hello.client.chainDer.empty());
            QVERIFY(pair.client->tls().has_value());
            auto write = run(loop, pair.client->writeAll("x", deadline));
            QCOMPARE(write.status, hello.client.established ? IoStatus::Ok : IoStatus::TlsFailed);
            if (!hello.client.established) QCOMPARE(write.text, hello.client.verdictText);
        }
    }

    void theOutcomeDescribesTheCertificate() {
        Loop loop;
        Pair pair(loop);
        auto tls = authority_.issue({"mx.example.org", "::1"}, {1'700'000'000'000}, {4'000'000'000'000});
        TlsOptions options{"mx.example.org", TlsPolicy::Require, "", authority_.caPem()};
        auto hello = shake(loop, pair, Peer::Tls, tls, options, deadline);
        QVERIFY2(hello.client.established, hello.client.failure.c_str());
        QCOMPARE(hello.client.subject, std::string("CN=mx.example.org"));
        QCOMPARE(hello.client.issuer, std::string("CN=Waypost test authority"));
        QVERIFY(hello.client.names == std::vector<std::string>({"mx.example.org", "::1"}));
        QCOMPARE(hello.client.notBefore.ms, 1'700'000'000'000);
        QCOMPARE(hello.client.notAfter.ms, 4'000'000'000'000);
        QCOMPARE(hello.client.chainDer.size(), size_t(2));
        QVERIFY(hello.server->established);
        QCOMPARE(hello.server->verdict, CertificateVerdict::NotChecked);
    }

    void handshakeFailure_data() {
        QTest::addColumn<int>("peer");
        QTest::addColumn<int>("limitMs");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("the peer closes") << int(Peer::CloseAtOnce) << 5000 << QByteArray("clos");
        QTest::newRow("the peer never answers")
            << int(Peer::Hang) << 60 << QByteArray("did not end within 60 ms");
        QTest::newRow("the peer speaks plain text")
            << int(Peer::PlainText) << 5000 << QByteArray("does not speak TLS");
    }
    void handshakeFailure() {
        QFETCH(int, peer);
        QFETCH(int, limitMs);
        QFETCH(QByteArray, says);
        for (auto policy : {TlsPolicy::Record, TlsPolicy::Require}) {
            Loop loop;
            Pair pair(loop);
            TlsOptions options{"mx.example.org", policy, "", authority_.caPem()};
            auto hello = shake(loop, pair, Peer(peer), {}, options, Millis(limitMs));
            QVERIFY(!hello.client.established);
            QVERIFY2(hello.client.failure.find(says.toStdString()) != std::string::npos,
                     hello.client.failure.c_str());
            QCOMPARE(hello.client.verdict, CertificateVerdict::NotChecked);
            std::array<char, 8> buffer{};
            auto read = run(loop, pair.client->readSome(buffer, deadline));
            QCOMPARE(read.status, IoStatus::TlsFailed);
            QCOMPARE(read.text, hello.client.failure);
        }
    }

    void aServerWithoutACertificateSaysWhy() {
        Loop loop;
        Pair pair(loop);
        ServerTls broken{"no certificate", "no key"};
        auto outcome = run(loop, pair.peer->acceptTls(broken, deadline));
        QVERIFY(!outcome.established);
        QVERIFY2(outcome.failure.find("certificate or key cannot be used") != std::string::npos,
                 outcome.failure.c_str());
    }

    void rootsThatCannotBeReadAreNoVerdict() {
        Loop loop;
        Pair pair(loop);
        TlsOptions options{"mx.example.org", TlsPolicy::Record, "/nonexistent/roots.pem", ""};
        auto hello = shake(loop, pair, Peer::Tls, certificate("good"), options, deadline);
        QVERIFY(hello.client.established);
        QCOMPARE(hello.client.verdict, CertificateVerdict::NotChecked);
        QVERIFY2(hello.client.verdictText.find("/nonexistent/roots.pem") != std::string::npos,
                 hello.client.verdictText.c_str());
    }

    void startTlsOnAUsedStream() {
        Loop loop;
        Pair pair(loop);
        LineReader fromServer(*pair.client, 512);
        LineReader fromClient(*pair.peer, 512);
        QVERIFY(run(loop, pair.peer->writeAll("220 ready\r\n", deadline)).ok());
        QCOMPARE(run(loop, fromServer.read(deadline)).text, std::string("220 ready"));
        QVERIFY(run(loop, pair.client->writeAll("STARTTLS\r\n", deadline)).ok());
        QCOMPARE(run(loop, fromClient.read(deadline)).text, std::string("STARTTLS"));
        QVERIFY(!pair.client->tls());
        TlsOptions options{"mx.example.org", TlsPolicy::Require, "", authority_.caPem()};
        auto hello = shake(loop, pair, Peer::Tls, certificate("good"), options, deadline);
        QVERIFY2(hello.client.established, hello.client.failure.c_str());
        std::string big(300'000, 'x');
        std::optional<IoResult> written;
        start(pair.client->writeAll("EHLO again\r\n" + big, deadline),
              [&](IoResult r) { written = std::move(r); });
        QCOMPARE(run(loop, fromClient.read(deadline)).text, std::string("EHLO again"));
        std::string got;
        auto whole = run(loop, fromClient.readExactly(big.size(), got, deadline));
        QCOMPARE(whole.status, IoStatus::Ok);
        QVERIFY(got == big);
        QVERIFY(waitUntil(loop, [&] { return written.has_value(); }));
        QVERIFY(written->ok());
        // Again is refused, and the connection is given up rather than left in between.
        auto again = run(loop, pair.client->startTls(options, deadline));
        QVERIFY(!again.established);
        QVERIFY(again.failure.find("already") != std::string::npos);
    }

    void closeSaysGoodbye() {
        Loop loop;
        Pair pair(loop);
        TlsOptions options{"mx.example.org", TlsPolicy::Require, "", authority_.caPem()};
        auto hello = shake(loop, pair, Peer::Tls, certificate("good"), options, deadline);
        QVERIFY(hello.client.established);
        pair.client.reset();
        std::array<char, 8> buffer{};
        auto end = run(loop, pair.peer->readSome(buffer, deadline));
        QCOMPARE(end.status, IoStatus::Eof);
        QCOMPARE(end.text, std::string("the peer closed the connection"));
    }

    void aReadDeadlineLeavesTheTlsStreamUsable() {
        Loop loop;
        Pair pair(loop);
        TlsOptions options{"mx.example.org", TlsPolicy::Require, "", authority_.caPem()};
        auto hello = shake(loop, pair, Peer::Tls, certificate("good"), options, deadline);
        QVERIFY(hello.client.established);
        std::array<char, 8> buffer{};
        QCOMPARE(run(loop, pair.client->readSome(buffer, Millis(30))).status, IoStatus::Timeout);
        QVERIFY(run(loop, pair.peer->writeAll("late", deadline)).ok());
        auto late = run(loop, pair.client->readSome(buffer, deadline));
        QCOMPARE(late.status, IoStatus::Ok);
        QCOMPARE(std::string(buffer.data(), late.bytes), std::string("late"));
    }

    void destroyedOrStoppedInTheHandshake_data() {
        QTest::addColumn<bool>("stopLoop");
        QTest::newRow("the stream is destroyed") << false;
        QTest::newRow("the loop stops") << true;
    }
    void destroyedOrStoppedInTheHandshake() {
        QFETCH(bool, stopLoop);
        Loop loop;
        Pair pair(loop);
        TlsOptions options{"mx.example.org", TlsPolicy::Require, "", authority_.caPem()};
        int completions = 0;
        TlsOutcome outcome;
        start(pair.client->startTls(options, deadline), [&](TlsOutcome o) {
            outcome = std::move(o);
            ++completions;
        });
        if (stopLoop)
            loop.stop();
        else
            pair.client.reset();
        waitUntil(loop, [&] { return completions > 0; });
        QCOMPARE(completions, 1);
        QVERIFY(!outcome.established);
        QCOMPARE(outcome.failure, std::string("the stream was closed"));
    }
};

QTEST_APPLESS_MAIN(TestTls)
#include "tst_tls.moc"
