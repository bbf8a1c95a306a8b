#include "decoded.h"
#include "ingest/mapping.h"

#include <fstream>

using namespace waypost;
using namespace waypost::ingest;
using namespace waypost::ingest::test;

namespace fs = std::filesystem;

class TestMapping : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void shippedOnes_data();
    void shippedOnes();
    void faultsAreNamed_data();
    void faultsAreNamed();
    void theOperatorsFileWins();
    void opinionsOfTheOperatorWin();
    void outcomeByCode();
    void aLogNobodyKnowsSaysWhatItLooksLike();
};

namespace {

const std::string good =
    R"({"schema":1,"name":"own","title":"own log","version":1,"date":"2026-11-24","detect":{"fields":["who","what"]},)"
    R"("time":{"field":"when"},"outcome":{"field":"what","values":{"went":"accepted","stayed":"deferred"},"otherwise":"by-code"},)"
    R"("fields":{"recipient":"who","text":["said","why"],"code":"number"}})";

void put(const fs::path& file, std::string_view bytes) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

std::string with(std::string text, std::string_view from, std::string_view to) {
    size_t at = text.find(from);
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

} // namespace

void TestMapping::shippedOnes_data() {
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("content");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<int>("skipped");
    QTest::newRow("Haraka: put off, then delivered")
        << "haraka"
        << R"({"level":"info","time":"2026-11-01T10:00:05.000Z","type":"deferred","job_id":"U1.1","queue_time":"2026-11-01T10:00:00.000Z","recipient":"a@remote.example","from":"b@bulk.example","dsn_status":"4.7.1","dsn_message":"450 4.7.1 later"}
{"level":"info","time":"2026-11-01T10:10:05.000Z","type":"delivered","job_id":"U1.1","queue_time":"2026-11-01T10:00:00.000Z","smtp_host":"mx.remote.example","smtp_ip":"192.0.2.5","smtp_response":"250 ok","recipient":"a@remote.example","from":"b@bulk.example"})"
        << "attempt unclassified temporary 450 4.7.1 unknown <a@remote.example> from=b@bulk.example "
           "queue=U1.1 try=1 ms=5000\n"
           "attempt accepted - 250 - unknown <a@remote.example> from=b@bulk.example mx=mx.remote.example "
           "mxip=192.0.2.5 queue=U1.1 try=2 ms=605000 not-first\n"
        << 0;
    QTest::newRow("ZoneMTA: accepted, refused, queued")
        << "zone-mta"
        << R"({"id":"z1","seq":"001","action":"QUEUED","from":"b@bulk.example","timestamp":1763000000000}
{"id":"z1","seq":"001","action":"ACCEPTED","zone":"default","from":"b@bulk.example","returnPath":"r@bulk.example","to":"a@remote.example","mx":"mx.remote.example","host":"192.0.2.5","ip":"198.51.100.7","response":"250 2.0.0 ok","size":2048,"start":1763000005000}
{"id":"z2","seq":"001","action":"REJECTED","category":"recipient","zone":"default","from":"b@bulk.example","to":"x@remote.example","mx":"mx.remote.example","response":"550 5.1.1 gone","start":1763000005000})"
        << "attempt accepted - 250 2.0.0 unknown <a@remote.example> from=r@bulk.example mx=mx.remote.example "
           "mxip=192.0.2.5 ip=198.51.100.7 queue=z1 size=2048\n"
           "attempt unclassified permanent 550 5.1.1 unknown <x@remote.example> from=b@bulk.example "
           "mx=mx.remote.example ip=default queue=z2 opinion=zone-mta:recipient\n"
        << 1;
    QTest::newRow("Halon: by the code of the reply")
        << "halon"
        << R"({"time":1763000005.5,"message":{"id":{"transaction":"h1","queue":1},"sender":"b@bulk.example","recipient":"a@remote.example","jobid":"spring"},"attempt":{"connection":{"remotemx":"mx.remote.example","remoteip":"192.0.2.5","localip":"198.51.100.7"},"result":{"state":"RCPT","code":452,"enhanced":"4.2.2","reason":["full","try later"]}}})"
        << "attempt unclassified temporary 452 4.2.2 rcpt <a@remote.example> from=b@bulk.example "
           "mx=mx.remote.example mxip=192.0.2.5 ip=198.51.100.7 campaign=spring queue=h1 try=1\n"
        << 0;
}

void TestMapping::shippedOnes() {
    QFETCH(QString, format);
    QFETCH(QString, content);
    QFETCH(QString, expected);
    QFETCH(int, skipped);
    Decoded d = decode(content.toStdString());
    QCOMPARE(QString::fromStdString(joined(d.rejected)), QString());
    QCOMPARE(QString::fromStdString(d.format), format);
    QCOMPARE(QString::fromStdString(joined(d.lines)), expected);
    QCOMPARE(int(d.skipped), skipped);
}

void TestMapping::faultsAreNamed_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("reason");
    auto row = [](const char* name, const std::string& text, const char* reason) {
        QTest::newRow(name) << QString::fromStdString(text) << reason;
    };
    row("another schema", with(good, "\"schema\":1", "\"schema\":2"), "\"schema\" is not 1");
    row("no name", with(good, "\"own\"", "\"\""), "\"name\" is not 1 to 32");
    row("a name with blanks", with(good, "\"own\"", "\"my log\""), "\"name\" is not 1 to 32");
    row("one sign is not enough", with(good, R"(["who","what"])", R"(["who"])"), "\"detect\" needs two");
    row("no time", with(good, R"("time":{"field":"when"},)", ""), "\"time\" is missing");
    row("a zone nobody knows", with(good, R"({"field":"when"})", R"({"field":"when","zone":"mars"})"),
        "\"time.zone\"");
    row("an outcome nobody knows", with(good, "\"accepted\"", "\"flown\""),
        "has \"flown\", which is no outcome");
    row("no recipient", with(good, R"("recipient":"who",)", ""), "\"fields.recipient\" is missing");
    row("a field nobody knows", with(good, "\"code\"", "\"colour\""), "\"colour\" is no field");
    row("a path that is no text", with(good, R"("code":"number")", R"("code":5)"), "\"code\" is a path");
    row("no object", "[]", "\"file\" is no JSON object");
}

void TestMapping::faultsAreNamed() {
    QFETCH(QString, text);
    QFETCH(QString, reason);
    auto folder = waypost::test::temporaryFolder();
    put(folder / "own.json", text.toStdString());
    auto book = SourceBook::load(folder);
    QVERIFY(!book);
    QVERIFY2(book.error().text.starts_with("own.json: "), book.error().text.c_str());
    QVERIFY2(book.error().text.find(reason.toStdString()) != std::string::npos, book.error().text.c_str());
}

void TestMapping::theOperatorsFileWins() {
    auto folder = waypost::test::temporaryFolder();
    put(folder / "shipped" / "own.json", good);
    put(folder / "mine" / "anything.json", with(good, "\"who\",\"text\"", "\"whom\",\"text\""));
    auto book = SourceBook::load(folder / "shipped", folder / "mine");
    QVERIFY(book);
    QCOMPARE((*book)->mappings().size(), size_t(1));
    QCOMPARE((*book)->mappings()[0].fields[size_t(MappedField::Recipient)].front(), std::string("whom"));
    QVERIFY(SourceBook::load(folder / "shipped", folder / "absent"));
    QVERIFY(!SourceBook::load(folder / "absent"));
}

void TestMapping::opinionsOfTheOperatorWin() {
    auto folder = waypost::test::temporaryFolder();
    put(folder / "mine" / "opinions.json",
        R"({"schema":1,"opinions":{"pmta":{"bad-mailbox":{"failed":"rejected-policy","cause":"identity"}}}})");
    auto book = SourceBook::load(waypost::test::resources() / "ingest", folder / "mine");
    QVERIFY(book);
    QCOMPARE((*book)->opinion("pmta:bad-mailbox")->failed, reply::Category::RejectedPolicy);
    QCOMPARE((*book)->opinion("pmta:bad-domain")->failed, reply::Category::RejectedInvalidUser);
    QVERIFY(!(*book)->opinion("pmta:nothing-known"));
    put(folder / "mine" / "opinions.json",
        R"({"schema":1,"opinions":{"pmta":{"x":{"failed":"no-category"}}}})");
    QVERIFY(!SourceBook::load(waypost::test::resources() / "ingest", folder / "mine"));
}

void TestMapping::outcomeByCode() {
    auto mapping = readMapping(*json::parse(good, "own.json"), "own.json");
    QVERIFY(mapping);
    JsonDocument d;
    QVERIFY(!d.parse(R"({"who":"a@b.example","what":"x"})"));
    QVERIFY(mapping->fits(d.root()));
    QVERIFY(!d.parse(R"({"who":"a@b.example"})"));
    QVERIFY(!mapping->fits(d.root()));
}

void TestMapping::aLogNobodyKnowsSaysWhatItLooksLike() {
    Decoded d = decode(R"({"hello":"world","list":[1]})");
    QCOMPARE(d.rejected.size(), size_t(1));
    QVERIFY2(d.rejected[0].find("the first has \"hello\", \"list\"") != std::string::npos,
             d.rejected[0].c_str());
}

QTEST_APPLESS_MAIN(TestMapping)
#include "tst_mapping.moc"
