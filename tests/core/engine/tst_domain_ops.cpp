// Domain operations over the lab: SPF trials, history, requirements, rotation.
#include "engine/engine.h"
#include "support/paths.h"

#include <functional>

using namespace waypost;
using namespace waypost::engine;

namespace {

std::unique_ptr<Engine> openLab() {
    OpenOptions o;
    o.workspace = test::temporaryFolder() / "lab.waypost";
    o.resources = test::resources();
    o.lab = true;
    auto engine = Engine::open(std::move(o));
    if (!engine) qFatal("%s", engine.error().describe().c_str());
    return std::move(*engine);
}

template <class T>
T as(const Snapshot& s) {
    if (const T* value = std::get_if<T>(&s)) return *value;
    const Error* error = std::get_if<Error>(&s);
    qFatal("%s", error ? error->describe().c_str() : "an answer of another kind");
}

std::string errorText(const Snapshot& s) {
    const Error* error = std::get_if<Error>(&s);
    return error ? error->text : std::string();
}

void inspected(Engine& engine, const std::string& name, std::vector<std::string> selectors = {}) {
    const auto done = as<Done>(engine.runAndWait(InspectDomain{name, std::move(selectors)}));
    const JobView job = engine.waitForJob(done.id);
    if (job.state != JobState::Done) qFatal("%s", job.text.c_str());
}

size_t countNodes(const std::vector<Node>& nodes, const std::function<bool(const Node&)>& counts) {
    size_t out = 0;
    for (const Node& n : nodes) out += (counts(n) ? 1 : 0) + countNodes(n.children, counts);
    return out;
}

} // namespace

class TestDomainOps : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aDraftIsTriedOnTheTypedAddresses() {
        auto engine = openLab();
        SpfTrialQuery q;
        q.domain = "acme.test";
        q.draft = "v=spf1 ip4:192.0.2.1 -all";
        q.ips = {"192.0.2.1", "203.0.113.99"};
        const auto trial = as<SpfTrial>(engine->askAndWait(q));
        QVERIFY(trial.published.starts_with("v=spf1"));
        QCOMPARE(trial.rows.size(), size_t(2));
        QCOMPARE(trial.rows[0].source, std::string("typed"));
        QCOMPARE(trial.rows[0].then, std::string("pass"));
        QCOMPARE(trial.rows[0].matchedThen, std::string("ip4:192.0.2.1"));
        QCOMPARE(trial.rows[1].then, std::string("fail"));
        QCOMPARE(trial.lookupsThen, 0);
        QVERIFY(trial.problems.empty());
        QVERIFY(!trial.draftTree.empty());
        // Every step with its answer, and the answer's bytes behind it.
        QVERIFY(countNodes(trial.trace, [&](const Node& n) {
                    return n.raw >= 0 && size_t(n.raw) < trial.answers.size() &&
                           !trial.answers[size_t(n.raw)].raw.empty();
                }) > 0);
        QVERIFY(countNodes(trial.trace, [](const Node& n) { return n.value.contains("of 10 lookups"); }) > 1);
        QVERIFY(countNodes(trial.traceThen, [](const Node& n) { return n.value.starts_with("matches"); }) ==
                1);
        QVERIFY(!trial.flattenedPrice.empty());
    }

    void withoutAddressesTheKnownOnesAreTried() {
        auto engine = openLab();
        const std::string log = (test::resources() / "lab" / "mail.log").string();
        engine->waitForJob(as<Done>(engine->runAndWait(ImportFiles{{log}})).id);
        inspected(*engine, "acme.test", {"s2024"});
        const auto trial = as<SpfTrial>(engine->askAndWait(SpfTrialQuery{"acme.test", "", {}}));
        QVERIFY(!trial.rows.empty());
        for (const SpfTrialRow& row : trial.rows) {
            QVERIFY(row.source.contains("MX ") || row.source.contains("event") ||
                    row.source.contains("sending"));
            QVERIFY(row.then.empty());
            QVERIFY(!row.now.empty());
        }
        QVERIFY(trial.draftTree.empty());
    }

    void whatCannotBeTriedIsRefused_data() {
        QTest::addColumn<QString>("domain");
        QTest::addColumn<QString>("ip");
        QTest::newRow("no domain name") << "a b" << "192.0.2.1";
        QTest::newRow("no address") << "acme.test" << "192.0.2.999";
    }
    void whatCannotBeTriedIsRefused() {
        QFETCH(QString, domain);
        QFETCH(QString, ip);
        auto engine = openLab();
        const auto answer = engine->askAndWait(SpfTrialQuery{domain.toStdString(), "", {ip.toStdString()}});
        QVERIFY(!errorText(answer).empty());
    }

    void aDraftWithAFaultIsAPermerror() {
        auto engine = openLab();
        const auto trial = as<SpfTrial>(
            engine->askAndWait(SpfTrialQuery{"acme.test", "v=spf1 ip4:300.1.1.1 -all", {"192.0.2.1"}}));
        QVERIFY(!trial.problems.empty());
        QCOMPARE(trial.rows.front().then, std::string("permerror"));
    }

    void serversThatDoNotAnswerAreNoVerdict() {
        auto engine = openLab();
        as<Done>(engine->runAndWait(SaveSetting{"resolver.timeout_ms", "100"}));
        as<Done>(engine->runAndWait(SaveSetting{"resolver.attempts", "1"}));
        const auto trial = as<SpfTrial>(engine->askAndWait(SpfTrialQuery{"silent.test", "", {"192.0.2.1"}}));
        QCOMPARE(trial.rows.front().now, std::string("temperror"));
        QVERIFY(trial.published.empty());
    }

    void requirementsAreHeldAgainstTheNewestReport() {
        auto engine = openLab();
        QVERIFY(!errorText(engine->askAndWait(RequirementsQuery{"acme.test"})).empty());
        inspected(*engine, "acme.test", {"s2024"});
        const auto all = as<Requirements>(engine->askAndWait(RequirementsQuery{"acme.test"}));
        QVERIFY(all.rows.size() > 50);
        const auto view = as<DomainView>(engine->askAndWait(DomainQuery{"acme.test"}));
        bool spf = false;
        for (const RequirementRow& row : all.rows) {
            QVERIFY(!row.evidence.empty());
            QVERIFY(row.answer < int(view.answers.size()));
            if (row.id != "gmail-bulk-spf-record") continue;
            spf = true;
            QCOMPARE(row.state, std::string("met"));
            QCOMPARE(view.answers[size_t(row.answer)].question, std::string("acme.test TXT"));
        }
        QVERIFY(spf);
    }

    void twoInspectionsOfAnUnchangedZoneDoNotDiffer() {
        auto engine = openLab();
        inspected(*engine, "acme.test", {"s2024"});
        inspected(*engine, "acme.test", {"s2024"});
        const auto all = as<Inspections>(engine->askAndWait(InspectionsQuery{"acme.test"}));
        QCOMPARE(all.inspections.size(), size_t(2));
        const auto diff = as<DomainDiff>(engine->askAndWait(
            DomainDiffQuery{"acme.test", all.inspections.back().at, all.inspections.front().at}));
        QVERIFY2(diff.rows.empty(), diff.rows.empty() ? "" : diff.rows.front().what.c_str());
        const auto old =
            as<DomainView>(engine->askAndWait(DomainQuery{"acme.test", all.inspections.back().at}));
        QVERIFY(old.checked == all.inspections.back().at);
        // Judged anew from the stored answers: the same findings.
        const auto anew =
            as<DomainView>(engine->askAndWait(DomainQuery{"acme.test", all.inspections.back().at, true}));
        QCOMPARE(anew.findings.size(), old.findings.size());
        QVERIFY(!errorText(engine->askAndWait(DomainQuery{"acme.test", UtcTime{1000}})).empty());
    }
};

QTEST_GUILESS_MAIN(TestDomainOps)
#include "tst_domain_ops.moc"
