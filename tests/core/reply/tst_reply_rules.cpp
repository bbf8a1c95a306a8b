// The shipped rule pack: every sample of every rule is a row here.
#include "base/json.h"
#include "reply/classifier.h"
#include "support/paths.h"

#include <fstream>

using namespace waypost;
using namespace waypost::reply;

class TestReplyRules : public QObject {
    Q_OBJECT
  private:
    std::shared_ptr<const Classifier> classifier_;

  private Q_SLOTS:
    void initTestCase() {
        auto loaded = Classifier::load(test::resources() / "rules");
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().describe().c_str());
        classifier_ = *loaded;
    }

    void packIsLargeAndValid() {
        QVERIFY2(classifier_->ruleCount() >= 250, std::to_string(classifier_->ruleCount()).c_str());
        const auto faults = classifier_->validate();
        for (const auto& f : faults) qWarning("%s", f.c_str());
        QCOMPARE(faults.size(), size_t(0));
    }

    void sample_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("provider");
        QTest::addColumn<QByteArray>("rule");
        for (const auto& entry :
             std::filesystem::directory_iterator(test::resources() / "rules" / "replies")) {
            auto document = json::readFile(entry.path());
            QVERIFY(document.has_value());
            const auto& top = document->as_object();
            const auto* providers = json::list(top, "providers");
            const QByteArray provider =
                providers ? QByteArray(providers->front().as_string().c_str()) : QByteArray();
            for (const auto& r : *json::list(top, "rules")) {
                const auto& rule = r.as_object();
                const std::string id(json::text(rule, "id"));
                int n = 0;
                for (const auto& s : *json::list(rule, "samples")) {
                    const std::string sampleText(json::text(s.as_object(), "text"));
                    QTest::addRow("%s, sample %d", id.c_str(), ++n)
                        << QByteArray::fromStdString(sampleText) << provider << QByteArray::fromStdString(id);
                }
            }
        }
    }
    void sample() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, provider);
        QFETCH(QByteArray, rule);
        const std::string t = text.toStdString(), p = provider.toStdString();
        ReplyText reply;
        reply.text = t;
        reply.provider = p;
        const Verdict v = classifier_->classify(reply);
        QCOMPARE(QByteArray::fromStdString(v.rule), rule);
        QVERIFY(v.spanStart >= 0 && size_t(v.spanStart + v.spanLength) <= t.size());
    }

    // Wordings of many servers; none of them is a sample of a rule.
    void worded_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("categories");
        std::ifstream in(test::data("core") / "reply" / "worded_replies.tsv");
        for (std::string line; std::getline(in, line);) {
            const size_t tab = line.find('\t');
            if (line.starts_with('#') || tab == std::string::npos) continue;
            QTest::newRow(line.substr(tab + 1).c_str()) << QByteArray::fromStdString(line.substr(tab + 1))
                                                        << QByteArray::fromStdString(line.substr(0, tab));
        }
    }
    void worded() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, categories);
        const std::string t = text.toStdString();
        ReplyText reply;
        reply.text = t;
        const auto name = categoryName(classifier_->classify(reply).category);
        const QByteArray got(name.data(), qsizetype(name.size()));
        QVERIFY2(categories.split(',').contains(got), (got + " is not in " + categories).constData());
    }
};

QTEST_APPLESS_MAIN(TestReplyRules)
#include "tst_reply_rules.moc"
