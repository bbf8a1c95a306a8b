// The machine around the rules: providers, user rules, permanence, abstaining, bad rule files, JSON.
#include "reply/classifier.h"
#include "reply/providers.h"
#include "reply/verdict_json.h"
#include "support/paths.h"

#include <fstream>

using namespace waypost;
using namespace waypost::reply;

class TestReplyClassifier : public QObject {
    Q_OBJECT
  private:
    std::shared_ptr<const Classifier> classifier_;
    std::shared_ptr<const ProviderMap> providers_;

    static std::filesystem::path write(const std::string& content) {
        static int n = 0;
        auto file = test::temporaryFolder() / ("rules" + std::to_string(++n) + ".json");
        std::ofstream(file) << content;
        return file;
    }
    static std::string ruleFile(const std::string& rule) {
        return R"({"schema_version":1,"date":"2026-11-21","note":"test","rules":[)" + rule + "]}";
    }
    Verdict classify(std::string_view text, std::string_view mx = {}) const {
        ReplyText r;
        r.text = text;
        r.mx = mx;
        return classifier_->classify(r);
    }

  private Q_SLOTS:
    void initTestCase() {
        auto loaded = Classifier::load(test::resources() / "rules");
        QVERIFY(loaded.has_value());
        classifier_ = *loaded;
        auto map = ProviderMap::load(test::resources() / "rules" / "providers.json");
        QVERIFY2(map.has_value(), map ? "" : map.error().describe().c_str());
        providers_ = *map;
    }

    void provider_data() {
        QTest::addColumn<QByteArray>("mx");
        QTest::addColumn<QByteArray>("domain");
        QTest::addColumn<QByteArray>("provider");
        auto row = [](const char* name, const char* mx, const char* domain, const char* provider) {
            QTest::newRow(name) << QByteArray(mx) << QByteArray(domain) << QByteArray(provider);
        };
        row("Gmail by MX", "alt1.gmail-smtp-in.l.google.com", "gmail.com", "gmail");
        row("a Workspace domain by MX", "aspmx.l.google.com", "example.com", "gmail");
        row("the longest suffix wins: consumer Outlook", "example-com.olc.protection.outlook.com", "",
            "microsoft");
        row("the longest suffix wins: Microsoft 365", "example-com.mail.protection.outlook.com", "",
            "microsoft365");
        row("case and a final dot do not matter", "MX01.MAIL.ICLOUD.COM.", "", "apple");
        row("a star is one label", "inbound-smtp.eu-west-1.amazonaws.com", "", "ses");
        row("a suffix is whole labels", "notgmx.net", "", "");
        row("MX decides over the domain", "mx.example.org", "gmail.com", "");
        row("the domain when no MX is known", "", "Web.de", "webde");
        row("unknown is empty", "", "example.com", "");
    }
    void provider() {
        QFETCH(QByteArray, mx);
        QFETCH(QByteArray, domain);
        QFETCH(QByteArray, provider);
        const auto found = providers_->find(mx.toStdString(), domain.toStdString());
        QCOMPARE(QByteArray(found.data(), qsizetype(found.size())), provider);
    }
    void providerNames() {
        QCOMPARE(std::string(providers_->displayName("apple")), std::string("Apple iCloud"));
        QCOMPARE(std::string(providers_->displayName("nobody")), std::string("nobody"));
        QVERIFY(providers_->ids().size() > 50);
    }

    void providerBlockComesFirst() {
        const char* text = "550 Requested action not taken: mailbox unavailable";
        QCOMPARE(classify(text, "mx00.gmx.net").rule, std::string("gmx-mailbox-unavailable"));
        QCOMPARE(classify(text).category, Category::RejectedInvalidUser);
        QVERIFY(classify(text).rule != "gmx-mailbox-unavailable");
    }

    void permanenceComesFromTheReplyNotFromTheEnhancedCode() {
        const Verdict v =
            classify("421-5.7.32 Your email has been rate limited because the From: header isn't "
                     "aligned with either the authenticated SPF or DKIM organizational domain.",
                     "aspmx.l.google.com");
        QCOMPARE(v.permanence, Permanence::Temporary);
        QCOMPARE(v.category, Category::DeferredAuth);
        QCOMPARE(v.cause, Cause::Identity);
    }

    void temporaryAnswersNeverSuppress() {
        const Verdict v = classify("450 4.2.1 <user@example.com>: account is disabled");
        QCOMPARE(v.permanence, Permanence::Temporary);
        QCOMPARE(v.category, Category::DeferredMailbox);
        QCOMPARE(v.action, std::string("suppress-after-repeats"));
    }

    void abstainsWithoutWords() {
        const Verdict v = classify("550 xyzzy");
        QCOMPARE(v.category, Category::Unclassified);
        QCOMPARE(v.rule, std::string());
        QCOMPARE(v.permanence, Permanence::Permanent);
        QCOMPARE(classify("250 fine").category, Category::Accepted);
        QCOMPARE(classify("").category, Category::Unclassified);
    }

    void spanIsInTheOriginalText() {
        const std::string text =
            "550-5.1.1 The email account that you tried\r\n550 5.1.1 to reach does not exist.";
        const Verdict v = classify(text, "aspmx.l.google.com");
        QCOMPARE(v.rule, std::string("gmail-no-such-user"));
        QCOMPARE(text.substr(size_t(v.spanStart), size_t(v.spanLength)),
                 std::string("account that you tried\r\n550 5.1.1 to reach does not exist"));
    }

    void competingRulesAreNamed() {
        ReplyText r;
        r.text = "550 5.1.1 <u@example.com>: Recipient address rejected: User unknown";
        const auto others = classifier_->competing(r);
        QVERIFY(std::find(others.begin(), others.end(), "enhanced-x.1.1") != others.end());
        QVERIFY(std::find(others.begin(), others.end(), classifier_->classify(r).rule) == others.end());
    }

    void userRuleWins() {
        const auto file =
            write(ruleFile(R"({"id":"mine","version":3,"pattern":"user unknown","provider":"gmx",
            "category":"rejected-policy","cause":"receiver","action":"contact-receiver","source":"ours",
            "samples":[{"text":"550 user unknown","provider":"gmx"}]})"));
        auto own = Classifier::load(test::resources() / "rules", file);
        QVERIFY2(own.has_value(), own ? "" : own.error().describe().c_str());
        ReplyText r;
        r.text = "550 User unknown";
        QVERIFY((*own)->classify(r).rule != "mine"); // not this provider
        r.provider = "gmx";
        QCOMPARE((*own)->classify(r).rule, std::string("mine"));
        QCOMPARE((*own)->classify(r).ruleVersion, 3);
        QCOMPARE((*own)->validate().size(), size_t(0));
    }

    void badFile_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("says");
        const char* base = R"({"id":"x","version":1,"pattern":"%1","category":"%2","cause":"%3","action":"%4",
            "source":"s","samples":[{"text":"550 a"}]})";
        auto rule = [&](const char* p, const char* cat, const char* cause, const char* action) {
            return QByteArray::fromStdString(
                ruleFile(QString(base).arg(p, cat, cause, action).toStdString()));
        };
        QTest::newRow("an unknown category") << rule("a", "bounced", "ip", "retry") << QByteArray("category");
        QTest::newRow("an unknown cause") << rule("a", "other", "moon", "retry") << QByteArray("cause");
        QTest::newRow("an unknown action") << rule("a", "other", "ip", "shout") << QByteArray("action");
        QTest::newRow("a broken pattern")
            << rule("a(", "other", "ip", "retry") << QByteArray("regular expression");
        QTest::newRow("a rule that matches everything")
            << rule("", "other", "ip", "retry") << QByteArray("no condition");
        QTest::newRow("a newer schema")
            << QByteArray(R"({"schema_version":9,"rules":[]})") << QByteArray("schema version");
        QTest::newRow("no JSON") << QByteArray("hello") << QByteArray("");
    }
    void badFile() {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, says);
        auto loaded = Classifier::load(write(content.toStdString()));
        QVERIFY(!loaded.has_value());
        QVERIFY2(loaded.error().describe().find(says.toStdString()) != std::string::npos,
                 loaded.error().describe().c_str());
    }
    void missingFileIsAnError() { QVERIFY(!Classifier::load("/nonexistent/rules").has_value()); }

    void validateFindsFaults() {
        const auto file = write(ruleFile(
            R"({"id":"a","version":1,"pattern":"alpha","category":"rejected-policy","cause":"ip","action":"retry",
                "source":"s","samples":[{"text":"550 beta"}]},
               {"id":"a","version":1,"pattern":"alpha","category":"rejected-policy","cause":"ip","action":"retry",
                "source":"s","samples":[{"text":"550 alpha"}]},
               {"id":"b","version":1,"pattern":"gamma","category":"deferred-greylist","cause":"ip","action":"retry",
                "source":"s","samples":[{"text":"550 gamma"}]})"));
        auto loaded = Classifier::load(file);
        QVERIFY(loaded.has_value());
        std::string all;
        for (const auto& s : (*loaded)->validate()) all += s + "\n";
        for (const char* want : {"decided by no rule", "given twice", "never be reached", "gives no reason"})
            QVERIFY2(all.find(want) != std::string::npos, (std::string(want) + " not in " + all).c_str());
    }

    void json() {
        const auto o = toJson("42", classify("550 5.1.1 user unknown"));
        QCOMPARE(std::string(json::text(o, "id")), std::string("42"));
        QCOMPARE(std::string(json::text(o, "category")), std::string("rejected-invalid-user"));
        QCOMPARE(std::string(json::text(o, "permanence")), std::string("permanent"));
        QVERIFY(toJson("1", classify("250 ok")).at("permanence").is_null());
        QVERIFY(toJson("1", classify("550 xyzzy")).at("rule").is_null());
    }
};

QTEST_APPLESS_MAIN(TestReplyClassifier)
#include "tst_reply_classifier.moc"
