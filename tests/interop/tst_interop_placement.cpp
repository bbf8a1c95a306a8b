// A seed test through real servers: our SMTP to Postfix with a verified certificate, LMTP to Dovecot, Sieve
// into Junk, and our IMAP over verified TLS reading it back. Names come from NSD.
#include "interop.h"
#include "support/dovecot.h"
#include "support/servers_dns.h"
#include "support/servers_postfix.h"

using namespace waypost;
using namespace waypost::engine;
namespace wt = waypost::test;

namespace {

constexpr const char* password = "geheim-pw-1";

struct Expected {
    const char* seed;
    const char* state;
    const char* folder;
    const char* words; // in the sentence
};

constexpr Expected expected[] = {
    {"a1@seeds-a.test", "found-inbox", "INBOX", ""},
    {"a2@seeds-a.test", "found-inbox", "INBOX", ""},
    {"a3@seeds-a.test", "found-junk", "Junk", ""}, // Sieve, by the subject
    {"a4@seeds-a.test", "mailbox-error", "", "Authentication failed"},
    {"b1@seeds-b.test", "found-inbox", "INBOX", ""},
    {"b2@seeds-b.test", "found-junk", "Junk", ""},                  // Sieve, by the recipient
    {"b3@seeds-b.test", "mailbox-error", "", "other.seeds-b.test"}, // not a name of the certificate
    {"b4@seeds-b.test", "not-found", "", ""},                       // Sieve discards it
    {"nobody@seeds-b.test", "send-failed", "", "User unknown in virtual mailbox table"},
};

wt::DovecotOptions mailboxes(const net::ServerTls& tls) {
    wt::DovecotOptions o;
    o.certificatePem = tls.certificatePem;
    o.keyPem = tls.keyPem;
    o.lmtp = true;
    for (const Expected& e : expected) {
        const std::string name = e.seed;
        if (name.starts_with("nobody")) continue;
        std::string sieve = "keep;\n";
        if (name.starts_with("a3"))
            sieve =
                "require \"fileinto\";\nif header :contains \"subject\" \"spring\" { fileinto \"Junk\"; }\n";
        if (name.starts_with("b2"))
            sieve = "require [\"fileinto\", \"envelope\"];\n"
                    "if envelope :is \"to\" \"b2@seeds-b.test\" { fileinto \"Junk\"; }\n";
        if (name.starts_with("b4")) sieve = "discard;\n";
        o.users.push_back({name, password, sieve});
    }
    return o;
}

std::string seedsCsv(std::uint16_t imaps) {
    std::string csv = "address,imap_host,imap_port,imap_tls,provider,secret\n";
    for (const Expected& e : expected) {
        const std::string name = e.seed;
        const std::string domain = name.substr(name.find('@') + 1);
        const char* host = name.starts_with("b3") ? "other." : "imap.";
        csv += name + "," + host + domain + "," + std::to_string(imaps) + ",implicit," +
               domain.substr(0, domain.find('.')) + "," + (name.starts_with("a4") ? "wrong" : "right") + "\n";
    }
    return csv;
}

const ProviderRow& provider(const RunView& run, const std::string& name) {
    for (const ProviderRow& r : run.providers)
        if (r.provider == name) return r;
    qFatal("no provider %s", name.c_str());
}

} // namespace

class TestInteropPlacement : public QObject {
    Q_OBJECT

    std::unique_ptr<net::TestAuthority> authority_;
    std::unique_ptr<wt::Dovecot> dovecot_;
    std::unique_ptr<wt::Postfix> postfix_;
    std::unique_ptr<wt::Nsd> nsd_;
    std::filesystem::path folder_;

    std::unique_ptr<Engine> engine(const std::string& name) {
        const auto folder = folder_ / name;
        std::filesystem::create_directories(folder);
        auto e = wt::openEngine(folder);
        wt::set(*e, "resolver.servers", "127.0.0.1:" + std::to_string(nsd_->port()));
        wt::set(*e, "tls.ca_file", (folder_ / "ca.pem").string());
        RouteLine route;
        route.name = "relay";
        route.host = "relay.interop.test";
        route.port = postfix_->port();
        route.tls = "starttls";
        route.auth = "none";
        route.helo = "console.interop.test";
        wt::as<Done>(e->runAndWait(SaveRoute{route, std::nullopt}));
        route.name = "misnamed";
        route.host = "misnamed.interop.test";
        wt::as<Done>(e->runAndWait(SaveRoute{route, std::nullopt}));
        wt::as<Done>(e->runAndWait(PutSecret{"right", Secret(password)}));
        wt::as<Done>(e->runAndWait(PutSecret{"wrong", Secret("not-the-password")}));
        const auto seeds =
            wt::as<SeedsImported>(e->runAndWait(ImportSeeds{"seeds", seedsCsv(dovecot_->imapsPort())}));
        if (!seeds.problems.empty()) qFatal("%s", seeds.problems.front().text.c_str());
        return e;
    }

    static RunSpec spec(Engine& e, const std::string& route) {
        RunSpec s;
        s.name = "interop";
        s.seedListId = wt::as<SeedLists>(e.askAndWait(SeedListsQuery{})).lists.front().id;
        s.route = route;
        s.from = "news@interop.test";
        s.subject = "Spring news";
        s.body = "Hello from the test.\n";
        s.waitMinutes = 1;
        s.perSecond = 100;
        return s;
    }

    static RunView view(Engine& e) {
        const auto runs = wt::as<Runs>(e.askAndWait(RunsQuery{}));
        return wt::as<RunView>(e.askAndWait(RunQuery{runs.runs.front().id}));
    }

  private Q_SLOTS:
    void initTestCase() {
        WAYPOST_NEEDS(wt::Postfix::absent());
        WAYPOST_NEEDS(wt::Nsd::absent());
        WAYPOST_NEEDS(wt::missing("DOVECOT", {"/usr/sbin/dovecot", "/usr/lib/dovecot/lmtp"}));
        WAYPOST_NEEDS(wt::missing("DOVECOT SIEVE", {"/usr/lib/dovecot/modules/lib90_sieve_plugin.so"}));
        net::guard::allowOnlyLoopback(true);
        folder_ = wt::temporaryFolder();
        authority_ = std::make_unique<net::TestAuthority>();
        wt::writeWhole(folder_ / "ca.pem", authority_->caPem());
        std::string why;
        dovecot_ = wt::Dovecot::start(
            mailboxes(wt::certificate(*authority_, {"imap.seeds-a.test", "imap.seeds-b.test"})), why);
        QVERIFY2(dovecot_, why.c_str());
        wt::PostfixOptions postfix;
        const net::ServerTls tls = wt::certificate(*authority_, {"relay.interop.test"});
        postfix.certificatePem = tls.certificatePem;
        postfix.keyPem = tls.keyPem;
        postfix.domains = {"seeds-a.test", "seeds-b.test"};
        for (const Expected& e : expected)
            if (!std::string_view(e.seed).starts_with("nobody")) postfix.mailboxes.push_back(e.seed);
        postfix.lmtpSocket = dovecot_->lmtpSocket();
        postfix_ = wt::Postfix::start(postfix, why);
        QVERIFY2(postfix_, why.c_str());
        const wt::ZoneFile relay("interop.test", "relay A 127.0.0.1\nmisnamed A 127.0.0.1\n");
        const wt::ZoneFile a("seeds-a.test", "imap A 127.0.0.1\nother A 127.0.0.1\n");
        const wt::ZoneFile b("seeds-b.test", "imap A 127.0.0.1\nother A 127.0.0.1\n");
        nsd_ = wt::Nsd::start({&relay, &a, &b}, why);
        QVERIFY2(nsd_, why.c_str());
    }

    void cleanupTestCase() {
        nsd_.reset();
        postfix_.reset();
        dovecot_.reset();
        if (!folder_.empty()) QCOMPARE(net::guard::stoppedAttempts(), std::uint64_t(0));
    }

    // The certificate of the relay has another name than the one we look for: nothing is sent.
    void aRelayWithAnotherNameGetsNothing() {
        auto e = engine("misnamed");
        const size_t before = postfix_->lines("client=");
        const JobView job = wt::job(*e, StartRun{spec(*e, "misnamed")});
        QVERIFY2(job.state == JobState::Done, job.text.c_str());
        for (const SeedRow& s : view(*e).seeds) {
            QCOMPARE(s.state, std::string("deferred"));
            QVERIFY2(s.text.contains("misnamed.interop.test") && s.text.contains("relay.interop.test"),
                     s.text.c_str());
        }
        QCOMPARE(postfix_->lines("client="), before);
    }

    void anUnreadableAuthorityFileIsSaid() {
        auto e = engine("no-ca");
        wt::set(*e, "tls.ca_file", (folder_ / "absent.pem").string());
        const std::string text = wt::errorText(e->runAndWait(StartRun{spec(*e, "relay")}));
        QVERIFY2(text.contains("absent.pem") && text.contains("tls.ca_file"), text.c_str());
    }

    void eachSeedIsFoundWhereSieveFiledIt() {
        auto e = engine("run");
        const JobView job = wt::job(*e, StartRun{spec(*e, "relay")});
        QVERIFY2(job.state == JobState::Done, job.text.c_str());
        const RunView run = view(*e);
        QCOMPARE(run.seeds.size(), std::size(expected));
        for (const Expected& want : expected) {
            const auto got = std::find_if(run.seeds.begin(), run.seeds.end(),
                                          [&](const SeedRow& s) { return s.seed == want.seed; });
            QVERIFY2(got != run.seeds.end(), want.seed);
            const std::string seen = std::string(want.seed) + ": " + got->state + " " + got->text;
            QVERIFY2(got->state == want.state, (seen + "\n" + postfix_->log() + dovecot_->log()).c_str());
            QVERIFY2(got->folder == want.folder, seen.c_str());
            QVERIFY2(got->text.contains(want.words), seen.c_str());
        }
        const ProviderRow& a = provider(run, "seeds-a");
        QCOMPARE((std::array{a.seeds, a.inbox, a.junk, a.notFound, a.mailboxError, a.notSent, a.judged}),
                 (std::array{4, 2, 1, 0, 1, 0, 3}));
        const ProviderRow& b = provider(run, "seeds-b");
        QCOMPARE((std::array{b.seeds, b.inbox, b.junk, b.notFound, b.mailboxError, b.notSent, b.judged}),
                 (std::array{5, 1, 1, 1, 1, 1, 3}));
        evidenceIsWhole(*e, run);
    }

    // Reading leaves the mailboxes as they were.
    void nothingWasMarkedAsSeen() {
        for (const Expected& want : expected) {
            const std::string name = want.seed;
            if (name.starts_with("nobody")) continue;
            const auto inbox = dovecot_->files(name, "INBOX");
            const auto junk = dovecot_->files(name, "Junk");
            const bool toJunk = std::string_view(want.state) == "found-junk";
            QCOMPARE(inbox.size(), size_t(toJunk || name.starts_with("b4") ? 0 : 1));
            QCOMPARE(junk.size(), size_t(toJunk ? 1 : 0));
            for (const auto& files : {inbox, junk})
                for (const std::string& file : files) {
                    const size_t flags = file.find(":2,");
                    QVERIFY2(flags == std::string::npos || file.find('S', flags) == std::string::npos,
                             file.c_str());
                }
        }
    }

  private:
    static void evidenceIsWhole(Engine& e, const RunView& run) {
        for (const SeedRow& seed : run.seeds) {
            const auto got = wt::as<SeedEvidence>(e.askAndWait(SeedEvidenceQuery{run.line.id, seed.seed}));
            QVERIFY2(!got.raw.empty() && got.raw.front().bytes.contains("relay.interop.test"),
                     seed.seed.c_str());
            for (const RawDocument& raw : got.raw) {
                QVERIFY2(!raw.bytes.contains(password), "a password is in a transcript");
                QVERIFY2(!raw.bytes.contains("not-the-password"), "a password is in a transcript");
            }
            // Real headers of a real delivery.
            if (seed.state.starts_with("found"))
                QVERIFY(got.raw.back().bytes.contains("by relay.interop.test (Postfix)"));
        }
    }
};

QTEST_GUILESS_MAIN(TestInteropPlacement)
#include "tst_interop_placement.moc"
