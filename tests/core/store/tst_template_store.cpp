// Reply templates: states, names, merges, splits, the queue of what no rule speaks of; and verdicts changed
// afterwards, with roll-ups that stay exact.
#include "store/activity_store.h"
#include "store/database.h"
#include "store/event_writer.h"
#include "store/migrations.h"
#include "store/rollup_check.h"
#include "store/template_store.h"
#include "store/verdict_store.h"

#include <QtTest/QtTest>

using namespace waypost;
using namespace waypost::store;

namespace {

constexpr std::int64_t day = 24 * 3'600'000LL, start = 1'767'225'600'000;

struct Wording {
    const char *key, *text;
    reply::Category category;
};
constexpr Wording full{"t-full", "452 4.2.2 mailbox of <addr> is over quota",
                       reply::Category::DeferredMailbox},
    fuller{"t-fuller", "452 4.2.2 mailbox of <addr> is far over quota", reply::Category::DeferredMailbox},
    odd{"t-odd", "450 4.9.9 the moon is in the wrong house", reply::Category::Unclassified};

reply::ReplyEvent eventOf(const Wording& w, std::int64_t at, const char* provider = "gmail", int n = 0) {
    reply::ReplyEvent e;
    e.at = {at};
    e.source = "send";
    e.provider = provider;
    e.recipient = "user" + std::to_string(n) + "@one.example";
    e.messageKey = "m" + std::to_string(at) + std::to_string(n);
    e.code = 450;
    e.text = w.text;
    e.category = w.category;
    e.permanence = reply::Permanence::Temporary;
    e.template_ = w.key;
    e.latencyMs = n;
    return e;
}

} // namespace

class TestTemplateStore : public QObject {
    Q_OBJECT
    std::unique_ptr<Database> db_;

    void add(const std::vector<reply::ReplyEvent>& events) {
        Transaction t(*db_);
        appendEvents(*db_, events);
        t.commit();
    }
    TemplateRow row(std::string_view key, std::int64_t now, std::string_view provider = "gmail") {
        TemplateAsk ask;
        ask.now = {now};
        for (auto& r : templates(*db_, ask).rows) {
            if (r.key == key && r.provider == provider) return r;
        }
        return {};
    }
    TemplateActor by(std::int64_t at) { return {"operator", {at}}; }
    void exact() {
        const auto differences = recount(*db_);
        QVERIFY2(differences.empty(), differences.empty() ? "" : differences.front().c_str());
    }

  private Q_SLOTS:
    void init() {
        db_ = Database::inMemory();
        migrate(*db_);
    }

    void theFirstImportIsNoNews() {
        add({eventOf(full, start), eventOf(odd, start + 3'600'000)});
        QCOMPARE(row("t-full", start + day).state, TemplateState::Known);
        QCOMPARE(row("t-odd", start + day).state, TemplateState::Known);
    }

    void aWordingFirstSeenAfterADayIsNewsWithItsNearestOlder() {
        add({eventOf(full, start), eventOf(fuller, start + 2 * day)});
        const auto r = row("t-fuller", start + 2 * day + 1000);
        QCOMPARE(r.state, TemplateState::New);
        QCOMPARE(r.nearestKey, std::string("t-full"));
        QCOMPARE(r.changes.size(), size_t(1));
        QCOMPARE(r.changes.front().before, std::string());
        QCOMPARE(r.changes.front().after, std::string("far"));
        QCOMPARE(r.dayEvents, std::uint64_t(1));
        QCOMPARE(r.dayOfProvider, std::uint64_t(1));
    }

    void newsGrowsOld() {
        add({eventOf(full, start), eventOf(fuller, start + 2 * day), eventOf(full, start + 30 * day)});
        QCOMPARE(row("t-fuller", start + 30 * day).state, TemplateState::Known);
    }

    void aResolvedTemplateThatComesBackHasRegressed() {
        add({eventOf(full, start)});
        QVERIFY(setTemplateState(*db_, "t-full", "gmail", TemplateState::Resolved, {}, by(start + day)));
        QCOMPARE(row("t-full", start + day).state, TemplateState::Resolved);
        add({eventOf(full, start + 2 * day, "gmail", 1)});
        QCOMPARE(row("t-full", start + 2 * day).state, TemplateState::Regressed);
        QVERIFY(setTemplateState(*db_, "t-full", "gmail", TemplateState::Known, {}, by(start + 2 * day)));
        QCOMPARE(row("t-full", start + 2 * day).state, TemplateState::Known);
    }

    void mutingEndsByItself() {
        add({eventOf(full, start)});
        QVERIFY(!setTemplateState(*db_, "t-full", "", TemplateState::Muted, {start}, by(start + day)));
        QVERIFY(
            setTemplateState(*db_, "t-full", "", TemplateState::Muted, {start + 5 * day}, by(start + day)));
        QCOMPARE(row("t-full", start + 2 * day).state, TemplateState::Muted);
        QCOMPARE(row("t-full", start + 6 * day).state, TemplateState::Known);
    }

    void statesThatFollowFromEventsCannotBeSet() {
        add({eventOf(full, start)});
        for (auto s : {TemplateState::New, TemplateState::Regressed})
            QVERIFY(!setTemplateState(*db_, "t-full", "", s, {}, by(start)));
        QVERIFY(!setTemplateState(*db_, "t-full", "yahoo", TemplateState::Known, {}, by(start)));
        QVERIFY(!setTemplateState(*db_, "t-none", "", TemplateState::Known, {}, by(start)));
    }

    void namesStayWithTheTemplate() {
        add({eventOf(full, start), eventOf(full, start, "yahoo")});
        QVERIFY(nameTemplate(*db_, "t-full", " Mailbox full ", by(start)));
        QCOMPARE(row("t-full", start, "yahoo").name, std::string("Mailbox full"));
        QVERIFY(!nameTemplate(*db_, "t-full", std::string(121, 'x'), by(start)));
        QVERIFY(!nameTemplate(*db_, "t-full", "a\nb", by(start)));
        QVERIFY(nameTemplate(*db_, "t-full", "", by(start)));
        QCOMPARE(row("t-full", start).name, std::string());
    }

    void mergedTemplatesCountAsOneAndComeApartAgain() {
        add({eventOf(full, start), eventOf(fuller, start, "gmail", 1), eventOf(odd, start, "gmail", 2)});
        QVERIFY(mergeTemplate(*db_, "t-fuller", "t-full", by(start)));
        QCOMPARE(row("t-full", start).events, std::uint64_t(2));
        QCOMPARE(row("t-full", start).merged, std::vector<std::string>{"t-fuller"});
        QCOMPARE(row("t-fuller", start).events, std::uint64_t(0));
        QVERIFY(mergeTemplate(*db_, "t-full", "t-odd", by(start))); // what was merged before goes along
        QCOMPARE(row("t-odd", start).events, std::uint64_t(3));
        QVERIFY(!mergeTemplate(*db_, "t-odd", "t-full", by(start))); // into itself
        QVERIFY(unmergeTemplate(*db_, "t-fuller", by(start)));
        QCOMPARE(row("t-fuller", start).events, std::uint64_t(1));
        QVERIFY(!unmergeTemplate(*db_, "t-fuller", by(start)));
    }

    void aSplitMovesStoredAndComingReplies() {
        auto a = eventOf(full, start), b = eventOf(full, start, "gmail", 1);
        a.text = "452 4.2.2 quota of inbox";
        b.text = "452 4.2.2 Quota of Archive";
        add({a, b});
        auto part = splitTemplate(*db_, "t-full", "archive", by(start));
        QVERIFY2(part.has_value(), part ? "" : part.error().text.c_str());
        QCOMPARE(row("t-full", start).events, std::uint64_t(1));
        QCOMPARE(row(*part, start).events, std::uint64_t(1));
        exact();
        b.text = "452 4.2.2 quota of ARCHIVE two";
        b.at.ms += 60'000;
        add({b});
        QCOMPARE(row(*part, start).events, std::uint64_t(2));
        exact();
        QVERIFY(!splitTemplate(*db_, "t-full", "moon", by(start)));
        QVERIFY(!splitTemplate(*db_, "t-full", "quota", by(start)));
    }

    void everyChangeIsInTheActivityLog() {
        add({eventOf(full, start), eventOf(fuller, start)});
        QVERIFY(nameTemplate(*db_, "t-full", "Full", by(start)));
        QVERIFY(setTemplateState(*db_, "t-full", "gmail", TemplateState::Known, {}, by(start)));
        QVERIFY(mergeTemplate(*db_, "t-fuller", "t-full", by(start)));
        QVERIFY(unmergeTemplate(*db_, "t-fuller", by(start)));
        QCOMPARE(activity::latest(*db_, 10).size(), size_t(4));
    }

    void theUnclassifiedQueueSaysHowMuchAndWhere() {
        add({eventOf(full, start), eventOf(odd, start), eventOf(odd, start + 1000, "gmail", 1)});
        const auto queue = unclassifiedQueue(*db_, 10);
        QCOMPARE(queue.events, std::uint64_t(3));
        QCOMPARE(queue.unclassified, std::uint64_t(2));
        QCOMPARE(queue.rows.size(), size_t(1));
        QCOMPARE(queue.rows.front().sample, std::string(odd.text));
        QCOMPARE(queue.rows.front().event, std::int64_t(3));
    }

    void aChangedVerdictMovesItsEventsInEveryRollup() {
        std::vector<reply::ReplyEvent> events;
        for (int i = 0; i < 60; ++i)
            events.push_back(
                eventOf(i % 3 ? full : odd, start + i * 900'000LL, i % 2 ? "gmail" : "yahoo", i));
        add(events);
        std::vector<VerdictChange> changes;
        for (auto& d : distinctReplies(*db_, true)) {
            QCOMPARE(d.events, std::uint64_t(d.reply.category == reply::Category::Unclassified ? 10 : 20));
            if (d.reply.category != reply::Category::Unclassified) continue;
            d.reply.category = reply::Category::RejectedPolicy;
            d.reply.permanence = reply::Permanence::Permanent;
            d.reply.outcome = reply::Outcome::Blocked;
            d.reply.rule = "moon";
            changes.push_back({d.reply.id, d.reply});
        }
        const auto done = changeVerdicts(*db_, changes);
        QCOMPARE(done.replies, std::uint64_t(2));
        QCOMPARE(done.events, std::uint64_t(20));
        exact();
        QCOMPARE(unclassifiedQueue(*db_, 10).unclassified, std::uint64_t(0));
    }

    void aWriterInTheMiddleOfAnImportStaysExact() {
        auto first = eventOf(odd, start);
        StoredReply r;
        r.serial = 1;
        r.text = r.sample = odd.text;
        r.templateKey = r.templateText = "t-odd";
        r.outcome = reply::Outcome::Unknown;
        EventWriter writer;
        EventBatch batch;
        auto write = [&](std::int64_t at) {
            batch.clear();
            NewEvent n;
            n.at = {at};
            n.reply = &r;
            batch.events.push_back(n);
            Transaction t(*db_);
            writer.append(*db_, batch);
            t.commit();
        };
        write(start);
        auto d = distinctReplies(*db_, false);
        d.front().reply.category = reply::Category::RejectedPolicy;
        changeVerdicts(*db_, std::vector<VerdictChange>{{d.front().reply.id, d.front().reply}});
        write(start + 1000);
        exact();
    }
};

QTEST_APPLESS_MAIN(TestTemplateStore)
#include "tst_template_store.moc"
