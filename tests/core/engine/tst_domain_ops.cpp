// Domain operations over the lab: SPF trials, history, requirements, rotation.
#include "engine/engine.h"
#include "engine/watching.h"
#include "store/selector_store.h"
#include "store/workspace.h"
#include "support/paths.h"

#include <functional>
#include <set>

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

// The zone of the lab cannot be written to: a rotation "to" a selector that is published there is one whose
// record is another key; one to a selector that is not there stays unpublished.
RotationView rotationOf(Engine& engine, const std::string& id) {
    for (const RotationView& r : as<Rotations>(engine.askAndWait(RotationsQuery{})).rotations)
        if (r.id == id) return r;
    qFatal("no rotation");
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

    void aRotationIsCheckedOnEveryServer() {
        auto engine = openLab();
        const StartRotation start{"Acme.Test", "s2024", "S2026", "ed25519", 7};
        const std::string id = as<Done>(engine->runAndWait(start)).id;
        auto view = rotationOf(*engine, id);
        QCOMPARE(view.state, std::string("publish"));
        QCOMPARE(view.recordName, std::string("s2026._domainkey.acme.test"));
        QVERIFY(view.recordText.starts_with("v=DKIM1; k=ed25519; p="));
        QCOMPARE(view.secretName, std::string("dkim/acme.test/s2026"));
        QVERIFY(!view.next.empty());
        // Only one at a time, and no key is overwritten.
        QVERIFY(errorText(engine->runAndWait(StartRotation{"acme.test", "s2024", "s3", "rsa2048", 7}))
                    .contains("under way"));
        const auto job = as<Done>(engine->runAndWait(AdvanceRotation{id, "check"}));
        const JobView ended = engine->waitForJob(job.id);
        QVERIFY2(ended.state == JobState::Done, ended.text.c_str());
        view = rotationOf(*engine, id);
        QCOMPARE(view.state, std::string("publish"));
        QVERIFY(!view.servers.empty());
        for (const auto& server : view.servers) QCOMPARE(server.seen, std::string("no key"));
        QVERIFY(view.timeline.size() == 2);
        QVERIFY(errorText(engine->runAndWait(AdvanceRotation{id, "switched"})).contains("Not every"));
        QVERIFY(!errorText(engine->runAndWait(AdvanceRotation{id, "check-retired"})).empty());
        QVERIFY(!errorText(engine->runAndWait(AdvanceRotation{id, "dance"})).empty());
        as<Done>(engine->runAndWait(AdvanceRotation{id, "abandon", "a test"}));
        view = rotationOf(*engine, id);
        QCOMPARE(view.state, std::string("abandoned"));
        QVERIFY(view.timeline.back().text.contains("a test"));
        QVERIFY(errorText(engine->runAndWait(StartRotation{"acme.test", "s2024", "s2026", "ed25519", 7}))
                    .contains("already"));
        // What happened is in the record, and the private key nowhere.
        bool told = false;
        for (const ActivityRow& row : as<Activity>(engine->askAndWait(ActivityQuery{})).rows) {
            told = told || (row.kind == "dkim.rotation" && row.object == "acme.test");
            QVERIFY(!row.text.contains("PRIVATE KEY"));
        }
        QVERIFY(told);
    }

    void aKeyThatIsAnotherIsNotTheNewOne() {
        auto engine = openLab();
        const std::string id =
            as<Done>(engine->runAndWait(StartRotation{"acme.test", "", "s2024", "ed25519", 7})).id;
        engine->waitForJob(as<Done>(engine->runAndWait(AdvanceRotation{id, "check"})).id);
        const auto view = rotationOf(*engine, id);
        QCOMPARE(view.state, std::string("publish"));
        for (const auto& server : view.servers) QCOMPARE(server.seen, std::string("other key"));
    }

    void serversThatDoNotAnswerLeaveARotationAsItIs() {
        auto engine = openLab();
        as<Done>(engine->runAndWait(SaveSetting{"resolver.timeout_ms", "100"}));
        as<Done>(engine->runAndWait(SaveSetting{"resolver.attempts", "1"}));
        const std::string id =
            as<Done>(engine->runAndWait(StartRotation{"silent.test", "a", "b", "ed25519", 7})).id;
        const JobView job = engine->waitForJob(as<Done>(engine->runAndWait(AdvanceRotation{id, "check"})).id);
        QVERIFY2(job.state == JobState::Failed, job.text.c_str());
        QVERIFY(!job.text.empty());
        const auto view = rotationOf(*engine, id);
        QCOMPARE(view.state, std::string("publish"));
        QCOMPARE(view.timeline.size(), size_t(1));
    }

    void whatCannotBeRotatedIsRefused_data() {
        QTest::addColumn<QString>("domain");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("algorithm");
        QTest::newRow("no domain name") << "a b" << "s2" << "ed25519";
        QTest::newRow("an unknown kind of key") << "acme.test" << "s2" << "dsa";
        QTest::newRow("the selector it has") << "acme.test" << "s1" << "ed25519";
    }
    void whatCannotBeRotatedIsRefused() {
        QFETCH(QString, domain);
        QFETCH(QString, to);
        QFETCH(QString, algorithm);
        auto engine = openLab();
        QVERIFY(!errorText(engine->runAndWait(StartRotation{domain.toStdString(), "s1", to.toStdString(),
                                                            algorithm.toStdString(), 7}))
                     .empty());
        QVERIFY(as<Rotations>(engine->askAndWait(RotationsQuery{})).rotations.empty());
        QVERIFY(!errorText(engine->runAndWait(AdvanceRotation{"none", "check"})).empty());
    }

    void selectorsSayHowTheyBecameKnown() {
        auto engine = openLab();
        inspected(*engine, "acme.test", {"s2024"});
        const auto view = as<DomainView>(engine->askAndWait(DomainQuery{"acme.test"}));
        QVERIFY(!view.selectors.empty());
        for (const SelectorView& s : view.selectors) {
            QVERIFY(!s.origin.empty());
            if (s.selector == "s2024") QVERIFY2(s.origin.starts_with("given on 20"), s.origin.c_str());
            if (s.guessed) QCOMPARE(s.origin, std::string("common name"));
        }
        // Given once, it is looked at from then on.
        inspected(*engine, "acme.test");
        const auto again = as<DomainView>(engine->askAndWait(DomainQuery{"acme.test"}));
        bool there = false;
        for (const SelectorView& s : again.selectors) there = there || (s.selector == "s2024" && !s.guessed);
        QVERIFY(there);
    }

    void checkedMessagesAreEvidence() {
        auto engine = openLab();
        inspected(*engine, "acme.test", {"s2024"});
        CheckMessage check;
        check.bytes =
            "DKIM-Signature: v=1; a=rsa-sha256; d=acme.test; s=Seen2026; h=from; bh=AAAA; b=AAAA\r\n"
            "DKIM-Signature: v=1; a=rsa-sha256; d=other.test; s=foreign; h=from; bh=AAAA; b=AAAA\r\n"
            "From: News <news@acme.test>\r\nTo: a@b.test\r\nSubject: Spring\r\n"
            "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@acme.test>\r\n\r\nHello\r\n";
        check.connection.ip = "203.0.113.99";
        check.connection.helo = "mail.acme.test";
        check.connection.mailFrom = "news@acme.test";
        const std::string id = as<Done>(engine->runAndWait(check)).id;
        QTRY_VERIFY_WITH_TIMEOUT(
            [&] {
                for (const MessageLine& m : as<Messages>(engine->askAndWait(MessagesQuery{})).messages)
                    if (m.id == id && !m.verdict.empty()) return true;
                return false;
            }(),
            10'000);
        QTRY_VERIFY_WITH_TIMEOUT(
            [&] {
                for (const RequirementRow& r :
                     as<Requirements>(engine->askAndWait(RequirementsQuery{"acme.test"})).rows)
                    if (r.id == "outlook-spf")
                        return r.state == "not met" && r.evidence.contains("0 of 1 checked message");
                return false;
            }(),
            10'000);
        inspected(*engine, "acme.test");
        bool seen = false;
        for (const SelectorView& s : as<DomainView>(engine->askAndWait(DomainQuery{"acme.test"})).selectors) {
            QVERIFY(s.selector != "foreign");
            seen = seen || (s.selector == "seen2026" && s.origin.starts_with("seen in a message of 20"));
        }
        QVERIFY(seen);
    }

    void aWatchedDomainIsInspectedAgainWhenItIsDue() {
        OpenOptions o;
        o.workspace = test::temporaryFolder() / "lab.waypost";
        o.resources = test::resources();
        o.lab = true;
        o.scheduleTick = Millis(20);
        {
            // Inspected a day ago, when the domain was another.
            store::WorkspaceOptions how;
            how.create = true;
            auto ws = store::Workspace::open(o.workspace, how);
            const UtcTime then = SystemClock().now() - Millis(86'400'000);
            auto stored = (*ws)->write([&](store::Database& db) {
                store::InspectionRow row;
                row.domain = "acme.test";
                row.at = then;
                row.report = R"({"domain":"acme.test","at":")" + formatUtc(then) +
                             R"(","findings":[],"spf":{"state":"checked","records":[]},"answers":[]})";
                store::domains::append(db, row);
                row.domain = "fresh.test";
                row.at = SystemClock().now();
                store::domains::append(db, row);
            });
            QVERIFY(stored.get().has_value());
        }
        auto engine = Engine::open(std::move(o));
        QVERIFY(engine.has_value());
        auto times = [&](const char* name) {
            return as<Inspections>((*engine)->askAndWait(InspectionsQuery{name})).inspections.size();
        };
        QTest::qWait(200);
        QCOMPARE(times("acme.test"), size_t(1)); // off unless it is asked for
        as<Done>((*engine)->runAndWait(SaveSetting{"domains.reinspect", "6"}));
        QTRY_COMPARE_WITH_TIMEOUT(times("acme.test"), size_t(2), 10'000);
        QTest::qWait(200);
        QCOMPARE(times("acme.test"), size_t(2)); // not again before it is due
        QCOMPARE(times("fresh.test"), size_t(1));
        const auto activity = as<Activity>((*engine)->askAndWait(ActivityQuery{}));
        const auto change = std::ranges::find(activity.rows, "domain.change", &ActivityRow::kind);
        QVERIFY(change != activity.rows.end());
        QVERIFY2(change->text.contains("difference"), change->text.c_str());
        bool card = false;
        for (const TodayCard& c : as<Today>((*engine)->askAndWait(TodayQuery{})).cards)
            card = card || (c.object == "acme.test" && c.text.contains("changed"));
        QVERIFY(card);
    }

    void theNextInspectionIsSpread() {
        const Millis period(24 * 3'600'000);
        std::set<std::int64_t> times;
        for (int i = 0; i < 50; ++i) {
            const UtcTime at = dueAgain("d" + std::to_string(i) + ".example", {0}, period);
            QVERIFY(at.ms >= period.count() && at.ms < period.count() + period.count() / 10);
            times.insert(at.ms);
        }
        QVERIFY(times.size() > 40);
        QVERIFY(dueAgain("a.example", {0}, period) == dueAgain("a.example", {0}, period));
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
        // Only DNS has a memory: what the sessions and fetches of then found cannot be judged anew.
        QVERIFY(anew.findings.size() <= old.findings.size());
        for (const FindingView& f : anew.findings)
            QVERIFY2(f.id != "could-not-look", (f.id + " " + f.subject).c_str());
        QVERIFY(!errorText(engine->askAndWait(DomainQuery{"acme.test", UtcTime{1000}})).empty());
    }
};

QTEST_GUILESS_MAIN(TestDomainOps)
#include "tst_domain_ops.moc"
