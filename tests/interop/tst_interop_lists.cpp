// The sweep against real lists: rbldnsd serves them, Unbound stands in between, NSD is the rest of the world.
// Every state is right with each of them, and the server counts what it was asked.
#include "net/address.h"
#include "net/loop.h"
#include "reputation/list_resolvers.h"
#include "reputation/sweep.h"
#include "support/paths.h"
#include "support/servers_dns.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <QTest>

#include <unistd.h>

using namespace waypost;
using namespace waypost::reputation;
using namespace waypost::test;

namespace {

List listOf(const std::string& zone) {
    List list;
    list.id = list.zone = list.name = zone;
    list.asks = std::uint8_t(Asks::Ipv4) | std::uint8_t(Asks::Ipv6) | std::uint8_t(Asks::Domain);
    list.unpublished = Unpublished::Listed;
    list.limits = {16, 0, 0, 0};
    return list;
}

// A port where questions arrive and nobody answers.
class Silence {
  public:
    Silence() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in a{};
        a.sin_family = AF_INET;
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof a;
        if (::bind(fd_, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0 ||
            ::getsockname(fd_, reinterpret_cast<sockaddr*>(&a), &length) != 0)
            qFatal("no silent port");
        port_ = ntohs(a.sin_port);
    }
    ~Silence() { ::close(fd_); }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int asked() const {
        int count = 0;
        std::array<char, 600> datagram{};
        while (::recv(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT) >= 0) ++count;
        return count;
    }

  private:
    int fd_;
    std::uint16_t port_ = 0;
};

struct Told {
    std::map<std::pair<std::string, std::string>, Cell> cells; // target, list
    std::map<std::string, HealthReport> health;                // list family
    SweepCounts counts;
    [[nodiscard]] QString at(const std::string& target, const std::string& list) const {
        const auto found = cells.find({target, list});
        if (found == cells.end()) return QStringLiteral("nothing");
        const Judgement& j = found->second.judgement;
        return QString::fromStdString(std::string(statusName(j.status)) + " " +
                                      std::string(reasonName(j.reason)))
            .trimmed();
    }
};

} // namespace

class TestInteropLists : public QObject {
    Q_OBJECT

    std::unique_ptr<Rbldnsd> lists_;
    std::unique_ptr<Nsd> world_;
    std::unique_ptr<ZoneFile> zone_;
    std::unique_ptr<Unbound> between_;

    static std::vector<Rbldnsd::Zone> zones() {
        const std::string points = "127.0.0.2\n";
        return {
            {"ip.lists.test", "ip4set",
             ":127.0.0.2:Listed, see https://example.org/?$\n" + points +
                 "203.0.113.7\n203.0.113.8 :127.0.0.4:exploited\n203.0.113.9 :127.255.255.254:open resolver\n"
                 "203.0.113.10 :192.0.2.1:a parking page\n"},
            {"limited.lists.test", "ip4set", points},
            {"refusing.lists.test", "ip4trie", "0.0.0.0/0 :127.255.255.255:too many\n"},
            {"wildcard.lists.test", "ip4trie", "0.0.0.0/0 :127.0.0.2:all of you\n"},
            {"lying.lists.test", "ip4trie", "0.0.0.0/0 :192.0.2.80:buy this domain\n"},
            {"silent.lists.test", "ip4set", "203.0.113.7\n"},
            {"six.lists.test", "ip6trie",
             ":127.0.0.2:six\n::ffff:7f00:2/128\n2001:db8::7/128\n2001:db8:1::/48 :127.0.0.3:a network\n"},
            {"names.lists.test", "dnset",
             ":127.0.1.2:a bad name\nTEST\nbad.example.org\n.worse.example.org :127.0.1.4:and all below\n"},
        };
    }

    Told sweep(std::uint16_t port, std::vector<List> lists, const std::vector<std::string>& targets,
               Millis timeout = Millis(1500)) {
        SystemClock clock;
        SystemRandom random;
        net::Loop loop;
        ListResolvers resolvers(loop, clock, random,
                                {net::Endpoint{*net::IpAddress::parse("127.0.0.1"), port}}, timeout,
                                SweepOptions::standardInFlight);
        SweepPlan plan;
        plan.lists = std::move(lists);
        for (const std::string& given : targets)
            for (Target& t : *parseTargets(given)) plan.targets.push_back(std::move(t));
        const SweepPlan names = plan;
        SweepOptions options;
        options.resolver = [&resolvers](const List& l) -> dns::Resolver& { return resolvers.of(l); };
        Told out;
        bool done = false;
        SweepEvents events;
        events.cell = [&](Cell c) {
            out.cells[{names.targets[c.target].text, names.lists[c.list].id}] = std::move(c);
        };
        events.health = [&](const List& l, const HealthReport& r) {
            out.health[l.id + " " + std::string(asksName(r.family))] = r;
        };
        events.done = [&done] { done = true; };
        Sweep s(loop, clock, random, std::move(plan), std::move(options), std::move(events));
        s.start();
        loop.runUntil([&done] { return done; });
        out.counts = s.counts();
        return out;
    }

  private Q_SLOTS:
    void initTestCase() {
        for (const std::string& why : {Rbldnsd::absent(), Nsd::absent(), Unbound::absent()})
            if (!why.empty()) QSKIP(why.c_str());
        std::string why;
        lists_ = Rbldnsd::start(zones(), why);
        QVERIFY2(lists_, why.c_str());
        zone_ = std::make_unique<ZoneFile>("test", "");
        world_ = Nsd::start({zone_.get()}, why);
        QVERIFY2(world_, why.c_str());
        std::vector<std::string> names;
        for (const Rbldnsd::Zone& z : zones()) names.push_back(z.name);
        between_ = Unbound::startBetween(names, lists_->port(), world_->port(), why);
        QVERIFY2(between_, why.c_str());
    }

    void states_data() {
        QTest::addColumn<QString>("list");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("state");
        const auto row = [](const char* name, const char* list, const char* target, const char* state) {
            QTest::newRow(name) << QString::fromLatin1(list) << QString::fromLatin1(target)
                                << QString::fromLatin1(state);
        };
        row("listed", "ip", "203.0.113.7", "listed");
        row("listed by another code", "ip", "203.0.113.8", "listed");
        row("clean", "ip", "203.0.113.6", "clean");
        row("refused for one name", "ip", "203.0.113.9", "refused list-refused");
        row("a public address for one name", "ip", "203.0.113.10", "error outside-127/8");
        row("refused for all", "refusing", "203.0.113.7", "refused list-refused");
        row("a wildcard", "wildcard", "203.0.113.7", "error unhealthy-list");
        row("a zone that was sold", "lying", "203.0.113.7", "error outside-127/8");
        row("no test point", "silent", "203.0.113.7", "error unhealthy-list");
        row("IPv6 listed", "six", "2001:db8::7", "listed");
        row("IPv6 in a network", "six", "2001:db8:1:2::9", "listed");
        row("IPv6 clean", "six", "2001:db8::8", "clean");
        row("a domain listed", "names", "bad.example.org", "listed");
        row("a domain below a listed one", "names", "mail.worse.example.org", "listed");
        row("a domain clean", "names", "good.example.org", "clean");
    }
    void states() {
        QFETCH(QString, list);
        QFETCH(QString, target);
        List one = listOf(list.toStdString() + ".lists.test");
        one.domainForm = DomainForm::Host;
        for (const std::uint16_t port : {lists_->port(), between_->port()}) {
            const Told told = sweep(port, {one}, {target.toStdString()});
            QTEST(told.at(target.toStdString(), one.id), "state");
        }
    }

    void evidence() {
        const Told told = sweep(between_->port(), {listOf("ip.lists.test")}, {"203.0.113.7"});
        const Cell& c = told.cells.at({"203.0.113.7", "ip.lists.test"});
        QCOMPARE(c.txt, std::string("Listed, see https://example.org/?203.0.113.7"));
        QVERIFY(c.ttl > 0 && !c.raw.empty() && !c.rawTxt.empty());
        QCOMPARE(c.server, "127.0.0.1:" + std::to_string(between_->port()));
    }

    // The zone does not exist: the world above it says so.
    void deadList() {
        const Told told = sweep(between_->port(), {listOf("gone.lists2.test")}, {"203.0.113.7"});
        QCOMPARE(told.at("203.0.113.7", "gone.lists2.test"), QStringLiteral("error unhealthy-list"));
        QVERIFY(told.health.at("gone.lists2.test ipv4").health == Health::Dead);
    }

    // A list that never answers: through a name server of its own, while the others go on.
    void slowList() {
        const Silence silence;
        List slow = listOf("slow.lists.test");
        slow.nameServers = {"127.0.0.1:" + std::to_string(silence.port())};
        const Told told =
            sweep(between_->port(), {slow, listOf("ip.lists.test")}, {"203.0.113.0/28"}, Millis(300));
        QCOMPARE(told.at("203.0.113.7", "slow.lists.test"), QStringLiteral("error timeout"));
        QCOMPARE(told.at("203.0.113.7", "ip.lists.test"), QStringLiteral("listed"));
        QCOMPARE(told.cells.size(), size_t(32));
        QVERIFY(silence.asked() <= 4); // its test twice, and no target
    }

    // A server that stops between the test and the targets is not known, and not clean.
    void limitsAsTheServerCountsThem() {
        List list = listOf("limited.lists.test");
        list.limits = {4, 25, 70, 0};
        const size_t before = lists_->asked("limited.lists.test").size();
        const Told told = sweep(lists_->port(), {list}, {"203.0.113.0/25"});
        const auto asked = lists_->asked("limited.lists.test");
        QCOMPARE(asked.size() - before, size_t(70));
        std::map<std::int64_t, int> bySecond;
        for (const auto& a : asked) ++bySecond[a.second];
        for (const auto& [second, count] : bySecond) QVERIFY2(count <= 25, std::to_string(count).c_str());
        int clean = 0, limit = 0;
        for (const auto& [key, cell] : told.cells) {
            clean += cell.judgement.status == Status::Clean;
            limit += cell.judgement.reason == Reason::DailyLimit;
        }
        QCOMPARE(clean, 67);
        QCOMPARE(limit, 61);
        QCOMPARE(told.counts.byList.at("limited.lists.test"), std::int64_t(70));
    }

    // Every question of a sweep arrives once, and every one is answered.
    void nothingIsLost() {
        const size_t before = lists_->asked("ip.lists.test").size();
        const Told told = sweep(lists_->port(), {listOf("ip.lists.test")}, {"198.51.100.0/24"});
        QCOMPARE(told.cells.size(), size_t(256));
        for (const auto& [key, cell] : told.cells) QVERIFY(cell.judgement.status == Status::Clean);
        QCOMPARE(lists_->asked("ip.lists.test").size() - before, size_t(256 + 3));
    }
};

QTEST_GUILESS_MAIN(TestInteropLists)
#include "tst_interop_lists.moc"
