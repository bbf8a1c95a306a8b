#include "dns/wire.h"
#include "lab/imap_conversation.h"
#include "lab/lab.h"
#include "lab/receiver.h"
#include "lab/zone.h"
#include "net/dialer.h"
#include "support/fake_clock.h"
#include "support/paths.h"

#include <fstream>
#include <iterator>

using namespace waypost;
using namespace waypost::lab;

namespace {

std::vector<Profile> profiles() {
    auto loaded = loadProfiles(test::resources() / "lab" / "profiles.json");
    if (!loaded) qFatal("%s", loaded.error().describe().c_str());
    return *loaded;
}

Profile profile(const std::string& id) {
    for (const Profile& p : profiles())
        if (p.id == id) return p;
    qFatal("no profile");
}

// The replies to a script of commands, joined.
std::string talk(Receiver& receiver, const std::vector<std::string>& commands) {
    std::string out;
    for (const std::string& c : commands) out += receiver.line(c).bytes;
    return out;
}

Zone labZone() {
    std::ifstream in(test::resources() / "lab" / "lab.zone");
    std::string content((std::istreambuf_iterator<char>(in)), {});
    auto zone = Zone::parse(content, "lab.zone");
    if (!zone) qFatal("%s", zone.error().describe().c_str());
    return *zone;
}

std::optional<dns::Answer> ask(const Zone& zone, const std::string& name, dns::RecordType type) {
    dns::Message query;
    query.questions.push_back({name, type});
    auto reply = zone.answer(query);
    if (!reply) return std::nullopt;
    return dns::decodeAnswer(query.questions.front(), *dns::encodeResponse(*reply));
}

} // namespace

class TestLab : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void sixProvidersAtLeast() { QVERIFY(profiles().size() >= 6); }

    void receiverAnswers_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("recipient");
        QTest::addColumn<QString>("reply");
        QTest::newRow("a known seed is taken") << "gmail-like" << "seed1@bigmail.test" << "250 2.1.5";
        QTest::newRow("an unknown user is refused with the provider's words")
            << "gmail-like" << "x@bigmail.test" << "550-5.1.1 The email account";
        QTest::newRow("another domain is relaying")
            << "gmail-like" << "seed1@corp.test" << "550 5.7.1 Relaying denied";
        QTest::newRow("first contact is greylisted") << "small-host" << "seed1@smallhost.test" << "450 4.2.0";
        QTest::newRow("yahoo's words for nobody")
            << "yahoo-like" << "x@yonder.test" << "554 delivery error: dd This user";
    }
    void receiverAnswers() {
        QFETCH(QString, id);
        QFETCH(QString, recipient);
        QFETCH(QString, reply);
        Profile p = profile(id.toStdString());
        ReceiverMemory memory;
        test::FakeClock clock;
        Receiver receiver(p, memory, clock, "127.0.0.1");
        talk(receiver, {"EHLO mail.acme.test", "MAIL FROM:<a@acme.test> SIZE=10"});
        const std::string got = receiver.line("RCPT TO:<" + recipient.toStdString() + ">").bytes;
        QVERIFY2(QString::fromStdString(got).startsWith(reply), got.c_str());
        QVERIFY(got.ends_with("\r\n"));
    }

    void greylistingEndsAfterItsWait() {
        Profile p = profile("small-host");
        ReceiverMemory memory;
        test::FakeClock clock;
        Receiver receiver(p, memory, clock, "127.0.0.1");
        const std::vector<std::string> attempt{"EHLO a", "MAIL FROM:<a@acme.test>",
                                               "RCPT TO:<seed1@smallhost.test>"};
        QVERIFY(talk(receiver, attempt).contains("450 4.2.0"));
        clock.advance(Millis(1000));
        QVERIFY(talk(receiver, attempt).contains("450 4.2.0"));
        clock.advance(Millis(1000));
        QVERIFY(talk(receiver, attempt).contains("250 2.1.5"));
    }

    void rateIsCountedInItsWindow() {
        Profile p = profile("yahoo-like");
        for (ReplyRule& r : p.replies)
            if (r.when == "rate") r.amount = 2;
        ReceiverMemory memory;
        test::FakeClock clock;
        auto attempt = [&] {
            Receiver receiver(p, memory, clock, "127.0.0.1");
            talk(receiver, {"EHLO a"});
            return receiver.line("MAIL FROM:<a@acme.test>").bytes;
        };
        QVERIFY(attempt().starts_with("250"));
        QVERIFY(attempt().starts_with("250"));
        QVERIFY(attempt().starts_with("421 4.7.0 [TSS04]"));
        clock.advance(Millis(61'000));
        QVERIFY(attempt().starts_with("250"));
    }

    void strictGatewayWantsTls() {
        Profile p = profile("strict-gateway");
        ReceiverMemory memory;
        test::FakeClock clock;
        Receiver receiver(p, memory, clock, "127.0.0.1");
        talk(receiver, {"EHLO a"});
        QVERIFY(receiver.line("MAIL FROM:<a@acme.test>").bytes.starts_with("530"));
        receiver.tlsStarted("TLSv1.3");
        QVERIFY(receiver.line("MAIL FROM:<a@acme.test>").bytes.starts_with("503")); // EHLO again after TLS
        talk(receiver, {"EHLO a"});
        QVERIFY(receiver.line("MAIL FROM:<a@acme.test>").bytes.starts_with("250"));
    }

    void contentIsFiledByRule_data() {
        QTest::addColumn<QString>("message");
        QTest::addColumn<QString>("spf");
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("category");
        QTest::newRow("plain mail with SPF goes to the inbox") << "Subject: hi\r\n\r\nx\r\n"
                                                               << "pass" << "" << "primary";
        QTest::newRow("a list goes to promotions")
            << "Subject: hi\r\nList-Unsubscribe: <https://a.test>\r\n\r\nx\r\n"
            << "pass" << "" << "promotions";
        QTest::newRow("without an SPF pass it is spam") << "Subject: hi\r\n\r\nx\r\n"
                                                        << "softfail" << "[Gmail]/Spam" << "";
        QTest::newRow("a winner is spam") << "Subject: WINNER\r\n\r\nx\r\n" << "pass" << "[Gmail]/Spam" << "";
    }
    void contentIsFiledByRule() {
        QFETCH(QString, message);
        QFETCH(QString, spf);
        QFETCH(QString, folder);
        QFETCH(QString, category);
        Profile p = profile("gmail-like");
        ReceiverMemory memory;
        test::FakeClock clock;
        Receiver receiver(p, memory, clock, "127.0.0.1");
        talk(receiver, {"EHLO a", "MAIL FROM:<a@acme.test>", "RCPT TO:<seed1@bigmail.test>", "DATA"});
        ContentVerdict v = receiver.content(message.toStdString(), {spf.toStdString()});
        QCOMPARE(v.accepted.size(), size_t(1));
        QCOMPARE(QString::fromStdString(v.accepted[0].folder), folder);
        QCOMPARE(QString::fromStdString(v.accepted[0].category), category);
        QVERIFY(v.headers.contains("spf=" + spf.toStdString()));
    }

    void anSpfFailIsRefusedAfterTheContent() {
        Profile p = profile("gmail-like");
        ReceiverMemory memory;
        test::FakeClock clock;
        Receiver receiver(p, memory, clock, "127.0.0.9");
        talk(receiver, {"EHLO a", "MAIL FROM:<a@acme.test>", "RCPT TO:<seed1@bigmail.test>", "DATA"});
        ContentVerdict v = receiver.content("Subject: x\r\n\r\n", {"fail"});
        QVERIFY(v.accepted.empty());
        QVERIFY(v.reply.contains("550-5.7.26 SPF [acme.test] with ip: [127.0.0.9]"));
    }

    void zoneAnswers_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("status");
        QTest::newRow("a record is there") << "acme.test" << 16 << "ok";
        QTest::newRow("another type is no data") << "acme.test" << 52 << "no-data";
        QTest::newRow("a name in the middle is no data") << "protection.test" << 1 << "no-data";
        QTest::newRow("an unknown name does not exist") << "nothing.test" << 1 << "nxdomain";
        QTest::newRow("the refusing list answers everything") << "9.9.9.9.bl-refuses.test" << 1 << "ok";
        QTest::newRow("the careful list knows few") << "9.9.9.9.bl-careful.test" << 1 << "nxdomain";
        QTest::newRow("servfail is servfail") << "x.servfail.test" << 1 << "servfail";
        QTest::newRow("refused is refused") << "refused.test" << 16 << "refused";
    }
    void zoneAnswers() {
        QFETCH(QString, name);
        QFETCH(int, type);
        QFETCH(QString, status);
        auto answer = ask(labZone(), name.toStdString(), dns::RecordType(type));
        QVERIFY(answer);
        QCOMPARE(QString::fromStdString(std::string(dns::statusName(answer->status))), status);
    }
    void silentNamesStaySilent() { QVERIFY(!ask(labZone(), "silent.test", dns::RecordType::TXT)); }
    void zoneErrorsNameTheLine() {
        auto zone = Zone::parse("a.test. A 127.0.0.1\n% explode b.test\n", "my.zone");
        QVERIFY(!zone);
        QCOMPARE(zone.error().stage, std::string("my.zone line 2"));
    }

    void imapConversation() {
        Mailboxes boxes;
        boxes.addAccounts(profile("gmail-like"), "pw", 7);
        QVERIFY(boxes.deliver("SEED1@bigmail.test", "[Gmail]/Spam",
                              "X-Waypost-Seed: t1\r\nSubject: a\r\n\r\nbody\r\n", "", {0}));
        ImapConversation c(boxes);
        QVERIFY(c.command("a LOGIN seed1@bigmail.test wrong").starts_with("a NO [AUTHENTICATIONFAILED]"));
        QVERIFY(c.command("b LOGIN \"seed1@bigmail.test\" {2}\r\npw").starts_with("b OK"));
        QVERIFY(c.command("c LIST \"\" \"*\"").contains("(\\HasNoChildren \\Junk) \"/\" \"[Gmail]/Spam\""));
        QVERIFY(c.command("d EXAMINE \"[Gmail]/Spam\"").contains("[READ-ONLY]"));
        QCOMPARE(c.command("e UID SEARCH HEADER X-Waypost-Seed t1"),
                 std::string("* SEARCH 1\r\ne OK done\r\n"));
        const std::string fetched = c.command("f UID FETCH 1:* (FLAGS BODY.PEEK[])");
        QVERIFY(fetched.contains("FLAGS ()"));
        QVERIFY(fetched.contains("BODY[] {40}\r\nX-Waypost-Seed: t1"));
        QVERIFY(c.command("g UID SEARCH NONSENSE").starts_with("g BAD"));
    }
    void aReaderThatMarksMailIsCaught() {
        Mailboxes boxes;
        boxes.addAccounts(profile("small-host"), "pw", 7);
        boxes.deliver("seed1@smallhost.test", "", "Subject: a\r\n\r\n", "", {0});
        ImapConversation c(boxes);
        c.command("a LOGIN seed1@smallhost.test pw");
        c.command("b SELECT INBOX");
        c.command("c UID FETCH 1 (BODY[])");
        QVERIFY(c.command("d UID FETCH 1 (FLAGS)").contains("\\Seen"));
    }

    void theLabStartsAndStops() {
        auto lab = Lab::open({test::resources(), "", 0, 0, 0});
        QVERIFY2(lab, lab ? "" : lab.error().describe().c_str());
        QVERIFY((*lab)->smtpPort() != 0);
        QVERIFY((*lab)->seeds().size() >= 20);
        QVERIFY((*lab)->describeJson().contains("\"smtp_port\""));
        QVERIFY((*lab)->seedsCsv().starts_with("address,provider"));
    }
    void anUnknownScenarioIsRefused() {
        auto lab = Lab::open({test::resources(), "explode", 0, 0, 0});
        QVERIFY(!lab);
        QVERIFY(lab.error().text.contains("explode"));
    }
};

QTEST_APPLESS_MAIN(TestLab)
#include "tst_lab.moc"
