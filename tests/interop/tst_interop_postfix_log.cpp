// A scripted set of mails through a real Postfix, and the import of the mail.log it wrote: the counts are
// those of the script, once.
#include "delivery/deliver.h"
#include "interop.h"
#include "support/dovecot.h"
#include "support/script_server.h"
#include "support/servers_postfix.h"
#include "support/zone_resolver.h"

using namespace waypost;
using namespace waypost::engine;
namespace wt = waypost::test;

namespace {

constexpr const char* returnPath = "returns@here.test";
constexpr std::uint64_t accepted = 12, refused = 4, greylisted = 5, bounced = 3, unknown = 2, atTheDoor = 2;

struct Counts {
    // Postfix says "bounced" of both: bounced is about the recipient, blocked about us.
    std::uint64_t accepted = 0, deferred = 0, bounced = 0, blocked = 0, unknown = 0;
    bool operator==(const Counts&) const = default;
    [[nodiscard]] std::string text() const {
        std::string out;
        for (std::uint64_t n : {accepted, deferred, bounced, blocked, unknown})
            out += std::to_string(n) + " ";
        return out;
    }
};

// A server that refuses every recipient with these words.
std::vector<wt::Step> refuses(const std::string& reply) {
    return {wt::send("220 mx.test ESMTP\r\n"),
            wt::expect("EHLO"),
            wt::send("250 mx.test\r\n"),
            wt::expect("MAIL FROM"),
            wt::send("250 ok\r\n"),
            wt::expect("RCPT TO"),
            wt::send(reply),
            wt::expect("RSET"),
            wt::send("250 ok\r\n"),
            wt::expect("QUIT"),
            wt::send("221 bye\r\n"),
            wt::close()};
}

std::string loopback(std::uint16_t port) {
    return "smtp:[127.0.0.1]:" + std::to_string(port);
}

Counts stored(Engine& e) {
    OverviewQuery q;
    q.range = {{0}, {4'102'444'800'000}};
    const auto overview = wt::as<Overview>(e.askAndWait(q));
    Counts n;
    for (const OutcomeBucket& b : overview.buckets) {
        n.accepted += b.counts[size_t(reply::Outcome::Accepted)];
        n.deferred += b.counts[size_t(reply::Outcome::Deferred)];
        n.bounced += b.counts[size_t(reply::Outcome::Bounced)];
        n.blocked += b.counts[size_t(reply::Outcome::Blocked)];
        n.unknown += b.counts[size_t(reply::Outcome::Unknown)];
    }
    return n;
}

} // namespace

class TestInteropPostfixLog : public QObject {
    Q_OBJECT

    net::Loop loop_;
    std::unique_ptr<wt::ScriptServer> temporary_, permanent_;
    std::unique_ptr<wt::Dovecot> dovecot_;
    std::unique_ptr<wt::Postfix> postfix_;
    std::unique_ptr<Engine> engine_;

    // One mail to Postfix; the code of its last reply.
    int submit(const std::string& recipient) {
        net::TcpDialer dialer(loop_);
        wt::ZoneResolver names;
        SystemClock clock;
        SystemRandom random;
        delivery::Deliverer deliverer(dialer, names, clock, random, smtp::Timeouts::all(Millis(20'000)));
        delivery::Route route;
        route.host = "127.0.0.1";
        route.port = postfix_->port();
        route.tls = delivery::TlsMode::Never;
        route.helo = "console.here.test";
        const auto message = std::make_shared<const std::string>(
            "From: <returns@here.test>\r\nTo: <" + recipient + ">\r\nSubject: one of a set\r\n\r\nHello\r\n");
        const auto from = *mail::MailAddress::parse(returnPath);
        const auto to = *mail::MailAddress::parse(recipient);
        const auto attempt =
            loop_.runBlocking<delivery::Attempt>([&] { return deliverer.deliver(route, from, to, message); });
        return attempt.result.reply ? attempt.result.reply->code : 0;
    }

    void submitMany(const std::string& domain, std::uint64_t count, int code) {
        for (std::uint64_t i = 0; i < count; ++i)
            QCOMPARE(submit("user" + std::to_string(i) + "@" + domain), code);
    }

    // Until every recipient has its line.
    bool logHas(size_t lines) {
        return wt::waitUntil([&] { return postfix_->lines(" status=") >= lines; }, 30);
    }

    JobView import() {
        // The importer leaves a last line without its end for later; postlogd writes whole lines.
        return wt::job(*engine_, ImportFiles{{postfix_->logFile().string()}});
    }

  private Q_SLOTS:
    void initTestCase() {
        WAYPOST_NEEDS(wt::Postfix::absent());
        WAYPOST_NEEDS(wt::missing("DOVECOT", {"/usr/sbin/dovecot", "/usr/lib/dovecot/lmtp"}));
        net::guard::allowOnlyLoopback(true);
        loop_.startThread();
        temporary_ = std::make_unique<wt::ScriptServer>(
            loop_, refuses("451 4.7.1 Greylisted, please try again in 300 seconds\r\n"));
        permanent_ = std::make_unique<wt::ScriptServer>(
            loop_,
            refuses("550-5.7.1 Our policy refuses this\r\n550 5.7.1 mail, see https://example.test/\r\n"));
        std::string why;
        wt::DovecotOptions boxes;
        boxes.lmtp = true;
        boxes.users.push_back({returnPath, "x", ""});
        wt::PostfixOptions o;
        o.domains = {"here.test"};
        for (std::uint64_t i = 0; i < accepted; ++i) {
            boxes.users.push_back({"user" + std::to_string(i) + "@here.test", "x", ""});
            o.mailboxes.push_back(boxes.users.back().name);
        }
        o.mailboxes.push_back(returnPath);
        dovecot_ = wt::Dovecot::start(boxes, why);
        QVERIFY2(dovecot_, why.c_str());
        o.lmtpSocket = dovecot_->lmtpSocket();
        o.transports = {{"closed.test", loopback(wt::freeLoopbackPort())},
                        {"grey.test", loopback(temporary_->endpoint().port)},
                        {"policy.test", loopback(permanent_->endpoint().port)},
                        {"stale.test", "lmtp:unix:" + dovecot_->lmtpSocket().string()}};
        postfix_ = wt::Postfix::start(o, why);
        QVERIFY2(postfix_, why.c_str());
        engine_ = wt::openEngine(wt::temporaryFolder());
    }

    void cleanupTestCase() {
        engine_.reset();
        postfix_.reset();
        dovecot_.reset();
        temporary_.reset();
        permanent_.reset();
        QCOMPARE(net::guard::stoppedAttempts(), std::uint64_t(0));
    }

    void theCountsAreThoseOfTheScript() {
        submitMany("here.test", accepted, 250);
        submitMany("closed.test", refused, 250);
        submitMany("grey.test", greylisted, 250);
        submitMany("policy.test", bounced, 250);
        submitMany("stale.test", unknown, 250); // Postfix takes it, Dovecot knows nobody there
        for (std::uint64_t i = 0; i < atTheDoor; ++i)
            QCOMPARE(submit("nobody" + std::to_string(i) + "@here.test"), 550);
        // Each bounce is a mail of its own, to the sender's mailbox.
        const std::uint64_t notices = bounced + unknown;
        const Counts want{accepted + notices, refused + greylisted, unknown, bounced, 0};
        QVERIFY2(logHas(want.accepted + want.deferred + bounced + unknown), postfix_->log().c_str());
        QCOMPARE(postfix_->lines("status=sent"), want.accepted);
        QCOMPARE(postfix_->lines("status=deferred"), want.deferred);
        QCOMPARE(postfix_->lines("status=bounced"), bounced + unknown);
        const JobView job = import();
        QVERIFY2(job.state == JobState::Done, job.text.c_str());
        const Counts got = stored(*engine_);
        QVERIFY2(got == want, (got.text() + "\n" + postfix_->log()).c_str());
        QVERIFY2(temporary_->problems().empty(),
                 temporary_->problems().empty() ? "" : temporary_->problems().front().c_str());
    }

    void theRepliesAreThoseOfTheServers_data() {
        QTest::addColumn<QString>("domain");
        QTest::addColumn<int>("events");
        QTest::addColumn<QString>("category");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("words");
        QTest::newRow("a closed port is infrastructure")
            << "closed.test" << int(refused) << "deferred-infrastructure" << 0 << "Connection refused";
        QTest::newRow("a greylisted mail says so")
            << "grey.test" << int(greylisted) << "deferred-greylist" << 451 << "Greylisted";
        QTest::newRow("a policy is quoted whole")
            << "policy.test" << int(bounced) << "rejected-policy" << 550 << "https://example.test/";
        QTest::newRow("Dovecot knows no such user")
            << "stale.test" << int(unknown) << "rejected-invalid-user" << 550 << "doesn't exist";
    }
    void theRepliesAreThoseOfTheServers() {
        QFETCH(QString, domain);
        QFETCH(int, events);
        QFETCH(QString, category);
        QFETCH(int, code);
        QFETCH(QString, words);
        EventsQuery q;
        q.range = {{0}, {4'102'444'800'000}};
        q.filter.domains = {domain.toStdString()};
        const auto page = wt::as<EventPage>(engine_->askAndWait(q));
        QCOMPARE(int(page.rows.size()), events);
        for (const EventRow& row : page.rows) {
            QCOMPARE(QString::fromStdString(row.category), category);
            QCOMPARE(row.code, code);
            QVERIFY2(row.text.contains(words.toStdString()), row.text.c_str());
            // Joined by queue id: the sender is in another line of the log.
            const auto detail = wt::as<EventDetail>(engine_->askAndWait(EventQuery{row.key}));
            QCOMPARE(detail.event.sender, std::string(returnPath));
            QVERIFY(detail.raw.front().note.empty());
            QVERIFY(detail.raw.front().bytes.contains("to=<" + row.recipient + ">"));
        }
    }

    void importingAgainAddsNothing() {
        const Counts before = stored(*engine_);
        const JobView job = import();
        QVERIFY2(job.state == JobState::Done && job.text.starts_with("0 events"), job.text.c_str());
        QVERIFY(stored(*engine_) == before);
    }

    void whatCameSinceIsAddedOnce() {
        const Counts before = stored(*engine_);
        const size_t lines = postfix_->lines(" status=");
        submitMany("here.test", 5, 250);
        submitMany("policy.test", 1, 250);
        QVERIFY2(logHas(lines + 7), postfix_->log().c_str());
        const JobView job = import();
        QVERIFY2(job.state == JobState::Done && job.text.starts_with("7 events"), job.text.c_str());
        const Counts after = stored(*engine_);
        const Counts want{before.accepted + 6, before.deferred, before.bounced, before.blocked + 1, 0};
        QVERIFY2(after == want, after.text().c_str());
    }

    // A log is known by its content, not by its name.
    void aRotatedCopyIsKnown() {
        const auto copy = wt::temporaryFolder() / "mail.log.1";
        std::filesystem::copy_file(postfix_->logFile(), copy);
        const Counts before = stored(*engine_);
        const JobView job = wt::job(*engine_, ImportFiles{{copy.string()}});
        QVERIFY2(job.state == JobState::Done && job.text.starts_with("0 events"), job.text.c_str());
        QVERIFY(stored(*engine_) == before);
    }
};

QTEST_GUILESS_MAIN(TestInteropPostfixLog)
#include "tst_interop_postfix_log.moc"
