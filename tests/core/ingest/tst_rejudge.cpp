// Rules rehearsed over stored replies, saved, and put in force: counts stay exact.
#include "ingest/rejudge.h"
#include "store/activity_store.h"
#include "store/event_writer.h"
#include "support.h"

#include <QtTest/QtTest>

using namespace waypost;
using namespace waypost::ingest;
namespace fs = std::filesystem;

namespace {

const char* ownRules(const char* category, const char* action) {
    static std::string out;
    out =
        std::string(
            R"({"schema_version": 1, "date": "2026-11-24", "rules": [{"id": "moon", "version": 1, "code": "5xx",
      "pattern": "wrong house", "category": ")") +
        category + R"(", "cause": "recipient", "action": ")" + action +
        R"(", "source": "a test", "samples": [{"text": "550 the moon is in the wrong house"}]}]})";
    return out.c_str();
}

store::StoredReply stored(std::string text, reply::Permanence p) {
    store::StoredReply r;
    r.text = r.sample = std::move(text);
    r.code = std::atoi(r.sample.c_str());
    r.permanence = p;
    return r;
}

} // namespace

class TestRejudge : public QObject {
    Q_OBJECT
    fs::path shipped_ = waypost::test::resources() / "rules";

    static std::shared_ptr<const reply::Classifier> rules(const fs::path& shipped, const fs::path& own) {
        auto loaded = reply::Classifier::load(shipped, own);
        if (!loaded) qFatal("%s", loaded.error().describe().c_str());
        return *loaded;
    }
    // An import of a few replies, classified by the shipped rules.
    void fill(store::Workspace& ws) {
        auto shipped = rules(shipped_, {});
        std::string log;
        for (int i = 0; i < 40; ++i) {
            const char* said = i % 4 == 0   ? "550 the moon is in the wrong house"
                               : i % 4 == 1 ? "550 5.1.1 user unknown"
                               : i % 4 == 2 ? "554 5.7.1 blocked using zen.spamhaus.org"
                                            : "452 4.2.2 mailbox full";
            log += "Nov 24 10:" + std::to_string(10 + i) + ":00 mx postfix/smtp[1]: 3F2A11C" +
                   std::to_string(100 + i) + ": to=<u" + std::to_string(i) +
                   "@one.example>, relay=mx.one.example[192.0.2.1]:25, delay=1, "
                   "delays=0/0/0/1, dsn=5.0.0, status=" +
                   (i % 4 == 3 ? "deferred" : "bounced") + " (host mx.one.example[192.0.2.1] said: " + said +
                   " (in reply to RCPT TO command))\n";
        }
        const auto file = waypost::test::temporaryFolder() / "mail.log";
        ingest::test::put(file, log);
        auto o = ingest::test::options();
        SystemClock clock;
        o.clock = &clock;
        o.decoder.classifier = shipped.get();
        auto results = importFiles({file}, writeTo(ws), o);
        QVERIFY2(!results.front().error,
                 results.front().error ? results.front().error->describe().c_str() : "");
        QCOMPARE(results.front().events, std::uint64_t(40));
    }

  private Q_SLOTS:
    void aRehearsalCountsWhatWouldChangeAndChangesNothing() {
        auto ws = ingest::test::openWorkspace(waypost::test::temporaryFolder() / "w.waypost");
        fill(*ws);
        const auto own = waypost::test::temporaryFolder() / "own.json";
        ingest::test::put(own, ownRules("rejected-invalid-user", "suppress-recipient"));
        auto replies = ws->read([](store::Database& db) { return store::distinctReplies(db, true); });
        QVERIFY(replies.has_value());
        const auto r = rehearse(*replies, *rules(shipped_, own));
        QCOMPARE(r.events, std::uint64_t(40));
        QCOMPARE(r.changedReplies, std::uint64_t(1));
        QCOMPARE(r.changedEvents, std::uint64_t(10));
        QCOMPARE(r.suppressed, std::uint64_t(10));
        QCOMPARE(r.released, std::uint64_t(0));
        QCOMPARE(r.unclassifiedBefore, std::uint64_t(10));
        QCOMPARE(r.unclassifiedAfter, std::uint64_t(0));
        QCOMPARE(r.changes.front().ruleAfter, std::string("moon"));
        QVERIFY(r.faults.empty());
        QCOMPARE(ingest::test::number(*ws, "SELECT count(*) FROM event_reply WHERE rule = 'moon'"),
                 std::int64_t(0));
    }

    void theSameRulesChangeNothing() {
        auto ws = ingest::test::openWorkspace(waypost::test::temporaryFolder() / "w.waypost");
        fill(*ws);
        auto shipped = rules(shipped_, {});
        auto done = ws->write([&](store::Database& db) { return rejudge(db, *shipped); }).get();
        QVERIFY(done.has_value());
        QCOMPARE(done->replies, std::uint64_t(0));
    }

    void rulesInForceMoveTheEventsExactly() {
        auto ws = ingest::test::openWorkspace(waypost::test::temporaryFolder() / "w.waypost");
        fill(*ws);
        const auto own = waypost::test::temporaryFolder() / "own.json";
        ingest::test::put(own, ownRules("rejected-policy", "contact-receiver"));
        auto changed = rules(shipped_, own);
        auto done = ws->write([&](store::Database& db) { return rejudge(db, *changed); }).get();
        QVERIFY(done.has_value());
        QCOMPARE(done->events, std::uint64_t(10));
        QCOMPARE(ingest::test::differences(*ws), std::string());
        auto back = ws->write([&](store::Database& db) { return rejudge(db, *rules(shipped_, {})); }).get();
        QCOMPARE(back->events, std::uint64_t(10));
        QCOMPARE(ingest::test::differences(*ws), std::string());
    }

    void theListThatAReplyNamesIsStored() {
        auto ws = ingest::test::openWorkspace(waypost::test::temporaryFolder() / "w.waypost");
        fill(*ws);
        QCOMPARE(
            ingest::test::number(*ws, "SELECT count(*) FROM event_reply WHERE list = 'zen.spamhaus.org'"),
            std::int64_t(1));
    }

    void aSavedFileKeepsTheOldOneAndRefusesABadOne() {
        const auto file = waypost::test::temporaryFolder() / "config" / "reply-rules.json";
        const std::string first = ownRules("rejected-policy", "contact-receiver");
        const std::string second = ownRules("rejected-invalid-user", "suppress-recipient");
        QVERIFY(saveUserRules(shipped_, file, first));
        QVERIFY(saveUserRules(shipped_, file, second));
        auto read = [](const fs::path& p) {
            std::ifstream in(p);
            return std::string(std::istreambuf_iterator<char>(in), {});
        };
        QCOMPARE(read(file), second);
        QCOMPARE(read(file.string() + ".old"), first);
        QVERIFY(!saveUserRules(shipped_, file, "{"));
        QVERIFY(
            !saveUserRules(shipped_, file, R"({"schema_version": 1, "rules": [{"id": "x", "version": 1}]})"));
        std::string evil = first;
        evil.replace(evil.find("wrong house"), 11, "(a+)+$ \\\\1"); // RE2 knows no back references
        QVERIFY(!saveUserRules(shipped_, file, evil));
        QVERIFY(!saveUserRules(shipped_, file, std::string(maxUserRuleBytes + 1, ' ')));
        QCOMPARE(read(file), second);
        QVERIFY(!fs::exists(file.string() + ".new"));
    }

    void whatTheSourceCallsItDecidesWhereRulesAreSilent() {
        std::vector<store::DistinctReply> replies(1);
        replies[0].reply = stored("550 xyzzy plugh", reply::Permanence::Permanent);
        replies[0].reply.category = reply::Category::RejectedContent;
        replies[0].reply.opinion = replies[0].reply.rule = "pmta:spam-related";
        QCOMPARE(rehearse(replies, *rules(shipped_, {})).changedReplies, std::uint64_t(0));
        replies[0].reply.sample = "550 5.1.1 user unknown";
        QCOMPARE(rehearse(replies, *rules(shipped_, {})).changedReplies, std::uint64_t(1));
    }

    void whatASourceDecidedStays() {
        std::vector<store::DistinctReply> replies(2);
        replies[0].reply = stored("550 5.1.1 user unknown", reply::Permanence::Permanent);
        replies[0].reply.category =
            reply::Category::RejectedPolicy; // without a rule: somebody else's verdict
        replies[1].reply = replies[0].reply;
        replies[1].reply.rule = "old-rule";
        const auto r = rehearse(replies, *rules(shipped_, {}));
        QCOMPARE(r.changedReplies, std::uint64_t(1));
        QCOMPARE(r.changes.front().ruleBefore, std::string("old-rule"));
    }
};

QTEST_APPLESS_MAIN(TestRejudge)
#include "tst_rejudge.moc"
