// The data beside the rules: named lists, crosswalk, provider map; templates compared; rules proposed.
#include "base/json.h"
#include "reply/classifier.h"
#include "reply/crosswalk.h"
#include "reply/named_list.h"
#include "reply/propose.h"
#include "reply/providers.h"
#include "reply/rule.h"
#include "reply/template_diff.h"
#include "support/paths.h"

#include <QtTest/QtTest>

#include <fstream>

using namespace waypost;
using namespace waypost::reply;
namespace fs = std::filesystem;

class TestReplyData : public QObject {
    Q_OBJECT
    fs::path rules_ = test::resources() / "rules";

    static fs::path write(const char* name, std::string_view bytes) {
        const auto file = test::temporaryFolder() / name;
        std::ofstream(file, std::ios::binary) << bytes;
        return file;
    }

  private Q_SLOTS:
    void aReplyNamesItsList_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("list");
        const auto row = [](const char* name, const char* text, const char* list) {
            QTest::newRow(name) << QByteArray(text) << QByteArray(list);
        };
        row("Postfix names the zone",
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example.net; see",
            "dnsbl.example.net");
        row("a zone at the end", "550 5.7.1 192.0.2.1 listed at bl.spamcop.net.", "bl.spamcop.net");
        row("a zone before a semicolon",
            "554 5.7.1 blocked using Zen.Spamhaus.org; https://check.spamhaus.org/x", "zen.spamhaus.org");
        row("a list by its words", "550 rejected, found on the Spamhaus PBL", "pbl.spamhaus.org");
        row("a lookup page is no zone", "550 listed, see https://check.spamhaus.org/query/ip/192.0.2.1",
            "zen.spamhaus.org");
        row("Microsoft's own list", "550 5.7.1 part of their network is on our block list (S3140)",
            "microsoft");
        row("Cloudmark by its page", "554 refused http://csi.cloudmark.com/reset-request/?ip=192.0.2.1 [102]",
            "cloudmark");
        row("a mail host is no list", "554 5.7.1 rejected by mx.example.com for policy reasons", "");
        row("no list at all", "550 5.7.1 rejected by local policy", "");
    }
    void aReplyNamesItsList() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, list);
        auto lists = NamedLists::load(rules_ / "named-lists.json");
        QVERIFY2(lists.has_value(), lists ? "" : lists.error().describe().c_str());
        QCOMPARE(QByteArray::fromStdString((*lists)->find(text.toStdString())), list);
    }

    void anAbsentMailboxNamesNoList() {
        auto c = Classifier::load(rules_);
        QVERIFY(c.has_value());
        ReplyText r;
        r.text = "550 5.1.1 <spamhaus@example.com>: user unknown";
        QCOMPARE((*c)->classify(r).list, std::string());
        r.text = "554 5.7.1 Client host [192.0.2.1] blocked using bl.spamcop.net";
        QCOMPARE((*c)->classify(r).list, std::string("bl.spamcop.net"));
    }

    void aBrokenTableIsRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("no table") << QByteArray("[]");
        QTest::newRow("another schema") << QByteArray(R"({"schema_version": 2, "lists": []})");
        QTest::newRow("no words") << QByteArray(
            R"({"schema_version": 1, "lists": [{"list": "a", "words": []}]})");
        QTest::newRow("an empty word")
            << QByteArray(R"({"schema_version": 1, "lists": [{"list": "a", "words": [""]}]})");
        QTest::newRow("a long word") << QByteArray(
                                            R"({"schema_version": 1, "lists": [{"list": "a", "words": [")") +
                                            QByteArray(101, 'x') + "\"]}]}";
    }
    void aBrokenTableIsRefused() {
        QFETCH(QByteArray, bytes);
        QVERIFY(!NamedLists::load(write("lists.json", bytes.toStdString())));
        QVERIFY(!Crosswalk::load(write("crosswalk.json", bytes.toStdString())));
    }

    void everyCategoryHasItsTerms() {
        auto table = Crosswalk::load(rules_ / "crosswalk.json");
        QVERIFY2(table.has_value(), table ? "" : table.error().describe().c_str());
        QCOMPARE((*table)->vocabularies().size(), size_t(5));
        for (int c = 0; c < categoryCount; ++c) {
            const auto& row = (*table)->row(Category(c));
            QVERIFY2(!row.disagreement.empty(), std::string(categoryName(Category(c))).c_str());
            QCOMPARE(row.terms.size(), size_t(5));
        }
        QCOMPARE((*table)->row(Category::DeferredMailbox).terms[1].front(), std::string("quota-issues"));
        const auto of = (*table)->categoriesOf("kumomta", "quotaissues");
        QCOMPARE(of.size(), size_t(2)); // a full mailbox and an oversize message
        QVERIFY((*table)->categoriesOf("powermta", "no-such-term").empty());
    }

    // Mail is never held against the recipient when the reply blames our address, our identity or ourselves.
    void noRuleSuppressesForSomebodyElsesFault() {
        auto pack = readRulePack(rules_ / "replies", false);
        QVERIFY(pack.has_value());
        for (const auto& r : *pack) {
            if (r.action != "suppress-recipient" && r.action != "suppress-after-repeats") continue;
            QVERIFY2(r.cause == Cause::Recipient, r.id.c_str());
        }
        auto c = Classifier::load(rules_);
        QVERIFY(c.has_value());
        for (const auto& r : *pack) {
            for (const auto& s : r.samples) {
                ReplyText t;
                t.text = s.text;
                t.provider = s.provider.empty() && !r.providers.empty() ? r.providers.front() : s.provider;
                const Verdict v = (*c)->classify(t);
                const bool suppresses = v.action.starts_with("suppress");
                const Outcome o = outcomeOf(v.category);
                QVERIFY2(!suppresses || (o != Outcome::Blocked && v.cause == Cause::Recipient),
                         s.text.c_str());
            }
        }
    }

    void changedWordsAreNamed_data() {
        QTest::addColumn<QByteArray>("older");
        QTest::addColumn<QByteArray>("newer");
        QTest::addColumn<QByteArray>("changes");
        const auto row = [](const char* name, const char* a, const char* b, const char* c) {
            QTest::newRow(name) << QByteArray(a) << QByteArray(b) << QByteArray(c);
        };
        row("nothing changed", "550 user unknown", "550 User Unknown", "");
        row("a word for another", "550 mailbox full now", "550 mailbox locked now", "full>locked;");
        row("a word more", "550 mailbox full", "550 the mailbox full", ">the;");
        row("words less", "550 sorry your mailbox full", "550 mailbox full", "sorry your>;");
        row("two places", "421 too many connections from <ip>", "421 too many sessions by <ip>",
            "connections from>sessions by;");
        row("against nothing", "", "550 new", ">550 new;");
    }
    void changedWordsAreNamed() {
        QFETCH(QByteArray, older);
        QFETCH(QByteArray, newer);
        QFETCH(QByteArray, changes);
        QByteArray got;
        for (const auto& c : changedWords(older.toStdString(), newer.toStdString()))
            got += QByteArray::fromStdString(c.before + ">" + c.after + ";");
        QCOMPARE(got, changes);
    }

    void theNearestIsTheMostSimilar() {
        const std::vector<std::string> older{"550 5.1.1 user unknown", "452 4.2.2 mailbox full",
                                             "452 4.2.2 mailbox of <addr> is full"};
        const auto n = nearestOf("452 4.2.2 mailbox of <addr> is very full", older);
        QVERIFY(n.has_value());
        QCOMPARE(n->index, size_t(2));
        QVERIFY(!nearestOf("something else entirely", older).has_value());
        QCOMPARE(similarity("a b", "a b"), 1.0);
        QCOMPARE(similarity("a b", "c d"), 0.0);
        const std::string many(20'000, 'x');
        QVERIFY(!changedWords(std::string(50'000, 'a') + " b", many).empty());
    }

    void aRuleIsProposedOfTheConstantWords() {
        auto p = proposeRule("3b0c1fa2d4e5f607", "550 The (moon) is in house <num> for <addr> tonight", "",
                             {"550 The (moon) is in house 123456 for a@example.com tonight"});
        QVERIFY2(p.has_value(), p ? "" : p.error().text.c_str());
        const auto file = write("proposed.json", json::line(ruleFileOf(*p, "2026-11-24")));
        auto c = Classifier::load(rules_, file);
        QVERIFY2(c.has_value(), c ? "" : c.error().describe().c_str());
        ReplyText t;
        t.text = "550 The (moon) is in house 987654 for b@example.net tonight";
        QCOMPARE((*c)->classify(t).rule, std::string("own-3b0c1fa2"));
        QVERIFY((*c)->validate().empty());
        QVERIFY(!proposeRule("k", "550 <num> <addr>", "", {"550 1 a@b.example"}));
    }

    void theProviderMapIsSound() {
        auto map = ProviderMap::load(rules_ / "providers.json");
        QVERIFY(map.has_value());
        for (const auto& [mx, provider] : {std::pair{"gmail-smtp-in.l.google.com", "gmail"},
                                           {"example-com.mail.protection.outlook.com", "microsoft365"},
                                           {"mta5.am0.yahoodns.net", "yahoo"},
                                           {"mx01.mail.icloud.com.", "apple"}})
            QCOMPARE(std::string((*map)->find(mx, {})), std::string(provider));
    }
};

QTEST_APPLESS_MAIN(TestReplyData)
#include "tst_reply_data.moc"
