// The sweep over lists in memory: health first, each state right, limits held, nothing told twice or lost.
#include "net/timer.h"
#include "reputation/sweep.h"
#include "support/zone_resolver.h"

#include <QTest>

#include <set>

using namespace waypost;
using namespace waypost::reputation;

namespace {

// Answers from a zone after a while, and counts what is under way.
class LateResolver final : public dns::Resolver {
  public:
    LateResolver(net::Loop& loop, std::string_view zone, Millis late)
        : loop_(loop), zone_(zone), late_(late) {}
    void resolve(dns::Question question, Done done) override {
        sent.push_back({question.name, clock_.monotonic().count()});
        most = std::max(most, ++underWay_);
        auto held = std::make_shared<std::pair<dns::Question, Done>>(std::move(question), std::move(done));
        auto timer = std::make_shared<std::unique_ptr<net::Timer>>();
        *timer = std::make_unique<net::Timer>(loop_, [this, held, timer](net::Timer::Reason) {
            --underWay_;
            loop_.post([timer] { timer->reset(); });
            zone_.resolve(held->first, std::move(held->second));
        });
        (*timer)->arm(late_);
    }
    std::vector<std::pair<std::string, std::int64_t>> sent;
    int most = 0;

  private:
    net::Loop& loop_;
    SystemClock clock_;
    test::ZoneResolver zone_;
    Millis late_;
    int underWay_ = 0;
};

List listOf(const std::string& zone) {
    List list;
    list.id = list.zone = list.name = zone;
    list.asks = std::uint8_t(Asks::Ipv4) | std::uint8_t(Asks::Ipv6) | std::uint8_t(Asks::Domain);
    list.unpublished = Unpublished::Listed;
    list.limits = {16, 0, 0, 0};
    return list;
}

std::string healthy(const std::string& zone) {
    return "2.0.0.127." + zone + " A 127.0.0.2\n" +
           "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." + zone + " A 127.0.0.2\n" +
           "TEST." + zone + " A 127.0.0.2\n";
}

struct Outcome {
    std::vector<Cell> cells;
    std::vector<HealthReport> health;
    SweepCounts counts;
    bool done = false;
    [[nodiscard]] QString at(size_t target, size_t list) const {
        QString found;
        for (const Cell& c : cells)
            if (c.target == target && c.list == list)
                found += QString::fromStdString(std::string(statusName(c.judgement.status)) + " " +
                                                std::string(reasonName(c.judgement.reason)));
        return found.trimmed();
    }
};

std::vector<Target> targetsOf(const std::string& given) {
    return *parseTargets(given);
}

} // namespace

class TestListSweep : public QObject {
    Q_OBJECT

    SystemClock clock_;
    SystemRandom random_;

    Outcome sweep(dns::Resolver& resolver, net::Loop& loop, SweepPlan plan, SweepOptions options = {}) {
        Outcome out;
        options.resolver = [&resolver](const List&) -> dns::Resolver& { return resolver; };
        SweepEvents events;
        events.cell = [&out](Cell c) { out.cells.push_back(std::move(c)); };
        events.health = [&out](const List&, const HealthReport& r) { out.health.push_back(r); };
        events.done = [&out] { out.done = true; };
        Sweep s(loop, clock_, random_, std::move(plan), std::move(options), std::move(events));
        s.start();
        loop.runUntil([&out] { return out.done; });
        out.counts = s.counts();
        return out;
    }
    Outcome sweep(const std::string& zone, SweepPlan plan, SweepOptions options = {}) {
        net::Loop loop;
        test::ZoneResolver resolver(zone);
        return sweep(resolver, loop, std::move(plan), std::move(options));
    }

  private Q_SLOTS:
    void states_data() {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("health");
        const std::string ok = healthy("l.test");
        const auto row = [](const char* name, const std::string& zone, const char* state,
                            const char* health) {
            QTest::newRow(name) << QByteArray::fromStdString(zone) << state << health;
        };
        row("listed", ok + "7.113.0.203.l.test A 127.0.0.2\n7.113.0.203.l.test TXT \"why\"", "listed",
            "healthy");
        row("clean", ok, "clean", "healthy");
        row("refused for this name", ok + "7.113.0.203.l.test A 127.255.255.254", "refused list-refused",
            "healthy");
        row("a public address", ok + "7.113.0.203.l.test A 192.0.2.1", "error outside-127/8", "healthy");
        row("a timeout", ok + "7.113.0.203.l.test !timeout", "error timeout", "healthy");
        row("SERVFAIL", ok + "7.113.0.203.l.test !servfail", "error servfail", "healthy");
        row("REFUSED", ok + "7.113.0.203.l.test !refused", "error dns-refused", "healthy");
        row("refused in everything", "2.0.0.127.l.test A 127.255.255.255", "refused list-refused",
            "refusing");
        row("127.0.0.1 listed too", ok + "1.0.0.127.l.test A 127.0.0.2\n7.113.0.203.l.test A 127.0.0.2",
            "error unhealthy-list", "wildcard");
        row("the test point is missing", "x.l.test A 127.0.0.2\n7.113.0.203.l.test A 127.0.0.2",
            "error unhealthy-list", "silent");
        row("the zone is gone", "other.test A 127.0.0.1", "error unhealthy-list", "dead");
        row("the test answers a public address",
            "2.0.0.127.l.test A 192.0.2.1\n7.113.0.203.l.test A 127.0.0.2", "error outside-127/8", "lying");
        row("the test cannot be looked up", "2.0.0.127.l.test !servfail\n7.113.0.203.l.test A 127.0.0.2",
            "error servfail", "unknown");
    }
    void states() {
        QFETCH(QByteArray, zone);
        const Outcome out =
            sweep(zone.toStdString(), {{listOf("l.test")}, targetsOf("203.0.113.7"), nullptr});
        QTEST(out.at(0, 0), "state");
        QCOMPARE(out.health.size(), size_t(1));
        QTEST(QString::fromStdString(std::string(healthName(out.health.front().health))), "health");
        QVERIFY(out.health.front().healthy() == out.health.front().finding.empty());
    }

    // *.l.test: everything is listed, the name of chance too.
    void aWildcardListsTheWorld() {
        class Everything final : public dns::Resolver {
            void resolve(dns::Question q, Done done) override {
                dns::Answer a;
                a.status = dns::Status::Ok;
                a.records.push_back({q.name, q.type, 60, dns::AddressData{"127.0.0.2"}});
                a.question = std::move(q);
                done(std::move(a));
            }
        } everything;
        net::Loop loop;
        const Outcome out =
            sweep(everything, loop, {{listOf("l.test")}, targetsOf("203.0.113.0/28"), nullptr});
        QCOMPARE(out.cells.size(), size_t(16));
        for (size_t t = 0; t < 16; ++t) QCOMPARE(out.at(t, 0), QStringLiteral("error unhealthy-list"));
        QVERIFY(out.health.front().health == Health::Wildcard);
    }

    void evidenceComesAlong() {
        const Outcome out = sweep(healthy("l.test") + "7.113.0.203.l.test 300 A 127.0.0.2\n"
                                                      "7.113.0.203.l.test TXT \"see example.org\"",
                                  {{listOf("l.test")}, targetsOf("203.0.113.7"), nullptr});
        const Cell& c = out.cells.front();
        QVERIFY(c.asked);
        QCOMPARE(c.name, std::string("7.113.0.203.l.test"));
        QCOMPARE(c.txt, std::string("see example.org"));
        QCOMPARE(c.ttl, std::int64_t(300));
        QCOMPARE(c.judgement.answers, std::vector<std::string>{"127.0.0.2"});
        QCOMPARE(out.counts.asked, std::uint64_t(5)); // three tests, A, TXT
        QCOMPARE(out.counts.byList.at("l.test"), std::int64_t(5));
    }

    void whatIsNotAskedSaysWhy_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("state");
        QTest::newRow("a dead list") << 0 << "not-applicable dead-list";
        QTest::newRow("a list without its key") << 1 << "not-applicable no-key";
        QTest::newRow("a list of domains") << 2 << "not-applicable wrong-kind";
        QTest::newRow("a list without a zone") << 3 << "not-applicable no-zone";
        QTest::newRow("a public resolver it refuses") << 4 << "error public-resolver";
        QTest::newRow("a day's questions used up") << 5 << "error daily-limit";
    }
    void whatIsNotAskedSaysWhy() {
        QFETCH(int, which);
        List list = listOf("l.test");
        SweepOptions options;
        if (which == 0) list.status = ListStatus::Dead;
        if (which == 1) list.status = ListStatus::NeedsKey;
        if (which == 2) list.asks = std::uint8_t(Asks::Domain);
        if (which == 3) {
            list.status = ListStatus::Private;
            list.zone.clear();
        }
        if (which == 4) {
            list.publicResolvers = false;
            options.servers = [](const List&) { return std::vector<std::string>{"8.8.8.8"}; };
        }
        if (which == 5) {
            list.limits.perDay = 100;
            options.askedToday = [](const List&) { return std::int64_t(100); };
        }
        net::Loop loop;
        test::ZoneResolver resolver(healthy("l.test"));
        const Outcome out =
            sweep(resolver, loop, {{list}, targetsOf("203.0.113.7"), nullptr}, std::move(options));
        QTEST(out.at(0, 0), "state");
        QCOMPARE(resolver.queries(), size_t(0));
        QVERIFY(!out.cells.front().judgement.meaning.empty());
    }

    void theDayEndsInTheMiddle() {
        List list = listOf("l.test");
        list.limits.perDay = 10; // three go into the tests
        const Outcome out = sweep(healthy("l.test"), {{list}, targetsOf("203.0.113.0/28"), nullptr});
        int clean = 0, limit = 0;
        for (size_t t = 0; t < 16; ++t) {
            clean += out.at(t, 0) == QLatin1String("clean");
            limit += out.at(t, 0) == QLatin1String("error daily-limit");
        }
        QCOMPARE(clean, 7);
        QCOMPARE(limit, 9);
        QCOMPARE(out.counts.asked, std::uint64_t(10));
    }

    void anAnswerThatFailedIsAskedForAgain() {
        const Outcome out = sweep(healthy("l.test") + "7.113.0.203.l.test !servfail",
                                  {{listOf("l.test")}, targetsOf("203.0.113.7"), nullptr});
        QCOMPARE(out.counts.repeated, std::uint64_t(1));
        QCOMPARE(out.cells.front().tries, 2);
    }

    void aListWithoutTestPointsMustExist_data() {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QString>("state");
        QTest::newRow("the zone is there") << QByteArray("x.l.test A 127.0.0.2") << "clean";
        QTest::newRow("the zone is gone") << QByteArray("x.other.test A 127.0.0.2") << "error unhealthy-list";
        QTest::newRow("the zone cannot be looked up")
            << QByteArray("l.test !servfail") << "error unhealthy-list";
        QTest::newRow("it lists the RFC's point all the same")
            << QByteArray("2.0.0.127.l.test A 127.0.0.2") << "clean";
    }
    void aListWithoutTestPointsMustExist() {
        QFETCH(QByteArray, zone);
        List list = listOf("l.test");
        list.test4.listed = {"none"};
        const Outcome out = sweep(zone.toStdString(), {{list}, targetsOf("203.0.113.7"), nullptr});
        QTEST(out.at(0, 0), "state");
    }

    void eachFamilyIsTestedOnItsOwn() {
        std::vector<Target> targets = targetsOf("203.0.113.7");
        targets.push_back(targetsOf("2001:db8::7").front());
        targets.push_back(targetsOf("example.org").front());
        // Only the test point of IPv4 is there.
        const Outcome out = sweep("2.0.0.127.l.test A 127.0.0.2\nl.test SOA ns.l.test. a.l.test. 1 2 3 4 5",
                                  {{listOf("l.test")}, targets, nullptr});
        QCOMPARE(out.at(0, 0), QStringLiteral("clean"));
        QCOMPARE(out.at(1, 0), QStringLiteral("error unhealthy-list"));
        QCOMPARE(out.at(2, 0), QStringLiteral("error unhealthy-list"));
        QCOMPARE(out.health.size(), size_t(3));
    }

    void healthThatIsKnownIsNotAskedForAgain() {
        HealthReport known;
        known.health = Health::Healthy;
        SweepOptions options;
        options.health = [&known](const List&, Asks) { return &known; };
        const Outcome out =
            sweep("x.l.test A 127.0.0.2", {{listOf("l.test")}, targetsOf("203.0.113.7"), nullptr},
                  std::move(options));
        QCOMPARE(out.at(0, 0), QStringLiteral("clean"));
        QCOMPARE(out.counts.asked, std::uint64_t(1));
        QVERIFY(out.health.empty());
    }

    void whatStillHoldsIsLeftOut() {
        SweepOptions options;
        options.known = [](size_t, size_t target) { return target % 2 == 0; };
        const Outcome out =
            sweep(healthy("l.test"), {{listOf("l.test")}, targetsOf("203.0.113.0/28"), nullptr},
                  std::move(options));
        QCOMPARE(out.cells.size(), size_t(8));
    }

    void aKeyIsInNoEvidence() {
        List list = listOf("l.test");
        list.status = ListStatus::NeedsKey;
        SweepOptions options;
        options.key = [](const List&) { return Secret("topsecret"); };
        const Outcome out =
            sweep("2.0.0.127.topsecret.l.test A 127.0.0.2\n7.113.0.203.topsecret.l.test A 127.0.0.2\n"
                  "7.113.0.203.topsecret.l.test TXT \"by topsecret\"",
                  {{list}, targetsOf("203.0.113.7"), nullptr}, std::move(options));
        QCOMPARE(out.at(0, 0), QStringLiteral("listed"));
        const Cell& c = out.cells.front();
        for (const std::string& text : {c.name, c.raw, c.rawTxt, c.txt})
            QVERIFY(text.find("topsecret") == std::string::npos);
        for (const HealthProbe& p : out.health.front().probes)
            QVERIFY(p.name.find("topsecret") == std::string::npos);
        QCOMPARE(c.name, std::string("7.113.0.203.KEY.l.test"));
    }

    void limitsHold() {
        List slow = listOf("slow.test"), fast = listOf("fast.test");
        slow.limits = {3, 20, 0, 0};
        fast.limits = {5, 0, 0, 0};
        net::Loop loop;
        LateResolver resolver(loop, healthy("slow.test") + healthy("fast.test"), Millis(2));
        const Outcome out = sweep(resolver, loop, {{slow, fast}, targetsOf("203.0.113.0/26"), nullptr});
        QCOMPARE(out.cells.size(), size_t(128));
        std::vector<std::int64_t> sent;
        for (const auto& [name, at] : resolver.sent)
            if (name.ends_with("slow.test")) sent.push_back(at);
        QCOMPARE(sent.size(), size_t(64 + 3));
        for (size_t i = 20; i < sent.size(); ++i) QVERIFY(sent[i] - sent[i - 20] >= 1000);
        QVERIFY(resolver.most <= 8);
    }

    void inFlightOfAllListsIsCapped() {
        std::vector<List> lists;
        std::string zone;
        for (int i = 0; i < 20; ++i) {
            lists.push_back(listOf("l" + std::to_string(i) + ".test"));
            zone += healthy(lists.back().zone);
        }
        net::Loop loop;
        LateResolver resolver(loop, zone, Millis(1));
        SweepOptions options;
        options.inFlight = 32;
        const Outcome out =
            sweep(resolver, loop, {lists, targetsOf("203.0.113.0/26"), nullptr}, std::move(options));
        QCOMPARE(out.cells.size(), size_t(20 * 64));
        QVERIFY(resolver.most <= 32 && resolver.most > 16);
        std::set<std::pair<size_t, size_t>> once;
        for (const Cell& c : out.cells) once.emplace(c.list, c.target);
        QCOMPARE(once.size(), size_t(20 * 64));
    }

    void stopEndsIt() {
        net::Loop loop;
        LateResolver resolver(loop, healthy("l.test"), Millis(5));
        SweepEvents events;
        bool done = false;
        size_t told = 0;
        std::unique_ptr<Sweep> s;
        events.cell = [&](const Cell&) {
            if (++told == 10) s->stop();
        };
        events.done = [&] { done = true; };
        SweepOptions options;
        options.resolver = [&resolver](const List&) -> dns::Resolver& { return resolver; };
        s = std::make_unique<Sweep>(loop, clock_, random_,
                                    SweepPlan{{listOf("l.test")}, targetsOf("203.0.113.0/24"), nullptr},
                                    std::move(options), std::move(events));
        s->start();
        loop.runUntil([&done] { return done; });
        QVERIFY(told >= 10 && told < 40);
    }

    void aSweepThatIsGoneIsNotCalled() {
        net::Loop loop;
        LateResolver resolver(loop, healthy("l.test"), Millis(5));
        SweepEvents events;
        int told = 0;
        events.cell = [&told](const Cell&) { ++told; };
        events.done = [&told] { ++told; };
        SweepOptions options;
        options.resolver = [&resolver](const List&) -> dns::Resolver& { return resolver; };
        auto s = std::make_unique<Sweep>(loop, clock_, random_,
                                         SweepPlan{{listOf("l.test")}, targetsOf("203.0.113.0/28"), nullptr},
                                         std::move(options), std::move(events));
        s->start();
        s.reset();
        const auto until = clock_.monotonic() + Millis(60);
        net::Timer tick(loop, [](net::Timer::Reason) {});
        tick.arm(Millis(70));
        loop.runUntil([&] { return clock_.monotonic() >= until; });
        QCOMPARE(told, 0);
    }
};

QTEST_GUILESS_MAIN(TestListSweep)
#include "tst_list_sweep.moc"
