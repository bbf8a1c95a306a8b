// The shipped catalogue keeps its promises; what is wrong in a file is said with its place.
#include "reputation/catalogue.h"
#include "support/paths.h"

#include <QTest>

#include <fstream>

using namespace waypost;
using namespace waypost::reputation;

namespace {

std::string entry(const std::string& more) {
    return R"({"schema_version": 1, "date": "2026-11-24", "lists": [{"id": "x", "zone": "x.example.org",)"
           R"( "name": "X", "asks": ["ipv4"], "operator": "o")" +
           more + "}]}";
}

} // namespace

class TestListCatalogue : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void shippedOne() {
        const auto c = Catalogue::load(test::resources() / "lists");
        QVERIFY2(c, c ? "" : c.error().describe().c_str());
        for (const std::string& p : problemsOf((*c)->lists())) QFAIL(p.c_str());
        int living = 0, dead = 0, keyed = 0;
        for (const List& list : (*c)->lists()) {
            if (list.status == ListStatus::Dead)
                ++dead;
            else if (list.status != ListStatus::Private)
                ++living;
            if (list.status == ListStatus::NeedsKey) ++keyed;
            QVERIFY2(!list.publicResolvers || list.id.find("spamhaus") == std::string::npos ||
                         list.status != ListStatus::Alive,
                     list.id.c_str());
        }
        QVERIFY(living >= 60);
        QVERIFY(dead >= 30);
        QVERIFY(keyed >= 5);
        QVERIFY(!(*c)->date().empty());
    }

    void deadOnesAreKnownByEveryName_data() {
        QTest::addColumn<QString>("zone");
        for (const char* z :
             {"dnsbl.sorbs.net", "spam.dnsbl.sorbs.net", "ix.dnsbl.manitu.net", "cbl.abuseat.org",
              "dnsbl.njabl.org", "dnsbl.ahbl.org", "relays.ordb.org", "list.dsbl.org", "dnsbl.inps.de",
              "combined.rbl.msrbl.net", "ubl.unsubscore.com"})
            QTest::newRow(z) << QString::fromLatin1(z);
    }
    void deadOnesAreKnownByEveryName() {
        QFETCH(QString, zone);
        const auto c = Catalogue::load(test::resources() / "lists");
        const List* list = (*c)->find(zone.toStdString());
        QVERIFY(list);
        QVERIFY(list->status == ListStatus::Dead);
    }

    void theUsersFileWins() {
        const auto file = test::temporaryFolder() / "mine.json";
        std::ofstream(file) << R"({"schema_version": 1, "lists": [{"id": "spamcop", "zone": "bl.spamcop.net",
            "name": "Mirror", "asks": ["ipv4"], "operator": "us", "nameservers": ["127.0.0.1:5301"]},
            {"id": "ours", "zone": "bl.example.org", "name": "Ours", "asks": ["ipv4"], "operator": "us"}]})";
        const auto c = Catalogue::load(test::resources() / "lists", file);
        QVERIFY(c);
        const List* mirror = (*c)->find("bl.spamcop.net");
        QVERIFY(mirror && mirror->fromUser && mirror->name == "Mirror");
        QVERIFY((*c)->find("ours"));
        QVERIFY((*c)->find("ours")->unpublished == Unpublished::Listed);
    }

    void whatIsWrong_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("says");
        const auto bad = [](const char* name, const std::string& text, const char* says) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(says);
        };
        bad("no JSON", "{", "JSON");
        bad("no lists", R"({"schema_version": 1})", "\"lists\"");
        bad("another schema", R"({"schema_version": 2, "lists": []})", "schema_version");
        bad("a list that is no object", R"({"schema_version": 1, "lists": [1]})", "object");
        bad("an id with capitals", R"({"schema_version": 1, "lists": [{"id": "X"}]})", "\"id\"");
        bad("a zone that is none",
            R"({"schema_version": 1, "lists": [{"id": "x", "name": "X", "zone": "a..b"}]})", "zone");
        bad("an unknown family", entry(R"(, "asks": ["ipv5"])"), "");
        bad("a code outside 127/8", entry(R"(, "codes": [{"answer": "10.0.0.1", "meaning": "m"}])"), "127");
        bad("an octet too large", entry(R"(, "codes": [{"answer": "127.0.0.256", "meaning": "m"}])"),
            "answer");
        bad("a bit of no mask", entry(R"(, "codes": [{"bit": 300, "meaning": "m"}])"), "bit");
        bad("a code of an unknown kind", entry(R"(, "codes": [{"bit": 1, "kind": "bad", "meaning": "m"}])"),
            "kind");
        bad("an unknown status", entry(R"(, "status": "asleep")"), "status");
        bad("a weight of nine", entry(R"(, "weight": 9)"), "weight");
        bad("a name server that is none", entry(R"(, "nameservers": ["dns"])"), "nameservers");
        bad("a text that is a number", entry(R"(, "terms": 4)"), "terms");
        bad("a text beyond its cap", entry(", \"terms\": \"" + std::string(2001, 'a') + "\""), "terms");
        std::string codes;
        for (int i = 0; i < 301; ++i) codes += std::string(i ? "," : "") + R"({"bit": 1, "meaning": "m"})";
        bad("more codes than allowed", entry(R"(, "codes": [)" + codes + "]"), "300");
        std::string lists;
        for (int i = 0; i < 2001; ++i) lists += i ? ",{}" : "{}";
        bad("more lists than allowed", R"({"schema_version": 1, "lists": [)" + lists + "]}", "2000");
    }
    void whatIsWrong() {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, says);
        const auto read = readCatalogue(file.toStdString(), "lists.json");
        QVERIFY(!read);
        const std::string text = read.error().describe();
        QVERIFY2(text.find("lists.json") != std::string::npos, text.c_str());
        QVERIFY2(text.find(says.toStdString()) != std::string::npos, text.c_str());
    }

    void whatShouldBeMended_data() {
        QTest::addColumn<QByteArray>("more");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("a code that is never reached")
            << QByteArray(
                   R"(, "codes": [{"answer": "127.0.0.*", "meaning": "a"}, {"answer": "127.0.0.2", "meaning": "b"}])")
            << QByteArray("never reached");
        QTest::newRow("bits beside answers")
            << QByteArray(
                   R"(, "codes": [{"answer": "127.0.0.2", "meaning": "a"}, {"bit": 4, "meaning": "b"}])")
            << QByteArray("bits");
        QTest::newRow("a dead one without a date")
            << QByteArray(R"(, "status": "dead")") << QByteArray("since");
        QTest::newRow("a key without a secret")
            << QByteArray(R"(, "status": "needs-key")") << QByteArray("key_secret");
        QTest::newRow("weight without a way out")
            << QByteArray(R"(, "weight": 4)") << QByteArray("delisting");
        QTest::newRow("a code without a meaning")
            << QByteArray(R"(, "codes": [{"answer": "127.0.0.2"}])") << QByteArray("meaning");
    }
    void whatShouldBeMended() {
        QFETCH(QByteArray, more);
        QFETCH(QByteArray, says);
        const auto read = readCatalogue(entry(more.toStdString()), "lists.json");
        QVERIFY2(read, read ? "" : read.error().describe().c_str());
        std::string all;
        for (const std::string& p : problemsOf(read->lists)) all += p;
        QVERIFY2(all.find(says.toStdString()) != std::string::npos, all.c_str());
    }
};

QTEST_GUILESS_MAIN(TestListCatalogue)
#include "tst_list_catalogue.moc"
