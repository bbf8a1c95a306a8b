// The shipped rule pack: every sample of every rule is a row here.
#include "base/json.h"
#include "reply/classifier.h"
#include "support/paths.h"

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
};

QTEST_APPLESS_MAIN(TestReplyRules)
#include "tst_reply_rules.moc"
