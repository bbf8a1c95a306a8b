#include "base/json.h"
#include "dns/name_codec.h"
#include "dns/names.h"
#include "dns/public_suffix.h"
#include "support/paths.h"

#include <QFile>

using namespace waypost;
using namespace waypost::dns;

class TestDnsNames : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void hostNames_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("good");
        QTest::newRow("two labels") << "example.org" << true;
        QTest::newRow("a trailing dot") << "example.org." << true;
        QTest::newRow("a digit first") << "1.example.org" << true;
        QTest::newRow("one label") << "localhost" << false;
        QTest::newRow("an address is no name") << "192.0.2.1" << false;
        QTest::newRow("a hyphen at the end of a label") << "a-.example" << false;
        QTest::newRow("an underscore") << "_dmarc.example.org" << false;
        QTest::newRow("an empty label") << "a..example" << false;
        QTest::newRow("a label of 63") << QString(63, 'a') + ".org" << true;
        QTest::newRow("a label of 64") << QString(64, 'a') + ".org" << false;
        QTest::newRow("a space") << "a b.example" << false;
    }
    void hostNames() {
        QFETCH(QString, name);
        QFETCH(bool, good);
        QCOMPARE(isHostName(name.toStdString()), good);
    }

    void sameNames_data() {
        QTest::addColumn<QByteArray>("a");
        QTest::addColumn<QByteArray>("b");
        QTest::addColumn<bool>("same");
        auto row = [](const char* name, const char* a, const char* b, bool same) {
            QTest::newRow(name) << QByteArray(a) << QByteArray(b) << same;
        };
        row("the case does not matter", "Example.ORG", "example.org", true);
        row("nor does the dot at the end", "example.org.", "example.org", true);
        row("the root has two spellings", ".", "", true);
        row("another name", "example.org", "example.net", false);
        row("a name below", "a.example.org", "example.org", false);
        row("an octet may stand as it is or escaped", "a b.example", "a\\032b.example", true);
        row("an escape that was not needed", "\\097.example", "a.example", true);
        row("a dot inside a label is no dot between labels", "a\\.b.example", "a.b.example", false);
        row("both spellings of a dot inside", "a\\.b.example", "a\\046b.example", true);
    }
    void sameNames() {
        QFETCH(QByteArray, a);
        QFETCH(QByteArray, b);
        QFETCH(bool, same);
        QCOMPARE(sameName(a.toStdString(), b.toStdString()), same);
        QCOMPARE(sameName(b.toStdString(), a.toStdString()), same);
        QCOMPARE(canonicalName(a.toStdString()) == canonicalName(b.toStdString()), same);
    }

    // The short way over a name without escapes gives the octets of the long way, or none.
    void plainNames_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("plain");
        auto row = [](const char* name, const QByteArray& text, bool plain) {
            QTest::newRow(name) << text << plain;
        };
        const QByteArray label(63, 'x');
        const QByteArray full = label + "." + label + "." + label + ".";
        row("labels", "_dmarc.Example.org", true);
        row("with a dot at the end", "example.org.", true);
        row("as long as a name may be", full + QByteArray(61, 'x'), true);
        row("one octet more", full + QByteArray(62, 'x'), false);
        row("a label of 64", QByteArray(64, 'x') + ".org", false);
        row("the root", "", false);
        row("the root as a dot", ".", false);
        row("an empty label", "a..b", false);
        row("a dot in front", ".a", false);
        row("two dots at the end", "a..", false);
        row("an escape", "a\\.b.org", false);
        row("a space", "a b.org", false);
        row("an octet above ASCII", "b\xc3\xbc.org", false);
    }
    void plainNames() {
        QFETCH(QByteArray, name);
        QFETCH(bool, plain);
        std::string out = "x";
        QCOMPARE(appendPlainName(out, name.toStdString()), plain);
        std::string written = "x";
        if (plain) QVERIFY(NameWriter::writePlain(written, name.toStdString()).has_value());
        QCOMPARE(out, written);
    }

    void reverse() {
        QCOMPARE(reverseName("192.0.2.1"), std::optional<std::string>("1.2.0.192.in-addr.arpa"));
        QCOMPARE(reverseName("2001:db8::1"),
                 std::optional<std::string>(
                     "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"));
        QVERIFY(!reverseName("192.0.2.256"));
        QVERIFY(!reverseName("mail.example"));
    }

    void typedNames_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("asked");
        QTest::newRow("plain") << " Example.ORG. " << "example.org";
        QTest::newRow("umlaut") << QString::fromUtf8("b\xc3\xbc"
                                                     "cher.example")
                                << "xn--bcher-kva.example";
        QTest::newRow("sharp s stays itself") << QString::fromUtf8("fa\xc3\x9f.de") << "xn--fa-hia.de";
        QTest::newRow("an underscore label") << "_dmarc.example.org" << "_dmarc.example.org";
        QTest::newRow("a broken A-label is refused") << "xn--a.example" << "";
        QTest::newRow("nothing is refused") << "" << "";
        QTest::newRow("a mail address is refused") << "a@example.org" << "";
        QTest::newRow("a URL is refused") << "https://example.org/" << "";
    }
    void typedNames() {
        QFETCH(QString, typed);
        QFETCH(QString, asked);
        auto r = toAscii(typed.toStdString());
        QCOMPARE(QString::fromStdString(r.value_or("")), asked);
    }
    void shownNames() {
        QCOMPARE(toUnicode("xn--bcher-kva.example"), std::string("b\xc3\xbc"
                                                                 "cher.example"));
        QCOMPARE(toUnicode("xn--a.example"), std::string("xn--a.example"));
    }

    void relations() {
        QVERIFY(isAtOrUnder("A.Example.org", "example.ORG"));
        QVERIFY(isAtOrUnder("example.org", "example.org."));
        QVERIFY(!isAtOrUnder("badexample.org", "example.org"));
        QCOMPARE(lastLabels("a.b.c.d", 2), std::string_view("c.d"));
        QCOMPARE(labelCount("a.b.c."), size_t(3));
        QCOMPARE(parentOf("org"), std::string_view());
    }

    void organisationalDomains() {
        auto list = PublicSuffixList::system();
        QVERIFY(list.has_value());
        QVERIFY(!(*list)->source().empty());
        QCOMPARE((*list)->organizationalDomain("Mail.Example.co.uk"), std::string("example.co.uk"));
        QCOMPARE((*list)->organizationalDomain("co.uk"), std::string());
        QVERIFY((*list)->isPublicSuffix("co.uk"));
        QVERIFY(!PublicSuffixList::load("/nonexistent/list.dat").has_value());
    }

    void theNewestListIsTaken() {
        const auto file = test::resources() / "lists" / "public_suffix_list.dat";
        auto shipped = PublicSuffixList::load(file);
        QVERIFY(shipped.has_value());
        QCOMPARE((*shipped)->date().size(), size_t(10)); // from the file beside it
        auto list = PublicSuffixList::system(file);
        auto theirs = PublicSuffixList::system();
        QVERIFY(list && theirs);
        QCOMPARE((*list)->date(), std::max((*shipped)->date(), (*theirs)->date()));
        // A file that is not there leaves the system's.
        auto without = PublicSuffixList::system("/nonexistent/list.dat");
        QVERIFY(without && (*without)->source() == (*theirs)->source());
    }

    void publicSuffixVectors() {
        const auto folder = test::corpora() / "psl";
        QFile vectors(QString::fromStdString((folder / "vectors.jsonl").string()));
        if (!vectors.open(QIODevice::ReadOnly)) QSKIP("corpus psl absent");
        auto list = PublicSuffixList::load(folder / "public_suffix_list.dat");
        QVERIFY(list.has_value());
        QCOMPARE((*list)->date(), std::string()); // this copy does not say when it is from
        int count = 0;
        while (!vectors.atEnd()) {
            auto v = json::parse(vectors.readLine().toStdString(), "vectors.jsonl");
            QVERIFY(v.has_value());
            const auto& o = v->as_object();
            std::string got = (*list)->organizationalDomain(json::text(o, "name"));
            QVERIFY2(got == json::text(o, "registrable"), (got + " for " + json::line(*v)).c_str());
            ++count;
        }
        QCOMPARE(count, 78);
    }
};

QTEST_APPLESS_MAIN(TestDnsNames)
#include "tst_dns_names.moc"
