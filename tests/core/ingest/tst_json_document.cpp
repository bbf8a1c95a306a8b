#include "ingest/json_document.h"
#include "ingest/record_time.h"

using namespace waypost;
using namespace waypost::ingest;

class TestJsonDocument : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void refused_data();
    void refused();
    void limits();
    void members();
    void numbers_data();
    void numbers();
    void paths_data();
    void paths();
    void theNextRecordForgetsTheOneBefore();
    void times_data();
    void times();
};

namespace {

std::string nested(int depth) {
    return std::string(size_t(depth), '[') + std::string(size_t(depth), ']');
}

} // namespace

void TestJsonDocument::refused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("reason");
    QTest::newRow("nothing") << QByteArray("") << "not valid JSON: it is empty";
    QTest::newRow("broken") << QByteArray("{\"a\":") << "not valid JSON: its structure is broken";
    QTest::newRow("text behind the value")
        << QByteArray("{} {}") << "not valid JSON: its structure is broken";
    QTest::newRow("an open string") << QByteArray("{\"a\":\"b}") << "not valid JSON: a string has no end";
    QTest::newRow("a raw line end in a string")
        << QByteArray("{\"a\":\"b\nc\"}") << "not valid JSON: a string holds a raw control character";
    QTest::newRow("a raw NUL in a string")
        << QByteArray("{\"a\":\"b\0c\"}", 11) << "not valid JSON: a string holds a raw control character";
    QTest::newRow("a broken escape") << QByteArray("{\"a\":\"\\x\"}")
                                     << "not valid JSON: a string has a broken escape";
    QTest::newRow("invalid UTF-8") << QByteArray("{\"a\":\"\xff\xfe\"}")
                                   << "not valid JSON: it holds invalid UTF-8";
    QTest::newRow("a number too large")
        << QByteArray("{\"a\":1e999}") << "not valid JSON: a number is malformed or out of range";
    QTest::newRow("a whole number too large") << QByteArray("{\"a\":99999999999999999999999}")
                                              << "not valid JSON: a number is malformed or out of range";
    QTest::newRow("nested too deep") << QByteArray::fromStdString(nested(maxJsonDepth + 2))
                                     << "not valid JSON: it nests too deep";
    QTest::newRow("a key twice") << QByteArray(R"({"to":"a@x.example","to":"b@x.example"})")
                                 << "the key \"to\" stands twice in one object";
    QTest::newRow("a key twice, deep down, behind others that look alike")
        << QByteArray(R"([{"x":{"abc":1,"adc":2,"abc":3}}])") << "the key \"abc\" stands twice in one object";
}

void TestJsonDocument::refused() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, reason);
    JsonDocument d;
    auto wrong = d.parse(bytes.toStdString());
    QVERIFY(wrong);
    QCOMPARE(QString::fromStdString(*wrong), reason);
    QVERIFY(!d.root());
}

void TestJsonDocument::limits() {
    JsonDocument d;
    QVERIFY(!d.parse(nested(maxJsonDepth - 1)));
    std::string values = "[0";
    for (size_t i = 2; i < maxJsonNodes; ++i) values += ",0";
    QVERIFY(!d.parse(values + "]"));
    auto many = d.parse(values + ",0,0]");
    QVERIFY(many && many->find("more than 65536 values") != std::string::npos);
    std::string text = "\"" + std::string(maxJsonBytes - 2, 'x') + "\"";
    QVERIFY(!d.parse(text));
    QCOMPARE(d.root().text().size(), maxJsonBytes - 2);
    auto large = d.parse(text + " ");
    QVERIFY(large && large->find("more than the 1048576 allowed") != std::string::npos);
    // Keys made to look alike cost a bounded time.
    std::string keys = "{\"k0000k\":0";
    for (int i = 1; i < 60'000; ++i)
        keys += ",\"k" + std::to_string(10'000 + i % 90'000).substr(0, 2) + std::to_string(i) + "k\":0";
    (void)d.parse(keys + "}");
}

void TestJsonDocument::members() {
    JsonDocument d;
    QVERIFY(!d.parse(R"({"a":{"b":[1,{"c":"x\u0041"}]},"n":null,"t":true})"));
    JsonValue root = d.root();
    QCOMPARE(root.at("a.b.1.c").text(), std::string_view("xA"));
    QVERIFY(!root["n"]);
    QVERIFY(root["t"].isTrue());
    QVERIFY(!root["a"].isTrue());
    QCOMPARE(root["a"]["b"].first().integer().value_or(0), 1);
    QVERIFY(!root["nothing"]["of"]["it"]);
    int count = 0;
    for (JsonValue v : root) count += v.key().empty() ? 0 : 1;
    QCOMPARE(count, 3);
}

void TestJsonDocument::numbers_data() {
    QTest::addColumn<QString>("bytes");
    QTest::addColumn<qlonglong>("expected");
    QTest::newRow("a whole number") << "[550]" << 550LL;
    QTest::newRow("a negative one") << "[-7]" << -7LL;
    QTest::newRow("as text") << "[\" 550 \"]" << 550LL;
    QTest::newRow("with a fraction of nothing") << "[550.0]" << 550LL;
    QTest::newRow("with a fraction") << "[550.5]" << -1LL;
    QTest::newRow("text that is none") << "[\"55x\"]" << -1LL;
    QTest::newRow("above 63 bits") << "[18446744073709551615]" << -1LL;
    QTest::newRow("an object") << "[{}]" << -1LL;
}

void TestJsonDocument::numbers() {
    QFETCH(QString, bytes);
    QFETCH(qlonglong, expected);
    JsonDocument d;
    QVERIFY(!d.parse(bytes.toStdString()));
    QCOMPARE(qlonglong(d.root().first().integer().value_or(-1)), expected);
}

void TestJsonDocument::paths_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("expected");
    QTest::newRow("a member") << "a" << "1";
    QTest::newRow("a member of a member") << "o.p" << "2";
    QTest::newRow("a member whose name has a dot") << "x.y" << "3";
    QTest::newRow("an element") << "l.1.q" << "4";
    QTest::newRow("an element that is not there") << "l.7" << "";
    QTest::newRow("through a text") << "a.b" << "";
    QTest::newRow("nothing") << "" << "";
}

void TestJsonDocument::paths() {
    QFETCH(QString, path);
    QFETCH(QString, expected);
    JsonDocument d;
    QVERIFY(!d.parse(R"({"a":"1","o":{"p":"2"},"x.y":"3","l":[0,{"q":"4"}]})"));
    auto text = d.root().at(path.toStdString()).text();
    QCOMPARE(QString::fromUtf8(text.data(), qsizetype(text.size())), expected);
}

void TestJsonDocument::theNextRecordForgetsTheOneBefore() {
    JsonDocument d;
    QVERIFY(!d.parse(R"({"a":"first"})"));
    QVERIFY(d.parse("{"));
    QVERIFY(!d.root());
    QVERIFY(!d.parse(R"({"b":"second"})"));
    QVERIFY(!d.root()["a"]);
}

void TestJsonDocument::times_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<qlonglong>("ms");
    const qlonglong at = 1'763'000'005'000;
    QTest::newRow("epoch seconds") << "1763000005" << at;
    QTest::newRow("epoch seconds with a fraction") << "1763000005.25" << at + 250;
    QTest::newRow("epoch milliseconds") << "1763000005000" << at;
    QTest::newRow("epoch microseconds") << "1763000005000000" << at;
    QTest::newRow("epoch nanoseconds") << "1763000005000000000" << at;
    QTest::newRow("ISO 8601 in UTC") << "2025-11-13T02:13:25Z" << at;
    QTest::newRow("with a fraction") << "2025-11-13T02:13:25.250Z" << at + 250;
    QTest::newRow("with nanoseconds") << "2025-11-13T02:13:25.250123456Z" << at + 250;
    QTest::newRow("with a zone") << "2025-11-13T04:13:25+02:00" << at;
    QTest::newRow("with a zone behind a blank") << "2025-11-13 04:13:25 +0200" << at;
    QTest::newRow("with UTC behind a blank") << "2025-11-13 02:13:25 UTC" << at;
    QTest::newRow("without a zone: the log's") << "2025-11-13 03:13:25" << at;
    QTest::newRow("before mail was") << "1901-01-01T00:00:00Z" << -1LL;
    QTest::newRow("after our days") << "9999-01-01T00:00:00Z" << -1LL;
    QTest::newRow("no time") << "yesterday" << -1LL;
    QTest::newRow("a day that is not there") << "2025-02-31 00:00:00" << -1LL;
    QTest::newRow("nothing") << "" << -1LL;
}

void TestJsonDocument::times() {
    QFETCH(QString, text);
    QFETCH(qlonglong, ms);
    auto at = timeOf(text.toStdString(), LogZone{false, 60});
    QCOMPARE(at ? qlonglong(at->ms) : -1LL, ms);
}

QTEST_APPLESS_MAIN(TestJsonDocument)
#include "tst_json_document.moc"
