// `blocklist` and `lists` as a shell sees them, over a name server of the test's own.
#include "cli_program.h"
#include "support/loopback_zone.h"

#include <QJsonArray>

using namespace waypost;
using namespace waypost::test;
using S = QString;

namespace {

std::string reversed(const char* zone, const std::vector<std::string>& records) {
    std::string out;
    for (const std::string& r : records)
        out += r.substr(0, r.find(' ')) + "." + zone + r.substr(r.find(' ')) + "\n";
    return out;
}

std::string world() {
    return reversed("zen.spamhaus.org",
                    {"2.0.0.127 A 127.0.0.2", "7.113.0.203 A 127.0.0.4", "7.113.0.203 A 127.0.0.2",
                     "7.113.0.203 TXT \"why\"", "9.113.0.203 A 127.255.255.254", "10.113.0.203 A 192.0.2.1",
                     "11.113.0.203 A 127.0.0.99"}) +
           reversed("list.dnswl.org", {"2.0.0.127 A 127.0.10.0", "7.113.0.203 A 127.0.5.2"}) +
           reversed("score.senderscore.com", {"7.113.0.203 A 127.0.4.88"}) +
           reversed("bl.spamcop.net",
                    {"2.0.0.127 A 127.0.0.2", "1.0.0.127 A 127.0.0.2", "7.113.0.203 A 127.0.0.2"}) +
           reversed("dbl.spamhaus.org", {"TEST A 127.0.1.2", "bad.example A 127.0.1.4"}) +
           reversed("multi.surbl.org", {"TEST A 127.0.0.254", "bad.example A 127.0.0.24"});
}

} // namespace

class TestCliBlocklist : public QObject {
    Q_OBJECT
    CliProgram cli_;
    std::unique_ptr<LoopbackZone> net_;

    [[nodiscard]] CliRun run(QStringList arguments, const QByteArray& input = {}) const {
        arguments << S::fromLatin1("--nameserver") << S::fromLatin1("127.0.0.1:%1").arg(net_->port());
        return cli_.run(arguments, input);
    }
    static QStringList words(const char* line) { return S::fromUtf8(line).split(QLatin1Char(' ')); }

  private Q_SLOTS:
    void initTestCase() {
        net_ = std::make_unique<LoopbackZone>();
        net_->serve(world());
    }

    void statuses_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("list");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QString>("more");
        const auto row = [](const char* name, const char* target, const char* list, const char* status,
                            const char* answer, const char* more) {
            QTest::newRow(name) << S::fromUtf8(target) << S::fromUtf8(list) << S::fromUtf8(status)
                                << S::fromUtf8(answer) << S::fromUtf8(more);
        };
        row("listed by two parts", "203.0.113.7", "zen.spamhaus.org", "listed", "127.0.0.2, 127.0.0.4",
            "SBL XBL");
        row("clean", "203.0.113.8", "zen.spamhaus.org", "clean", "", "");
        row("refused", "203.0.113.9", "zen.spamhaus.org", "refused", "127.255.255.254", "list-refused");
        row("a public address", "203.0.113.10", "zen.spamhaus.org", "error", "192.0.2.1", "outside-127/8");
        row("a code that is published nowhere", "203.0.113.11", "zen.spamhaus.org", "error", "127.0.0.99",
            "unpublished-code");
        row("a welcome is no listing", "203.0.113.7", "list.dnswl.org", "clean", "127.0.5.2", "welcome");
        row("a score is no listing", "203.0.113.7", "score.senderscore.com", "clean", "127.0.4.88", "88");
        row("a list of the world", "203.0.113.7", "bl.spamcop.net", "error", "127.0.0.2", "unhealthy-list");
        row("a list that is gone", "203.0.113.7", "psbl.surriel.com", "error", "", "unhealthy-list");
        row("a dead list", "203.0.113.7", "dnsbl.sorbs.net", "not-applicable", "", "dead-list");
        row("a list without its key", "203.0.113.7", "zen.dq.spamhaus.net", "not-applicable", "", "no-key");
        row("an address at a list of domains", "203.0.113.7", "dbl.spamhaus.org", "not-applicable", "",
            "wrong-kind");
        row("a domain", "mail.bad.example", "dbl.spamhaus.org", "listed", "127.0.1.4", "phish");
        row("a domain by bits", "bad.example", "multi.surbl.org", "listed", "127.0.0.24", "PH MW");
        row("a clean domain", "good.example", "multi.surbl.org", "clean", "", "");
    }
    void statuses() {
        QFETCH(QString, target);
        QFETCH(QString, list);
        QFETCH(QString, more);
        const CliRun r = run({S::fromLatin1("blocklist"), S::fromLatin1("check"), target,
                              S::fromLatin1("--list"), list, S::fromLatin1("--json")});
        const auto lines = r.objects();
        QCOMPARE(lines.size(), 1);
        const QJsonObject& o = lines.front();
        QCOMPARE(o[S::fromLatin1("target")].toString(), target);
        QCOMPARE(o[S::fromLatin1("list")].toString(), list);
        QTEST(o[S::fromLatin1("status")].toString(), "status");
        QTEST(o[S::fromLatin1("answer")].toString(), "answer");
        for (const char* key : {"meaning", "reason", "welcome", "score"})
            QVERIFY(o.contains(S::fromLatin1(key)));
        QStringList subs;
        for (const auto& s : o[S::fromLatin1("sub")].toArray()) subs << s.toString();
        const QString seen = subs.join(QLatin1Char(' ')) + QLatin1Char('|') +
                             o[S::fromLatin1("reason")].toString() + QLatin1Char('|') +
                             (o[S::fromLatin1("welcome")].toBool() ? S::fromLatin1("welcome") : S()) +
                             QLatin1Char('|') + S::number(o[S::fromLatin1("score")].toInt());
        QVERIFY2(seen.contains(more), qPrintable(seen));
        const QString status = o[S::fromLatin1("status")].toString();
        QCOMPARE(r.status, status == QLatin1String("listed")                                        ? 1
                           : status == QLatin1String("error") || status == QLatin1String("refused") ? 4
                                                                                                    : 0);
    }

    void inTheOrderOfTheInput() {
        const CliRun r =
            run(words("blocklist check - 203.0.113.8 --list zen.spamhaus.org --list dbl.spamhaus.org --json"),
                "203.0.113.6-7\nwhat is this\nbad.example\n");
        QStringList seen;
        for (const QJsonObject& o : r.objects())
            seen << o[S::fromLatin1("target")].toString() + QLatin1Char(' ') +
                        (o.contains(S::fromLatin1("error")) ? errorCode(o)
                                                            : o[S::fromLatin1("list")].toString());
        const QStringList wanted{
            S::fromLatin1("203.0.113.8 zen.spamhaus.org"),  S::fromLatin1("203.0.113.8 dbl.spamhaus.org"),
            S::fromLatin1("203.0.113.6 zen.spamhaus.org"),  S::fromLatin1("203.0.113.6 dbl.spamhaus.org"),
            S::fromLatin1("203.0.113.7 zen.spamhaus.org"),  S::fromLatin1("203.0.113.7 dbl.spamhaus.org"),
            S::fromLatin1("what is this invalid-argument"), S::fromLatin1("bad.example zen.spamhaus.org"),
            S::fromLatin1("bad.example dbl.spamhaus.org")};
        QCOMPARE(seen, wanted);
        QCOMPARE(r.status, 2);
    }

    void everyLivingListWithoutBeingNamed() {
        const CliRun r = run(words("blocklist check 203.0.113.7 --json --timeout 300"));
        const auto lines = r.objects();
        QVERIFY(lines.size() >= 60);
        for (const QJsonObject& o : lines) {
            QVERIFY(o[S::fromLatin1("list")].toString() != QLatin1String("dnsbl.sorbs.net"));
            QVERIFY(o[S::fromLatin1("status")].toString() != QLatin1String("listed") ||
                    o[S::fromLatin1("list")].toString() == QLatin1String("zen.spamhaus.org"));
        }
        QCOMPARE(r.status, 1);
    }

    void aListOfNoCatalogue() {
        net_->serve(world() + reversed("bl.here.test", {"2.0.0.127 A 127.0.0.2", "7.113.0.203 A 127.0.0.9"}));
        const CliRun r = run(words("blocklist check 203.0.113.7 --list bl.here.test --json"));
        QCOMPARE(r.objects().front()[S::fromLatin1("status")].toString(), S::fromLatin1("listed"));
        QCOMPARE(run(words("blocklist check 203.0.113.7 --list nolist --json")).status, 2);
    }

    void ownCatalogueWins() {
        const QString file =
            cli_.write(S::fromLatin1("mine.json"), R"({"schema_version": 1, "date": "2026-11-24",
            "lists": [{"id": "spamhaus-zen", "zone": "zen.spamhaus.org", "name": "Ours", "asks": ["ipv4"],
            "operator": "us", "status": "dead", "since": "2026"}]})");
        const CliRun r =
            run({S::fromLatin1("blocklist"), S::fromLatin1("check"), S::fromLatin1("203.0.113.7"),
                 S::fromLatin1("--list"), S::fromLatin1("zen.spamhaus.org"), S::fromLatin1("--catalogue"),
                 file, S::fromLatin1("--json")});
        QCOMPARE(r.objects().front()[S::fromLatin1("reason")].toString(), S::fromLatin1("dead-list"));
    }

    void validate() {
        const QString good =
            cli_.write(S::fromLatin1("good.json"), R"({"schema_version": 1, "date": "2026-11-24",
            "lists": [{"id": "x", "zone": "x.example.org", "name": "X", "asks": ["ipv4"], "operator": "o"}]})");
        QCOMPARE(cli_.run({S::fromLatin1("lists"), S::fromLatin1("validate"), good, S::fromLatin1("--json")})
                     .status,
                 0);
        const QString poor = cli_.write(S::fromLatin1("poor.json"), R"({"schema_version": 1, "lists": [
            {"id": "x", "zone": "x.example.org", "name": "X", "asks": ["ipv4"]}]})");
        const CliRun p =
            cli_.run({S::fromLatin1("lists"), S::fromLatin1("validate"), poor, S::fromLatin1("--json")});
        QCOMPARE(p.status, 1);
        QCOMPARE(p.objects().front()[S::fromLatin1("valid")].toBool(), false);
        const QString bad = cli_.write(S::fromLatin1("bad.json"), "{\"lists\": 4}");
        QCOMPARE(cli_.run({S::fromLatin1("lists"), S::fromLatin1("validate"), bad}).status, 2);
        for (const char* name : {"ip", "domain", "welcome", "dead", "private"})
            QCOMPARE(
                cli_.run({S::fromLatin1("lists"), S::fromLatin1("validate"),
                          S::fromStdString(
                              (resources() / "lists" / ("dnsbl-" + std::string(name) + ".json")).string())})
                    .status,
                0);
    }

    void aKeyIsKeptAndNeverShown() {
        net_->serve(world() + "2.0.0.127.k3yk3yk3y.zen.dq.spamhaus.net A 127.0.0.2\n"
                              "7.113.0.203.k3yk3yk3y.zen.dq.spamhaus.net A 127.0.0.3\n"
                              "7.113.0.203.k3yk3yk3y.zen.dq.spamhaus.net TXT \"k3yk3yk3y\"\n");
        const QString key = cli_.write(S::fromLatin1("dqs.key"), "k3yk3yk3y\n");
        QCOMPARE(cli_.run({S::fromLatin1("lists"), S::fromLatin1("key"), S::fromLatin1("spamhaus-zen-dqs"),
                           S::fromLatin1("--file"), key})
                     .status,
                 0);
        const CliRun r = run(words("blocklist check 203.0.113.7 --list spamhaus-zen-dqs --json"));
        QCOMPARE(r.objects().front()[S::fromLatin1("status")].toString(), S::fromLatin1("listed"));
        QVERIFY(!r.out.contains("k3yk3yk3y") && !r.err.contains("k3yk3yk3y"));
        const CliRun h = run(words("blocklist health --list spamhaus-zen-dqs --json"));
        QVERIFY(!h.out.contains("k3yk3yk3y"));
    }

    void health() {
        const CliRun r = run(words(
            "blocklist health --list zen.spamhaus.org --list bl.spamcop.net --list psbl.surriel.com --json"));
        QMap<QString, QString> seen;
        for (const QJsonObject& o : r.objects())
            seen[o[S::fromLatin1("list")].toString() + QLatin1Char(' ') +
                 o[S::fromLatin1("family")].toString()] = o[S::fromLatin1("health")].toString();
        QCOMPARE(seen[S::fromLatin1("zen.spamhaus.org ipv4")], S::fromLatin1("healthy"));
        QCOMPARE(seen[S::fromLatin1("bl.spamcop.net ipv4")], S::fromLatin1("wildcard"));
        QCOMPARE(seen[S::fromLatin1("psbl.surriel.com ipv4")], S::fromLatin1("dead"));
        QCOMPARE(r.status, 1);
    }

    void watchSweepHistory() {
        net_->serve(world());
        const QStringList at{S::fromLatin1("--workspace"), cli_.file(S::fromLatin1("watch.waypost")),
                             S::fromLatin1("--json")};
        QCOMPARE(cli_.run(words("blocklist watch 203.0.113.7-8 mail.example.org") + at).objects().size(), 3);
        const QStringList sweep = words("blocklist sweep --list zen.spamhaus.org --again") + at;
        QCOMPARE(run(sweep).objects().size(), 0); // one hit is no news
        const CliRun second = run(sweep);
        QCOMPARE(second.objects().size(), 1);
        QCOMPARE(second.objects().front()[S::fromLatin1("change")].toString(), S::fromLatin1("raised"));
        QCOMPARE(second.status, 1);
        net_->serve("2.0.0.127.zen.spamhaus.org A 127.0.0.2");
        QCOMPARE(run(sweep).objects().size(), 0);
        QCOMPARE(run(sweep).objects().front()[S::fromLatin1("change")].toString(), S::fromLatin1("cleared"));
        const auto strips =
            cli_.run(words("blocklist history 203.0.113.7 --list zen.spamhaus.org") + at).objects();
        QCOMPARE(strips.size(), 2);
        QCOMPARE(strips.front()[S::fromLatin1("status")].toString(), S::fromLatin1("listed"));
        QCOMPARE(strips.front()[S::fromLatin1("looks")].toInt(), 2);
        QCOMPARE(strips.back()[S::fromLatin1("status")].toString(), S::fromLatin1("clean"));
        QCOMPARE(cli_.run(words("blocklist watch --remove 203.0.113.7-8") + at).objects().size(), 1);
    }

    // What still holds is not asked for again, so a sweep that was stopped goes on where it was.
    void aSweepGoesOnWhereItWas() {
        net_->serve(world());
        const QStringList at{S::fromLatin1("--workspace"), cli_.file(S::fromLatin1("resume.waypost")),
                             S::fromLatin1("--json")};
        QCOMPARE(cli_.run(words("blocklist watch 203.0.113.20-29") + at).status, 0);
        QCOMPARE(run(words("blocklist sweep 203.0.113.20-24 --list zen.spamhaus.org") + at).status, 0);
        const size_t before = net_->asked().size();
        QCOMPARE(run(words("blocklist sweep --list zen.spamhaus.org") + at).status, 0);
        QCOMPARE(net_->asked().size() - before, size_t(5)); // neither the first five nor the list's own test
    }
};

QTEST_GUILESS_MAIN(TestCliBlocklist)
#include "tst_cli_blocklist.moc"
