// What providers hand out to senders: SNDS, Postmaster Tools, feedback-loop counts. Samples are our own, in
// the published column order and field names.
#include "reputation/sender_data.h"

using namespace waypost;
using namespace waypost::reputation;

namespace {

const Figure* find(const SenderData& data, std::string_view subject, std::string_view metric) {
    for (const Figure& f : data.figures)
        if (f.subject == subject && f.metric == metric) return &f;
    return nullptr;
}

SenderData read(std::string_view content, std::string_view name = "export.csv") {
    auto data = readSenderData(content, name);
    if (!data) qFatal("%s", data.error().describe().c_str());
    return *data;
}

constexpr std::string_view sndsRow =
    "203.0.113.7,11/23/2026 4:00 PM,11/24/2026 3:00 PM,1894,1880,1880,GREEN,< 0.1%,11/23/2026 4:00 PM,"
    "11/24/2026 3:00 PM,2,mail.example.org,bounce@example.org,";

} // namespace

class TestSenderData : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aRowOfSndsBecomesFigures() {
        const SenderData data = read(std::string(sndsRow) + "\r\n");
        QVERIFY(data.format == SenderFormat::Snds);
        QCOMPARE(data.records, size_t(1));
        const Figure* rate = find(data, "203.0.113.7", "complaint_rate");
        QVERIFY(rate);
        QCOMPARE(*rate->low, 0.0);
        QCOMPARE(*rate->high, 0.001);
        QCOMPARE(formatUtc(rate->from), std::string("2026-11-23T16:00:00Z"));
        QCOMPARE(formatUtc(rate->to), std::string("2026-11-24T15:00:00Z"));
        QCOMPARE(*find(data, "203.0.113.7", "trap_hits")->low, 2.0);
        QCOMPARE(find(data, "203.0.113.7", "filter")->text, std::string("green"));
        QVERIFY2(!find(data, "203.0.113.7", "comments"), "an empty column is no figure");
    }

    void shares_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("known");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        auto row = [](const char* name, const char* text, double low, double high) {
            QTest::newRow(name) << QByteArray(text) << true << low << high;
        };
        auto none = [](const char* name, const char* text) {
            QTest::newRow(name) << QByteArray(text) << false << 0.0 << 0.0;
        };
        row("below a bound", "< 0.1%", 0, 0.001);
        row("above a bound", "> 5 %", 0.05, 1);
        row("a percentage", "0.25%", 0.0025, 0.0025);
        row("a share", "0.0021", 0.0021, 0.0021);
        row("a band", "0.1% - 0.3%", 0.001, 0.003);
        row("nothing complained", "0", 0, 0);
        none("more than all", "120%");
        none("a band that runs backwards", "0.3% - 0.1%");
        none("a sign", "-0.1%");
        none("words", "low");
        none("nothing", "");
        none("not a number", "nan");
    }
    void shares() {
        QFETCH(QByteArray, text);
        QFETCH(bool, known);
        QFETCH(double, low);
        QFETCH(double, high);
        const auto share = readShare(text.toStdString());
        QCOMPARE(share.has_value(), known);
        if (!share) return;
        QVERIFY(std::abs(share->first - low) < 1e-12);
        QVERIFY(std::abs(share->second - high) < 1e-12);
    }

    void aBadRowIsListedAndTheRestGoesOn() {
        const SenderData data =
            read(std::string(sndsRow) + "\n203.0.113.8,yesterday,today,1,1,1,RED,> 1%\n" +
                 "203.0.113.9,11/23/2026 1:00 AM,11/23/2026 2:00 AM,1,x,1,RED,> 1%\n" + "short,row\n");
        QCOMPARE(data.records, size_t(4));
        QCOMPARE(data.rejected.size(), size_t(3));
        QCOMPARE(data.rejected[0].line, size_t(2));
        QVERIFY(!find(data, "203.0.113.8", "filter"));
        QVERIFY2(!find(data, "203.0.113.9", "filter"), "a row is taken whole or not at all");
    }

    void headersAreKnownInAnyOrder() {
        const SenderData data = read("Spam rate,Date,DKIM success rate,Something else\n"
                                     "0.12%,2026-11-23,99.8%,x\n"
                                     ",\"Nov 24, 2026\",100%,y\n",
                                     "/tmp/postmaster_Example.org.csv");
        QVERIFY(data.format == SenderFormat::PostmasterCsv);
        QVERIFY(data.rejected.empty());
        QCOMPARE(data.figures.size(), size_t(3));
        QCOMPARE(data.figures[0].subject, std::string("example.org"));
        QVERIFY(std::abs(*find(data, "example.org", "spam_rate")->low - 0.0012) < 1e-12);
        QCOMPARE(formatUtc(data.figures[2].from), std::string("2026-11-24T00:00:00Z"));
    }

    void withoutADomainARowIsRefused() {
        const SenderData data = read("date,spam rate\n2026-11-23,0.1%\n", "export.csv");
        QVERIFY(data.figures.empty());
        QCOMPARE(data.rejected.size(), size_t(1));
    }

    void feedbackLoopCounts() {
        const SenderData data = read("date,domain,feedback loop,complaints,delivered\n"
                                     "20261123,News.Example.org,Yahoo,\"1,204\",88000\n");
        QVERIFY(data.format == SenderFormat::FeedbackLoop);
        const Figure* complaints = find(data, "news.example.org", "complaints");
        QVERIFY(complaints);
        QCOMPARE(*complaints->low, 1204.0);
        QCOMPARE(complaints->source, std::string("yahoo"));
    }

    void postmasterOfTheFirstApi() {
        const SenderData data =
            read(R"({"trafficStats": [{"name": "domains/example.org/trafficStats/20261123",
            "userReportedSpamRatio": 0.0021, "domainReputation": "HIGH", "dkimSuccessRatio": 1,
            "deliveryErrors": [{"errorClass": "TEMPORARY_ERROR", "errorType": "RATE_LIMIT_EXCEEDED", "errorRatio": 0.04}]},
            {"name": "nonsense"}, 7]})",
                 "export.json");
        QVERIFY(data.format == SenderFormat::PostmasterJson);
        QCOMPARE(data.records, size_t(3));
        QCOMPARE(data.rejected.size(), size_t(2));
        QCOMPARE(*find(data, "example.org", "spam_rate")->low, 0.0021);
        QCOMPARE(find(data, "example.org", "domain_reputation")->text, std::string("high"));
        QCOMPARE(*find(data, "example.org", "delivery_errors:rate_limit_exceeded")->high, 0.04);
        QVERIFY2(!find(data, "example.org", "spf_success"), "what the export leaves out is unknown");
    }

    void postmasterOfTheSecondApi() {
        const SenderData data = read(R"({"domainStats": [
            {"name": "domains/example.org/domainStats/1", "metric": {"standardMetric": "SPAM_RATE"},
             "date": {"year": 2026, "month": 11, "day": 23}, "value": {"doubleValue": 0.003}},
            {"name": "domains/example.org/domainStats/2", "metric": "TLS_ENCRYPTION_MESSAGE_COUNT",
             "date": {"year": 2026, "month": 11, "day": 23}, "value": {"intValue": "120"}},
            {"name": "domains/example.org/domainStats/3", "metric": "SPAM_RATE",
             "date": {"year": 2026, "month": 2, "day": 30}, "value": {"doubleValue": 0.003}}]})",
                                     "export.json");
        QCOMPARE(*find(data, "example.org", "spam_rate")->low, 0.003);
        QCOMPARE(*find(data, "example.org", "encrypted_messages")->low, 120.0);
        QVERIFY2(data.rejected.size() == 1, "30 February is no day");
    }

    void whatIsNoExportIsRefusedWithASentence_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("only line ends") << QByteArray("\r\n\r\n");
        QTest::newRow("another JSON") << QByteArray("{\"a\": 1}");
        QTest::newRow("JSON that breaks off") << QByteArray("{\"trafficStats\": [");
        QTest::newRow("a list of numbers") << QByteArray("[1,2]");
        QTest::newRow("a header without a date") << QByteArray("domain,spam rate\nexample.org,0.1%\n");
        QTest::newRow("prose") << QByteArray("Dear sender,\nall is well.\n");
        QTest::newRow("NUL octets") << QByteArray(64, '\0');
        QTest::newRow("deep JSON") << QByteArray(100'000, '[');
    }
    void whatIsNoExportIsRefusedWithASentence() {
        QFETCH(QByteArray, content);
        const auto data =
            readSenderData(std::string_view(content.constData(), size_t(content.size())), "x.csv");
        QVERIFY(!data.has_value());
        QVERIFY(data.error().text.ends_with('.'));
    }

    void aFileOverTheCapIsNotRead() {
        const std::string big(maxSenderFile + 1, 'a');
        const auto data = readSenderData(big, "big.csv");
        QVERIFY(!data.has_value());
        QVERIFY(data.error().code == ErrorCode::TooLarge);
    }
};

QTEST_APPLESS_MAIN(TestSenderData)
#include "tst_sender_data.moc"
