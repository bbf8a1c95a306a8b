// moc cannot read some of the C++ library these pull in.
#ifndef Q_MOC_RUN
#include "imap/session.h"
#include "net/listener.h"
#include "support/dovecot.h"
#endif

using namespace waypost;
using namespace waypost::imap;

namespace {

constexpr const char* user = "seed1@example.org";
constexpr const char* password = "correct horse";

std::string mail(const std::string& token, const std::string& subject) {
    return "Return-Path: <a@sender.example>\r\nX-Waypost-Seed: " + token + "\r\nMessage-ID: <" + token +
           "@sender.example>\r\nAuthentication-Results: mx.example.org; spf=pass\r\nFrom: "
           "a@sender.example\r\nSubject: " +
           subject + "\r\n\r\nbody\r\n";
}

struct Opened {
    std::optional<Failure> failure;
    FindResult found;
    std::string transcript;
    size_t roundTrips = 0;
};

class Client {
  public:
    explicit Client(SessionOptions options = {}) : options_(std::move(options)), dialer_(loop_) {}

    Opened look(Account account, Query query) {
        auto result = std::make_shared<Opened>();
        bool done = false;
        start(work(std::move(account), std::move(query), result), [&done](bool) { done = true; });
        loop_.runUntil([&done] { return done; });
        return std::move(*result);
    }
    net::Loop& loop() { return loop_; }

  private:
    Task<bool> work(Account account, Query query, std::shared_ptr<Opened> out) {
        Session session(dialer_, clock_, options_);
        std::vector<net::IpAddress> addresses{*net::IpAddress::parse("127.0.0.1")};
        out->failure = co_await session.open(std::move(account), std::move(addresses));
        if (!out->failure) {
            out->found = co_await session.find(std::move(query));
            co_await session.close();
        }
        out->transcript = session.transcript().toText();
        out->roundTrips = session.roundTrips();
        co_return true;
    }

    SessionOptions options_;
    SystemClock clock_;
    net::Loop loop_;
    net::TcpDialer dialer_;
};

Query queryFor(std::vector<std::string> needles) {
    Query q;
    q.headerName = "X-Waypost-Seed";
    q.needles = std::move(needles);
    q.since = SystemClock().now() - std::chrono::hours(1);
    return q;
}

} // namespace

class TestImapSession : public QObject {
    Q_OBJECT
    std::unique_ptr<test::Dovecot> server_;
    std::unique_ptr<net::TestAuthority> authority_;
    std::string why_;

    Account account(TlsMode mode) const {
        Account a;
        a.host = "imap.example.org";
        a.port = mode == TlsMode::Implicit ? server_->imapsPort() : server_->imapPort();
        a.tls = mode;
        a.user = user;
        a.secret = Secret(password);
        a.caPem = authority_->caPem();
        return a;
    }

  private Q_SLOTS:
    void initTestCase() {
        authority_ = std::make_unique<net::TestAuthority>();
        UtcTime now = SystemClock().now();
        auto tls = authority_->issue({"imap.example.org"}, now - std::chrono::hours(1),
                                     now + std::chrono::hours(24));
        test::DovecotOptions options;
        options.users = {{user, password, ""}};
        options.certificatePem = tls.certificatePem;
        options.keyPem = tls.keyPem;
        options.mailboxes = {"Rules"};
        server_ = test::Dovecot::start(options, why_);
        if (!server_) return;
        server_->put(user, "INBOX", mail("wps-inbox", "one"));
        server_->put(user, "INBOX", mail("wps-other", "two"));
        server_->put(user, "Junk", mail("wps-junk", "three"));
        server_->put(user, "Rules", mail("wps-rules", "four"));
    }
    void init() {
        if (!server_) QSKIP(qPrintable("NO DOVECOT: " + QString::fromStdString(why_)));
    }

    void findsTheFolderOfEachMessage_data() {
        QTest::addColumn<int>("mode");
        QTest::newRow("over implicit TLS") << int(TlsMode::Implicit);
        QTest::newRow("over STARTTLS") << int(TlsMode::StartTls);
    }
    void findsTheFolderOfEachMessage() {
        QFETCH(int, mode);
        Client client;
        Opened o = client.look(account(TlsMode(mode)),
                               queryFor({"wps-inbox", "wps-junk", "wps-rules", "wps-absent"}));
        QVERIFY2(
            !o.failure,
            o.failure
                ? (o.failure->text + " " + o.failure->server + "\n" + o.transcript + server_->log()).c_str()
                : "");
        QVERIFY(!o.found.failure);
        std::map<std::string, const Hit*> hits;
        for (const Hit& h : o.found.hits) hits[h.needle] = &h;
        QCOMPARE(hits.size(), size_t(3));
        QCOMPARE(hits["wps-inbox"]->use, SpecialUse::Inbox);
        QCOMPARE(hits["wps-junk"]->use, SpecialUse::Junk);
        QCOMPARE(hits["wps-junk"]->useFromName, false);
        QCOMPARE(hits["wps-rules"]->use, SpecialUse::None);
        QCOMPARE(hits["wps-rules"]->folder, std::string("Rules"));
        QVERIFY(hits["wps-inbox"]->uidValidity > 0);
        QVERIFY(hits["wps-inbox"]->internalDate.has_value());
        QVERIFY(hits["wps-inbox"]->headers.find("Authentication-Results: mx.example.org; spf=pass\r\n") !=
                std::string::npos);
        QVERIFY(o.transcript.find("correct") == std::string::npos);
        QVERIFY(o.transcript.find("AUTHENTICATE PLAIN <masked>") != std::string::npos);
        // Dovecot marks seen messages with S behind ":2," in the file's name.
        for (const char* box : {"INBOX", "Junk", "Rules"}) {
            auto files = server_->files(user, box);
            QVERIFY(!files.empty());
            for (const std::string& name : files) {
                size_t flags = name.find(":2,");
                QVERIFY2(flags == std::string::npos || name.find('S', flags) == std::string::npos,
                         name.c_str());
            }
        }
    }

    void junkIsAlwaysLookedAtAndTheRestOnlyWhileSomethingIsMissing() {
        Client client;
        Opened o = client.look(account(TlsMode::Implicit), queryFor({"wps-inbox"}));
        QCOMPARE(o.found.folders.size(), size_t(2));
        QCOMPARE(o.found.folders[1].use, SpecialUse::Junk);
        Query named = queryFor({"wps-inbox", "wps-junk"});
        named.folders = {"Junk"};
        Opened only = client.look(account(TlsMode::Implicit), named);
        QCOMPARE(only.found.folders.size(), size_t(1));
        QCOMPARE(only.found.hits.size(), size_t(1));
    }

    void failuresAreOutcomes_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("kind");
        QTest::newRow("a wrong password gives the server's words") << "password" << "login-refused";
        QTest::newRow("a certificate for another name") << "name" << "tls";
        QTest::newRow("an issuer we do not know") << "issuer" << "tls";
        QTest::newRow("credentials without TLS") << "plain" << "no-tls";
        QTest::newRow("a port where nobody listens") << "port" << "connect";
        QTest::newRow("TLS to a port that speaks plain IMAP") << "mode" << "tls";
    }
    void failuresAreOutcomes() {
        QFETCH(QString, what);
        QFETCH(QString, kind);
        Account a = account(what == "plain" ? TlsMode::Plain : TlsMode::Implicit);
        if (what == "password") a.secret = Secret("wrong");
        if (what == "name") a.host = "imap.other.example";
        if (what == "issuer") a.caPem.clear();
        if (what == "port") a.port = 1;
        if (what == "mode") a.port = server_->imapPort();
        SessionOptions options;
        options.handshake = Millis(3'000);
        Client client(options);
        Opened o = client.look(a, queryFor({"wps-inbox"}));
        QVERIFY(o.failure.has_value());
        QCOMPARE(QString::fromUtf8(failureKindName(o.failure->kind).data()), kind);
        if (what == "password")
            QCOMPARE(o.failure->server, std::string("[AUTHENTICATIONFAILED] Authentication failed."));
        if (what == "name")
            QVERIFY2(o.failure->text.find("imap.example.org") != std::string::npos, o.failure->text.c_str());
    }

    void plainIsAllowedOnLoopbackWhenAskedFor() {
        Account a = account(TlsMode::Plain);
        a.allowPlainOnLoopback = true;
        Client client;
        Opened o = client.look(a, queryFor({"wps-inbox"}));
        QVERIFY(!o.failure);
        QCOMPARE(o.found.hits.size(), size_t(1));
    }

    // The headers of 5,000 messages: how long, and in how many round trips.
    void manyMessagesInFewRoundTrips() {
        for (int i = 0; i < 5'000; ++i) server_->put(user, "INBOX", mail("bulk-" + std::to_string(i), "x"));
        server_->put(user, "INBOX", mail("wps-last", "x"));
        Query query = queryFor({"wps-last"});
        query.newest = 10'000;
        query.folders = {"INBOX"};
        Client client;
        client.look(account(TlsMode::Implicit), query); // Dovecot builds its index
        auto began = SystemClock().monotonic();
        Opened o = client.look(account(TlsMode::Implicit), query);
        auto took = SystemClock().monotonic() - began;
        QCOMPARE(o.found.hits.size(), size_t(1));
        QCOMPARE(o.found.folders[0].scanned, size_t(5'003));
        qInfo("5,003 headers in %lld ms, %zu round trips with sign-in and logout",
              static_cast<long long>(took.count()), o.roundTrips);
        // Sign in, ID and LIST, EXAMINE and SEARCH, FETCH, FETCH of the hit, LOGOUT.
        QVERIFY(o.roundTrips <= 6);
    }
};

QTEST_APPLESS_MAIN(TestImapSession)
#include "tst_imap_session.moc"
