// moc cannot read some of the C++ library these pull in.
#ifndef Q_MOC_RUN
#include "net/listener.h"
#include "placement/smtp_sender.h"
#include "support/script_server.h"
#endif

using namespace waypost;
using namespace waypost::placement;

class TestPlacementSend : public QObject {
    Q_OBJECT

    static SendOutcome sendTo(const std::vector<test::Step>& script, std::string address = "seed@x.example") {
        net::Loop loop;
        loop.startThread();
        test::ScriptServer server(loop, script);
        net::Endpoint at = server.endpoint();
        net::TcpDialer dialer(loop);
        SystemClock clock;
        SmtpSender sender(dialer, clock, [at](std::string) -> Task<Result<smtp::SessionRequest>> {
            smtp::SessionRequest request;
            request.to = at;
            request.options.heloName = "client.example";
            request.options.tls = smtp::TlsMode::Never;
            co_return request;
        });
        Seed seed;
        seed.address = std::move(address);
        return loop.runBlocking<SendOutcome>(
            [&] { return sender.send(seed, "a@sender.example", "From: a@sender.example\r\n\r\nHi\r\n"); });
    }

    static std::vector<test::Step> upTo(std::vector<test::Step> rest) {
        std::vector<test::Step> script{test::send("220 mx\r\n"), test::expect("EHLO"),
                                       test::send("250 mx\r\n"), test::expect("MAIL FROM:<a@sender.example>"),
                                       test::send("250 ok\r\n")};
        script.insert(script.end(), rest.begin(), rest.end());
        return script;
    }

  private Q_SLOTS:
    void accepted() {
        SendOutcome o = sendTo(
            upTo({test::expect("RCPT TO:<seed@x.example>"), test::send("250 ok\r\n"), test::expect("DATA"),
                  test::send("354 go\r\n"), test::body(), test::send("250 2.0.0 queued as 1\r\n"),
                  test::expect("QUIT"), test::send("221 bye\r\n"), test::close()}));
        QCOMPARE(int(o.kind), int(SendOutcome::Kind::Accepted));
        QCOMPARE(o.code, 250);
        QVERIFY(o.reply.find("queued as 1") != std::string::npos);
        QVERIFY(o.transcript && !o.transcript->empty());
    }
    void refused() {
        SendOutcome o =
            sendTo(upTo({test::expect("RCPT"), test::send("550 5.7.1 go away\r\n"), test::hang()}));
        QCOMPARE(int(o.kind), int(SendOutcome::Kind::Refused));
        QCOMPARE(o.code, 550);
    }
    void deferred() {
        SendOutcome o =
            sendTo(upTo({test::expect("RCPT"), test::send("451 4.7.1 later\r\n"), test::close()}));
        QCOMPARE(int(o.kind), int(SendOutcome::Kind::Deferred));
        QCOMPARE(o.code, 451);
    }
    void lostBehindTheFinalDotIsUncertain() {
        SendOutcome o = sendTo(upTo({test::expect("RCPT"), test::send("250 ok\r\n"), test::expect("DATA"),
                                     test::send("354 go\r\n"), test::body(), test::close()}));
        QCOMPARE(int(o.kind), int(SendOutcome::Kind::Uncertain));
        QVERIFY(!o.reply.empty());
    }
    void anAddressThatIsNoneIsUnable() {
        SendOutcome o = sendTo({test::close()}, "no address");
        QCOMPARE(int(o.kind), int(SendOutcome::Kind::Unable));
        QVERIFY(!o.reply.empty());
    }
};

QTEST_APPLESS_MAIN(TestPlacementSend)
#include "tst_placement_send.moc"
