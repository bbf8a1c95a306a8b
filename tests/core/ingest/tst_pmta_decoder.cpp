#include "decoded.h"
#include "ingest/csv_record.h"

using namespace waypost;
using namespace waypost::ingest;
using namespace waypost::ingest::test;

namespace {

const std::string head =
    "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,"
    "dlvSourceIp,dlvSize,vmta,jobId,envId,vmtaPool\r\n";
const std::string common = " from=b@bulk.example mx=mx.remote.example mxip=192.0.2.5 ip=198.51.100.7";

std::string row(const std::string& type, const std::string& status, const std::string& diag,
                const std::string& category = {}) {
    return type + ",1763000005,1763000000,b@bulk.example,a@remote.example,,," + status + ",\"" + diag +
           "\",mx.remote.example (192.0.2.5)," + category + ",198.51.100.7,2048,vm1,job7,,pool-a\r\n";
}

} // namespace

class TestPmtaDecoder : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void recordTypes_data() {
        QTest::addColumn<QString>("content");
        QTest::addColumn<QString>("expected");
        QTest::addColumn<int>("skipped");
        auto add = [](const char* name, const std::string& content, const std::string& expected,
                      int skipped = 0) {
            QTest::newRow(name) << QString::fromStdString(head + content) << QString::fromStdString(expected)
                                << skipped;
        };
        add("d is accepted", row("d", "2.0.0 (success)", "smtp;250 2.0.0 OK"),
            "attempt accepted - 250 2.0.0 unknown <a@remote.example>" + common +
                " campaign=job7 size=2048 ms=5000\n");
        add("b is permanent",
            row("b", "5.1.1 (bad destination mailbox address)", "smtp;550 5.1.1 unknown user", "bad-mailbox"),
            "attempt rejected-invalid-user permanent 550 5.1.1 unknown <a@remote.example>" + common +
                " campaign=job7 size=2048 ms=5000 opinion=pmta:bad-mailbox\n");
        add("t is temporary", row("t", "4.2.2 (mailbox full)", "smtp;452 4.2.2 over quota", "quota-issues"),
            "attempt deferred-mailbox temporary 452 4.2.2 unknown <a@remote.example>" + common +
                " campaign=job7 size=2048 try=1 ms=5000 opinion=pmta:quota-issues\n");
        add("b of an expired message asked nobody",
            row("b", "4.4.7 (delivery time expired)", "smtp;450 later", "message-expired"),
            "attempt other permanent 450 4.4.7 unknown <a@remote.example>" + common +
                " campaign=job7 size=2048 ms=5000 opinion=pmta:message-expired no-attempt\n");
        add("rb came back for a counted d",
            row("rb", "5.2.1 (mailbox disabled)", "smtp;550 5.2.1 disabled", "inactive-mailbox"),
            "async-bounce rejected-inactive-mailbox permanent 550 5.2.1 unknown <a@remote.example>" + common +
                " campaign=job7 size=2048 opinion=pmta:inactive-mailbox not-first\n");
        add("rs of a delay is no bounce",
            "rs,1763000005,,b@bulk.example,a@remote.example,,delayed,4.0.0,,,,,,,,,\r\n", "", 1);
        add("rs of a failure is one",
            "rs,1763000005,,b@bulk.example,a@remote.example,,failed,5.0.0,,,,,,,,,\r\n",
            "async-bounce unclassified permanent 0 5.0.0 unknown <a@remote.example> from=b@bulk.example "
            "not-first\n");
        add("r is skipped", row("r", "", ""), "", 1);
        add("tq is skipped", "tq,1763000005,,,,,,4.4.1,smtp;no answer,,,,,,,,\r\n", "", 1);
        add("a record without its last columns", "d,1763000005,,,a@remote.example\r\n",
            "attempt accepted - 0 - unknown <a@remote.example>\n");
        add("a diagnosis in several lines",
            row("b", "5.7.1", "smtp;554-5.7.1 first line,\r\n554 5.7.1 \"\"second\"\" line",
                "policy-related"),
            "attempt rejected-policy permanent 554 5.7.1 unknown <a@remote.example>" + common +
                " campaign=job7 size=2048 ms=5000 opinion=pmta:policy-related\n");
        add("no source address: the pool stands for it",
            "d,1763000005,,,a@remote.example,,,,,,,,,vm1,,,pool-a\r\n",
            "attempt accepted - 0 - unknown <a@remote.example> ip=pool-a\n");
    }
    void recordTypes() {
        QFETCH(QString, content);
        QFETCH(QString, expected);
        QFETCH(int, skipped);
        Decoded d = decode(content.toStdString());
        QCOMPARE(QString::fromStdString(joined(d.rejected)), QString());
        QCOMPARE(QString::fromStdString(d.format), QString("pmta"));
        QCOMPARE(QString::fromStdString(joined(d.lines)), expected);
        QCOMPARE(int(d.skipped), skipped);
    }

    void columnsInAnyOrderAndCase() {
        Decoded d = decode("RCPT,dsndiag,TimeLogged,TYPE,JobID\n"
                           "a@remote.example,smtp;250 ok,2025-11-13 02:13:25+0000,d,x\n");
        QCOMPARE(QString::fromStdString(joined(d.lines)),
                 QString("attempt accepted - 250 - unknown <a@remote.example> campaign=x\n"));
    }

    void localTimesHaveTheZoneOfTheImport() {
        std::string content = "type,timeLogged,rcpt,orig\nd,2025-11-13 03:13:25,a@remote.example,\n"
                              "d,1763000005,b@remote.example,\n";
        DecoderOptions options;
        auto found = detectFormat(content, options);
        QVERIFY(found.format);
        auto decoder = found.format->decoder(options);
        FileFacts facts;
        facts.head = content;
        facts.zone = {false, 60};
        decoder->begin(facts);
        store::EventBatch batch;
        decoder->record({"d,2025-11-13 03:13:25,a@remote.example,", 0}, batch);
        decoder->record({"d,1763000005,a@remote.example,", 40}, batch);
        QCOMPARE(batch.events.size(), size_t(2));
        QCOMPARE(batch.events[0].at.ms, batch.events[1].at.ms);
    }

    void aSecondHeaderRowIsTheNewOne() {
        Decoded d = decode("type,timeLogged,rcpt,orig\nd,1763000005,a@x.example,s@y.example\n"
                           "type,rcpt,orig,timeLogged\nd,b@x.example,s@y.example,1763000005\n");
        QCOMPARE(d.lines.size(), size_t(2));
        QVERIFY(d.lines[1].find("<b@x.example>") != std::string::npos);
    }

    void feedback() {
        Decoded d = decode("type,timeLogged,rcpt,orig,originalRcptTo,originalMailFrom,feedbackType,jobId\n"
                           "f,1763000005,fbl@bulk.example,,c@remote.example,b@bulk.example,abuse,job7\n"
                           "f,1763000006,d@remote.example,,,,,\n"
                           "f,1763000006,d@remote.example,,,,not-spam,\n");
        QCOMPARE(QString::fromStdString(joined(d.lines)),
                 QString("complaint other - 0 - unknown <c@remote.example> from=b@bulk.example campaign=job7 "
                         "opinion=pmta:abuse not-first\n"
                         "complaint other - 0 - unknown <d@remote.example> not-first\n"));
        QCOMPARE(d.skipped, std::uint64_t(1));
    }

    void damage_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("reason");
        QTest::newRow("a type nobody knows")
            << QByteArray("z,1763000005,a@x.example,b\n") << "its type \"z\" is none";
        QTest::newRow("no time") << QByteArray("d,soon,a@x.example,b\n") << "no time that can be read";
        QTest::newRow("a time out of range")
            << QByteArray("d,99999999999999999999999,a@x.example,b\n") << "no time";
        QTest::newRow("no recipient") << QByteArray("d,1763000005,,b\n") << "no recipient";
        QTest::newRow("a NUL") << QByteArray("d,1763000005,a@x.exa\0mple,b\n", 28) << "it holds a NUL";
        QTest::newRow("text behind a quoted field")
            << QByteArray("d,1763000005,\"a\"@x.example,b\n") << "text follows";
        QTest::newRow("too many fields")
            << QByteArray("d" + QByteArray(600, ',') + "\n") << "more than 512 fields";
    }
    void damage() {
        QFETCH(QByteArray, line);
        QFETCH(QString, reason);
        Decoded d =
            decode("type,timeLogged,rcpt,orig\n" + line.toStdString() + "d,1763000005,z@x.example,\n");
        QCOMPARE(d.rejected.size(), size_t(1));
        QVERIFY2(d.rejected[0].find(reason.toStdString()) != std::string::npos, d.rejected[0].c_str());
        QCOMPARE(d.lines.size(), size_t(1));
    }

    void foreignOctetsInAReplyAreRepaired() {
        Decoded d =
            decode("type,timeLogged,rcpt,orig,dsnDiag\nb,1763000005,a@x.example,,smtp;550 nein \xfc\n");
        QCOMPARE(d.lines.size(), size_t(1));
        QVERIFY(d.rejected.empty());
    }

    void fieldsOfACsvRecord_data() {
        QTest::addColumn<QString>("record");
        QTest::addColumn<QStringList>("fields");
        QTest::newRow("plain") << "a,b,c" << QStringList{"a", "b", "c"};
        QTest::newRow("empty ones") << ",,\r\n" << QStringList{"", "", ""};
        QTest::newRow("quoted with a comma") << "\"a,b\",c" << QStringList{"a,b", "c"};
        QTest::newRow("doubled quotes")
            << "\"two inches, 2\"\"\",\"\"\"\",x" << QStringList{"two inches, 2\"", "\"", "x"};
        QTest::newRow("a line end") << "\"a\r\nb\",c\n" << QStringList{"a\r\nb", "c"};
        QTest::newRow("a quote inside a bare field") << "5\" disk,c" << QStringList{"5\" disk", "c"};
        QTest::newRow("one empty field") << "" << QStringList{""};
    }
    void fieldsOfACsvRecord() {
        QFETCH(QString, record);
        QFETCH(QStringList, fields);
        std::string bytes = record.toStdString();
        CsvRecord row;
        QVERIFY(!row.parse(bytes));
        QStringList got;
        for (auto f : row.fields()) got << QString::fromUtf8(f.data(), qsizetype(f.size()));
        QCOMPARE(got, fields);
    }
};

QTEST_APPLESS_MAIN(TestPmtaDecoder)
#include "tst_pmta_decoder.moc"
