#include "auth/dkim_key.h"
#include "domain/authorities.h"
#include "domain/rotation.h"
#include "support/zone_resolver.h"

#include <map>

using namespace waypost;
using namespace waypost::domain;

namespace {

constexpr std::int64_t day = 86'400'000;
const std::string key = std::string("\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a"
                                    "\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a",
                                    32);
const std::string keyRecord = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

Rotation fresh() {
    Rotation r;
    r.id = "1";
    r.domain = "example.org";
    r.oldSelector = "s1";
    r.newSelector = "s2";
    r.algorithm = "ed25519";
    r.publicKey = key;
    r.secretName = "dkim/example.org/s2";
    if (auto begun = begin(r, {"operator", {0}}); !begun) qFatal("%s", begun.error().text.c_str());
    return r;
}

std::vector<ServerSight> sights(const QString& words) {
    std::vector<ServerSight> out;
    for (const QString& w : words.split(' ', Qt::SkipEmptyParts)) {
        ServerSight s;
        s.name = "ns" + std::to_string(out.size() + 1) + ".example.org";
        s.address = "192.0.2.1";
        s.seen = w == "new"         ? KeySeen::NewKey
                 : w == "none"      ? KeySeen::NoKey
                 : w == "other"     ? KeySeen::OtherKey
                 : w == "withdrawn" ? KeySeen::Withdrawn
                                    : KeySeen::CouldNotLook;
        if (s.seen == KeySeen::CouldNotLook) s.text = "timeout";
        out.push_back(std::move(s));
    }
    return out;
}

// Carries out one word: "check:new,none", "switched", "abandon", "days:8" (the clock).
Result<void> step(Rotation& r, const QString& word, UtcTime& now) {
    if (word.startsWith("days:")) {
        now.ms += word.mid(5).toLongLong() * day;
        return {};
    }
    if (word == "switched") return switched(r, {"operator", now});
    if (word == "abandon") return abandon(r, "the provider cannot sign", {"operator", now});
    return seen(r, sights(word.mid(6).replace(',', ' ')), {"operator", now});
}

// Name servers by address; an address without a zone does not answer.
class Servers final : public DirectResolvers {
  public:
    dns::Resolver& at(const std::string& address) override {
        asked.push_back(address);
        auto it = zones.find(address);
        return it == zones.end() ? silent_ : it->second;
    }
    std::map<std::string, test::ZoneResolver> zones;
    std::vector<std::string> asked;

  private:
    test::ZoneResolver silent_{"k._domainkey.example.org !timeout"};
};

const std::string chain = "example.org NS ns1.example.org\nexample.org NS ns2.example.net\n"
                          "ns1.example.org A 192.0.2.1\nns2.example.net A 192.0.2.2\n"
                          "ns2.example.net AAAA 2001:db8::2\n";
const std::string shown = "k._domainkey.example.org TXT \"" + keyRecord + "\"\n";
const dns::Question question{"k._domainkey.example.org", dns::RecordType::TXT};

} // namespace

class TestRotation : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void stepsLeadToStates_data() {
        QTest::addColumn<QString>("steps");
        QTest::addColumn<QString>("state");
        QTest::addColumn<bool>("lastRefused");
        auto row = [](const char* name, const char* steps, const char* state, bool refused = false) {
            QTest::newRow(name) << steps << state << refused;
        };
        row("nothing done yet", "", "publish");
        row("no server has the key", "check:none,none", "publish");
        row("one of two has it", "check:new,none", "waiting");
        row("all have it", "check:new,new", "switch");
        row("one could not be asked", "check:new,???", "waiting");
        row("none could be asked", "check:???,???", "publish");
        row("one has another key", "check:new,other", "waiting");
        row("what was seen everywhere and is gone again", "check:new,new check:new,none", "waiting");
        row("switched too early", "check:new,none switched", "waiting", true);
        row("switched before anything was published", "switched", "publish", true);
        row("switched", "check:new,new switched", "keep-old");
        row("switched twice", "check:new,new switched switched", "keep-old", true);
        row("withdrawn too early", "check:new,new switched check:none,none", "keep-old", true);
        row("the queue life is over", "check:new,new switched days:7 check:other,other", "retire");
        row("one server still has the old key", "check:new,new switched days:8 check:none,other", "retire");
        row("one server cannot be asked about the old key", "check:new,new switched days:8 check:none,???",
            "retire");
        row("the old key is gone", "check:new,new switched days:8 check:none,withdrawn", "done");
        row("a check after the end", "check:new switched days:8 check:none check:none", "done", true);
        row("given up at once", "abandon", "abandoned");
        row("given up while the old key stays", "check:new switched abandon", "abandoned");
        row("given up twice", "abandon abandon", "abandoned", true);
        row("given up after the end", "check:new switched days:8 check:none abandon", "done", true);
        row("no server at all", "check:", "publish", true);
    }
    void stepsLeadToStates() {
        QFETCH(QString, steps);
        QFETCH(QString, state);
        QFETCH(bool, lastRefused);
        Rotation r = fresh();
        UtcTime now{1000};
        const QStringList words = steps.split(' ', Qt::SkipEmptyParts);
        for (int i = 0; i < words.size(); ++i) {
            const size_t events = r.timeline.size();
            const auto done = step(r, words[i], now);
            const bool refused = lastRefused && i + 1 == words.size();
            QVERIFY2(done.has_value() != refused, done ? "" : done.error().text.c_str());
            if (refused) QVERIFY(!done.error().text.empty());
            if (!words[i].startsWith("days:") && !refused) QVERIFY(r.timeline.size() > events);
        }
        QCOMPARE(QString::fromUtf8(rotationStateName(r.state).data()), state);
        QVERIFY(!nextStep(r).empty());
        // The timeline ends in the state and never goes back in time.
        QVERIFY(r.timeline.back().state == r.state);
        for (size_t i = 1; i < r.timeline.size(); ++i) QVERIFY(r.timeline[i - 1].at <= r.timeline[i].at);
    }

    void theTimelineSaysWhatWasSeen() {
        Rotation r = fresh();
        QVERIFY(seen(r, sights("new ??? other"), {"operator", {5}}));
        QCOMPARE(
            r.timeline.back().text,
            std::string("1 of 3 name servers shows the new key; ns2.example.org (192.0.2.1) could not be "
                        "asked: timeout. One shows another key: compare the record with the one to "
                        "publish."));
        QCOMPARE(r.timeline.back().actor, std::string("operator"));
    }

    void timeAloneLetsTheOldKeyGo() {
        Rotation r = fresh();
        UtcTime now{0};
        QVERIFY(step(r, "check:new", now));
        QVERIFY(step(r, "switched", now));
        QCOMPARE(selectorToCheck(r), std::string("s1"));
        QVERIFY(!tick(r, {7 * day - 1}));
        QVERIFY(tick(r, {7 * day}));
        QVERIFY(!tick(r, {8 * day}));
        QCOMPARE(r.timeline.back().actor, std::string("schedule"));
        QVERIFY(r.servers.empty());
    }

    void aFirstKeyHasNoOldOneToKeep() {
        Rotation r = fresh();
        r.oldSelector.clear();
        QVERIFY(begin(r, {"operator", {0}}));
        QVERIFY(seen(r, sights("new"), {"operator", {1}}));
        QVERIFY(switched(r, {"operator", {2}}));
        QVERIFY(r.state == RotationState::Done);
    }

    void withoutDaysTheOldKeyMayGoAtOnce() {
        Rotation r = fresh();
        r.keepOldDays = 0;
        QVERIFY(seen(r, sights("new"), {"operator", {1}}));
        QVERIFY(switched(r, {"operator", {2}}));
        QVERIFY(r.state == RotationState::Retire);
    }

    void whatCannotBeginIsRefused_data() {
        QTest::addColumn<QString>("domain");
        QTest::addColumn<QString>("oldSelector");
        QTest::addColumn<QString>("newSelector");
        QTest::addColumn<int>("days");
        QTest::newRow("the same selector") << "example.org" << "S1" << "s1" << 7;
        QTest::newRow("no new selector") << "example.org" << "s1" << "" << 7;
        QTest::newRow("no selector at all") << "example.org" << "" << "" << 7;
        QTest::newRow("a selector with a space") << "example.org" << "s1" << "s 2" << 7;
        QTest::newRow("a selector with an empty label") << "example.org" << "s1" << "a..b" << 7;
        QTest::newRow("no domain") << "" << "s1" << "s2" << 7;
        QTest::newRow("too many days") << "example.org" << "s1" << "s2" << 91;
        QTest::newRow("days below zero") << "example.org" << "s1" << "s2" << -1;
    }
    void whatCannotBeginIsRefused() {
        QFETCH(QString, domain);
        QFETCH(QString, oldSelector);
        QFETCH(QString, newSelector);
        QFETCH(int, days);
        Rotation r;
        r.domain = domain.toStdString();
        r.oldSelector = oldSelector.toStdString();
        r.newSelector = newSelector.toStdString();
        r.keepOldDays = days;
        QVERIFY(!begin(r, {"operator", {0}}));
        QVERIFY(r.timeline.empty());
    }

    void selectorsMayHaveLabels() {
        Rotation r;
        r.domain = "example.org";
        r.oldSelector = "a.2025";
        r.newSelector = "a.2026";
        QVERIFY(begin(r, {"operator", {0}}));
    }

    void anAnswerShowsOneOfFiveThings_data() {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("seen");
        auto txt = [](const QString& text) { return "k._domainkey.example.org TXT \"" + text + "\"\n"; };
        QTest::newRow("the key") << txt(QString::fromStdString(keyRecord)) << "new key";
        QTest::newRow("the key with blanks and another order")
            << txt("p=11qYAYKxCrfVS/7TyWQH Og7hcvPapiMlrwIaaPcHURo= ; k=ed25519") << "new key";
        QTest::newRow("the key's octets with another type")
            << txt("p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=") << "other key";
        QTest::newRow("another key") << txt("k=ed25519; p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                                     << "other key";
        QTest::newRow("two records") << txt(QString::fromStdString(keyRecord)) + txt("v=DKIM1; p=")
                                     << "other key";
        QTest::newRow("an empty p=") << txt("v=DKIM1; p=") << "withdrawn";
        QTest::newRow("no such name") << "" << "no key";
        QTest::newRow("a timeout") << "k._domainkey.example.org !timeout" << "could not look";
        QTest::newRow("a failure") << "k._domainkey.example.org !servfail" << "could not look";
        QTest::newRow("a refusal") << "k._domainkey.example.org !refused" << "could not look";
    }
    void anAnswerShowsOneOfFiveThings() {
        QFETCH(QString, zone);
        QFETCH(QString, seen);
        test::ZoneResolver resolver(zone.toStdString());
        auto answer = runReady(dns::ask(resolver, question));
        QCOMPARE(QString::fromUtf8(keySeenName(keySeenIn(*answer, key)).data()), seen);
    }

    void everyServerOfTheZoneIsAsked() {
        test::ZoneResolver resolver(chain);
        Servers servers;
        servers.zones.try_emplace("192.0.2.1", shown);
        servers.zones.try_emplace("192.0.2.2", "example.org TXT \"x\"\n");
        auto all = runReady(askAuthorities(resolver, servers, question));
        QVERIFY(all.has_value());
        QCOMPARE(all->zone, std::string("example.org"));
        QCOMPARE(all->servers.size(), size_t(3));
        QVERIFY(servers.asked == (std::vector<std::string>{"192.0.2.1", "192.0.2.2", "2001:db8::2"}));
        QVERIFY(keySeenIn(all->servers[0].answer, key) == KeySeen::NewKey);
        QVERIFY(keySeenIn(all->servers[1].answer, key) == KeySeen::NoKey);
        QVERIFY(keySeenIn(all->servers[2].answer, key) == KeySeen::CouldNotLook);
    }

    void anAliasIsFollowedToItsOwnZone() {
        test::ZoneResolver resolver(chain + "esp.example NS ns.esp.example\nns.esp.example A 203.0.113.1\n");
        Servers servers;
        const std::string alias = "k._domainkey.example.org CNAME k.esp.example\n";
        for (const char* a : {"192.0.2.1", "192.0.2.2", "2001:db8::2"}) servers.zones.try_emplace(a, alias);
        servers.zones.try_emplace("203.0.113.1", "k.esp.example TXT \"" + keyRecord + "\"\n");
        auto all = runReady(askAuthorities(resolver, servers, question));
        QCOMPARE(all->zone, std::string("esp.example"));
        QCOMPARE(all->servers.size(), size_t(1));
        QVERIFY(keySeenIn(all->servers[0].answer, key) == KeySeen::NewKey);
    }

    void aliasesWithoutEndEnd() {
        test::ZoneResolver resolver(chain);
        Servers servers;
        for (const char* a : {"192.0.2.1", "192.0.2.2", "2001:db8::2"})
            servers.zones.try_emplace(a, "*.example.org TXT \"x\"\nk._domainkey.example.org CNAME "
                                         "l.example.org\nl.example.org CNAME k._domainkey.example.org\n");
        auto all = runReady(askAuthorities(resolver, servers, question));
        QVERIFY(all.has_value());
        QVERIFY(servers.asked.size() <= size_t(3 * (maxAliases + 1)));
    }

    void eachStepOnTheWayMayFail_data() {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<int>("servers");
        QTest::addColumn<QString>("problem");
        QTest::newRow("no name server is known") << "org SOA a b 1 2 3 4 5" << 0 << "No name server";
        QTest::newRow("the NS question fails")
            << "example.org NS !servfail\norg NS !servfail" << 0 << "example.org NS: servfail";
        QTest::newRow("a name server has no address") << "example.org NS ns.nowhere.example" << 1 << "";
        QTest::newRow("its address cannot be looked up")
            << "example.org NS ns.example.net\nns.example.net !timeout" << 1 << "";
    }
    void eachStepOnTheWayMayFail() {
        QFETCH(QString, zone);
        QFETCH(int, servers);
        QFETCH(QString, problem);
        test::ZoneResolver resolver(zone.toStdString());
        Servers direct;
        auto all = runReady(askAuthorities(resolver, direct, question));
        QVERIFY(all.has_value());
        QCOMPARE(int(all->servers.size()), servers);
        QVERIFY2(QString::fromStdString(all->problem).contains(problem), all->problem.c_str());
        QVERIFY(direct.asked.empty());
        for (const AuthorityAnswer& a : all->servers) {
            QVERIFY(a.address.empty());
            QVERIFY(!a.answer.definite());
        }
    }

    void onlySoManyServersAreAsked() {
        std::string zone;
        for (int i = 0; i < 40; ++i)
            zone += "example.org NS ns" + std::to_string(i) + ".example.net\nns" + std::to_string(i) +
                    ".example.net A 192.0.2." + std::to_string(i) + "\n";
        test::ZoneResolver resolver(zone);
        Servers direct;
        auto all = runReady(askAuthorities(resolver, direct, question));
        QCOMPARE(all->servers.size(), maxAuthorities);
    }
};

QTEST_APPLESS_MAIN(TestRotation)
#include "tst_rotation.moc"
