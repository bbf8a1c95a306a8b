// Exports: every row and field comes back, spreadsheets and terminals get nothing to run, and the rows are
// those that overview and pages count.
#include "base/json.h"
#include "base/text.h"
#include "filter/parser.h"
#include "store/atomic_file.h"
#include "store/database.h"
#include "store/event_export.h"
#include "store/event_queries.h"
#include "store/event_writer.h"
#include "store/migrations.h"

using namespace waypost;
using namespace waypost::store;

namespace {

// RFC 4180, and nothing beyond it.
std::vector<std::vector<std::string>> readCsv(const std::string& in) {
    std::vector<std::vector<std::string>> rows(1);
    std::string cell;
    bool quoted = false;
    for (size_t i = 0; i < in.size(); ++i) {
        const char c = in[i];
        if (quoted && c == '"' && i + 1 < in.size() && in[i + 1] == '"') {
            cell += c;
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == '\r')) {
            rows.back().push_back(std::exchange(cell, {}));
            if (c == '\r') {
                rows.emplace_back();
                ++i; // LF
            }
        } else {
            cell += c;
        }
    }
    rows.pop_back();
    return rows;
}

reply::ReplyEvent eventOf(int i) {
    reply::ReplyEvent e;
    e.at = {1'767'225'600'123 + i * 60'000LL};
    e.source = "postfix";
    e.stream = i % 2 ? "=cmd|' /C calc'!A0" : "news, weekly";
    e.sender = "bounce@example.com";
    e.sendingIp = "203.0.113.5";
    e.messageKey = "m" + std::to_string(i) + "@example.com";
    e.queueId = "4XyZ1c2N3mz" + std::to_string(100 + i);
    e.recipientDomain = "one.example";
    e.recipient = (i % 3 ? "user" : "@sum(") + std::to_string(i) + "@one.example";
    e.provider = i % 3 ? "gmail" : "";
    e.attempt = i % 2;
    e.code = i % 5 ? 250 : 550;
    e.text = i % 5 ? "250 Ok: queued as 4XyZ1c2N3mz" + std::to_string(100 + i)
                   : "550-\"no\"\n550 \x1b[31m<b>red</b>\xff, +1";
    e.category = i % 5 ? reply::Category::Accepted : reply::Category::RejectedPolicy;
    e.latencyMs = i % 4 ? i : -1;
    e.size = -1;
    return e;
}

} // namespace

class TstEventExport : public QObject {
    Q_OBJECT
    std::unique_ptr<Database> db_;

    std::string exported(ExportAsk ask) {
        std::string out;
        const auto done = exportEvents(*db_, ask, [&](std::string_view lines) {
            out += lines;
            return true;
        });
        rows_ = done.rows;
        return out;
    }
    std::uint64_t rows_ = 0;

  private Q_SLOTS:
    void init() {
        db_ = Database::inMemory();
        migrate(*db_);
        std::vector<reply::ReplyEvent> events;
        for (int i = 0; i < 500; ++i) events.push_back(eventOf(i));
        Transaction t(*db_);
        appendEvents(*db_, events);
        t.commit();
    }

    void csvComesBackAndHoldsNoFormula() {
        const std::string bytes = exported({});
        const auto csv = readCsv(bytes);
        QCOMPARE(csv.size(), size_t(501));
        QCOMPARE(csv[0].size(), exportColumns().size());
        for (size_t i = 0; i < csv[0].size(); ++i) QCOMPARE(csv[0][i], std::string(exportColumns()[i]));
        const auto column = [&](std::string_view name) {
            return size_t(std::find(csv[0].begin(), csv[0].end(), name) - csv[0].begin());
        };
        for (size_t r = 1; r < csv.size(); ++r) {
            const auto want = eventOf(int(r) - 1);
            QCOMPARE(csv[r].size(), csv[0].size());
            QVERIFY(parseUtc(csv[r][column("at")])->ms == want.at.ms);
            QCOMPARE(csv[r][column("queue_id")], want.queueId);
            QCOMPARE(csv[r][column("latency_ms")], want.latencyMs < 0 ? "" : std::to_string(want.latencyMs));
            QCOMPARE(csv[r][column("size")], std::string());
            QCOMPARE(csv[r][column("category")], std::string(reply::categoryName(want.category)));
            for (const std::string& cell : csv[r])
                QVERIFY2(cell.empty() || !std::string_view("=+-@\t\r").contains(cell[0]), cell.c_str());
        }
        QCOMPARE(csv[2][column("stream")], std::string("'=cmd|' /C calc'!A0"));
        QCOMPARE(csv[1][column("recipient")], std::string("'@sum(0@one.example"));
        QCOMPARE(csv[1][column("text")], std::string("550-\"no\"\n550 \\x1b[31m<b>red</b>\\xff, +1"));
        QVERIFY(!bytes.contains('\x1b'));
    }

    void jsonLinesKeepEveryCharacter() {
        ExportAsk ask;
        ask.format = ExportFormat::JsonLines;
        const std::string bytes = exported(ask);
        QVERIFY(!bytes.contains('\x1b'));
        size_t at = 0, n = 0;
        for (size_t end = bytes.find('\n'); end != std::string::npos; end = bytes.find('\n', at)) {
            auto v = json::parse(std::string_view(bytes).substr(at, end - at), "line");
            QVERIFY2(v.has_value(), v ? "" : v.error().text.c_str());
            const auto want = eventOf(int(n++));
            const auto& o = v->as_object();
            QCOMPARE(o.size(), exportColumns().size());
            QCOMPARE(std::string(json::text(o, "recipient")), want.recipient);
            QCOMPARE(std::string(json::text(o, "stream")), want.stream);
            QCOMPARE(std::string(json::text(o, "text")), text::toValidUtf8(want.text));
            QCOMPARE(o.at("attempt").is_null(), want.attempt == 0);
            at = end + 1;
        }
        QCOMPARE(n, size_t(500));
    }

    void chartTableAndExportAgree_data() {
        QTest::addColumn<QString>("query");
        for (const char* q :
             {"", "category:rejected-*", "-stream:\"news, weekly\"", "latency>100ms provider:gmail",
              "text~\"red|107\"", "since:2026-01-01T03:00Z until:2026-01-01T05:07Z code:5xx"})
            QTest::newRow(*q ? q : "everything") << q;
    }
    void chartTableAndExportAgree() {
        QFETCH(QString, query);
        OverviewAsk ask;
        ask.filter.query = *filter::parseOrFail(query.toStdString());
        const auto o = overview(*db_, ask);
        std::uint64_t bars = 0;
        for (const auto& b : o.buckets)
            for (auto n : b.counts) bars += n;
        std::uint64_t listed = 0;
        std::int64_t before = 0;
        do {
            const auto page = eventPage(*db_, {}, ask.filter, before, 33);
            listed += page.rows.size();
            before = page.next;
        } while (before != 0);
        const auto csv = readCsv(exported({{}, ask.filter, ExportFormat::Csv}));
        QVERIFY(o.events > 0);
        QCOMPARE(bars, o.events);
        QCOMPARE(listed, o.events);
        QCOMPARE(csv.size(), size_t(o.events) + 1);
        QCOMPARE(rows_, o.events);
    }

    void newestFirstWithALimit() {
        ExportAsk ask;
        ask.newestFirst = true;
        ask.limit = 3;
        const auto csv = readCsv(exported(ask));
        QCOMPARE(csv.size(), size_t(4));
        QCOMPARE(csv[1][8], eventOf(499).queueId);
    }

    void aSinkThatStopsIsNotAskedAgain() {
        int calls = 0;
        const auto done = exportEvents(*db_, {}, [&](std::string_view) { return ++calls, false; });
        QVERIFY(done.stopped);
        QCOMPARE(calls, 1);
    }

    void aHalfFileNeverHasTheName() {
        QTemporaryDir dir;
        const std::filesystem::path file = dir.filePath("rows.csv").toStdString();
        {
            auto pending = PendingFile::open(file);
            QVERIFY(pending.has_value());
            QVERIFY(pending->write("half").has_value());
        }
        QVERIFY(std::filesystem::is_empty(dir.path().toStdString()));
        auto pending = PendingFile::open(file);
        QVERIFY(pending && pending->write("whole") && pending->commit());
        QCOMPARE(readWhole(file, 100)->value(), std::string("whole"));
        QVERIFY(!PendingFile::open("/nonexistent/rows.csv").has_value());
    }
};

QTEST_GUILESS_MAIN(TstEventExport)
#include "tst_event_export.moc"
