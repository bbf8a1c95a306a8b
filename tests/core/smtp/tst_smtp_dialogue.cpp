// The dialogue against scripts in memory. A script is a text of lines: "S: " what the server says, "C: " what
// the client must have said since the server's last word. "S> " speaks without a line end.
#include "smtp/dialogue.h"

#include <fmt/format.h>

using namespace waypost;
using namespace waypost::smtp;

namespace {

QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}

OutgoingMail mailTo(std::vector<std::string> to, std::string message = "Subject: x\r\n\r\nhi\r\n") {
    OutgoingMail m;
    m.sender = *mail::MailAddress::parse("from@a.example");
    for (const auto& t : to) m.recipients.push_back({*mail::MailAddress::parse(t), {}, {}});
    m.message = std::make_shared<const std::string>(std::move(message));
    return m;
}

DialogueOptions options(TlsMode tls = TlsMode::Never) {
    DialogueOptions o;
    o.heloName = "me.example";
    o.tls = tls;
    return o;
}

TlsReport goodTls(bool trusted = true) {
    return {TlsState::Established, trusted, "TLSv1.3", "TLS_AES_128_GCM_SHA256",
            trusted ? "" : "The name does not match."};
}

struct Driver {
    Driver(DialogueOptions o, std::vector<OutgoingMail> mails) : d(std::move(o), std::move(mails)) {}

    // Runs until the dialogue waits, wants TLS or is done; gives what was sent.
    std::string drain() {
        std::string out;
        while (true) {
            action = d.next();
            collectLog();
            if (auto* s = std::get_if<Send>(&action)) {
                out += s->bytes;
                continue;
            }
            return out;
        }
    }
    void collectLog() {
        for (auto& e : d.takeLog())
            log += (e.direction == Direction::Sent       ? "C "
                    : e.direction == Direction::Received ? "S "
                                                         : "* ") +
                   e.bytes + "\n";
    }
    // Empty when all went by the script; else what differed.
    QString play(const std::string& script) {
        std::string said = drain();
        for (const QString& line : q(script).split('\n', Qt::SkipEmptyParts)) {
            const QString rest = line.mid(3);
            if (line.startsWith("C: ")) {
                const std::string want = rest.toStdString() + "\r\n";
                if (!said.starts_with(want))
                    return QString("the client said \"%1\", not \"%2\"").arg(q(said), rest);
                said.erase(0, want.size());
                continue;
            }
            if (line == "TLS") {
                if (!std::holds_alternative<StartTls>(action)) return "no TLS handshake was asked for";
                d.tlsDone(goodTls());
                said += drain();
                continue;
            }
            if (!said.empty() && !rest.startsWith("+"))
                return QString("the client also said \"%1\"").arg(q(said));
            if (!std::holds_alternative<Wait>(action))
                return QString("the client does not wait before \"%1\"").arg(rest);
            QString words = rest.startsWith("+") ? rest.mid(1) : rest;
            d.received(words.replace("|", "\r\n").toStdString() + (line.startsWith("S> ") ? "" : "\r\n"));
            said += drain();
        }
        if (!said.empty()) return QString("at the end the client said \"%1\"").arg(q(said));
        return {};
    }
    // "accepted rcpt 250; …"
    QString outcomes(size_t mail = 0) const {
        QStringList out;
        for (const auto& r : d.result().mails[mail].recipients)
            out << q(outcomeName(r.outcome)) + " " + q(stageName(r.stage)) +
                       (r.reply ? " " + QString::number(r.reply->code) : "");
        return out.join("; ");
    }
    QString failure() const {
        const auto& f = d.result().failure;
        return f ? q(failureKindName(f->kind)) + " " + q(stageName(f->stage)) : QString();
    }

    Dialogue d;
    Action action;
    std::string log;
};

const char* hello = "S: 220 mx ready\nC: EHLO me.example\nS: 250-mx|250 8BITMIME\n";
const char* helloPipelining = "S: 220 mx ready\nC: EHLO me.example\nS: 250-mx|250-PIPELINING|250 SIZE 1000\n";

} // namespace

class TestSmtpDialogue : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void sessions_data() {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("outcomes");
        QTest::addColumn<QString>("failure");
        auto row = [](const char* name, QString script, const char* outcomes, const char* failure = "") {
            QTest::newRow(name) << script << outcomes << failure;
        };
        const QString h = hello;
        const QString p = helloPipelining;
        const QString toData =
            h + "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<to@b.example>\nS: 250 ok\n"
                "C: RCPT TO:<two@b.example>\nS: 250 ok\nC: DATA\n";
        const QString body = "C: Subject: x\nC: \nC: hi\nC: .\n";
        const QString group = "C: MAIL FROM:<from@a.example> SIZE=18\nC: RCPT TO:<to@b.example>\nC: RCPT "
                              "TO:<two@b.example>\nC: DATA\n";
        row("all goes well",
            toData + "S: 354 go\n" + body + "S: 250 2.0.0 queued as 1\nC: QUIT\nS: 221 bye\n",
            "accepted body 250; accepted body 250");
        row("with PIPELINING in one group",
            p + group + "S: 250 ok|250 ok|250 ok|354 go\n" + body + "S: 250 ok\nC: QUIT\nS: 221 bye\n",
            "accepted body 250; accepted body 250");
        row("pipelined replies come one by one",
            p + group + "S: 250 ok\nS: 250 ok\nS> 25\nS: 0 ok\nS: 354 go\n" + body +
                "S: 250 ok\nC: QUIT\nS: 221 bye\n",
            "accepted body 250; accepted body 250");
        row("one recipient is refused",
            p + group + "S: 250 ok|550 5.1.1 no|250 ok|354 go\n" + body + "S: 250 ok\nC: QUIT\nS: 221 x\n",
            "rejected rcpt 550; accepted body 250");
        row("all recipients are refused, DATA too",
            p + group + "S: 250 ok|550 no|451 later|503 no recipients\nC: QUIT\nS: 221 x\n",
            "rejected rcpt 550; deferred rcpt 451");
        row("all recipients are refused and DATA is not",
            p + group + "S: 250 ok|550 no|550 no|354 go\nC: .\nS: 554 no\nC: QUIT\nS: 221 x\n",
            "rejected rcpt 550; rejected rcpt 550");
        row("the sender is refused in a group",
            p + group + "S: 550 5.7.1 no|503 x|503 x|503 x\nC: QUIT\nS: 221 x\n",
            "rejected mail 550; rejected mail 550");
        row("the sender is refused",
            h + "C: MAIL FROM:<from@a.example>\nS: 451 4.7.1 greylisted\nC: QUIT\nS: 221 x\n",
            "deferred mail 451; deferred mail 451");
        row("DATA is refused", toData + "S: 451 no\nC: QUIT\nS: 221 x\n",
            "deferred data 451; deferred data 451");
        row("the message is refused",
            toData + "S: 354 go\n" + body + "S: 550 5.7.1 spam\nC: QUIT\nS: 221 x\n",
            "rejected body 550; rejected body 550");
        row("the message is put off", toData + "S: 354 go\n" + body + "S: 452 full\nC: QUIT\nS: 221 x\n",
            "deferred body 452; deferred body 452");
        row("EHLO is unknown, HELO works",
            "S: 220 mx\nC: EHLO me.example\nS: 502 what\nC: HELO me.example\nS: 250 mx\nC: MAIL "
            "FROM:<from@a.example>\nS: 550 no\nC: "
            "QUIT\nS: 221 x\n",
            "rejected mail 550; rejected mail 550");
        row("EHLO and HELO are refused",
            "S: 220 mx\nC: EHLO me.example\nS: 502 what\nC: HELO me.example\nS: 550 no\nC: QUIT\nS: 221 x\n",
            "rejected helo 550; rejected helo 550", "refused helo");
        row("EHLO is put off", "S: 220 mx\nC: EHLO me.example\nS: 451 later\nC: QUIT\nS: 221 x\n",
            "deferred helo 451; deferred helo 451", "refused helo");
        row("the greeting refuses", "S: 554 5.7.1 your IP is listed\nC: QUIT\nS: 221 x\n",
            "rejected connect 554; rejected connect 554", "refused connect");
        row("the greeting has several lines", "S: 220-mx|220 ready\nC: EHLO me.example\nS: 421 x\n",
            "deferred helo 421; deferred helo 421", "refused helo");
        // 421 may answer anything.
        row("421 as the greeting", "S: 421 busy\n", "deferred connect 421; deferred connect 421",
            "refused connect");
        row("421 to MAIL", h + "C: MAIL FROM:<from@a.example>\nS: 421 x\n",
            "deferred mail 421; deferred mail 421", "refused mail");
        row("421 to the second RCPT keeps the refusal of the first",
            h + "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<to@b.example>\nS: 550 no\nC: RCPT "
                "TO:<two@b.example>\nS: 421 x\n",
            "rejected rcpt 550; deferred rcpt 421", "refused rcpt");
        row("421 to DATA", toData + "S: 421 x\n", "deferred data 421; deferred data 421", "refused data");
        row("421 to the message", toData + "S: 354 go\n" + body + "S: 421 x\n",
            "deferred body 421; deferred body 421", "refused body");
        row("421 behind the acceptance does not take it back",
            toData + "S: 354 go\n" + body + "S: 250 ok|421 bye\n", "accepted body 250; accepted body 250",
            "refused body");
        row("a cut 421 behind the acceptance neither",
            toData + "S: 354 go\n" + body + "S> 250 ok|42\nC: QUIT\nS: 1 bye\n",
            "accepted body 250; accepted body 250");
        row("421 to QUIT does not matter", toData + "S: 354 go\n" + body + "S: 250 ok\nC: QUIT\nS: 421 x\n",
            "accepted body 250; accepted body 250");
        // Replies out of step.
        row("garbage as the greeting", "S: SSH-2.0-x\n", "deferred connect; deferred connect",
            "protocol connect");
        row("garbage to EHLO", "S: 220 mx\nC: EHLO me.example\nS: what?\n", "deferred helo; deferred helo",
            "protocol helo");
        row("garbage to MAIL", h + "C: MAIL FROM:<from@a.example>\nS: !\n", "deferred mail; deferred mail",
            "protocol mail");
        row("garbage to DATA", toData + "S: xyz\n", "deferred data; deferred data", "protocol data");
        row("garbage to the message is uncertain", toData + "S: 354 go\n" + body + "S: xyz\n",
            "uncertain body; uncertain body", "protocol body");
        row("a second answer to the message is uncertain",
            toData + "S: 354 go\n" + body + "S: 250 ok|550 no\n", "uncertain body; uncertain body",
            "protocol body");
        row("a 3yz answer to the message is uncertain", toData + "S: 354 go\n" + body + "S: 354 more\n",
            "uncertain body; uncertain body", "protocol body");
        row("the greeting brings an answer to EHLO along", "S: 220 mx|250 mx\n",
            "deferred connect; deferred connect", "protocol connect");
        row("an answer to MAIL comes with that to EHLO", "S: 220 mx\nC: EHLO me.example\nS: 250 mx|250 ok\n",
            "deferred helo; deferred helo", "protocol helo");
        row("an answer too many in a group", p + group + "S: 250 ok|250 ok|250 ok|354 go|250 ok\n",
            "deferred data; deferred data", "protocol data");
        row("250 to DATA", toData + "S: 250 ok\n", "deferred data; deferred data", "protocol data");
        row("354 to MAIL", h + "C: MAIL FROM:<from@a.example>\nS: 354 go\n", "deferred mail; deferred mail",
            "protocol mail");
        row("354 to RCPT", p + group + "S: 250 ok|354 go\n", "deferred rcpt; deferred rcpt", "protocol rcpt");
        row("mixed codes", "S: 220 mx\nC: EHLO me.example\nS: 250-mx|550 no\n",
            "deferred helo; deferred helo", "protocol helo");
    }
    void sessions() {
        QFETCH(QString, script);
        QFETCH(QString, outcomes);
        QFETCH(QString, failure);
        Driver d(options(), {mailTo({"to@b.example", "two@b.example"})});
        QCOMPARE(d.play(script.toStdString()), QString());
        QVERIFY(d.d.done());
        QCOMPARE(d.outcomes(), outcomes);
        QCOMPARE(d.failure(), failure);
        if (!failure.isEmpty()) {
            QVERIFY(d.d.result().failure->text.size() > 10);
            QVERIFY(d.log.find(d.d.result().failure->text) != std::string::npos);
        }
    }

    // The peer goes away, or our patience ends, at every single point of a session.
    void endsAtEveryStep() {
        const std::vector<std::string> says{"220 mx\r\n", "250 mx\r\n",   "250 ok\r\n", "250 ok\r\n",
                                            "354 go\r\n", "250 done\r\n", "221 bye\r\n"};
        const std::vector<QString> stages{"connect", "helo", "mail", "rcpt", "data", "body", ""};
        for (bool timeout : {false, true}) {
            for (size_t at = 0; at < says.size(); ++at) {
                Driver d(options(), {mailTo({"to@b.example"}), mailTo({"later@b.example"})});
                if (at == 6) d.~Driver(), new (&d) Driver(options(), {mailTo({"to@b.example"})});
                d.drain();
                for (size_t i = 0; i < at; ++i) {
                    d.d.received(says[i]);
                    d.drain();
                }
                // Half a reply is no reply.
                d.d.received("25");
                d.drain();
                if (timeout)
                    d.d.timedOut();
                else
                    d.d.closed("reset");
                QVERIFY(d.d.done());
                if (at == 6) {
                    QCOMPARE(d.outcomes(), QString("accepted body 250"));
                    QCOMPARE(d.failure(), QString());
                    continue;
                }
                QCOMPARE(d.outcomes(), (at == 5 ? "uncertain " : "deferred ") + stages[at]);
                QCOMPARE(d.outcomes(1), "not-attempted " + stages[at]);
                QCOMPARE(d.failure(), (timeout ? "timeout " : "closed ") + stages[at]);
                QVERIFY(d.d.result().failure->text.ends_with("."));
            }
        }
    }

    void theDeadlineIsNamed_data() {
        QTest::addColumn<int>("replies");
        QTest::addColumn<qint64>("deadline");
        QTest::addColumn<QString>("text");
        QTest::newRow("greeting") << 0 << qint64(300'000) << "The time for the greeting ran out after 300 s.";
        QTest::newRow("EHLO") << 1 << qint64(300'000)
                              << "The time for the answer to EHLO ran out after 300 s.";
        QTest::newRow("MAIL") << 2 << qint64(300'000)
                              << "The time for the answer to MAIL FROM ran out after 300 s.";
        QTest::newRow("RCPT") << 3 << qint64(300'000)
                              << "The time for the answer to RCPT TO ran out after 300 s.";
        QTest::newRow("DATA") << 4 << qint64(120'000)
                              << "The time for the answer to DATA ran out after 120 s.";
        QTest::newRow("final dot") << 5 << qint64(600'000)
                                   << "The time for the answer to the message ran out after 600 s.";
    }
    void theDeadlineIsNamed() {
        QFETCH(int, replies);
        QFETCH(qint64, deadline);
        QFETCH(QString, text);
        const char* says[] = {"220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"};
        Driver d(options(), {mailTo({"to@b.example"})});
        d.drain();
        for (int i = 0; i < replies; ++i) {
            d.d.received(says[i]);
            d.drain();
        }
        QVERIFY(std::holds_alternative<Wait>(d.action));
        QCOMPARE(std::get<Wait>(d.action).deadline.count(), deadline);
        d.d.timedOut();
        QCOMPARE(q(d.d.result().failure->text), text);
    }

    void aLossWhileSendingIsCertainUntilTheDot() {
        Driver d(options(), {mailTo({"to@b.example"}, std::string(300'000, 'x'))});
        d.play(std::string(hello) +
               "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<to@b.example>\nS: 250 ok\nC: DATA");
        d.d.received("354 go\r\n");
        int blocks = 0;
        size_t bytes = 0;
        for (Action a = d.d.next(); std::holds_alternative<Send>(a); a = d.d.next()) {
            ++blocks;
            bytes += std::get<Send>(a).bytes.size();
            QCOMPARE(std::get<Send>(a).deadline.count(), qint64(180'000));
            if (blocks == 2) break;
        }
        d.d.closed("broken pipe");
        QCOMPARE(d.outcomes(), QString("deferred body"));
        QCOMPARE(d.d.result().mails[0].wireBytes, std::uint64_t(bytes));

        Driver whole(options(), {mailTo({"to@b.example"}, std::string(300'000, 'x'))});
        whole.play(std::string(hello) +
                   "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<to@b.example>\nS: 250 ok\nC: DATA");
        whole.d.received("354 go\r\n");
        Action last;
        for (Action a = whole.d.next(); std::holds_alternative<Send>(a); a = whole.d.next()) last = a;
        QVERIFY(std::get<Send>(last).bytes.ends_with("\r\n.\r\n"));
        whole.d.closed("broken pipe");
        QCOMPARE(whole.outcomes(), QString("uncertain body"));
    }

    void anEarlyReplyStopsTheMessage() {
        Driver d(options(), {mailTo({"to@b.example"}, std::string(300'000, 'x'))});
        d.play(std::string(hello) +
               "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<to@b.example>\nS: 250 ok\nC: DATA");
        d.d.received("354 go\r\n");
        d.d.next();
        d.d.received("552 5.3.4 too big\r\n");
        QCOMPARE(d.outcomes(), QString("rejected body 552"));
        QVERIFY(d.d.done());
    }

    void startTls() {
        Driver d(options(TlsMode::Require), {mailTo({"to@b.example"})});
        QCOMPARE(d.play("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250-SIZE 5|250 STARTTLS\nC: STARTTLS\nS: "
                        "220 go\nTLS\nC: EHLO me.example\n"
                        "S: 250-mx|250 SIZE 500\nC: MAIL FROM:<from@a.example> SIZE=18\nS: 550 no\nC: "
                        "QUIT\nS: 221 x\n"),
                 QString());
        QCOMPARE(d.d.result().tls.state, TlsState::Established);
        QCOMPARE(*d.d.result().capabilities.size, std::uint64_t(500)); // the one before TLS is forgotten
        QVERIFY(!d.d.result().capabilities.startTls);
    }
    void startTlsFailures_data() {
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<QString>("failure");
        const QString offered = "S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 STARTTLS\nC: STARTTLS\n";
        QTest::newRow("injected plain text")
            << int(TlsMode::Opportunistic) << offered + "S: 220 go|250 injected\n"
            << "deferred tls" << "protocol tls";
        QTest::newRow("half an injected line") << int(TlsMode::Require) << offered + "S> 220 go|25\n"
                                               << "deferred tls" << "protocol tls";
        QTest::newRow("required and not offered")
            << int(TlsMode::Require) << "S: 220 mx\nC: EHLO me.example\nS: 250 mx\nC: QUIT\nS: 221 x\n"
            << "not-attempted tls" << "tls tls";
        QTest::newRow("required and refused")
            << int(TlsMode::Verify) << offered + "S: 454 no\nC: QUIT\nS: 221 x\n"
            << "deferred tls 454" << "tls tls";
        QTest::newRow("required and EHLO unknown")
            << int(TlsMode::Require) << "S: 220 mx\nC: EHLO me.example\nS: 502 what\nC: QUIT\nS: 221 x\n"
            << "rejected helo 502" << "refused helo";
        QTest::newRow("opportunistic and refused")
            << int(TlsMode::Opportunistic)
            << offered + "S: 454 no\nC: MAIL FROM:<from@a.example>\nS: 550 no\nC: QUIT\nS: 221 x\n"
            << "rejected mail 550" << "";
        QTest::newRow("opportunistic and not offered")
            << int(TlsMode::Opportunistic)
            << "S: 220 mx\nC: EHLO me.example\nS: 250 mx\nC: MAIL FROM:<from@a.example>\nS: 550 no\nC: "
               "QUIT\nS: 221 x\n"
            << "rejected mail 550" << "";
    }
    void startTlsFailures() {
        QFETCH(int, mode);
        QFETCH(QString, script);
        QFETCH(QString, outcome);
        QFETCH(QString, failure);
        Driver d(options(TlsMode(mode)), {mailTo({"to@b.example"})});
        QCOMPARE(d.play(script.toStdString()), QString());
        QVERIFY(d.d.done());
        QCOMPARE(d.outcomes(), outcome);
        QCOMPARE(d.failure(), failure);
    }
    void aBadCertificateCountsUnderVerifyOnly() {
        for (TlsMode mode : {TlsMode::Verify, TlsMode::Require}) {
            Driver d(options(mode), {mailTo({"to@b.example"})});
            d.play("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 STARTTLS\nC: STARTTLS\nS: 220 go");
            QCOMPARE(std::get<StartTls>(d.action).verify, mode == TlsMode::Verify);
            d.d.tlsDone(goodTls(false));
            QCOMPARE(d.drain(), std::string(mode == TlsMode::Verify ? "" : "EHLO me.example\r\n"));
            QCOMPARE(d.d.done(), mode == TlsMode::Verify);
            if (mode == TlsMode::Verify)
                QCOMPARE(q(d.d.result().failure->text),
                         QString("The server's certificate is not trusted: The name does not match."));
        }
    }
    void aFailedHandshakeEndsTheConnection() {
        Driver d(options(TlsMode::Opportunistic), {mailTo({"to@b.example"})});
        d.play("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 STARTTLS\nC: STARTTLS\nS: 220 go");
        d.d.tlsDone({TlsState::Failed, false, "", "", "no shared cipher"});
        QVERIFY(d.d.done());
        QCOMPARE(d.outcomes(), QString("deferred tls"));
        QCOMPARE(q(d.d.result().failure->text), QString("The TLS handshake failed: no shared cipher"));
    }

    void logins_data() {
        QTest::addColumn<QString>("script"); // behind EHLO
        QTest::addColumn<QString>("offered");
        QTest::addColumn<bool>("tls");
        QTest::addColumn<bool>("trusted");
        QTest::addColumn<QString>("failure");
        const QString mail = "C: MAIL FROM:<from@a.example>\nS: 550 no\nC: QUIT\nS: 221 x\n";
        const QString quit = "C: QUIT\nS: 221 x\n";
        QTest::newRow("PLAIN") << "C: AUTH PLAIN AGFubgBzM2NyZXQ=\nS: 235 ok\n" + mail << "PLAIN" << true
                               << true << "";
        QTest::newRow("LOGIN")
            << "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YW5u\nS: 334 UGFzc3dvcmQ6\nC: czNjcmV0\nS: 235 ok\n" +
                   mail
            << "LOGIN" << true << true << "";
        QTest::newRow("wrong password") << "C: AUTH PLAIN AGFubgBzM2NyZXQ=\nS: 535 5.7.8 wrong\n" + quit
                                        << "PLAIN" << true << true << "auth auth";
        QTest::newRow("temporary failure") << "C: AUTH PLAIN AGFubgBzM2NyZXQ=\nS: 454 4.7.0 later\n" + quit
                                           << "PLAIN" << true << true << "auth auth";
        QTest::newRow("421") << "C: AUTH PLAIN AGFubgBzM2NyZXQ=\nS: 421 bye\n"
                             << "PLAIN" << true << true << "refused auth";
        QTest::newRow("asks again and again")
            << "C: AUTH LOGIN\nS: 334 eA==\nC: YW5u\nS: 334 eA==\nC: czNjcmV0\nS: 334 eA==\n"
            << "LOGIN" << true << true << "protocol auth";
        QTest::newRow("a challenge that is too long") << "C: AUTH LOGIN\nS: 334 " + QString(5000, 'x') + "\n"
                                                      << "LOGIN" << true << true << "protocol auth";
        QTest::newRow("a second answer rides along") << "C: AUTH PLAIN AGFubgBzM2NyZXQ=\nS: 235 ok|250 ok\n"
                                                     << "PLAIN" << true << true << "protocol auth";
        QTest::newRow("nothing in common") << quit << "GSSAPI NTLM" << true << true << "auth auth";
        QTest::newRow("AUTH not offered") << quit << "" << true << true << "auth auth";
        QTest::newRow("no TLS") << quit << "PLAIN" << false << false << "auth auth";
        QTest::newRow("TLS with a bad certificate") << quit << "PLAIN" << true << false << "auth auth";
    }
    void logins() {
        QFETCH(QString, script);
        QFETCH(QString, offered);
        QFETCH(bool, tls);
        QFETCH(bool, trusted);
        QFETCH(QString, failure);
        DialogueOptions o = options();
        o.credentials = Credentials{"ann", Secret("s3cret"), false, {}};
        if (tls) o.already = goodTls(trusted);
        Driver d(std::move(o), {mailTo({"to@b.example"})});
        const QString ehlo = "S: 220 mx\nC: EHLO me.example\nS: 250-mx" +
                             (offered.isEmpty() ? "" : "|250-AUTH " + offered) + "|250 DSN\n";
        QCOMPARE(d.play((ehlo + script).toStdString()), QString());
        QVERIFY(d.d.done());
        QCOMPARE(d.failure(), failure);
        QCOMPARE(d.outcomes(),
                 failure.isEmpty() ? QString("rejected mail 550")
                 : failure == "auth auth"
                     ? (d.d.result().failure->reply
                            ? "not-attempted auth " + QString::number(d.d.result().failure->reply->code)
                            : QString("not-attempted auth"))
                 : failure == "refused auth" ? QString("deferred auth 421")
                                             : QString("deferred auth"));
        for (const char* hidden : {"s3cret", "czNjcmV0", "AGFubgBzM2NyZXQ="})
            QVERIFY2(d.log.find(hidden) == std::string::npos, d.log.c_str());
        QCOMPARE(d.d.result().authMechanism.empty(), !failure.isEmpty());
    }
    void loopbackMayLogInWithoutTls() {
        DialogueOptions o = options();
        o.credentials = Credentials{"ann", Secret("s3cret"), false, {}};
        o.loopback = true;
        Driver d(std::move(o), {});
        QCOMPARE(d.play("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 AUTH PLAIN\nC: AUTH PLAIN "
                        "AGFubgBzM2NyZXQ=\nS: 235 ok\nC: QUIT\nS: 221 x\n"),
                 QString());
        QVERIFY(d.log.find("without verified TLS") != std::string::npos);
        QVERIFY(d.log.find("AUTH PLAIN <masked>") != std::string::npos);
    }
    void anEchoedPasswordIsMasked() {
        DialogueOptions o = options();
        o.credentials = Credentials{"ann", Secret("s3cret"), false, {}};
        o.already = goodTls();
        Driver d(std::move(o), {mailTo({"to@b.example"})});
        d.play("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 AUTH PLAIN\nC: AUTH PLAIN AGFubgBzM2NyZXQ=\nS: "
               "535 wrong: s3cret czNjcmV0");
        QVERIFY(d.log.find("s3cret") == std::string::npos);
        QVERIFY(d.log.find("czNjcmV0") == std::string::npos);
        QCOMPARE(q(d.d.result().failure->reply->text()), QString("wrong: <masked> <masked>"));
    }
    void anEchoedPasswordInGarbageIsMaskedToo() {
        DialogueOptions o = options();
        o.credentials = Credentials{"ann", Secret("s3cret"), false, {}};
        o.already = goodTls();
        Driver d(std::move(o), {mailTo({"to@b.example"})});
        d.play("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 AUTH PLAIN\nC: AUTH PLAIN "
               "AGFubgBzM2NyZXQ=\nS: s3cret");
        QVERIFY(d.log.find("s3cret") == std::string::npos);
        QCOMPARE(q(d.d.result().failure->text),
                 QString("The server sent a line that is no SMTP reply: \"<masked>\"."));
    }
    void theTokenRefusalIsExplained() {
        DialogueOptions o = options();
        o.credentials = Credentials{"a", Secret("tokentoken"), true, {}};
        o.already = goodTls();
        Driver d(std::move(o), {});
        d.play("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 AUTH XOAUTH2");
        d.d.received("334 eyJzdGF0dXMiOiI0MDEifQ==\r\n");
        QCOMPARE(d.drain(), std::string("\r\n"));
        d.d.received("535 no\r\n");
        QVERIFY(d.d.result().failure->text.find("{\"status\":\"401\"}") != std::string::npos);
    }

    void severalMailsInOneSession() {
        Driver d(options(), {mailTo({"a@b.example"}), mailTo({"bad@b.example"}), mailTo({"c@b.example"})});
        QCOMPARE(d.play(std::string(hello) +
                        "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<a@b.example>\nS: 250 ok\nC: "
                        "DATA\nS: 354 go\n"
                        "C: Subject: x\nC: \nC: hi\nC: .\nS: 250 ok\n"
                        "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<bad@b.example>\nS: 550 no\nC: "
                        "RSET\nS: 250 ok\n"
                        "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<c@b.example>\nS: 250 ok\nC: "
                        "DATA\nS: 354 go\n"
                        "C: Subject: x\nC: \nC: hi\nC: .\nS: 250 ok\nC: QUIT\nS: 221 x\n"),
                 QString());
        QCOMPARE(d.outcomes(0) + ", " + d.outcomes(1) + ", " + d.outcomes(2),
                 QString("accepted body 250, rejected rcpt 550, accepted body 250"));
    }
    void aProbeStopsBeforeData() {
        OutgoingMail probe = mailTo({"a@b.example", "b@b.example"});
        probe.probe = true;
        probe.message = nullptr;
        Driver d(options(), {probe, mailTo({"c@b.example"})});
        QCOMPARE(d.play(std::string(helloPipelining) +
                        "C: MAIL FROM:<from@a.example>\nC: RCPT TO:<a@b.example>\nC: RCPT "
                        "TO:<b@b.example>\nS: 250 ok|250 ok|550 no\n"
                        "C: RSET\nS: 250 ok\nC: MAIL FROM:<from@a.example> SIZE=18\nC: RCPT "
                        "TO:<c@b.example>\nC: DATA\nS: 421 x\n"),
                 QString());
        QCOMPARE(d.outcomes(0), QString("accepted rcpt 250; rejected rcpt 550"));
        QCOMPARE(d.outcomes(1), QString("deferred mail 421"));
    }
    void aMessageAboveSizeIsNotTried() {
        Driver d(options(), {mailTo({"a@b.example"}, std::string(2000, 'x'))});
        QCOMPARE(d.play(std::string(helloPipelining) + "C: QUIT\nS: 221 x\n"), QString());
        QCOMPARE(d.outcomes(), QString("rejected mail"));
        QCOMPARE(q(d.d.result().mails[0].recipients[0].failure),
                 QString("The message has 2002 bytes and the server takes at most 1000."));
    }
    void unicodeAddressesNeedSmtpUtf8() {
        for (bool offered : {false, true}) {
            Driver d(options(), {mailTo({"ü@b.example", "a@b.example"})});
            const std::string mail =
                offered ? "C: MAIL FROM:<from@a.example> SMTPUTF8\n" : "C: MAIL FROM:<from@a.example>\n";
            QCOMPARE(d.play(std::string("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 ") +
                            (offered ? "SMTPUTF8" : "DSN") + "\n" + mail + "S: 250 ok\n" +
                            (offered ? "C: RCPT TO:<ü@b.example>\nS: 550 no\n" : "") +
                            "C: RCPT TO:<a@b.example>\nS: 550 no\nC: QUIT\nS: 221 x\n"),
                     QString());
            QCOMPARE(d.outcomes(), QString(offered ? "rejected rcpt 550; rejected rcpt 550"
                                                   : "rejected rcpt; rejected rcpt 550"));
        }
    }
    void deliveryReportsAreAskedFor() {
        for (bool offered : {false, true}) {
            OutgoingMail m = mailTo({"a@b.example"}, "Subject: \xc3\xbc\r\n\r\n");
            m.ret = ReturnContent::Full;
            m.envid = "id=1";
            m.recipients[0].notify.failure = true;
            m.recipients[0].original = "o@b.example";
            Driver d(options(), {m});
            const std::string commands =
                offered ? "C: MAIL FROM:<from@a.example> RET=FULL ENVID=id+3D1\nS: 250 ok\nC: RCPT "
                          "TO:<a@b.example> "
                          "NOTIFY=FAILURE ORCPT=rfc822;o@b.example\n"
                        : "C: MAIL FROM:<from@a.example>\nS: 250 ok\nC: RCPT TO:<a@b.example>\n";
            QCOMPARE(d.play(std::string("S: 220 mx\nC: EHLO me.example\nS: 250-mx|250 ") +
                            (offered ? "DSN" : "HELP") + "\n" + commands + "S: 550 no\nC: QUIT\nS: 221 x\n"),
                     QString());
            QCOMPARE(d.d.result().mails[0].notes.size(),
                     size_t(offered ? 1 : 2)); // 8BITMIME is missing in both
        }
    }
    void manyRecipientsGoInGroups() {
        std::vector<std::string> to;
        for (int i = 0; i < 250; ++i) to.push_back(fmt::format("u{}@b.example", i));
        Driver d(options(), {mailTo(to)});
        d.play(helloPipelining);
        std::string said;
        int writes = 0;
        auto answer = [&](int n, bool mail, bool data) {
            std::string all = mail ? "250 ok\r\n" : "";
            for (int i = 0; i < n; ++i) all += "250 ok\r\n";
            if (data) all += "354 go\r\n";
            d.d.received(all);
            said = d.drain();
            ++writes;
        };
        answer(100, true, false);
        QCOMPARE(q(said).count("RCPT"), 100);
        QVERIFY(said.find("DATA") == std::string::npos);
        answer(100, false, false);
        QCOMPARE(q(said).count("RCPT"), 50);
        QVERIFY(said.ends_with("DATA\r\n"));
        answer(50, false, true);
        QVERIFY(said.ends_with("\r\n.\r\n"));
        d.d.received("250 ok\r\n");
        QCOMPARE(d.outcomes().count("accepted"), 250);
    }
    void aBadHeloNameIsOurFault() {
        DialogueOptions o = options();
        o.heloName = "a\r\nMAIL FROM:<x>";
        Driver d(std::move(o), {mailTo({"a@b.example"})});
        QCOMPARE(d.drain(), std::string());
        QVERIFY(d.d.done());
        QCOMPARE(d.failure(), QString("local helo"));
    }
    void anEndlessReplyEndsTheSession() {
        Driver d(options(), {mailTo({"a@b.example"})});
        d.drain();
        d.d.received("220-");
        for (int i = 0; i < 700 && !d.d.done(); ++i) d.d.received(std::string(16'384, 'x'));
        QVERIFY(d.d.done());
        QCOMPARE(q(d.d.result().failure->text), QString("The server's reply is longer than 65536 bytes."));
        d.collectLog();
        QVERIFY(d.log.size() < 80'000);
    }
};

QTEST_APPLESS_MAIN(TestSmtpDialogue)
#include "tst_smtp_dialogue.moc"
