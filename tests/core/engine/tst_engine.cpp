#include "engine/engine.h"
#include "engine/event_queue.h"
#include "store/placement_store.h"
#include "store/workspace.h"
#include "support/paths.h"

#include <atomic>
#include <fstream>
#include <thread>

using namespace waypost;
using namespace waypost::engine;

namespace {

std::filesystem::path lastWorkspace_;

std::unique_ptr<Engine> openLab() {
    OpenOptions o;
    o.workspace = lastWorkspace_ = test::temporaryFolder() / "lab.waypost";
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

const ProviderRow* provider(const RunView& run, const std::string& name) {
    for (const ProviderRow& r : run.providers)
        if (r.provider == name) return &r;
    return nullptr;
}

RunSpec spec(Engine& engine) {
    RunSpec s;
    s.name = "test";
    s.seedListId = as<SeedLists>(engine.askAndWait(SeedListsQuery{})).lists.front().id;
    s.route = "lab";
    s.from = "news@acme.test";
    s.subject = "Spring news";
    s.body = "Hello\n";
    s.waitMinutes = 1;
    s.perSecond = 100;
    return s;
}

} // namespace

class TestEngine : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aSeedTestRunsThroughDeliveryAndImap() {
        auto engine = openLab();
        const auto started = as<Done>(engine->runAndWait(StartRun{spec(*engine)}));
        const JobView job = engine->waitForJob(started.id);
        QCOMPARE(job.text.empty(), false);
        QVERIFY2(job.state == JobState::Done, job.text.c_str());
        const auto runs = as<Runs>(engine->askAndWait(RunsQuery{}));
        QCOMPARE(runs.runs.size(), size_t(1));
        const auto run = as<RunView>(engine->askAndWait(RunQuery{runs.runs.front().id}));
        QCOMPARE(provider(run, "gmail")->inbox, 5);
        QCOMPARE(provider(run, "gmail")->junk, 1);
        QCOMPARE(provider(run, "microsoft")->junk, 1);
        QCOMPARE(provider(run, "smallhost")->inbox, 2); // greylisted first
        QCOMPARE(provider(run, "strictgw")->notSent, 1);
        QCOMPARE(provider(run, "dead")->notSent, 1);
        // Each seed has its evidence: dialogue, headers, and nothing secret in them.
        for (const SeedRow& seed : run.seeds) {
            const auto e =
                as<SeedEvidence>(engine->askAndWait(SeedEvidenceQuery{runs.runs.front().id, seed.seed}));
            QVERIFY(!e.raw.empty());
            for (const RawDocument& raw : e.raw)
                QVERIFY2(!raw.bytes.contains("lab-seed"), "the seeds' password is in a transcript");
        }
        // Our own sends are events like those of a log.
        OverviewQuery q;
        q.range = {{0}, {4'102'444'800'000}};
        q.filter.sources = {"placement"};
        const auto overview = as<Overview>(engine->askAndWait(q));
        QVERIFY(overview.events >= 20);
    }

    void aDomainIsInspectedAndItsAnswersAreKept() {
        auto engine = openLab();
        const auto started = as<Done>(engine->runAndWait(InspectDomain{"acme.test", {"s2024"}}));
        QVERIFY(engine->waitForJob(started.id).state == JobState::Done);
        const auto view = as<DomainView>(engine->askAndWait(DomainQuery{"acme.test"}));
        QVERIFY(view.areas.size() >= 10);
        // The lab serves a sound policy; hosts without TLSA records are not "ok".
        for (const AreaView& a : view.areas) {
            if (a.id == "mta-sts") QCOMPARE(int(a.state), int(State::Ok));
            if (a.id == "zone") QCOMPARE(int(a.state), int(State::Ok));
            if (a.id == "dane") QCOMPARE(int(a.state), int(State::Absent));
        }
        QVERIFY(!view.findings.empty());
        // Both readings of the organisational domain: the tree walk and the public suffix list.
        QVERIFY2(view.json.contains(R"("org_domain_psl":"acme.test")"), view.json.c_str());
        bool raw = false;
        for (const AnswerView& a : view.answers) raw = raw || !a.raw.empty();
        QVERIFY(raw);
        const auto history = as<DnsHistory>(engine->askAndWait(DnsHistoryQuery{"acme.test", "TXT"}));
        QCOMPARE(history.rows.size(), size_t(1));
        QVERIFY(history.rows.front().records.contains("v=spf1"));
    }

    void aTimeoutIsNeverNoRecord() {
        auto engine = openLab();
        as<Done>(engine->runAndWait(SaveSetting{"resolver.timeout_ms", "100"}));
        as<Done>(engine->runAndWait(SaveSetting{"resolver.attempts", "1"}));
        const auto started = as<Done>(engine->runAndWait(InspectDomain{"silent.test", {}}));
        QVERIFY(engine->waitForJob(started.id).state == JobState::Done);
        const auto view = as<DomainView>(engine->askAndWait(DomainQuery{"silent.test"}));
        for (const AreaView& a : view.areas)
            if (a.id == "spf" || a.id == "dmarc" || a.id == "mx")
                QVERIFY2(a.state == State::Unknown, (a.id + ": " + a.headline).c_str());
        for (const FindingView& f : view.findings)
            QVERIFY2(f.id != "spf-none", "a timeout became a missing record");
    }

    void aLogIsImportedOnce() {
        auto engine = openLab();
        const std::string log = (test::resources() / "lab" / "mail.log").string();
        QVERIFY(engine->waitForJob(as<Done>(engine->runAndWait(ImportFiles{{log}})).id).state ==
                JobState::Done);
        OverviewQuery q;
        q.range = {{0}, {4'102'444'800'000}};
        const auto first = as<Overview>(engine->askAndWait(q));
        QCOMPARE(first.events, std::uint64_t(12));
        QVERIFY(engine->waitForJob(as<Done>(engine->runAndWait(ImportFiles{{log}})).id).state ==
                JobState::Done);
        QCOMPARE(as<Overview>(engine->askAndWait(q)).events, std::uint64_t(12));
        // From a row to its bytes.
        const auto page = as<EventPage>(engine->askAndWait(EventsQuery{q.range, {}, 0, 5}));
        QCOMPARE(page.rows.size(), size_t(5));
        const auto detail = as<EventDetail>(engine->askAndWait(EventQuery{page.rows.front().key}));
        QVERIFY(detail.raw.front().note.empty());
        QVERIFY(detail.raw.front().bytes.contains(page.rows.front().recipient));
    }

    void refusalsAreSentences_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("words");
        QTest::newRow("an unknown route is named") << 0 << "no route named";
        QTest::newRow("a message without From cannot start") << 1 << "no From header";
        QTest::newRow("a header cannot be injected") << 2 << "Subject";
        QTest::newRow("a name that is no domain is refused") << 3 << "not a domain name";
        QTest::newRow("wrong columns are named") << 4 << "column";
        QTest::newRow("an unknown job cannot be cancelled") << 5 << "No job";
        QTest::newRow("a file that is not there is an outcome of the job") << 6 << "";
    }
    void refusalsAreSentences() {
        QFETCH(int, which);
        QFETCH(QString, words);
        auto engine = openLab();
        RunSpec s = spec(*engine);
        Snapshot got = Done{};
        if (which == 0) s.route = "nowhere";
        if (which == 1) s.message = "Subject: x\r\n\r\nbody\r\n";
        if (which == 2) s.subject = "a\r\nBcc: b@acme.test";
        if (which <= 2) got = engine->runAndWait(StartRun{s});
        if (which == 3) got = engine->runAndWait(InspectDomain{"not a domain", {}});
        if (which == 4) got = engine->runAndWait(ImportSeeds{"mine", "colour,size\nred,4\n"});
        if (which == 5) got = engine->runAndWait(CancelJob{"x"});
        if (which == 6) {
            const auto started = as<Done>(engine->runAndWait(ImportFiles{{"/does/not/exist.log"}}));
            const JobView job = engine->waitForJob(started.id);
            QVERIFY(job.state == JobState::Failed);
            QVERIFY(job.text.contains("exist.log"));
            return;
        }
        QVERIFY2(QString::fromStdString(errorText(got)).contains(words), errorText(got).c_str());
    }

    void eventsArriveOnceAndProgressIsMerged() {
        EventQueue queue;
        std::atomic<int> wakes = 0;
        queue.onWake([&] { ++wakes; });
        std::jthread other([&] {
            for (int i = 0; i < 1000; ++i) {
                JobView job;
                job.id = "a";
                job.done = i;
                queue.push(JobChanged{job});
                queue.push(DataChanged{"events", ""});
            }
            queue.push(Answered{7, nullptr});
        });
        other.join();
        QCOMPARE(wakes.load(), 1);
        auto events = queue.drain();
        QCOMPARE(events.size(), size_t(3));
        QCOMPARE(std::get<JobChanged>(events[0]).job.done, std::int64_t(999));
        QVERIFY(queue.drain().empty());
    }

    void aLockedWorkspaceIsRefusedByName() {
        const auto folder = test::temporaryFolder();
        OpenOptions o;
        o.workspace = folder / "a.waypost";
        o.resources = test::resources();
        auto first = Engine::open(o);
        QVERIFY(first.has_value());
        auto second = Engine::open(o);
        QVERIFY(!second.has_value());
        QVERIFY(second.error().code == ErrorCode::Conflict);
    }

    void aRunThatIsCancelledKeepsWhatItKnows() {
        auto engine = openLab();
        RunSpec s = spec(*engine);
        s.perSecond = 2;
        const auto started = as<Done>(engine->runAndWait(StartRun{s}));
        QTRY_VERIFY_WITH_TIMEOUT(!as<Runs>(engine->askAndWait(RunsQuery{})).runs.empty(), 5000);
        as<Done>(engine->runAndWait(CancelJob{started.id}));
        QVERIFY(engine->waitForJob(started.id).state == JobState::Cancelled);
        const auto runs = as<Runs>(engine->askAndWait(RunsQuery{}));
        QCOMPARE(runs.runs.front().state, std::string("cancelled"));
        QVERIFY(runs.runs.front().seeds > 0);
    }

    void aRunThatDiedIsInterruptedNotRunning() {
        const auto file = test::temporaryFolder() / "died.waypost";
        {
            store::WorkspaceOptions how;
            how.create = true;
            auto workspace = store::Workspace::open(file, how);
            QVERIFY(workspace.has_value());
            store::RunRow run;
            run.id = "0193a1b2-0000-7000-8000-000000000000";
            run.name = "died";
            run.state = "running";
            QVERIFY((*workspace)
                        ->write([run](store::Database& db) { store::placement::insertRun(db, run); })
                        .get()
                        .has_value());
        }
        OpenOptions o;
        o.workspace = file;
        o.resources = test::resources();
        auto engine = Engine::open(o);
        QVERIFY(engine.has_value());
        QCOMPARE(as<Runs>((*engine)->askAndWait(RunsQuery{})).runs.front().state, std::string("interrupted"));
    }

    void savingAListKeepsHowAMailboxSignsIn() {
        auto engine = openLab();
        const std::string csv = "address,imap_host,imap_auth\na@b.test,imap.b.test,oauth2\n";
        const auto imported = as<SeedsImported>(engine->runAndWait(ImportSeeds{"mine", csv}));
        QCOMPARE(imported.added, 1);
        for (const SeedList& l : as<SeedLists>(engine->askAndWait(SeedListsQuery{})).lists)
            if (l.id == imported.listId) as<Done>(engine->runAndWait(SaveSeedList{l}));
        engine.reset();
        store::WorkspaceOptions how;
        how.readOnly = true;
        auto workspace = store::Workspace::open(lastWorkspace_, how);
        QVERIFY(workspace.has_value());
        auto list = (*workspace)->read([&](store::Database& db) {
            return store::placement::list(db, imported.listId);
        });
        QCOMPARE((*list)->seeds.front().auth, std::string("xoauth2"));
    }

    void closingDuringARunIsClean() {
        auto engine = openLab();
        as<Done>(engine->runAndWait(StartRun{spec(*engine)}));
        engine.reset();
    }
};

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
