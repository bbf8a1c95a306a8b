// waypost-cli spf against a name server on loopback: one check, a batch in order with refused lines between,
// the tree, a draft and the flattened record.
#include "cli_program.h"
#include "support/loopback_zone.h"

#include <QJsonArray>

using namespace waypost::test;
using S = QString;

namespace {

constexpr const char* zone = R"(
example.org 600 TXT "v=spf1 include:p.test a:mx.example.org exp=why.example.org -all"
why.example.org TXT "%{i} may not send for %{d}: see https://%{d2}/?s=%{S}"
p.test TXT "v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 ip6:2001:db8::/32 ~all"
mx.example.org A 203.0.113.5
helo.example TXT "v=spf1 ip4:198.51.100.0/24 -all"
broken.test TXT "v=spf1 ipv4:192.0.2.1 -all"
slow.test TXT !servfail
)";

QByteArray line(const char* id, const char* ip, const char* from, const char* helo = "helo.example") {
    return QByteArray("{\"id\":\"") + id + "\",\"ip\":\"" + ip + "\",\"mail_from\":\"" + from +
           "\",\"helo\":\"" + helo + "\"}\n";
}

} // namespace

class TestCliSpf : public QObject {
    Q_OBJECT
    CliProgram cli_;
    std::unique_ptr<LoopbackZone> net_;

    CliRun spf(QStringList arguments, const QByteArray& input = {}) {
        arguments.prepend(S::fromLatin1("spf"));
        arguments << S::fromLatin1("--nameserver") << S::fromLatin1("127.0.0.1:%1").arg(net_->port());
        return cli_.run(arguments, input);
    }
    QJsonObject json(QStringList arguments, int status = 0) {
        const CliRun r = spf(arguments << S::fromLatin1("--json"));
        if (r.status != status || r.lines().size() != 1)
            qWarning("%s%s", r.out.constData(), r.err.constData());
        return r.status == status && r.lines().size() == 1 ? r.objects().at(0) : QJsonObject();
    }

  private Q_SLOTS:
    void initTestCase() {
        net_ = std::make_unique<LoopbackZone>();
        net_->serve(std::string_view(zone));
    }

    void oneCheck_data() {
        QTest::addColumn<QStringList>("identity");
        QTest::addColumn<QString>("result");
        auto row = [](const char* name, const QStringList& identity, const char* result) {
            QTest::newRow(name) << identity << S::fromLatin1(result);
        };
        row("an included network", {"--ip", "192.0.2.7", "--mail-from", "a@example.org", "--helo", "h"},
            "pass");
        row("a mapped address", {"--ip", "::ffff:192.0.2.7", "--mail-from", "a@example.org"}, "pass");
        row("an address nobody lists", {"--ip", "10.0.0.1", "--mail-from", "a@example.org"}, "fail");
        row("no sender", {"--ip", "198.51.100.1", "--mail-from", "", "--helo", "helo.example"}, "pass");
        row("the null path", {"--ip", "198.51.100.1", "--mail-from", "<>", "--helo", "helo.example"}, "pass");
        row("a sender in brackets", {"--ip", "192.0.2.7", "--mail-from", "<a@example.org>"}, "pass");
        row("nothing to check", {"--ip", "192.0.2.7", "--helo", ""}, "none");
        row("an unknown domain", {"--ip", "192.0.2.7", "--mail-from", "a@gone.test"}, "none");
        row("a fault", {"--ip", "192.0.2.7", "--mail-from", "a@broken.test"}, "permerror");
        row("a failing server", {"--ip", "192.0.2.7", "--mail-from", "a@slow.test"}, "temperror");
        row("an odd name", {"--ip", "192.0.2.7", "--mail-from", "a@\x01\\.x..y"}, "none");
        row("a literal", {"--ip", "192.0.2.7", "--helo", "[192.0.2.7]"}, "none");
    }
    void oneCheck() {
        QFETCH(QStringList, identity);
        QFETCH(QString, result);
        const QJsonObject o = json(QStringList{"check"} + identity);
        QCOMPARE(o["result"].toString(), result);
        QVERIFY(o["explanation"].isString() && o["lookups"].isDouble() && o["void_lookups"].isDouble());
        QVERIFY(o["trace"].isArray());
        const CliRun text = spf(QStringList{"check"} + identity);
        QCOMPARE(text.status, 0);
        QVERIFY(text.out.startsWith(result.toLatin1()) && isHarmless(text.out));
    }
    void theTraceIsWhole() {
        const QJsonObject o =
            json({"check", "--ip", "10.0.0.1", "--mail-from", "a&b@example.org", "--helo", "h"});
        QCOMPARE(
            o["explanation"].toString(),
            S::fromLatin1(
                "10.0.0.1 may not send for example.org: see https://example.org/?s=a%26b%40example.org"));
        const QJsonArray steps = o["trace"].toArray();
        const QJsonObject include = steps.at(1).toObject();
        QCOMPARE(include["term"].toString(), S::fromLatin1("include:p.test"));
        QCOMPARE(include["cost"].toInt(), 1);
        const QJsonObject answer = steps.at(0).toObject()["answers"].toArray().at(0).toObject();
        QCOMPARE(answer["status"].toString(), S::fromLatin1("ok"));
        QCOMPARE(answer["ttl"].toInt(), 600);
        QCOMPARE(answer["rcode"].toInt(-1), 0);
        QCOMPARE(answer["server"].toString(), S::fromLatin1("127.0.0.1:%1").arg(net_->port()));
        QVERIFY(
            json({"check", "--ip", "10.0.0.1", "--helo", "h", "--no-trace"})["trace"].toArray().isEmpty());
    }
    void aBadAddressIsRefused() {
        const QJsonObject o = json({"check", "--ip", "1.2.3", "--helo", "h"}, 2);
        QCOMPARE(errorCode(o), S::fromLatin1("invalid-argument"));
        QCOMPARE(spf({"check"}).status, 2);
        QCOMPARE(spf({"check", "--batch", "-", "--ip", "1.2.3.4"}).status, 2);
        QCOMPARE(spf({"check", "--batch", "/nowhere"}).status, 2);
    }

    void aBatchKeepsItsOrder() {
        QByteArray input;
        QStringList expected;
        for (int i = 0; i < 250; ++i) {
            // The ones that need many questions come first and are finished later.
            const bool listed = i % 2 == 1;
            input += line(QByteArray::number(i).constData(), listed ? "192.0.2.7" : "10.0.0.1",
                          listed ? "a@example.org"
                                 : QByteArray("a@x" + QByteArray::number(i) + ".test").constData());
            expected << S::fromLatin1("%1 %2").arg(i).arg(S::fromLatin1(listed ? "pass" : "none"));
        }
        const CliRun r = spf({"check", "--batch", "-", "--json"}, input);
        QCOMPARE(r.status, 0);
        QStringList got;
        for (const QJsonObject& o : r.objects()) got << o["id"].toString() + ' ' + o["result"].toString();
        QCOMPARE(got, expected);
    }
    void aBadLineGivesAnErrorInItsPlace() {
        const QByteArray file =
            line("first", "192.0.2.7", "a@example.org") + "{\"id\":7,\"ip\":\"1.2.3\"}\n" +
            "not json\n\n[]\n{\"id\":\"n\",\"ip\":5}\n{\"id\":\"no ip\"}\n{\"id\":null,\"ip\":\"::1\"}\n" +
            "{\"id\":\"" + QByteArray(70'000, 'x') + "\"}\n{\"id\":\"\\u0000\xc3\"," + "\"ip\":\"::1\"}\r\n" +
            line("last", "10.0.0.1", "").chopped(1);
        const CliRun r = spf({"check", "--batch", cli_.write("batch.jsonl", file), "--json"});
        QCOMPARE(r.status, 3);
        const QList<QJsonObject> o = r.objects();
        QCOMPARE(o.size(), 10);
        QCOMPARE(o[0]["result"].toString(), S::fromLatin1("pass"));
        QCOMPARE(o[1]["id"].toInt(), 7);
        for (int bad : {1, 2, 3, 4, 5, 7, 8}) QVERIFY2(!errorCode(o[bad]).isEmpty(), QByteArray::number(bad));
        QVERIFY(o[1]["error"].toObject()["text"].isString());
        QCOMPARE(o[5]["id"].toString(), S::fromLatin1("no ip"));
        QVERIFY(o[6]["id"].isNull());
        QCOMPARE(o[6]["result"].toString(), S::fromLatin1("none"));
        QCOMPARE(o[9]["result"].toString(), S::fromLatin1("fail"));
        QCOMPARE(spf({"check", "--batch", "-", "--json"}, "x\n").status, 2);
        QCOMPARE(spf({"check", "--batch", "-", "--json"}, "").status, 0);
    }
    void aBatchAnswersALineBeforeTheNextIsWritten() {
        QProcess p;
        cli_.prepare(p);
        p.start(CliProgram::binary(), {"spf", "check", "--batch", "-", "--json", "--nameserver",
                                       S::fromLatin1("127.0.0.1:%1").arg(net_->port())});
        for (const char* id : {"one", "two"}) {
            p.write(line(id, "192.0.2.7", "a@example.org"));
            QVERIFY(p.waitForReadyRead(20'000));
            const QByteArray out = p.readLine();
            QCOMPARE(QJsonDocument::fromJson(out).object()["id"].toString(), S::fromLatin1(id));
        }
        p.closeWriteChannel();
        QVERIFY(p.waitForFinished(20'000));
        QCOMPARE(p.exitCode(), 0);
    }

    void aRecordIsExplained() {
        QJsonObject o = json({"explain", "example.org"});
        QCOMPARE(o["lookups"].toInt(), 2);
        QCOMPARE(o["headroom"].toInt(), 8);
        QCOMPARE(o["ipv4_addresses"].toInt(), 257);
        QCOMPARE(o["nodes"].toArray().size(), 2);
        o = json({"explain", "v=spf1 ip4:10.0.0.0/8 ip4:10.1.2.3 -all mx"});
        const QJsonArray terms = o["nodes"].toArray().at(0).toObject()["terms"].toArray();
        QVERIFY(terms.at(1).toObject()["duplicate"].toBool());
        QVERIFY(terms.at(3).toObject()["unreachable"].toBool());
        QCOMPARE(json({"explain", "v=spf1 a -all", "--domain", "mx.example.org"})["ipv4_addresses"].toInt(),
                 1);
        QCOMPARE(json({"explain", "slow.test"}, 4)["could_not_look"].toBool(), true);
        QVERIFY(spf({"explain", "example.org"}).out.contains("include:p.test"));
        QCOMPARE(spf({"explain", "no domain"}).status, 2);
    }
    void aDraftIsTried() {
        const QStringList base{"draft", "example.org",  "--ip",    "192.0.2.7",
                               "--ip",  "198.51.100.9", "--record"};
        const QJsonObject o = json(base + QStringList{"v=spf1 ip4:198.51.100.0/24 -all"});
        QCOMPARE(o["now"].toObject()["lookups"].toInt(), 2);
        QCOMPARE(o["then"].toObject()["lookups"].toInt(), 0);
        const QJsonArray rows = o["addresses"].toArray();
        QVERIFY(rows.at(0).toObject()["loses"].toBool() && rows.at(1).toObject()["gains"].toBool());
        QCOMPARE(json(base + QStringList{"v=spf1 ipv4:1.2.3.4"}, 1)["problems"].toArray().size(), 1);
        QVERIFY(spf(base + QStringList{"v=spf1 -all"}).out.contains("loses"));
    }
    void aRecordIsFlattened() {
        const QJsonObject o = json({"flatten", "example.org"});
        QCOMPARE(o["record"].toString(),
                 S::fromLatin1(
                     "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a:mx.example.org -all exp=why.example.org"));
        QCOMPARE(o["lookups_before"].toInt(), 2);
        QCOMPARE(o["lookups_after"].toInt(), 1);
        QVERIFY(o["price"].toString().contains(S::fromLatin1("p.test")));
        QCOMPARE(json({"flatten", "gone.test"}, 1)["record"].isNull(), true);
    }
};

QTEST_GUILESS_MAIN(TestCliSpf)
#include "tst_cli_spf.moc"
