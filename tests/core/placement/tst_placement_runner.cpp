// moc cannot read some of the C++ library these pull in.
#ifndef Q_MOC_RUN
#include "placement/runner.h"
#include "placement/token.h"
#include "support/fake_clock.h"

#include <map>
#include <set>
#endif

using namespace waypost;
using namespace waypost::placement;

namespace {

using Kind = SendOutcome::Kind;

// A mail world on a clock that only sleep() moves.
struct World : Sender, MailboxReader, Sleeper {
    struct Delivery {
        std::string seed, token;
        UtcTime at;
    };
    struct Plan {                         // of one seed
        std::vector<SendOutcome> answers; // one per attempt, the last repeats
        Millis arrives{0};                // after sending; negative: never
        imap::SpecialUse use = imap::SpecialUse::Inbox;
        std::string folder = "INBOX";
    };
    test::FakeClock clock;
    std::map<std::string, Plan> plans;
    std::map<std::string, std::vector<imap::Failure>>
        mailboxFailures; // by account user, one per look, the last repeats
    std::map<std::string, int> looks;
    std::vector<Delivery> sent;
    std::vector<ReadRequest> requests;
    std::function<void()> onSend, onLook;

    Task<SendOutcome> send(Seed seed, std::string, std::string message) override {
        if (onSend) onSend();
        Plan& plan = plans[seed.id];
        auto attempt = size_t(
            std::count_if(sent.begin(), sent.end(), [&](const Delivery& d) { return d.seed == seed.id; }));
        sent.push_back({seed.id, findToken(message).value_or("?"), clock.now()});
        SendOutcome ok;
        ok.kind = Kind::Accepted;
        ok.code = 250;
        ok.reply = "250 queued";
        co_return plan.answers.empty() ? ok : plan.answers[std::min(attempt, plan.answers.size() - 1)];
    }
    Task<ReadOutcome> look(ReadRequest request) override {
        if (onLook) onLook();
        requests.push_back(request);
        ReadOutcome out;
        auto failures = mailboxFailures.find(request.account.imapUser);
        auto n = size_t(looks[request.account.imapUser]++);
        if (failures != mailboxFailures.end()) {
            const imap::Failure& f = failures->second[std::min(n, failures->second.size() - 1)];
            if (!f.text.empty()) {
                out.failure = f;
                co_return out;
            }
        }
        for (const Delivery& d : sent) {
            const Plan& plan = plans[d.seed];
            bool asked =
                std::find(request.tokens.begin(), request.tokens.end(), d.token) != request.tokens.end();
            if (!asked || plan.arrives < Millis(0) || d.at + plan.arrives > clock.now()) continue;
            Sighting s;
            s.token = d.token;
            s.use = plan.use;
            s.folder = plan.folder;
            s.internalDate = d.at + plan.arrives;
            out.sightings.push_back(s);
        }
        co_return out;
    }
    Task<void> sleep(Millis d) override {
        clock.advance(d);
        co_return;
    }
};

SendOutcome answer(Kind kind, int code, std::string reply) {
    SendOutcome o;
    o.kind = kind;
    o.code = code;
    o.reply = std::move(reply);
    return o;
}

Seed seed(std::string id, std::string user = {}) {
    Seed s;
    s.id = id;
    s.address = id + "@x.example";
    s.imapHost = "imap.x.example";
    s.imapUser = user.empty() ? id : user;
    return s;
}

RunSpec spec(std::vector<Seed> seeds) {
    RunSpec s;
    s.seeds = std::move(seeds);
    s.message = "From: a@sender.example\n\nHi\n";
    s.messageIdDomain = "sender.example";
    s.sender = "bounce@sender.example";
    s.token = "wps-abcdefghij";
    s.route = "own";
    return s;
}

struct Ran {
    RunOutcome outcome;
    std::vector<std::pair<std::string, SeedState>> changes;
    std::vector<SeedResult> intents;
};

Ran go(World& w, const RunSpec& s, std::vector<SeedResult> results = {}) {
    Ran ran;
    SeededRandom random(1);
    if (results.empty()) results = planRun(s, w.clock.now(), random);
    RunHooks hooks;
    hooks.changed = [&ran](const SeedResult& r) { ran.changes.emplace_back(r.seedId, r.state); };
    hooks.intent = [&ran](SeedResult r) -> Task<bool> {
        ran.intents.push_back(std::move(r));
        co_return true;
    };
    Runner runner(w, w, w.clock, w, hooks);
    auto task = runner.run(s, std::move(results));
    auto outcome = runReady(std::move(task));
    if (outcome) ran.outcome = std::move(*outcome);
    return ran;
}

const SeedResult& of(const Ran& ran, const std::string& id) {
    for (const SeedResult& r : ran.outcome.results) {
        if (r.seedId == id) return r;
    }
    static const SeedResult none;
    return none;
}

imap::Failure mailboxFailure(imap::FailureKind kind, std::string text, std::string server = {}) {
    return {kind, std::move(text), std::move(server)};
}

} // namespace

class TestPlacementRunner : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyEndOfASeed() {
        World w;
        w.plans["inbox"].arrives = Millis(20'000);
        w.plans["junk"] = {{}, Millis(0), imap::SpecialUse::Junk, "Spam"};
        w.plans["other"] = {{}, Millis(0), imap::SpecialUse::None, "Rules"};
        w.plans["never"].arrives = Millis(-1);
        w.plans["refused"].answers = {answer(Kind::Refused, 550, "550 5.7.1 go away")};
        w.plans["unable"].answers = {answer(Kind::Unable, 0, "The route has no password.")};
        w.plans["deferred"].answers = {answer(Kind::Deferred, 451, "451 4.7.1 later")};
        w.plans["grey"].answers = {answer(Kind::Deferred, 451, "451 4.7.1 greylisted"),
                                   answer(Kind::Accepted, 250, "250 ok")};
        w.plans["lost"] = {{answer(Kind::Uncertain, 0, "connection lost behind the final dot")}, Millis(-1)};
        w.plans["lostfound"].answers = {answer(Kind::Uncertain, 0, "connection lost behind the final dot")};
        w.mailboxFailures["locked"] = {mailboxFailure(imap::FailureKind::LoginRefused,
                                                      "The server refused the sign-in.",
                                                      "[AUTHENTICATIONFAILED] Invalid credentials")};
        w.mailboxFailures["wrongname"] = {mailboxFailure(
            imap::FailureKind::Tls,
            "No trusted TLS connection to imap.x.example: the certificate is for mail.y.example")};
        w.mailboxFailures["slow"] = {
            mailboxFailure(imap::FailureKind::Timeout, "The server did not answer in time.")};
        RunSpec s = spec({seed("inbox"), seed("junk"), seed("other"), seed("never"), seed("refused"),
                          seed("unable"), seed("deferred"), seed("grey"), seed("lost"), seed("lostfound"),
                          seed("locked"), seed("wrongname"), seed("slow")});
        Seed off = seed("off");
        off.enabled = false;
        s.seeds.push_back(off);
        Ran ran = go(w, s);
        QCOMPARE(ran.outcome.results.size(), size_t(13));
        QVERIFY(!ran.outcome.cancelled);
        QCOMPARE(of(ran, "inbox").state, SeedState::FoundInbox);
        QCOMPARE(of(ran, "inbox").latency, std::optional(Millis(20'000)));
        QCOMPARE(of(ran, "junk").state, SeedState::FoundJunk);
        QCOMPARE(of(ran, "junk").folder, std::string("Spam"));
        QCOMPARE(of(ran, "other").state, SeedState::FoundOther);
        QCOMPARE(of(ran, "never").state, SeedState::NotFound);
        QCOMPARE(describe(of(ran, "never"), 30), std::string("accepted, not found after 30 min"));
        QCOMPARE(of(ran, "refused").state, SeedState::SendFailed);
        QCOMPARE(of(ran, "refused").replyCode, 550);
        QCOMPARE(of(ran, "refused").problem, std::string("550 5.7.1 go away"));
        QCOMPARE(of(ran, "unable").state, SeedState::SendFailed);
        QCOMPARE(of(ran, "deferred").state, SeedState::Deferred);
        QCOMPARE(of(ran, "deferred").attempts, 3);
        QCOMPARE(of(ran, "grey").state, SeedState::FoundInbox);
        QCOMPARE(of(ran, "grey").attempts, 2);
        QCOMPARE(of(ran, "lost").state, SeedState::Uncertain);
        QCOMPARE(of(ran, "lostfound").state, SeedState::FoundInbox);
        QCOMPARE(of(ran, "locked").state, SeedState::MailboxError);
        QCOMPARE(of(ran, "locked").problem,
                 std::string("The server refused the sign-in. [AUTHENTICATIONFAILED] Invalid credentials"));
        QCOMPARE(w.looks["locked"], 1); // a wrong password is not tried again and again
        QCOMPARE(of(ran, "wrongname").state, SeedState::MailboxError);
        QCOMPARE(of(ran, "wrongname").problem,
                 std::string(
                     "No trusted TLS connection to imap.x.example: the certificate is for mail.y.example"));
        QCOMPARE(of(ran, "slow").state, SeedState::MailboxError);
        QVERIFY(w.looks["slow"] > 3); // a timeout is
    }

    void nothingIsSentBeforeItIsRecorded() {
        World w;
        Ran ran = go(w, spec({seed("a"), seed("b")}));
        QCOMPARE(ran.intents.size(), size_t(2));
        QCOMPARE(ran.intents[0].state, SeedState::Sending);
        QCOMPARE(ran.intents[0].send, SendProgress::Begun);
        std::vector<std::pair<std::string, SeedState>> first;
        for (const auto& c : ran.changes) {
            if (c.first == "a") first.push_back(c);
        }
        QCOMPARE(first,
                 (std::vector<std::pair<std::string, SeedState>>{
                     {"a", SeedState::Sending}, {"a", SeedState::Waiting}, {"a", SeedState::FoundInbox}}));
    }

    void aRefusedRecordStopsTheSending() {
        World w;
        RunHooks hooks;
        hooks.intent = [](SeedResult) -> Task<bool> { co_return false; };
        RunSpec s = spec({seed("a")});
        SeededRandom random(1);
        Runner runner(w, w, w.clock, w, hooks);
        auto outcome = runReady(runner.run(s, planRun(s, w.clock.now(), random)));
        QCOMPARE(outcome->results[0].state, SeedState::SendFailed);
        QVERIFY(w.sent.empty());
    }

    void resumeNeverSendsTwice() {
        World w;
        RunSpec s = spec({seed("begun"), seed("accepted"), seed("uncertain"), seed("planned"), seed("done"),
                          seed("failed")});
        SeededRandom random(1);
        auto results = planRun(s, w.clock.now(), random);
        UtcTime earlier = w.clock.now() - Millis(60'000);
        for (SeedResult& r : results) r.sentAt = r.seedId == "planned" ? UtcTime{} : earlier;
        results[0].send = SendProgress::Begun;
        results[0].state = SeedState::Sending;
        results[1].send = SendProgress::Accepted;
        results[1].state = SeedState::Waiting;
        results[2].send = SendProgress::Uncertain;
        results[2].state = SeedState::Uncertain;
        results[4].send = SendProgress::Accepted;
        results[4].state = SeedState::FoundJunk;
        results[5].send = SendProgress::Failed;
        results[5].state = SeedState::SendFailed;
        // What the interrupted run had sent did arrive, but for the uncertain one.
        w.sent = {{"begun", results[0].token, earlier}, {"accepted", results[1].token, earlier}};
        Ran ran = go(w, s, results);
        QCOMPARE(w.sent.size(), size_t(3));
        QCOMPARE(w.sent[2].seed, std::string("planned"));
        QCOMPARE(of(ran, "begun").state, SeedState::FoundInbox);
        QCOMPARE(of(ran, "accepted").state, SeedState::FoundInbox);
        QCOMPARE(of(ran, "uncertain").state, SeedState::Uncertain);
        QCOMPARE(of(ran, "planned").state, SeedState::FoundInbox);
        QCOMPARE(of(ran, "done").state, SeedState::FoundJunk);
        QCOMPARE(of(ran, "failed").state, SeedState::SendFailed);
    }

    void aWaitThatIsLongOverIsLookedAtOnce() {
        World w;
        w.clock.advance(std::chrono::hours(48));
        RunSpec s = spec({seed("a")});
        SeededRandom random(1);
        auto results = planRun(s, w.clock.now(), random);
        results[0].send = SendProgress::Accepted;
        results[0].state = SeedState::Waiting;
        results[0].sentAt = w.clock.now() - std::chrono::hours(24);
        Ran ran = go(w, s, results);
        QCOMPARE(of(ran, "a").state, SeedState::NotFound);
        QCOMPARE(ran.outcome.looks, 1);
    }

    void cancelKeepsWhatIsKnown() {
        World w;
        RunSpec s = spec({seed("a"), seed("b"), seed("c")});
        s.limits.sends = 1;
        w.plans["a"].arrives = Millis(-1);
        RunHooks hooks;
        std::unique_ptr<Runner> runner = std::make_unique<Runner>(w, w, w.clock, w, hooks);
        w.onSend = [&] {
            if (w.sent.size() == 1) runner->cancel(); // while the second is under way
        };
        SeededRandom random(1);
        auto outcome = runReady(runner->run(s, planRun(s, w.clock.now(), random)));
        QVERIFY(outcome->cancelled);
        QCOMPARE(outcome->results[0].state, SeedState::Waiting);
        QCOMPARE(outcome->results[1].state, SeedState::Waiting);
        QCOMPARE(outcome->results[2].state, SeedState::Planned);
        QCOMPARE(outcome->results[2].send, SendProgress::NotSent);
    }

    void cancelDuringAPauseEndsIt() {
        World w;
        w.plans["a"].arrives = Millis(-1);
        RunSpec s = spec({seed("a")});
        std::unique_ptr<Runner> runner = std::make_unique<Runner>(w, w, w.clock, w, RunHooks{});
        w.onLook = [&] {
            if (w.looks["a"] == 3) runner->cancel();
        };
        SeededRandom random(1);
        UtcTime began = w.clock.now();
        auto outcome = runReady(runner->run(s, planRun(s, began, random)));
        QVERIFY(outcome->cancelled);
        QCOMPARE(outcome->results[0].state, SeedState::Waiting);
        QVERIFY(w.clock.now() - began < Millis(60'000));
    }

    void seedsOfOneAccountAreReadInOneSession() {
        World w;
        Ran ran = go(w, spec({seed("a", "shared"), seed("b", "shared"), seed("c")}));
        QCOMPARE(ran.outcome.looks, 2);
        QCOMPARE(w.requests[0].tokens.size(), size_t(2));
        QCOMPARE(w.requests[0].since, w.clock.now() - std::chrono::hours(1));
    }

    void theLooksGetRarerAndEndWithTheWait() {
        World w;
        w.plans["a"].arrives = Millis(-1);
        UtcTime began = w.clock.now();
        Ran ran = go(w, spec({seed("a")}));
        // 0, 5, 15, 35, 75, 155 s, then every 120 s, and once at the end of the 30 minutes.
        QCOMPARE(ran.outcome.looks, 6 + 13 + 1);
        QCOMPARE(w.clock.now() - began, Millis(1'800'000));
    }

    void aMailboxThatComesBackIsRead() {
        World w;
        w.mailboxFailures["a"] = {mailboxFailure(imap::FailureKind::Connect, "refused"), {}};
        Ran ran = go(w, spec({seed("a")}));
        QCOMPARE(of(ran, "a").state, SeedState::FoundInbox);
        QCOMPARE(of(ran, "a").problem, std::string());
    }

    void theOperatorMaySendHimself() {
        World w;
        RunSpec s = spec({seed("a")});
        s.route.clear();
        w.sent = {{"a", s.token, w.clock.now() + Millis(30'000)}};
        Ran ran = go(w, s);
        QCOMPARE(w.sent.size(), size_t(1));
        QCOMPARE(of(ran, "a").state, SeedState::FoundInbox);
        QCOMPARE(of(ran, "a").token, s.token);
    }

    void aMessageWithoutFromIsNotSent() {
        World w;
        RunSpec s = spec({seed("a")});
        s.message = "Subject: x\n\nHi\n";
        Ran ran = go(w, s);
        QVERIFY(w.sent.empty());
        QCOMPARE(of(ran, "a").problem, std::string("The message has no From field in its header."));
    }

    void eachSeedHasItsOwnToken() {
        World w;
        std::vector<Seed> seeds;
        for (int i = 0; i < 200; ++i) seeds.push_back(seed("s" + std::to_string(i)));
        go(w, spec(seeds));
        std::set<std::string> tokens;
        for (const auto& d : w.sent) tokens.insert(d.token);
        QCOMPARE(tokens.size(), size_t(200));
    }
};

QTEST_APPLESS_MAIN(TestPlacementRunner)
#include "tst_placement_runner.moc"
