#include "dns/name_codec.h"
#include "dns/wire.h"
#include "dns/zone_line.h"

using namespace waypost;
using namespace waypost::dns;

namespace {

Record line(std::string_view text) {
    auto r = parseZoneLine(text);
    if (!r) qFatal("%s: %s", std::string(text).c_str(), r.error().text.c_str());
    return *r;
}

std::string respond(const Question& q, const std::vector<std::string>& lines, int rcode = 0) {
    Message m;
    m.id = 7;
    m.response = true;
    m.questions = {q};
    m.rcode = rcode;
    for (const auto& l : lines) m.answers.push_back(line(l));
    auto bytes = encodeResponse(m);
    if (!bytes) qFatal("%s", bytes.error().text.c_str());
    return *bytes;
}

// A response with one hand-made record after the question "a.example IN <type>".
std::string raw(RecordType type, const std::string& afterQuestion, char count = 1) {
    std::string m("\0\7\x81\x80\0\1\0\0\0\0\0\0", 12);
    m[7] = count;
    m += std::string("\1a\7example\0", 11);
    m += {char(unsigned(type) >> 8), char(unsigned(type) & 0xff), 0, 1};
    return m + afterQuestion;
}

} // namespace

class TestDnsWire : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aQueryHasTheOctetsOfTheStandard() {
        Question q{"Example.org", RecordType::MX};
        auto plain = encodeQuery(0x1234, q, {.recursionDesired = true, .udpSize = 0});
        QVERIFY(plain.has_value());
        QCOMPARE(QByteArray::fromStdString(*plain).toHex(), QByteArray("1234010000010000000000000745786d"
                                                                       "706c65036f726700000f0001")
                                                                .replace("45786d706c65", "4578616d706c65"));
        auto edns = encodeQuery(1, q, {.recursionDesired = true, .dnssecOk = true, .authenticData = true});
        QVERIFY(edns.has_value());
        QCOMPARE(QByteArray::fromStdString(edns->substr(2, 10)).toHex(), QByteArray("01200001000000000001"));
        QCOMPARE(QByteArray::fromStdString(edns->substr(edns->size() - 11)).toHex(),
                 QByteArray("00002904d0000080000000"));
    }

    void namesThatCannotBeAsked_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("an empty label") << "a..b";
        QTest::newRow("a leading dot") << ".a";
        QTest::newRow("a label of 64") << QString(64, 'x') + ".org";
        QTest::newRow("a name of 256 octets")
            << QString("%1.%1.%1.%2").arg(QString(63, 'x'), QString(62, 'y'));
        QTest::newRow("an escape of four hundred") << "a\\400.org";
        QTest::newRow("a backslash at the end") << "a\\";
    }
    void namesThatCannotBeAsked() {
        QFETCH(QString, name);
        auto r = encodeQuery(1, {name.toStdString(), RecordType::A}, {});
        QVERIFY(!r.has_value());
        QCOMPARE(r.error().code, ErrorCode::InvalidArgument);
    }

    void everyTypeSurvivesTheWire_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("A") << "x.example. 60 A 192.0.2.1";
        QTest::newRow("AAAA") << "x.example. 60 AAAA 2001:db8::1";
        QTest::newRow("MX") << "x.example. 60 MX 10 Mail.Example.";
        QTest::newRow("null MX") << "x.example. 60 MX 0 .";
        QTest::newRow("TXT") << "x.example. 60 TXT \"v=spf1 \" \"-all\"";
        QTest::newRow("TXT with odd octets") << "x.example. 60 TXT \"a\\000\\255\\\"\\\\\"";
        QTest::newRow("CNAME") << "x.example. 60 CNAME y.example.";
        QTest::newRow("NS") << "x.example. 60 NS ns.example.";
        QTest::newRow("PTR") << "1.2.0.192.in-addr.arpa. 60 PTR x.example.";
        QTest::newRow("SOA") << "x.example. 60 SOA ns.example. a\\046b.example. 1 2 3 4 5";
        QTest::newRow("TLSA") << "_25._tcp.x.example. 60 TLSA 3 1 1 00ff10";
        QTest::newRow("CAA") << "x.example. 60 CAA 128 issue \"ca.example\"";
        QTest::newRow("a type without a form") << "x.example. 60 TYPE65 \\# 3 010203";
        QTest::newRow("an odd name") << "a\\032b\\046c.example. 60 A 192.0.2.1";
    }
    void everyTypeSurvivesTheWire() {
        QFETCH(QString, text);
        Record r = line(text.toStdString());
        Answer a = decodeAnswer({r.name, r.type}, respond({r.name, r.type}, {text.toStdString()}));
        QCOMPARE(statusName(a.status), std::string_view("ok"));
        QCOMPARE(a.records.size(), size_t(1));
        QVERIFY(a.records[0] == r);
        QCOMPARE(a.records[0].name + ". " + std::to_string(r.ttl) + " " + recordTypeName(r.type) + " " +
                     presentation(a.records[0]),
                 text.toStdString());
    }

    void statusIsNeverGuessed_data() {
        QTest::addColumn<int>("rcode");
        QTest::addColumn<QStringList>("records");
        QTest::addColumn<QString>("status");
        const QStringList none;
        QTest::newRow("a record") << 0 << QStringList{"a.example A 192.0.2.1"} << "ok";
        QTest::newRow("nothing") << 0 << none << "no-data";
        QTest::newRow("no such name") << 3 << none << "nxdomain";
        QTest::newRow("server failure") << 2 << none << "servfail";
        QTest::newRow("refused") << 5 << none << "refused";
        QTest::newRow("not implemented is a failure of the server") << 4 << none << "servfail";
        QTest::newRow("an extended code is a failure") << 16 << none << "servfail";
        QTest::newRow("only the other type") << 0 << QStringList{"a.example AAAA ::1"} << "no-data";
        QTest::newRow("only another name") << 0 << QStringList{"b.example A 192.0.2.1"} << "no-data";
        QTest::newRow("an alias") << 0 << QStringList{"A.Example CNAME b.example", "b.example A 192.0.2.1"}
                                  << "ok";
        QTest::newRow("an alias into nothing") << 0 << QStringList{"a.example CNAME b.example"} << "no-data";
        QTest::newRow("an alias that does not exist")
            << 3 << QStringList{"a.example CNAME b.example"} << "nxdomain";
        QTest::newRow("aliases in a circle")
            << 0 << QStringList{"a.example CNAME b.example", "b.example CNAME a.example"} << "no-data";
        QStringList eight{"a.example CNAME 1.example"};
        for (int i = 1; i < 8; ++i) eight << QString("%1.example CNAME %2.example").arg(i).arg(i + 1);
        QTest::newRow("eight aliases") << 0 << eight + QStringList{"8.example A 192.0.2.1"} << "ok";
        QTest::newRow("nine aliases")
            << 0 << eight + QStringList{"8.example CNAME 9.example", "9.example A 192.0.2.1"} << "malformed";
    }
    void statusIsNeverGuessed() {
        QFETCH(int, rcode);
        QFETCH(QStringList, records);
        QFETCH(QString, status);
        Question q{"a.example", RecordType::A};
        std::vector<std::string> lines;
        for (const auto& r : records) lines.push_back(r.toStdString());
        Message m;
        m.response = true;
        m.questions = {q};
        m.rcode = rcode;
        m.edns = rcode > 15;
        for (const auto& l : lines) m.answers.push_back(line(l));
        Answer a = decodeAnswer(q, *encodeResponse(m));
        QCOMPARE(QString::fromStdString(std::string(statusName(a.status))), status);
        if (status != "malformed") QCOMPARE(a.rcode, rcode);
        if (status == "malformed") QVERIFY(!a.text.empty() && a.records.empty());
    }

    void badOctetsAreNamed_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("part");
        auto row = [](const char* name, const std::string& b, const char* part) {
            QTest::newRow(name) << QByteArray::fromStdString(b) << part;
        };
        const std::string owner("\xc0\x0c", 2);
        const std::string fixedA = owner + std::string("\0\1\0\1\0\0\0\x3c", 8);
        row("no octets at all", "", "too few");
        row("half a header", std::string(11, '\0'), "too few");
        row("a query instead of a response", *encodeQuery(7, {"a.example", RecordType::A}, {}), "a query");
        row("an answer to another name", respond({"b.example", RecordType::A}, {}), "not about a.example A");
        row("an answer to another type", respond({"a.example", RecordType::TXT}, {}), "not about");
        row("a pointer to itself", raw(RecordType::A, "\xc0\x1b"), "points forwards or at itself");
        row("a pointer past the end", raw(RecordType::A, "\xff\xff"), "points forwards");
        row("half a pointer", raw(RecordType::A, "\xc0"), "half a pointer");
        row("a label of the reserved kind", raw(RecordType::A, "\x80"), "unknown kind");
        row("a record without its head", raw(RecordType::A, owner), "runs past the end");
        row("data longer than the message", raw(RecordType::A, fixedA + std::string("\0\xff\1", 3)),
            "runs past the end");
        row("an address of three octets", raw(RecordType::A, fixedA + std::string("\0\3\1\2\3", 5)),
            "has 3 octets");
        row("more records announced than sent",
            raw(RecordType::A, fixedA + std::string("\0\4\1\2\3\4", 6), 2), "past the end");
        const std::string fixedTxt = owner + std::string("\0\x10\0\1\0\0\0\x3c", 8);
        row("a string longer than its record", raw(RecordType::A, fixedTxt + std::string("\0\2\5a", 4)),
            "string that runs past its end");
        const std::string fixedMx = owner + std::string("\0\x0f\0\1\0\0\0\x3c", 8);
        row("octets after an exchange", raw(RecordType::A, fixedMx + std::string("\0\4\0\1\0\0", 6)),
            "does not end with its name");
    }
    void badOctetsAreNamed() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, part);
        Answer a = decodeAnswer({"a.example", RecordType::A}, bytes.toStdString());
        QCOMPARE(statusName(a.status), std::string_view("malformed"));
        QVERIFY2(a.text.find(part.toStdString()) != std::string::npos, a.text.c_str());
        QCOMPARE(a.raw, bytes.toStdString());
    }

    void pointerChainsEndAtSixteen() {
        for (int hops : {16, 17}) {
            // A chain of pointers, each to the one before, the first to the question's name.
            std::string tail;
            const size_t base = 12 + 11 + 4;
            std::string chain = "\xc0\x0c";
            for (int i = 1; i < hops - 1; ++i) chain += {char(0xc0), char(base + 11 + size_t(2 * (i - 1)))};
            // One record of unknown type carries the chain as its data, the next one uses it as its name.
            tail = std::string("\0\xff\x10\0\1\0\0\0\0\0", 10) + char(chain.size()) + chain;
            tail += {char(0xc0), char(base + 11 + chain.size() - 2)};
            tail += std::string("\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4", 14);
            Answer a = decodeAnswer({"a.example", RecordType::A}, raw(RecordType::A, tail, 2));
            QCOMPARE(statusName(a.status), std::string_view(hops == 16 ? "ok" : "malformed"));
        }
    }

    void aCutResponseIsNotAnEmptyOne() {
        Question q{"a.example", RecordType::TXT};
        Message m;
        m.response = true;
        m.questions = {q};
        for (int i = 0; i < 4; ++i)
            m.answers.push_back({"a.example", RecordType::TXT, 60, TxtData{{std::string(200, 'x')}}});
        auto some = encodeResponse(m, 512);
        QVERIFY(some->size() <= 512);
        Answer a = decodeAnswer(q, *some);
        QVERIFY(a.truncated);
        QCOMPARE(a.records.size(), size_t(2));
        Answer none = decodeAnswer(q, *encodeResponse(m, 100));
        QCOMPARE(statusName(none.status), std::string_view("malformed"));
        QVERIFY(none.truncated);
    }

    void manyRecordsAreCounted() {
        Question q{"a.example", RecordType::A};
        Message m;
        m.response = true;
        m.questions = {q};
        for (int i = 0; i < 300; ++i)
            m.answers.push_back(
                line("a.example A 10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)));
        Answer a = decodeAnswer(q, *encodeResponse(m));
        QCOMPARE(a.records.size(), maxRecordsUsed);
        QCOMPARE(a.text, std::string("44 records over the limit of 256 were left out."));
    }

    void ttl_data() {
        QTest::addColumn<quint32>("sent");
        QTest::addColumn<quint32>("shown");
        QTest::addColumn<quint32>("cached");
        QTest::newRow("zero is shown and cached for five seconds") << 0u << 0u << 5u;
        QTest::newRow("an hour") << 3600u << 3600u << 3600u;
        QTest::newRow("a month is cached for a day") << 2592000u << 2592000u << 86400u;
        QTest::newRow("the top bit makes it zero") << 0x80000001u << 0u << 5u;
    }
    void ttl() {
        QFETCH(quint32, sent);
        QFETCH(quint32, shown);
        QFETCH(quint32, cached);
        Message m;
        m.response = true;
        m.questions = {{"a.example", RecordType::A}};
        m.answers = {{"a.example", RecordType::A, sent, AddressData{"192.0.2.1"}}};
        Answer a = decodeAnswer(m.questions[0], *encodeResponse(m));
        QCOMPARE(a.ttl(), shown);
        QCOMPARE(a.cacheTtl(), cached);
    }

    void aNegativeAnswerTakesItsTtlFromTheSoa() {
        Message m;
        m.response = true;
        m.rcode = 3;
        m.questions = {{"a.example", RecordType::A}};
        m.authority = {line("example 900 SOA ns.example. h.example. 1 2 3 4 300")};
        Answer a = decodeAnswer(m.questions[0], *encodeResponse(m));
        QCOMPARE(statusName(a.status), std::string_view("nxdomain"));
        QCOMPARE(a.ttl(), 300u);
    }

    void serversReadQueries() {
        auto q = decodeQuery(*encodeQuery(9, {"x.example", RecordType::CAA}, {.dnssecOk = true}));
        QVERIFY(q.has_value());
        QCOMPARE(q->id, 9);
        QVERIFY(q->recursionDesired && q->dnssecOk && q->edns);
        QCOMPARE(q->udpSize, defaultUdpSize);
        QCOMPARE(q->questions[0].name, std::string("x.example"));
        QVERIFY(!decodeQuery(respond({"x.example", RecordType::A}, {})).has_value());
    }
};

QTEST_APPLESS_MAIN(TestDnsWire)
#include "tst_dns_wire.moc"
