#include "base/random.h"
#include "store/database.h"
#include "store/event_queries.h"
#include "store/event_text.h"
#include "store/event_writer.h"
#include "store/import_store.h"
#include "store/migrations.h"
#include "store/rollup_check.h"

using namespace waypost;
using namespace waypost::store;

namespace {

reply::ReplyEvent eventOf(int i) {
    reply::ReplyEvent e;
    e.at = {1'767'225'600'000 + i * 60'000LL};
    e.source = "send";
    e.stream = i % 2 ? "marketing" : "transactional";
    e.sender = "bounce@example.com";
    e.sendingIp = "203.0.113.5";
    e.messageKey = "m" + std::to_string(i) + "@example.com";
    e.queueId = "q" + std::to_string(i);
    e.recipient = "user" + std::to_string(i) + "@" + (i % 3 ? "One.Example" : "two.example");
    e.provider = i % 3 ? "gmail" : "";
    e.mxHost = "mx.one.example";
    e.mxIp = "192.0.2.1";
    e.attempt = 1;
    e.stage = reply::Stage::Body;
    e.code = i % 5 ? 250 : 550;
    e.enhanced = i % 5 ? "2.0.0" : "5.1.1";
    e.text = i % 5 ? "250 2.0.0 Ok: queued as 4XyZ1c2N3mz" + std::to_string(100 + i)
                   : "550 5.1.1 <user" + std::to_string(i) + "@one.example>: unknown";
    e.category = i % 5 ? reply::Category::Accepted : reply::Category::RejectedInvalidUser;
    e.permanence = i % 5 ? reply::Permanence::None : reply::Permanence::Permanent;
    e.rule = "r1";
    e.spanStart = 0;
    e.spanLength = 3;
    e.template_ = i % 5 ? "t-ok" : "t-unknown";
    e.latencyMs = i * 10;
    e.size = 1000 + i;
    e.evidence.transcript = "tr" + std::to_string(i);
    return e;
}

} // namespace

class TestEventStore : public QObject {
    Q_OBJECT
    std::unique_ptr<Database> db_;

    void store(int from, int until, int step) {
        for (int i = from; i < until; i += step) {
            std::vector<reply::ReplyEvent> events;
            for (int j = i; j < std::min(until, i + step); ++j) events.push_back(eventOf(j));
            Transaction t(*db_);
            appendEvents(*db_, events);
            t.commit();
        }
    }

  private Q_SLOTS:
    void init() {
        db_ = Database::inMemory();
        migrate(*db_);
    }

    void everyFieldComesBack() {
        store(0, 10, 10);
        auto whole = eventWhole(*db_, 7);
        QVERIFY(whole.has_value());
        reply::ReplyEvent want = eventOf(6), got = whole->event;
        QCOMPARE(got.recipient, std::string("user6@two.example"));
        QCOMPARE(got.at.ms, want.at.ms);
        QCOMPARE(got.text, want.text);
        QCOMPARE(got.sender, want.sender);
        QCOMPARE(got.messageKey, want.messageKey);
        QCOMPARE(got.queueId, want.queueId);
        QCOMPARE(got.stream, want.stream);
        QCOMPARE(got.sendingIp, want.sendingIp);
        QCOMPARE(got.provider, want.provider);
        QCOMPARE(got.latencyMs, want.latencyMs);
        QCOMPARE(got.size, want.size);
        QCOMPARE(got.code, want.code);
        QCOMPARE(got.enhanced, want.enhanced);
        QCOMPARE(got.template_, want.template_);
        QCOMPARE(got.spanLength, 3);
        QCOMPARE(got.evidence.transcript, want.evidence.transcript);
        QVERIFY(!whole->evidence.has_value());
        QVERIFY(!eventWhole(*db_, 11).has_value());
        QVERIFY(!eventWhole(*db_, 0).has_value());
    }

    void kindsComeBackAndOnlyAttemptsAreCounted() {
        std::vector<reply::ReplyEvent> events;
        for (int i = 0; i < 8; ++i) {
            events.push_back(eventOf(i));
            events.back().kind = reply::Kind(i % reply::kindCount);
        }
        appendEvents(*db_, events);
        QVERIFY(recount(*db_).empty());
        for (std::int64_t key = 1; key <= 8; ++key)
            QCOMPARE(eventWhole(*db_, key)->event.kind, reply::Kind((key - 1) % reply::kindCount));
        OverviewAsk ask;
        QCOMPARE(overview(*db_, ask).events, 2U);
        QCOMPARE(eventPage(*db_, {}, {}, 0, 100).rows.size(), 2UL);
        ask.filter.kinds = {"complaint", "async-bounce"};
        QCOMPARE(overview(*db_, ask).events, 4U);
        QCOMPARE(eventPage(*db_, {}, ask.filter, 0, 100).rows.size(), 4UL);
        ask.filter = {};
        ask.filter.allKinds = true;
        QCOMPARE(overview(*db_, ask).events, 8U);
        std::uint64_t grouped = 0;
        for (const auto& g : overview(*db_, ask).groups) grouped += g.events;
        QCOMPARE(grouped, 8U);
    }

    // A segment as it was written before events had a kind: twenty columns of numbers.
    void aSegmentWithoutKindsHoldsAttempts() {
        store(0, 20, 20);
        ColumnBlock now(eventNumbers, eventTexts), then(EventKind, eventTexts);
        {
            auto row = db_->prepare("SELECT data FROM event_segment");
            QVERIFY(row.step());
            QVERIFY(now.append(row.text(0)));
        }
        for (size_t i = 0; i < EventKind; ++i) then.number(i) = now.number(i);
        for (size_t i = 0; i < eventTexts; ++i) then.text(i) = now.text(i);
        db_->run("UPDATE event_segment SET data = ?", Blob{then.encode()});
        QVERIFY(recount(*db_).empty());
        QCOMPARE(eventWhole(*db_, 7)->event.kind, reply::Kind::Attempt);
        QCOMPARE(eventWhole(*db_, 7)->event.recipient, std::string("user6@two.example"));
        store(20, 40, 20); // extends the old one
        QCOMPARE(db_->integer("SELECT count(*) FROM event_segment"), 1);
        QCOMPARE(eventPage(*db_, {}, {}, 0, 100).rows.size(), 40UL);
        QVERIFY(recount(*db_).empty());
    }

    void smallCommitsShareSegments() {
        store(0, 5000, 7);
        QVERIFY(db_->integer("SELECT count(*) FROM event_segment") <= 4);
        QCOMPARE(db_->integer("SELECT sum(last - first + 1) FROM event_segment"), 5000);
        QVERIFY(recount(*db_).empty());
    }

    void aChangedRollUpIsFound() {
        store(0, 100, 100);
        QVERIFY(recount(*db_).empty());
        db_->run("UPDATE rollup_hour_class SET events = events + 1 WHERE hour = (SELECT min(hour) FROM "
                 "rollup_hour_class)");
        QVERIFY(!recount(*db_).empty());
    }

    void pagesCoverEveryRowOnce() {
        store(0, 1000, 100);
        std::int64_t before = 0, last = INT64_MAX;
        int rows = 0;
        EventFilter filter;
        filter.categories = {"accepted"};
        do {
            auto page = eventPage(*db_, {}, filter, before, 37);
            for (const auto& r : page.rows) {
                QVERIFY(r.key < last);
                last = r.key;
                QCOMPARE(r.category, std::string("accepted"));
                ++rows;
            }
            before = page.next;
        } while (before != 0);
        QCOMPARE(rows, 800);
    }

    void overviewAgreesWithRows_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::addColumn<int>("events");
        QTest::newRow("no filter") << "" << "" << 1000;
        QTest::newRow("provider") << "provider" << "gmail" << 666;
        QTest::newRow("events without a provider") << "provider" << "" << 334;
        QTest::newRow("category") << "category" << "rejected-invalid-user" << 200;
        QTest::newRow("outcome") << "outcome" << "accepted" << 800;
        QTest::newRow("stream") << "stream" << "marketing" << 500;
        QTest::newRow("domain in lower case") << "domain" << "one.example" << 666;
        QTest::newRow("template") << "template" << "t-unknown" << 200;
        QTest::newRow("source") << "source" << "send" << 1000;
        QTest::newRow("one recipient") << "person" << "user6@two.example" << 1;
        QTest::newRow("one queue id") << "person" << "q17" << 1;
        QTest::newRow("nobody") << "provider" << "yahoo" << 0;
    }
    void overviewAgreesWithRows() {
        QFETCH(QString, field);
        QFETCH(QString, value);
        QFETCH(int, events);
        store(0, 1000, 250);
        OverviewAsk ask;
        std::vector<std::string> values{value.toStdString()};
        if (field == "provider") ask.filter.providers = values;
        if (field == "category") ask.filter.categories = values;
        if (field == "outcome") ask.filter.outcomes = values;
        if (field == "stream") ask.filter.streams = values;
        if (field == "domain") ask.filter.domains = values;
        if (field == "template") ask.filter.templates = values;
        if (field == "source") ask.filter.sources = values;
        if (field == "person") ask.filter.recipientOrMessage = value.toStdString();
        auto o = overview(*db_, ask);
        QCOMPARE(o.events, std::uint64_t(events));
        std::uint64_t bars = 0, groups = 0;
        for (const auto& b : o.buckets) {
            for (auto n : b.counts) bars += n;
        }
        for (const auto& g : o.groups) groups += g.events;
        QCOMPARE(bars, std::uint64_t(events));
        QCOMPARE(groups, std::uint64_t(events));
        QCOMPARE(eventPage(*db_, {}, ask.filter, 0, 5000).rows.size(), size_t(events));
        // A facet shows what its own field would give unrestricted.
        if (field == "provider") {
            std::uint64_t all = 0;
            for (const auto& v : o.facets[0].values) all += v.events;
            QCOMPARE(all, 1000u);
        }
    }

    void textsComeBackWhole_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("constant");
        QTest::newRow("a queue id") << QByteArray("250 2.0.0 Ok: queued as 9F2B3C4D5E")
                                    << QByteArray("250 2.0.0 Ok: queued as \1");
        QTest::newRow("an address") << QByteArray("550 5.1.1 <a@b.example>: no")
                                    << QByteArray("550 5.1.1 <\1>: no");
        QTest::newRow("codes stay") << QByteArray("550 5.7.606-649 [TSS04] AS(201806281) S3140")
                                    << QByteArray("550 5.7.606-649 [TSS04] AS(201806281) S3140");
        QTest::newRow("an address of the network")
            << QByteArray("blocked 203.0.113.77.") << QByteArray("blocked \1.");
        QTest::newRow("nothing") << QByteArray("") << QByteArray("");
        QTest::newRow("a text with the mark")
            << QByteArray("a\1b 9F2B3C4D5E") << QByteArray("a\1b 9F2B3C4D5E");
    }
    void textsComeBackWhole() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, constant);
        std::string c, parts;
        splitReply(text.toStdString(), c, parts);
        QCOMPARE(QByteArray::fromStdString(c), constant);
        QCOMPARE(QByteArray::fromStdString(joinReply(c, parts)), text);
    }

    void spansMoveWithTheirText() {
        std::string a = "550 <a@b.example> unknown 9F2B3C4D5E end",
                    b = "550 <longer@name.example> unknown 11112222AABB end";
        auto s = moveSpan(a, b, {std::int32_t(a.find("unknown")), 7});
        QCOMPARE(b.substr(size_t(s.start), size_t(s.length)), std::string("unknown"));
        QCOMPARE(moveSpan(a, "other", {0, 3}).length, 0);
    }

    void damagedBlocksAreRefused() {
        ColumnBlock block(2, 1);
        for (int i = 0; i < 100; ++i) {
            block.number(0).push_back(i * 1000);
            block.number(1).push_back(-5);
            block.text(0).add("x");
        }
        std::string bytes = block.encode();
        QVERIFY(ColumnReader(bytes, 2, 1).valid());
        QVERIFY(!ColumnReader(bytes, 1, 1).valid());
        QVERIFY(ColumnReader(bytes, 3, 1).valid()); // a column that was added later
        for (size_t n = 0; n < bytes.size(); ++n)
            QVERIFY(!ColumnReader(std::string_view(bytes).substr(0, n), 2, 1).valid());
        SeededRandom random(1);
        for (int i = 0; i < 2000; ++i) {
            std::string broken = bytes;
            broken[random.below(broken.size())] = char(random.below(256));
            ColumnReader reader(broken, 2, 1);
            if (!reader.valid()) continue;
            std::vector<std::int64_t> column;
            reader.number(0, column);
            TextView view;
            reader.text(0, view);
            for (size_t row = 0; row < reader.rows(); ++row) (void)view.at(row);
        }
    }
};

QTEST_APPLESS_MAIN(TestEventStore)
#include "tst_event_store.moc"
