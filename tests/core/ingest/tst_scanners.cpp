#include "ingest/scanners.h"

#include <QTest>

using namespace waypost::ingest;

Q_DECLARE_METATYPE(waypost::ingest::Records)

namespace {

// The records of a content that arrives in pieces of `step` octets.
std::vector<std::string> split(Records kind, std::string_view content, size_t step) {
    auto scanner = makeScanner(kind);
    std::vector<std::string> out;
    std::string record;
    std::string pending; // given and not taken
    for (size_t at = 0; at < content.size() || !pending.empty();) {
        pending += content.substr(at, step);
        at = std::min(content.size(), at + step);
        const bool last = at == content.size();
        for (;;) {
            const Scan s = scanner->scan(pending, last);
            record += pending.substr(s.skip, s.take);
            pending.erase(0, s.skip + s.take);
            if (s.ended) out.push_back(std::exchange(record, {}));
            if (!s.ended || pending.empty()) break;
        }
        if (last) break;
    }
    if (!record.empty()) out.push_back(record);
    return out;
}

} // namespace

class TestScanners : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void records_data() {
        using Texts = std::vector<std::string>;
        QTest::addColumn<Records>("kind");
        QTest::addColumn<std::string>("content");
        QTest::addColumn<Texts>("want");
        auto row = [](const char* name, Records kind, const char* content, const Texts& want) {
            QTest::newRow(name) << kind << std::string(content) << want;
        };
        row("the elements of one array are records", Records::Json, "[{\"a\":1}, {\"b\":[2,{\"c\":3}]}]",
            {"{\"a\":1}", "{\"b\":[2,{\"c\":3}]}"});
        row("values one behind the other are records", Records::Json, "{\"a\":1}{\"b\":2}\n{\"c\":3}\n",
            {"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"});
        row("several arrays are one list", Records::Json, "[{\"a\":1}]\n[{\"b\":2}]",
            {"{\"a\":1}", "{\"b\":2}"});
        row("braces and quotes in a string are text", Records::Json,
            "[{\"a\":\"}]{\\\"\\\\\"},{\"b\":\"[\"}]", {"{\"a\":\"}]{\\\"\\\\\"}", "{\"b\":\"[\"}"});
        row("a byte order mark is no record", Records::Json, "\xef\xbb\xbf{\"a\":1}", {"{\"a\":1}"});
        row("a string that is never closed ends with its line", Records::Json, "{\"a\":\"x\n{\"b\":2}\n",
            {"{\"a\":\"x\n", "{\"b\":2}"});
        row("an object that cannot go on ends in front of the next", Records::Json,
            "{\"a\":1\n{\"b\":2}\n{\"c\":3,\n{\"d\":4}\n",
            {"{\"a\":1\n", "{\"b\":2}", "{\"c\":3,\n", "{\"d\":4}"});
        row("objects of a list inside an object are no records", Records::Json,
            "{\"r\":[\n{\"a\":1},\n{\"b\":{\"c\":2}}\n]}\n{\"d\":3}\n",
            {"{\"r\":[\n{\"a\":1},\n{\"b\":{\"c\":2}}\n]}", "{\"d\":3}"});
        row("several objects in a line, in front of another line", Records::Json,
            "{\"a\":1} {\"b\":\"{\"},{\"c\":[{\"d\":1}]}\r\n{\"e\":1}\r\n{\"f\":2}",
            {"{\"a\":1}", "{\"b\":\"{\"}", "{\"c\":[{\"d\":1}]}", "{\"e\":1}", "{\"f\":2}"});
        row("bare values are records of their own", Records::Json, "[1, null, {\"a\":1}, \"x\"]",
            {"1", "null", "{\"a\":1}", "\"x\""});
        row("a value that breaks off is the last record", Records::Json,
            "[{\"a\":1},{\"b\":", {"{\"a\":1}", "{\"b\":"});
        row("nothing but brackets is nothing", Records::Json, "[ ]\n", {});
        row("a quoted field may hold line ends", Records::Csv, "a,b\n1,\"x\ny\"\n2,\"\"\"\n\"\n",
            {"a,b\n", "1,\"x\ny\"\n", "2,\"\"\"\n\"\n"});
        row("empty lines between are nothing", Records::Csv, "a\r\n\r\n\nb", {"a\r\n", "b"});
        row("a message ends in front of the next From line", Records::Mbox,
            "From a\nS: 1\n\nFrom here on\ntext\n\nFrom b\nS: 2\n",
            {"From a\nS: 1\n\n", "From here on\ntext\n\n", "From b\nS: 2\n"});
        row("a From line in the middle of a text is text", Records::Mbox, "From a\n\ntext\nFrom b\n",
            {"From a\n\ntext\nFrom b\n"});
        row("CRLF mailboxes are read", Records::Mbox, "From a\r\nS: 1\r\n\r\nx\r\n\r\nFrom b\r\n",
            {"From a\r\nS: 1\r\n\r\nx\r\n\r\n", "From b\r\n"});
        row("a beginning of From at the very end is text", Records::Mbox, "From a\n\nx\n\nFro",
            {"From a\n\nx\n\nFro"});
        row("a whole file is one record", Records::Whole, "a\nb\n", {"a\nb\n"});
    }
    void records() {
        QFETCH(Records, kind);
        QFETCH(std::string, content);
        QFETCH(std::vector<std::string>, want);
        // However the content is cut into pieces, the records are the same.
        for (size_t step = 1; step <= content.size(); ++step) {
            const auto got = split(kind, content, step);
            QVERIFY2(got == want, qPrintable(QString("pieces of %1: %2 records").arg(step).arg(got.size())));
        }
    }
};

QTEST_APPLESS_MAIN(TestScanners)
#include "tst_scanners.moc"
