#include "ingest/formats.h"
#include "ingest/table_decoder.h"
#include "store/event_export.h"
#include "store/event_queries.h"
#include "store/event_writer.h"
#include "support.h"

#include <QtTest>

using namespace waypost;
using namespace waypost::ingest;
namespace fs = std::filesystem;

namespace {

struct Decoded {
    store::EventBatch batch;
    std::vector<std::string> reasons;
};
void decode(const std::string& file, Decoded& out) {
    TableDecoder decoder({});
    decoder.begin({.path = {}, .head = file, .modified = {}, .zone = {}});
    std::int64_t at = 0;
    for (std::string_view rest = file; !rest.empty();) {
        size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
        decoder.record({rest.substr(0, size), at}, out.batch);
        at += std::int64_t(size);
        rest.remove_prefix(size);
    }
    decoder.finish(out.batch);
    for (const auto& r : out.batch.rejected) out.reasons.push_back(r.reason);
}

} // namespace

class TestTableDecoder : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void heads_data() {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("format");
        auto row = [](const char* name, const char* head, const char* format) {
            QTest::newRow(name) << QByteArray(head) << QByteArray(format);
        };
        row("the columns of a plain table",
            "ts,domain,ip,code,dsn,latency,bytes\n1,a.example,1.2.3.4,250,2.0.0,1,1\n", "events");
        row("names in capitals, quoted, in another order", "\"Code\",\"Recipient\",\"AT\",\"what\"\r\n",
            "events");
        row("a byte order mark",
            "\xef\xbb\xbf"
            "at,recipient,outcome\n",
            "events");
        row("no time", "recipient,code\n", "");
        row("no recipient", "at,code\n", "");
        row("an object a line", "{\"at\":\"2026-01-01\",\"recipient\":\"a@b.example\",\"code\":250}\n",
            "events-json");
        row("another object", "{\"event\":\"bounce\"}\n", "");
        row("a quote that does not end", "\"at,recipient,code\n", "");
    }
    void heads() {
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, format);
        auto found = detectFormat(std::string_view(head.data(), size_t(head.size())));
        QCOMPARE(found.format ? QByteArray(found.format->name.data(), qsizetype(found.format->name.size()))
                              : QByteArray(),
                 format);
    }

    void everyColumnIsRead() {
        Decoded d;
        decode("at,kind,outcome,stream,campaign,sender,sending_ip,message_id,queue_id,recipient,mx_host,"
               "attempt,code,"
               "enhanced,text,latency_ms,size\n"
               "2026-01-01T00:00:01.500Z,attempt,deferred,marketing,spring,b@c.example,192.0.2.1,m1,q1,"
               "\"o\"\"x@d.example\","
               "mx.d.example,2,421,4.7.28,\"421 4.7.28 slow, please\",1500,2000\n",
               d);
        QCOMPARE(d.reasons.size(), 0UL);
        QCOMPARE(d.batch.events.size(), 1UL);
        const auto& e = d.batch.events[0];
        QCOMPARE(e.at.ms, 1'767'225'601'500);
        QCOMPARE(e.recipient, std::string_view("o\"x@d.example"));
        QCOMPARE(e.stream, std::string_view("marketing"));
        QCOMPARE(e.campaign, std::string_view("spring"));
        QCOMPARE(e.attempt, 2);
        QCOMPARE(e.latencyMs, 1500);
        QCOMPARE(e.size, 2000);
        QVERIFY(e.message != 0);
        QCOMPARE(e.flags & store::FirstOfMessage, 0);
        QCOMPARE(e.reply->sample, std::string("421 4.7.28 slow, please"));
        QCOMPARE(e.reply->outcome, reply::Outcome::Deferred);
    }

    void linesThatCannotBeRead_data() {
        QTest::addColumn<QByteArray>("line");
        auto row = [](const char* name, const char* line) { QTest::newRow(name) << QByteArray(line); };
        row("a cell too few", "1767225600,a.example");
        row("a cell too many", "1767225600,a.example,250,1,x");
        row("no time", ",a.example,250,1");
        row("a time beyond all dates", "99999999999999999,a.example,250,1");
        row("a negative time", "-5,a.example,250,1");
        row("no domain", "1767225600,,250,1");
        row("a code that is none", "1767225600,a.example,25O,1");
        row("a code of four digits", "1767225600,a.example,2500,1");
        row("a negative latency", "1767225600,a.example,250,-1");
        row("a number too large", "1767225600,a.example,250,99999999999999999999");
        row("a quote that does not end", "1767225600,\"a.example,250,1");
        row("something behind a quote", "1767225600,\"a\"b,250,1");
    }
    void linesThatCannotBeRead() {
        QFETCH(QByteArray, line);
        Decoded d;
        decode("ts,domain,code,latency\n" + line.toStdString() + "\n1767225600,a.example,250,1\n", d);
        QCOMPARE(d.reasons.size(), 1UL);
        QCOMPARE(d.batch.events.size(), 1UL);
    }

    // What is exported and imported elsewhere counts the same.
    void anExportComesBack_data() {
        QTest::addColumn<bool>("json");
        QTest::newRow("as CSV") << false;
        QTest::newRow("as JSON Lines") << true;
    }
    void anExportComesBack() {
        QFETCH(bool, json);
        fs::path dir = waypost::test::temporaryFolder();
        auto first = ingest::test::openWorkspace(dir / "a.waypost");
        std::vector<reply::ReplyEvent> events;
        for (int i = 0; i < 300; ++i) {
            reply::ReplyEvent e;
            e.at.ms = 1'767'225'600'000 + i * 60'000LL;
            e.source = "send";
            e.stream = i % 2 ? "marketing" : "";
            e.recipient = "u" + std::to_string(i) + "@" + (i % 3 ? "one.example" : "two.example");
            e.queueId = "q" + std::to_string(i);
            e.kind = i % 50 == 0 ? reply::Kind::Complaint : reply::Kind::Attempt;
            e.code = i % 5 ? 250 : 550;
            e.text = i % 5 ? "250 ok" : "550-5.1.1 no such user,\n550 \"really\"";
            e.category = i % 5 ? reply::Category::Accepted : reply::Category::RejectedInvalidUser;
            e.permanence = i % 5 ? reply::Permanence::None : reply::Permanence::Permanent;
            e.latencyMs = i;
            events.push_back(e);
        }
        auto stored = first->write([events](store::Database& db) { store::appendEvents(db, events); });
        QVERIFY(stored.get().has_value());
        std::string file;
        auto written = first->read([&](store::Database& db) {
            store::ExportAsk ask;
            ask.format = json ? store::ExportFormat::JsonLines : store::ExportFormat::Csv;
            ask.filter.allKinds = true;
            store::exportEvents(db, ask, [&file](std::string_view bytes) {
                file += bytes;
                return true;
            });
        });
        QVERIFY(written.has_value());
        ingest::test::put(dir / "export", file);
        auto second = ingest::test::openWorkspace(dir / "b.waypost");
        auto r = importFiles({dir / "export"}, writeTo(*second), ingest::test::options()).front();
        QVERIFY2(!r.error, r.error ? r.error->text.c_str() : "");
        QCOMPARE(r.events, 300U);
        QCOMPARE(r.rejected, 0U);
        QCOMPARE(ingest::test::differences(*second), std::string());
        auto overview = [](store::Workspace& ws, const char* kind) {
            return ws
                .read([kind](store::Database& db) {
                    store::OverviewAsk ask;
                    ask.filter.kinds = {kind};
                    return store::overview(db, ask);
                })
                .value();
        };
        for (const char* kind : {"attempt", "complaint"}) {
            auto a = overview(*first, kind), b = overview(*second, kind);
            QCOMPARE(a.events, b.events);
            QCOMPARE(a.buckets.size(), b.buckets.size());
            for (size_t i = 0; i < a.buckets.size(); ++i) QVERIFY(a.buckets[i].counts == b.buckets[i].counts);
            QVERIFY(a.facets[4].values.size() == b.facets[4].values.size());
        }
        // Again: nothing new.
        QCOMPARE(importFiles({dir / "export"}, writeTo(*second), ingest::test::options()).front().events, 0U);
    }
};

QTEST_APPLESS_MAIN(TestTableDecoder)
#include "tst_table_decoder.moc"
