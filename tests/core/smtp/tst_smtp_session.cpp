// Sessions over real sockets on loopback against a scripted server.
#include "smtp/session.h"
#include "support/script_server.h"

using namespace waypost;
using namespace waypost::smtp;
using namespace waypost::test;

namespace {

QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}

OutgoingMail oneMail(std::string message = "Subject: x\n\n.hi\n") {
    OutgoingMail m;
    m.sender = *mail::MailAddress::parse("from@a.example");
    m.recipients.push_back({*mail::MailAddress::parse("to@b.example"), {}, {}});
    m.message = std::make_shared<const std::string>(std::move(message));
    return m;
}

const SystemClock systemClock;

struct Run {
    SessionResult result;
    std::vector<std::string> problems;
    std::string body;

    QString outcome() const {
        const auto& r = result.dialogue.mails.at(0).recipients.at(0);
        return q(outcomeName(r.outcome)) + " " + q(stageName(r.stage));
    }
    QString failure() const { return result.dialogue.failure ? q(result.dialogue.failure->text) : QString(); }
};

SessionRequest request(TlsMode tls = TlsMode::Never) {
    SessionRequest r;
    r.host = "mx.example.org";
    r.options.heloName = "me.example";
    r.options.tls = tls;
    r.options.timeouts = Timeouts::all(Millis(5000));
    r.mails.push_back(oneMail());
    return r;
}

Run play(std::vector<Step> script, SessionRequest r, net::ServerTls tls = {}) {
    net::Loop loop;
    loop.startThread();
    ScriptServer server(loop, std::move(script), std::move(tls));
    net::TcpDialer dialer(loop);
    r.to = server.endpoint();
    Run out;
    out.result =
        loop.runBlocking<SessionResult>([&] { return runSession(&dialer, &systemClock, std::move(r)); });
    out.problems = server.problems();
    out.body = server.body();
    loop.stop();
    return out;
}

Step greeting() {
    return send("220 mx ready\r\n");
}

std::vector<Step> upTo(size_t phase) {
    const std::vector<Step> all{greeting(),
                                expect("EHLO me.example"),
                                send("250 mx\r\n"),
                                expect("MAIL FROM:<from@a.example>"),
                                send("250 ok\r\n"),
                                expect("RCPT TO:<to@b.example>"),
                                send("250 ok\r\n"),
                                expect("DATA"),
                                send("354 go\r\n"),
                                body(),
                                send("250 2.0.0 ok\r\n"),
                                expect("QUIT"),
                                send("221 bye\r\n")};
    return {all.begin(), all.begin() + std::ptrdiff_t(phase)};
}

UtcTime days(int n) {
    return systemClock.now() + Millis(std::int64_t(n) * 86'400'000);
}

} // namespace

class TestSmtpSession : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aMailIsDelivered() {
        auto run = play(upTo(13), request());
        QCOMPARE(run.problems, std::vector<std::string>());
        QCOMPARE(run.outcome(), QString("accepted body"));
        QCOMPARE(run.failure(), QString());
        QCOMPARE(q(run.body), QString("Subject: x\n\n..hi\n"));
        const std::string text = run.result.transcript.toText();
        for (const char* line : {"Connecting to 127.0.0.1", "S: 220 mx", "C: EHLO me.example", "C: DATA",
                                 "C: .", "S: 250 2.0.0 ok", "C: QUIT", "S: 221 bye"})
            QVERIFY2(text.find(line) != std::string::npos, text.c_str());
        std::vector<Phase> phases;
        for (const auto& p : run.result.phases) phases.push_back(p.phase);
        QCOMPARE(phases, (std::vector<Phase>{Phase::Connect, Phase::Greeting, Phase::Ehlo, Phase::Mail,
                                             Phase::Rcpt, Phase::DataCommand, Phase::FinalDot, Phase::Quit}));
    }

    void aLargeMailGoesInBlocks() {
        SessionRequest r = request();
        std::string line(70, 'x');
        std::string message;
        while (message.size() < 3'000'000) message += line + "\n";
        r.mails = {oneMail(message)};
        auto run = play(upTo(13), std::move(r));
        QCOMPARE(run.outcome(), QString("accepted body"));
        QCOMPARE(run.body.size(), message.size());
    }

    void everyHangIsNamed_data() {
        QTest::addColumn<int>("steps");
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<QString>("text");
        QTest::newRow("greeting") << 0 << "deferred connect"
                                  << "The time for the greeting ran out after 150 ms.";
        QTest::newRow("EHLO") << 2 << "deferred helo"
                              << "The time for the answer to EHLO ran out after 150 ms.";
        QTest::newRow("MAIL") << 4 << "deferred mail"
                              << "The time for the answer to MAIL FROM ran out after 150 ms.";
        QTest::newRow("RCPT") << 6 << "deferred rcpt"
                              << "The time for the answer to RCPT TO ran out after 150 ms.";
        QTest::newRow("DATA") << 8 << "deferred data"
                              << "The time for the answer to DATA ran out after 150 ms.";
        QTest::newRow("final dot") << 10 << "uncertain body"
                                   << "The time for the answer to the message ran out after 150 ms.";
        QTest::newRow("QUIT does not matter") << 12 << "accepted body" << "";
    }
    void everyHangIsNamed() {
        QFETCH(int, steps);
        QFETCH(QString, outcome);
        QFETCH(QString, text);
        auto script = upTo(size_t(steps));
        script.push_back(hang());
        SessionRequest r = request();
        r.options.timeouts = Timeouts::all(Millis(150));
        auto run = play(std::move(script), std::move(r));
        QCOMPARE(run.outcome(), outcome);
        QCOMPARE(run.failure(), text);
        QVERIFY(run.result.took < Millis(3000));
    }

    void everyHangUpIsNamed_data() {
        QTest::addColumn<int>("steps");
        QTest::addColumn<QString>("outcome");
        QTest::newRow("greeting") << 0 << "deferred connect";
        QTest::newRow("EHLO") << 2 << "deferred helo";
        QTest::newRow("MAIL") << 4 << "deferred mail";
        QTest::newRow("RCPT") << 6 << "deferred rcpt";
        QTest::newRow("DATA") << 8 << "deferred data";
        QTest::newRow("final dot") << 10 << "uncertain body";
    }
    void everyHangUpIsNamed() {
        QFETCH(int, steps);
        QFETCH(QString, outcome);
        auto script = upTo(size_t(steps));
        script.push_back(close());
        auto run = play(std::move(script), request());
        QCOMPARE(run.outcome(), outcome);
        QVERIFY2(run.failure().startsWith("The connection was lost before "), qPrintable(run.failure()));
    }

    // A peer that drips bytes does not move the deadline.
    void aDrippingReplyEnds() {
        std::vector<Step> script;
        for (int i = 0; i < 40; ++i) script.push_back(send("2"));
        script.push_back(hang());
        SessionRequest r = request();
        r.options.timeouts = Timeouts::all(Millis(150));
        auto run = play(std::move(script), std::move(r));
        QCOMPARE(run.failure(), QString("The time for the greeting ran out after 150 ms."));
    }

    void theSessionHasALimitOfItsOwn() {
        SessionRequest r = request();
        r.options.timeouts.session = Millis(150);
        auto script = upTo(4);
        script.push_back(hang());
        auto run = play(std::move(script), std::move(r));
        QCOMPARE(run.failure(), QString("The session took longer than 150 ms."));
    }

    void aTenMegabyteReplyLineEndsWithASentence() {
        auto run = play({send("220 "), flood('x', 10 * 1024 * 1024), send("\r\n")}, request());
        QCOMPARE(run.outcome(), QString("deferred connect"));
        QCOMPARE(run.failure(), QString("The server's reply is longer than 65536 bytes."));
        QVERIFY(run.result.transcript.serialize().size() < 100'000);
    }

    void aRefusedConnectionIsAnOutcome() {
        net::Loop loop;
        loop.startThread();
        net::Endpoint gone;
        {
            ScriptServer server(loop, {});
            gone = server.endpoint();
        }
        net::TcpDialer dialer(loop);
        SessionRequest r = request();
        r.to = gone;
        auto result =
            loop.runBlocking<SessionResult>([&] { return runSession(&dialer, &systemClock, std::move(r)); });
        QCOMPARE(result.connect, net::IoStatus::Refused);
        QCOMPARE(result.dialogue.failure->kind, FailureKind::Connect);
        QCOMPARE(result.dialogue.mails[0].recipients[0].outcome, Outcome::Deferred);
        QVERIFY(q(result.dialogue.failure->text).startsWith("No connection to 127.0.0.1:"));
    }

    void anAddressOutsideIsForbiddenHere() {
        net::Loop loop;
        loop.startThread();
        net::TcpDialer dialer(loop);
        SessionRequest r = request();
        r.to = *net::Endpoint::parse("192.0.2.1:25", 25);
        auto result =
            loop.runBlocking<SessionResult>([&] { return runSession(&dialer, &systemClock, std::move(r)); });
        QCOMPARE(result.connect, net::IoStatus::Forbidden);
        QCOMPARE(result.dialogue.mails[0].recipients[0].outcome, Outcome::NotAttempted);
    }

    void certificates_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("mode");
        QTest::addColumn<bool>("implicit");
        QTest::addColumn<QString>("outcome");
        for (bool implicit : {false, true}) {
            const char* how = implicit ? "implicit" : "STARTTLS";
            QTest::addRow("%s, good name, verify", how)
                << "mx.example.org" << int(TlsMode::Verify) << implicit << "accepted body";
            QTest::addRow("%s, wrong name, verify", how)
                << "other.example.org" << int(TlsMode::Verify) << implicit << "deferred tls";
            QTest::addRow("%s, wrong name, require", how)
                << "other.example.org" << int(TlsMode::Require) << implicit << "accepted body";
        }
    }
    void certificates() {
        QFETCH(QString, name);
        QFETCH(int, mode);
        QFETCH(bool, implicit);
        QFETCH(QString, outcome);
        net::TestAuthority authority;
        SessionRequest r = request(TlsMode(mode));
        r.implicitTls = implicit;
        r.caPem = authority.caPem();
        std::vector<Step> script;
        if (implicit) {
            script = {tls(), greeting()};
        } else {
            script = {greeting(),         expect("EHLO"),     send("250-mx\r\n250 STARTTLS\r\n"),
                      expect("STARTTLS"), send("220 go\r\n"), tls()};
        }
        auto rest = upTo(13);
        script.insert(script.end(), rest.begin() + 1, rest.end());
        auto run =
            play(std::move(script), std::move(r), authority.issue({name.toStdString()}, days(-1), days(30)));
        QCOMPARE(run.outcome(), outcome);
        QVERIFY(run.result.tls && run.result.tls->established);
        const bool good = name == "mx.example.org";
        QCOMPARE(run.result.tls->verdict,
                 good ? net::CertificateVerdict::Trusted : net::CertificateVerdict::NameMismatch);
        if (outcome == "deferred tls") {
            QVERIFY2(run.failure().startsWith("The server's certificate is not trusted: "),
                     qPrintable(run.failure()));
            QVERIFY2(run.failure().contains("mx.example.org"), qPrintable(run.failure()));
        }
    }

    void aHandshakeThatHangsIsNamed() {
        SessionRequest r = request(TlsMode::Require);
        r.options.timeouts.tls = Millis(150);
        auto run = play({greeting(), expect("EHLO"), send("250-mx\r\n250 STARTTLS\r\n"), expect("STARTTLS"),
                         send("220 go\r\n"), hang()},
                        std::move(r));
        QCOMPARE(run.outcome(), QString("deferred tls"));
        QVERIFY2(run.failure().startsWith("The TLS handshake failed: "), qPrintable(run.failure()));
    }

    void injectedPlainTextIsNeverUsed() {
        auto run = play({greeting(), expect("EHLO"), send("250-mx\r\n250 STARTTLS\r\n"), expect("STARTTLS"),
                         send("220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n"), hang()},
                        request(TlsMode::Opportunistic));
        QCOMPARE(run.outcome(), QString("deferred tls"));
        QVERIFY(run.failure().contains("behind its answer to STARTTLS"));
        QVERIFY(run.problems.empty());
    }

    void aWrongPasswordSaysSoAndIsNotRecorded() {
        net::TestAuthority authority;
        SessionRequest r = request(TlsMode::Verify);
        r.caPem = authority.caPem();
        r.options.credentials = Credentials{"ann", Secret("hunter2222"), false, {}};
        auto run = play({greeting(), expect("EHLO"), send("250-mx\r\n250 STARTTLS\r\n"), expect("STARTTLS"),
                         send("220 go\r\n"), tls(), expect("EHLO"), send("250-mx\r\n250 AUTH PLAIN\r\n"),
                         expect("AUTH PLAIN AGFubgBodW50ZXIyMjIy"),
                         send("535 5.7.8 Authentication failed for hunter2222\r\n"), expect("QUIT"),
                         send("221 bye\r\n")},
                        std::move(r), authority.issue({"mx.example.org"}, days(-1), days(30)));
        QCOMPARE(run.problems, std::vector<std::string>());
        QCOMPARE(run.outcome(), QString("not-attempted auth"));
        QCOMPARE(
            run.failure(),
            QString(
                "The server did not accept user and password: 535 5.7.8 Authentication failed for <masked>"));
        const std::string record = run.result.transcript.serialize();
        QVERIFY(record.find("AUTH PLAIN <masked>") != std::string::npos);
        QVERIFY(record.find("hunter2222") == std::string::npos &&
                record.find("AGFubgBodW50ZXIyMjIy") == std::string::npos);
    }

    // The server refuses in the middle of the message and hangs up: its words are still heard.
    void theLastWordsBeforeAHangUpAreHeard() {
        SessionRequest r = request();
        r.mails = {oneMail(std::string(30'000'000, 'x'))};
        auto script = upTo(9);
        script.push_back(send("552 5.3.4 too big\r\n"));
        script.push_back(close());
        auto run = play(std::move(script), std::move(r));
        // Depending on the network the reply was read, or reset with the connection; never is it uncertain.
        const auto& one = run.result.dialogue.mails[0].recipients[0];
        QVERIFY2(one.outcome == Outcome::Rejected || one.outcome == Outcome::Deferred,
                 qPrintable(run.outcome()));
        QVERIFY(!run.failure().isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestSmtpSession)
#include "tst_smtp_session.moc"
