// Blocklists through the facade, and the relevance of lists: watched targets, a sweep as a job over a name
// server of the test's own, the matrix, evidence, history, impact of stored replies.
#include "engine/engine.h"
#include "engine/listings.h"
#include "store/event_writer.h"
#include "store/migrations.h"
#include "store/workspace.h"
#include "support/loopback_zone.h"
#include "support/paths.h"

#include <QTest>

using namespace waypost;
using namespace waypost::engine;

namespace {

template <class T>
T as(const Snapshot& s) {
    if (const T* value = std::get_if<T>(&s)) return *value;
    const Error* error = std::get_if<Error>(&s);
    qFatal("%s", error ? error->describe().c_str() : "an answer of another kind");
}

std::string under(const char* zone, const std::vector<std::string>& records) {
    std::string out;
    for (const std::string& r : records)
        out += r.substr(0, r.find(' ')) + "." + zone + r.substr(r.find(' ')) + "\n";
    return out;
}

std::string world() {
    return under("zen.spamhaus.org", {"2.0.0.127 A 127.0.0.2", "7.113.0.203 A 127.0.0.4",
                                      "8.113.0.203 A 127.0.0.4", "7.113.0.203 TXT \"why\""}) +
           under("bl.spamcop.net", {"2.0.0.127 A 127.255.255.254", "1.0.0.127 A 127.255.255.254"}) +
           under("dbl.spamhaus.org", {"TEST A 127.0.1.2", "example.org A 127.0.1.4"});
}

reply::ReplyEvent refusal(int i, const char* ip, const char* text, const char* provider) {
    reply::ReplyEvent e;
    e.at = {SystemClock().now().ms - 60'000 - i};
    e.source = "postfix";
    e.sendingIp = ip;
    e.messageKey = "m" + std::to_string(i) + "@example.com";
    e.recipient = "user" + std::to_string(i) + "@one.example";
    e.provider = provider;
    e.code = 554;
    e.text = text;
    e.category = reply::Category::RejectedBlocklist;
    e.permanence = reply::Permanence::Permanent;
    e.template_ = "t-blocked";
    return e;
}

const MatrixCell& cellAt(const BlocklistMatrix& m, const std::string& target, const std::string& list) {
    for (size_t t = 0; t < m.targets.size(); ++t)
        for (size_t l = 0; l < m.lists.size(); ++l)
            if (m.targets[t].text == target && m.lists[l].id == list) return m.at(t, l);
    qFatal("no such cell");
}

} // namespace

class TestBlocklists : public QObject {
    Q_OBJECT
    std::unique_ptr<test::LoopbackZone> net_;
    std::unique_ptr<Engine> engine_;
    std::filesystem::path file_;

    void open() {
        OpenOptions o;
        o.workspace = file_;
        o.resources = test::resources();
        auto opened = Engine::open(std::move(o));
        if (!opened) qFatal("%s", opened.error().describe().c_str());
        engine_ = std::move(*opened);
    }
    JobView sweep(const std::vector<std::string>& lists, bool again) {
        SweepBlocklists command;
        command.lists = lists;
        command.again = again;
        return engine_->waitForJob(as<Done>(engine_->runAndWait(std::move(command))).id);
    }

  private Q_SLOTS:
    void initTestCase() {
        net_ = std::make_unique<test::LoopbackZone>();
        net_->serve(world());
        file_ = test::temporaryFolder() / "lists.waypost";
        store::WorkspaceOptions how;
        how.create = true;
        auto workspace = store::Workspace::open(file_, how);
        QVERIFY(workspace);
        std::vector<reply::ReplyEvent> events;
        for (int i = 0; i < 5; ++i)
            events.push_back(refusal(i, "203.0.113.7", "554 5.7.1 blocked using zen.spamhaus.org", "gmx"));
        for (int i = 5; i < 7; ++i)
            events.push_back(
                refusal(i, "203.0.113.9", "554 5.7.1 listed at b.barracudacentral.org", "yahoo"));
        events.push_back(refusal(7, "203.0.113.9", "550 5.1.1 user unknown", "yahoo"));
        auto kept = (*workspace)->write([&](store::Database& db) { store::appendEvents(db, events); }).get();
        QVERIFY(kept);
        workspace->reset();
        open();
        as<Done>(
            engine_->runAndWait(SaveSetting{"lists.resolvers", "127.0.0.1:" + std::to_string(net_->port())}));
    }
    void cleanupTestCase() { engine_.reset(); }

    void watching() {
        as<Done>(engine_->runAndWait(WatchTargets{{"203.0.113.6-8", "example.org"}, ""}));
        as<Done>(engine_->runAndWait(WatchOurs{}));
        const auto m = as<BlocklistMatrix>(engine_->askAndWait(BlocklistQuery{}));
        QStringList targets;
        for (const WatchedTarget& t : m.targets) targets << QString::fromStdString(t.text);
        QCOMPARE(targets, (QStringList{QStringLiteral("203.0.113.6"), QStringLiteral("203.0.113.7"),
                                       QStringLiteral("203.0.113.8"), QStringLiteral("203.0.113.9"),
                                       QStringLiteral("example.org")}));
        QVERIFY(m.lists.size() >= 60);
        for (const MatrixCell& c : m.cells) QVERIFY(c.state == CellState::Unseen);
        const Snapshot none = engine_->runAndWait(WatchTargets{{"what is this"}, ""});
        QVERIFY(std::get_if<Error>(&none));
    }

    void aSweepFillsTheMatrix() {
        const std::vector<std::string> lists{"spamhaus-zen", "spamcop", "spamhaus-dbl", "spamhaus-zen-dqs"};
        QVERIFY(sweep(lists, false).state == JobState::Done);
        const auto m = as<BlocklistMatrix>(engine_->askAndWait(BlocklistQuery{}));
        QVERIFY(cellAt(m, "203.0.113.7", "spamhaus-zen").state == CellState::Listed);
        QVERIFY(!cellAt(m, "203.0.113.7", "spamhaus-zen").confirmed); // one hit is no news
        QVERIFY(cellAt(m, "203.0.113.6", "spamhaus-zen").state == CellState::Clean);
        QVERIFY(cellAt(m, "203.0.113.6", "spamcop").state == CellState::Refused);
        QVERIFY(cellAt(m, "203.0.113.6", "spamhaus-dbl").state == CellState::NotApplicable);
        QVERIFY(cellAt(m, "example.org", "spamhaus-dbl").state == CellState::Listed);
        QVERIFY(cellAt(m, "203.0.113.6", "spamhaus-zen-dqs").state == CellState::NotApplicable);
        QVERIFY(cellAt(m, "203.0.113.6", "barracuda").state == CellState::Unseen);
        QCOMPARE(m.refusedUs, 1);
        for (const ListColumn& c : m.lists) {
            if (c.id == "spamhaus-zen") QCOMPARE(c.messages, std::uint64_t(5));
            if (c.id == "spamcop") QCOMPARE(c.health, std::string("refusing"));
        }
        QVERIFY(sweep(lists, true).state == JobState::Done);
        const auto again = as<BlocklistMatrix>(engine_->askAndWait(BlocklistQuery{}));
        QVERIFY(cellAt(again, "203.0.113.7", "spamhaus-zen").confirmed);
        const auto changes = as<BlocklistChanges>(engine_->askAndWait(BlocklistChangesQuery{}));
        int raised = 0, unfit = 0;
        for (const BlocklistChange& r : changes.rows) {
            raised += r.change == "raised";
            unfit += r.change == "unhealthy";
        }
        QCOMPARE(raised, 3);
        QCOMPARE(unfit, 1);
    }

    void evidenceOfACell() {
        BlocklistCellQuery q;
        q.target = "203.0.113.7";
        q.list = "zen.spamhaus.org";
        const auto cell = as<BlocklistCell>(engine_->askAndWait(q));
        QCOMPARE(cell.answer, std::string("127.0.0.4"));
        QCOMPARE(cell.asked, std::string("7.113.0.203.zen.spamhaus.org"));
        QCOMPARE(cell.txt, std::string("why"));
        QCOMPARE(cell.raw.size(), size_t(2));
        QVERIFY(!cell.raw.front().bytes.empty());
        QCOMPARE(cell.history.size(), size_t(1));
        QCOMPARE(cell.history.front().looks, std::int64_t(2));
        QCOMPARE(cell.alsoInRange, std::vector<std::string>{"203.0.113.8"});
        QVERIFY(!cell.delistPage.empty() && !cell.delistSteps.empty() && !cell.meaning.empty());
        QCOMPARE(cell.impact.size(), size_t(1));
        QCOMPARE(cell.impact.front().provider, std::string("gmx"));
        QCOMPARE(cell.impact.front().messages, std::uint64_t(5));
        QVERIFY(cell.listedSince.ms > 0 && cell.ttl >= 0);
    }

    // Our own questions never saw Barracuda list anything; the replies say that somebody did.
    void whatListsCost() {
        const auto impact = as<BlocklistImpact>(engine_->askAndWait(BlocklistImpactQuery{}));
        QCOMPARE(impact.lists.size(), size_t(2));
        QCOMPARE(impact.lists[0].list, std::string("spamhaus-zen"));
        QCOMPARE(impact.lists[0].messages, std::uint64_t(5));
        QVERIFY(impact.lists[0].listedByUs);
        QCOMPARE(impact.lists[1].list, std::string("barracuda"));
        QCOMPARE(impact.lists[1].messages, std::uint64_t(2));
        QCOMPARE(impact.lists[1].providers, std::vector<std::string>{"yahoo"});
        QCOMPARE(impact.lists[1].targets, std::vector<std::string>{"203.0.113.9"});
        QVERIFY(!impact.lists[1].listedByUs);
    }

    void strips() {
        BlocklistHistoryQuery q;
        q.target = "203.0.113.7";
        const auto h = as<BlocklistHistory>(engine_->askAndWait(q));
        QCOMPARE(h.strips.size(), size_t(4));
        for (const HistoryStrip& s : h.strips) QCOMPARE(s.periods.size(), size_t(1));
    }

    void listsCanBeSwitchedOff() {
        as<Done>(engine_->runAndWait(EnableList{"spamcop", false}));
        for (const ListColumn& c : as<BlocklistMatrix>(engine_->askAndWait(BlocklistQuery{})).lists)
            QVERIFY(c.id != "spamcop");
        const Snapshot dead = engine_->runAndWait(EnableList{"sorbs", true});
        QVERIFY(std::get_if<Error>(&dead));
        as<Done>(engine_->runAndWait(EnableList{"spamcop", true}));
        const auto catalogue = as<ListCatalogue>(engine_->askAndWait(ListCatalogueQuery{}));
        for (const CatalogueRow& r : catalogue.lists)
            if (r.column.id == "spamhaus-zen") {
                QVERIFY(r.askedToday > 0);
                QVERIFY(!r.terms.empty() && !r.codes.empty());
            }
    }

    // Without account, key or network: the lab has a list of each kind.
    void theLabHasListsOfEachKind() {
        OpenOptions o;
        o.workspace = test::temporaryFolder() / "lab.waypost";
        o.resources = test::resources();
        o.lab = true;
        auto lab = Engine::open(std::move(o));
        QVERIFY(lab);
        const auto done = as<Done>((*lab)->runAndWait(SweepBlocklists{}));
        QVERIFY((*lab)->waitForJob(done.id).state == JobState::Done);
        const auto m = as<BlocklistMatrix>((*lab)->askAndWait(BlocklistQuery{}));
        QVERIFY(cellAt(m, "127.77.1.2", "careful").state == CellState::Listed);
        QVERIFY(cellAt(m, "127.77.1.1", "careful").state == CellState::Clean);
        QVERIFY(cellAt(m, "127.77.1.2", "refuses").state == CellState::Refused);
        QVERIFY(cellAt(m, "127.77.1.2", "world").state == CellState::Error);
        QVERIFY(cellAt(m, "127.77.1.2", "silent").state == CellState::Error);
        QVERIFY(cellAt(m, "127.77.1.2", "gone").state == CellState::Error);
        QVERIFY(cellAt(m, "127.77.1.2", "keyed").state == CellState::NotApplicable);
        QVERIFY(cellAt(m, "acme.test", "careful").state == CellState::NotApplicable);
    }

    void whatWasSeenOutlivesTheProgram() {
        engine_.reset();
        open();
        const auto m = as<BlocklistMatrix>(engine_->askAndWait(BlocklistQuery{}));
        QVERIFY(cellAt(m, "203.0.113.7", "spamhaus-zen").confirmed);
        as<Done>(engine_->runAndWait(UnwatchTargets{{"203.0.113.6-8"}}));
        const auto less = as<BlocklistMatrix>(engine_->askAndWait(BlocklistQuery{}));
        QCOMPARE(less.targets.size(), size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestBlocklists)
#include "tst_blocklists.moc"
