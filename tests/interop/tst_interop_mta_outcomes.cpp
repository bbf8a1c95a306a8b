// A script of outcomes through a real Postfix and a real Exim: accepted, greylisted and accepted later, put
// off, refused, a closed port, a TLS failure, and what was still queued at the end of its life. What we
// import from their logs is counted as the script says, and the notices they sent are read as what they are.
#include "bounce/parser.h"
#include "delivery/deliver.h"
#include "interop.h"
#include "support/script_server.h"
#include "support/servers_exim.h"
#include "support/servers_postfix.h"
#include "support/zone_resolver.h"

using namespace waypost;
using namespace waypost::engine;
namespace wt = waypost::test;

namespace {

constexpr const char* returnPath = "returns@here.test";

constexpr std::uint64_t accepted = 4, greylisted = 3, refused = 3, expired = 4;

// Each mail is tried when it comes, once more, and a last time at the end of its life.
struct Part {
    std::string domain;
    std::uint64_t messages = 0;
    std::string events; // by category
    std::string notice; // what the notice to the sender says; empty: there is none
    // Exim's notice of mail given up names a status of its own, 5.0.0, and a reply when there was one.
    std::string eximNotice = notice;
};
const std::vector<Part> script{
    {"accept.test", accepted, "accepted 4", ""},
    {"grey.test", greylisted, "accepted 3, deferred-greylist 3", ""},
    {"user.test", refused, "rejected-invalid-user 3", "permanent rejected-invalid-user"},
    // The event of the end itself names no reply: "other", and final.
    {"later.test", 2, "deferred-mailbox 6, other 2", "temporary deferred-mailbox"},
    {"tls.test", 1, "deferred-tls 3, other 1", "temporary deferred-tls", "permanent other"},
    {"closed.test", 1, "deferred-infrastructure 3, other 1", "temporary deferred-infrastructure",
     "permanent other"},
    {"here.test", 0, "accepted 7", ""}, // the notices
};

std::string recipient(const Part& part, std::uint64_t number) {
    return "user" + std::to_string(number) + "@" + part.domain;
}

std::vector<wt::Step> upToRecipient() {
    return {wt::send("220 mx.test ESMTP\r\n"), wt::expect("EHLO"),     wt::send("250 mx.test\r\n"),
            wt::expect("MAIL FROM"),           wt::send("250 ok\r\n"), wt::expect("RCPT TO")};
}

std::vector<wt::Step> accepts() {
    auto s = upToRecipient();
    for (wt::Step more : {wt::send("250 ok\r\n"), wt::expect("DATA"), wt::send("354 go on\r\n"), wt::body(),
                          wt::send("250 2.0.0 kept\r\n"), wt::expect("QUIT"), wt::send("221 bye\r\n")})
        s.push_back(std::move(more));
    return s;
}

// Postfix says RSET before QUIT; Exim does not, and then loses the connection.
std::vector<wt::Step> refuses(const std::string& reply) {
    auto s = upToRecipient();
    for (wt::Step more : {wt::send(reply), wt::expect("RSET"), wt::send("250 ok\r\n"), wt::expect("QUIT"),
                          wt::send("221 bye\r\n")})
        s.push_back(std::move(more));
    return s;
}

std::vector<wt::Step> offersTls() {
    return {wt::send("220 mx.test ESMTP\r\n"),
            wt::expect("EHLO"),
            wt::send("250-mx.test\r\n250 STARTTLS\r\n"),
            wt::expect("STARTTLS"),
            wt::send("220 go ahead\r\n"),
            wt::tls()};
}

// The servers of the script; each is one domain.
struct Peers {
    std::unique_ptr<wt::ScriptServer> accept, grey, later, user, tls, returns;
    std::uint16_t closed = wt::freeLoopbackPort();

    explicit Peers(net::Loop& loop) {
        const UtcTime now = SystemClock().now();
        const auto server = [&loop](std::vector<wt::Step> script, net::ServerTls tls = {}) {
            return std::make_unique<wt::ScriptServer>(loop, std::move(script), std::move(tls));
        };
        accept = server(accepts());
        returns = server(accepts());
        grey = server(refuses("451 4.7.1 Greylisted, please try again in 300 seconds\r\n"));
        later = server(refuses("452 4.2.2 The mailbox is full\r\n"));
        user = server(refuses("550 5.1.1 User unknown\r\n"));
        tls = server(offersTls(), net::TestAuthority::selfSigned({"mx.test"}, now - Millis(86'400'000),
                                                                 now + Millis(86'400'000)));
    }
    void takeGreylisted(net::Loop& loop) {
        const net::Endpoint at = grey->endpoint();
        grey.reset();
        grey = std::make_unique<wt::ScriptServer>(loop, accepts(), net::ServerTls{}, at);
    }
    // Domain and port.
    [[nodiscard]] std::vector<std::pair<std::string, std::uint16_t>> routes() const {
        return {{"accept.test", accept->endpoint().port}, {"grey.test", grey->endpoint().port},
                {"later.test", later->endpoint().port},   {"user.test", user->endpoint().port},
                {"tls.test", tls->endpoint().port},       {"closed.test", closed},
                {"here.test", returns->endpoint().port}};
    }
};

// One mail server under test. Each step returns when the server's log holds all of it.
class Mta {
  public:
    virtual ~Mta() = default;
    virtual bool submit(const std::string& recipient, std::string& why) = 0;
    virtual bool attemptAgain(std::string& why) = 0;
    virtual bool expire(std::string& why) = 0;
    [[nodiscard]] virtual std::filesystem::path logFile() const = 0;
};

class PostfixMta final : public Mta {
  public:
    static std::unique_ptr<Mta> start(net::Loop& loop, const Peers& peers, std::string& why) {
        wt::PostfixOptions o;
        for (const auto& [domain, port] : peers.routes())
            o.transports.emplace_back(domain, "smtp:[127.0.0.1]:" + std::to_string(port));
        const auto policies = wt::temporaryFolder();
        std::filesystem::permissions(policies, std::filesystem::perms(0755));
        wt::writeWhole(policies / "tls", "[127.0.0.1]:" + std::to_string(peers.tls->endpoint().port) +
                                             " secure match=mx.test\n");
        o.settings = "smtp_tls_policy_maps = texthash:" + (policies / "tls").string() + "\n";
        auto postfix = wt::Postfix::start(o, why);
        if (!postfix) return nullptr;
        return std::make_unique<PostfixMta>(loop, std::move(postfix));
    }
    PostfixMta(net::Loop& loop, std::unique_ptr<wt::Postfix> postfix)
        : loop_(loop), postfix_(std::move(postfix)) {}

    bool submit(const std::string& recipient, std::string& why) override {
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
        ++tries_;
        queued_ += 1;
        if (!attempt.result.reply || attempt.result.reply->code != 250)
            why = "Postfix does not take the mail";
        return why.empty() && settled(why);
    }
    bool attemptAgain(std::string& why) override {
        tries_ += waiting();
        return postfix_->flush(why) && settled(why);
    }
    bool expire(std::string& why) override {
        if (!postfix_->change("maximal_queue_lifetime = 1s\n", why)) return false;
        std::this_thread::sleep_for(std::chrono::seconds(2));
        return attemptAgain(why);
    }
    [[nodiscard]] std::filesystem::path logFile() const override { return postfix_->logFile(); }

  private:
    // Mails in the queue. A notice is one more, submitted by Postfix itself.
    [[nodiscard]] size_t waiting() const { return queued_ + notices() - postfix_->lines(": removed"); }
    [[nodiscard]] size_t notices() const { return postfix_->lines("sender non-delivery notification"); }
    // Every attempt has its line, and what left the queue has left it.
    bool settled(std::string& why) {
        const bool all = wt::waitUntil(
            [this] {
                const size_t ended = postfix_->lines("status=sent") + postfix_->lines("status=bounced") +
                                     postfix_->lines("status=expired");
                const size_t tried = postfix_->lines("status=sent") + postfix_->lines("status=bounced") +
                                     postfix_->lines("status=deferred");
                return tried == tries_ + notices() && postfix_->lines(": removed") == ended &&
                       postfix_->deferred() == waiting() &&
                       notices() == postfix_->lines("status=bounced") + postfix_->lines("status=expired");
            },
            30);
        if (!all) why = "the log of Postfix lacks lines:\n" + postfix_->log();
        return all;
    }

    net::Loop& loop_;
    std::unique_ptr<wt::Postfix> postfix_;
    size_t tries_ = 0, queued_ = 0;
};

class EximMta final : public Mta {
  public:
    static std::unique_ptr<Mta> start(net::Loop&, const Peers& peers, std::string& why) {
        std::vector<wt::EximRoute> routes;
        for (const auto& [domain, port] : peers.routes())
            routes.push_back({domain, port, domain == "tls.test"});
        auto exim = wt::Exim::make(std::move(routes), why);
        if (!exim) return nullptr;
        return std::make_unique<EximMta>(std::move(exim));
    }
    explicit EximMta(std::unique_ptr<wt::Exim> exim) : exim_(std::move(exim)) {}
    bool submit(const std::string& recipient, std::string& why) override {
        return exim_->submit(returnPath, recipient, why);
    }
    bool attemptAgain(std::string& why) override { return exim_->runQueue(why); }
    bool expire(std::string& why) override {
        exim_->endPatience();
        std::this_thread::sleep_for(std::chrono::seconds(2));
        return exim_->runQueue(why);
    }
    [[nodiscard]] std::filesystem::path logFile() const override { return exim_->logFile(); }

  private:
    std::unique_ptr<wt::Exim> exim_;
};

std::vector<EventRow> eventsOf(Engine& e, const std::string& domain) {
    EventsQuery q;
    q.range = {{0}, {4'102'444'800'000}};
    q.filter.domains = {domain};
    return wt::as<EventPage>(e.askAndWait(q)).rows;
}

// "accepted 3, deferred-greylist 3": in the order of names.
std::string counted(const std::vector<EventRow>& rows) {
    std::map<std::string, int> n;
    for (const EventRow& row : rows) ++n[row.category];
    std::string out;
    for (const auto& [category, count] : n)
        out += (out.empty() ? "" : ", ") + category + " " + std::to_string(count);
    return out;
}

} // namespace

class TestInteropMtaOutcomes : public QObject {
    Q_OBJECT

    net::Loop loop_;
    std::shared_ptr<const bounce::Parser> notices_;
    std::shared_ptr<const reply::Classifier> classifier_;

    void import(Engine& e, const Mta& mta, std::uint64_t events) {
        const JobView job = wt::job(e, ImportFiles{{mta.logFile().string()}});
        const std::string want = std::to_string(events) + " events, ";
        QVERIFY2(job.state == JobState::Done && job.text.starts_with(want) &&
                     job.text.ends_with(" 0 lines rejected."),
                 (job.text + "\n" + wt::readWhole(mta.logFile())).c_str());
    }

    // Of one domain, by category, and what each event is made of.
    void eventsAreTheScripts(Engine& e) {
        for (const Part& part : script) {
            const auto rows = eventsOf(e, part.domain);
            QCOMPARE(QString::fromStdString(part.domain + ": " + counted(rows)),
                     QString::fromStdString(part.domain + ": " + part.events));
            for (const EventRow& row : rows) {
                const auto event = wt::as<EventDetail>(e.askAndWait(EventQuery{row.key})).event;
                const bool greylistedBefore = part.domain == "grey.test" && row.category == "accepted";
                if (greylistedBefore) QCOMPARE(event.attempt, 2);
                if (part.domain != "here.test") QCOMPARE(event.sender, std::string(returnPath));
                const bool final = row.category == "other" || row.category.starts_with("rejected");
                const auto permanence = row.category == "accepted" ? reply::Permanence::None
                                        : final                    ? reply::Permanence::Permanent
                                                                   : reply::Permanence::Temporary;
                QVERIFY2(event.permanence == permanence, (part.domain + " " + row.text).c_str());
            }
        }
    }

    void totalsAreTheScripts(Engine& e) {
        OverviewQuery q;
        q.range = {{0}, {4'102'444'800'000}};
        const auto overview = wt::as<Overview>(e.askAndWait(q));
        std::array<std::uint64_t, 5> n{};
        for (const OutcomeBucket& b : overview.buckets)
            for (size_t i = 0; i < n.size(); ++i) n[i] += b.counts[i];
        QCOMPARE(n[size_t(reply::Outcome::Accepted)], accepted + greylisted + refused + expired);
        QCOMPARE(n[size_t(reply::Outcome::Deferred)], greylisted + 3 * expired);
        QCOMPARE(n[size_t(reply::Outcome::Bounced)] + n[size_t(reply::Outcome::Unknown)], refused + expired);
        QCOMPARE(n[size_t(reply::Outcome::Blocked)], std::uint64_t(0));
        QCOMPARE(overview.unclassified, std::uint64_t(0));
    }

    // Each failed recipient has one notice, of the right kind.
    void noticesAreTheScripts(const std::vector<std::string>& mails, bool exim) {
        std::map<std::string, std::string> got, want;
        for (const std::string& mail : mails) {
            const bounce::Report report = notices_->parse(mail);
            QVERIFY2(report.kind == bounce::Kind::Dsn && report.recipients.size() == 1, mail.c_str());
            const bounce::Recipient& r = report.recipients.front();
            QVERIFY2(r.action == bounce::Action::Failed, mail.c_str());
            // Giving up says nothing against the recipient.
            QCOMPARE(r.advice == "suppress-recipient", r.address.ends_with("@user.test"));
            got[r.address] += std::string(reply::permanenceName(r.permanence)) + " " +
                              std::string(reply::categoryName(r.category)) + ";";
        }
        for (const Part& part : script)
            for (std::uint64_t i = 0; i < part.messages && !part.notice.empty(); ++i)
                want[recipient(part, i)] = (exim ? part.eximNotice : part.notice) + ";";
        std::string seen;
        for (const auto& [to, what] : got) seen.append(to).append(" ").append(what).append("\n");
        QVERIFY2(got == want, seen.c_str());
    }

  private Q_SLOTS:
    void initTestCase() {
        net::guard::allowOnlyLoopback(true);
        loop_.startThread();
        auto classifier = reply::Classifier::load(wt::resources() / "rules", {});
        QVERIFY(classifier);
        classifier_ = *classifier;
        auto notices = bounce::Parser::load(wt::resources(), {classifier_.get(), nullptr});
        QVERIFY(notices);
        notices_ = *notices;
    }
    void cleanupTestCase() { QCOMPARE(net::guard::stoppedAttempts(), std::uint64_t(0)); }

    void theScriptIsCounted_data() {
        QTest::addColumn<bool>("exim");
        QTest::newRow("a real Postfix") << false;
        QTest::newRow("a real Exim") << true;
    }
    void theScriptIsCounted() {
        QFETCH(bool, exim);
        WAYPOST_NEEDS(exim ? wt::Exim::absent() : wt::Postfix::absent());
        Peers peers(loop_);
        std::string why;
        auto mta = exim ? EximMta::start(loop_, peers, why) : PostfixMta::start(loop_, peers, why);
        QVERIFY2(mta, why.c_str());
        auto engine = wt::openEngine(wt::temporaryFolder());
        for (const Part& part : script)
            for (std::uint64_t i = 0; i < part.messages; ++i)
                QVERIFY2(mta->submit(recipient(part, i), why), why.c_str());
        // The log is read as it grows. A notice is a mail like others, and accepted.
        import(*engine, *mta, accepted + greylisted + 2 * refused + expired);
        peers.takeGreylisted(loop_);
        QVERIFY2(mta->attemptAgain(why), why.c_str());
        import(*engine, *mta, greylisted + expired);
        QVERIFY2(mta->expire(why), why.c_str());
        import(*engine, *mta, 3 * expired);
        eventsAreTheScripts(*engine);
        totalsAreTheScripts(*engine);
        noticesAreTheScripts(peers.returns->bodies(), exim);
    }
};

QTEST_GUILESS_MAIN(TestInteropMtaOutcomes)
#include "tst_interop_mta_outcomes.moc"
