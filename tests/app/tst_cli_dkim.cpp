// waypost-cli dkim and arc: keys made, messages signed with them and verified against a name server on
// loopback, in order, with refused files between; a broken one explained.
#include "cli_program.h"
#include "support/loopback_zone.h"
#include "support/paths.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>

using namespace waypost::test;
using S = QString;

namespace {

const QByteArray message =
    "From: Anna <anna@example.org>\nTo: Ben <ben@example.net>\nSubject: Lunch\n\nAt noon.\n";

QStringList words(const char* text) {
    return S::fromLatin1(text).split(QLatin1Char(' '));
}

} // namespace

class TestCliDkim : public QObject {
    Q_OBJECT
    CliProgram cli_;
    std::unique_ptr<LoopbackZone> net_;
    QString folder_;

    QString file(const char* name) const { return folder_ + QLatin1Char('/') + S::fromLatin1(name); }
    QString write(const char* name, const QByteArray& bytes) const {
        QFile f(file(name));
        return f.open(QIODevice::WriteOnly) && f.write(bytes) == bytes.size() ? f.fileName() : QString();
    }
    CliRun asking(QStringList arguments, const QByteArray& input = {}) {
        arguments << S::fromLatin1("--nameserver") << S::fromLatin1("127.0.0.1:%1").arg(net_->port());
        return cli_.run(arguments, input);
    }
    QJsonObject keygen(const char* type, const char* selector) {
        const CliRun r = cli_.run(words("dkim keygen --json --domain example.org --type")
                                  << S::fromLatin1(type) << S::fromLatin1("--selector")
                                  << S::fromLatin1(selector) << S::fromLatin1("--out") << file(selector));
        return r.status == 0 && r.lines().size() == 1 ? r.objects().at(0) : QJsonObject();
    }

  private Q_SLOTS:
    void initTestCase() {
        folder_ = QString::fromStdString(temporaryFolder().string());
        net_ = std::make_unique<LoopbackZone>();
        std::string zone;
        for (auto [type, selector] : {std::pair("rsa2048", "r1"), std::pair("ed25519", "e1")}) {
            const QJsonObject made = keygen(type, selector);
            QVERIFY(made.value(S::fromLatin1("name"))
                        .toString()
                        .endsWith(S::fromLatin1("._domainkey.example.org")));
            QVERIFY(!made.contains(S::fromLatin1("private_key")));
            zone += made.value(S::fromLatin1("zone_line")).toString().toStdString() + "\n";
            const auto mode = QFileInfo(file(selector)).permissions();
            QVERIFY(!(mode & (QFile::ReadGroup | QFile::ReadOther)));
        }
        zone += "slow._domainkey.example.org TXT !servfail\n";
        net_->serve(std::string_view(zone));
    }
    void cleanupTestCase() { net_.reset(); }

    void aKeyIsNeverOverwritten() {
        const CliRun r = cli_.run(words("dkim keygen --out") << file("r1"));
        QCOMPARE(r.status, 7);
    }
    void withoutAFileTheKeyIsPrinted() {
        const CliRun r = cli_.run(words("dkim keygen --type ed25519"));
        QCOMPARE(r.status, 0);
        QVERIFY(r.out.startsWith("-----BEGIN PRIVATE KEY-----\n"));
        QVERIFY(r.out.contains("record: v=DKIM1; k=ed25519; p="));
        QCOMPARE(cli_.run(words("dkim keygen --type rsa1024")).status, 2);
        QCOMPARE(cli_.run(words("dkim keygen --domain example.org")).status, 2);
    }

    void signAndVerify() {
        const QString plain = write("plain.eml", message);
        const CliRun made = cli_.run(words("dkim sign --domain example.org --selector r1 --selector e1 --key")
                                     << file("r1") << S::fromLatin1("--key") << file("e1") << plain);
        QCOMPARE(made.status, 0);
        QVERIFY(made.out.endsWith(message));
        QVERIFY(made.out.startsWith("DKIM-Signature: v=1; a=rsa-sha256;"));
        const QString good = write("good.eml", made.out);
        QByteArray broken = made.out;
        const QString bad = write("bad.eml", broken.replace("noon", "one"));

        const CliRun r = asking(words("dkim verify --json") << good << file("absent.eml") << bad << plain);
        QCOMPARE(r.lines().size(), 4);
        const auto lines = r.objects();
        const auto results = [](const QJsonObject& o) {
            QStringList out;
            for (const auto& s : o.value(S::fromLatin1("signatures")).toArray())
                out << s.toObject().value(S::fromLatin1("result")).toString();
            return out.join(QLatin1Char(' '));
        };
        QCOMPARE(lines.at(0).value(S::fromLatin1("file")).toString(), good);
        QCOMPARE(results(lines.at(0)), S::fromLatin1("pass pass"));
        const QJsonObject first = lines.at(0).value(S::fromLatin1("signatures")).toArray().at(0).toObject();
        QCOMPARE(first.value(S::fromLatin1("domain")).toString(), S::fromLatin1("example.org"));
        QCOMPARE(first.value(S::fromLatin1("selector")).toString(), S::fromLatin1("r1"));
        QCOMPARE(first.value(S::fromLatin1("algorithm")).toString(), S::fromLatin1("rsa-sha256"));
        QVERIFY(lines.at(1).contains(S::fromLatin1("error")));
        QCOMPARE(lines.at(1).value(S::fromLatin1("file")).toString(), file("absent.eml"));
        QCOMPARE(results(lines.at(2)), S::fromLatin1("fail fail"));
        QCOMPARE(results(lines.at(3)), QString());
        QCOMPARE(r.status, 2);

        QCOMPARE(asking(words("dkim verify -"), made.out).status, 0);
        QVERIFY(
            asking(words("dkim verify -"), made.out).out.startsWith("-: pass  example.org r1 rsa-sha256"));
        QCOMPARE(asking(words("dkim verify") << bad).status, 1);
        QVERIFY(asking(words("dkim verify") << folder_).status > 1);
        // Judged before it was made.
        QCOMPARE(asking(words("dkim verify --at 1000000000") << good).status, 1);
    }

    void whatCannotBeLookedUpIsSaid() {
        const QString plain = write("slow.eml", message);
        const CliRun made =
            cli_.run(words("dkim sign --domain example.org --selector slow --key") << file("r1") << plain);
        const CliRun r = asking(words("dkim verify --json -"), made.out);
        QCOMPARE(r.status, 4);
        QVERIFY(r.out.contains("\"result\":\"temperror\""));
    }

    void whatCannotBeSignedIsRefused() {
        const QString plain = write("refuse.eml", message);
        QCOMPARE(
            cli_.run(words("dkim sign --domain example.org --selector r1 --key") << plain << plain).status,
            2);
        QCOMPARE(cli_.run(words("dkim sign --domain . --selector r1 --key") << file("r1") << plain).status,
                 2);
        QVERIFY(
            cli_.run(words("dkim sign --domain example.org --selector r1 --key") << file("absent") << plain)
                .status != 0);
    }

    void autopsy() {
        const QString plain = write("autopsy.eml", message);
        const CliRun made =
            cli_.run(words("dkim sign --domain example.org --selector r1 --key") << file("r1") << plain);
        const CliRun r =
            asking(words("dkim autopsy --json -"), made.out + "-- \nThe list, https://list.example/\n");
        QCOMPARE(r.status, 1);
        const QJsonObject s = r.objects().at(0).value(S::fromLatin1("signatures")).toArray().at(0).toObject();
        const QJsonObject found = s.value(S::fromLatin1("found")).toArray().at(0).toObject();
        QCOMPARE(found.value(S::fromLatin1("id")).toString(), S::fromLatin1("footer-appended"));
        QVERIFY(!s.value(S::fromLatin1("tried")).toArray().isEmpty());
        QVERIFY(asking(words("dkim autopsy -"), made.out + "x\n").out.contains("footer-appended at octet"));
    }

    void arc() {
        const CliRun r = asking(words("arc verify --json -"), message);
        QCOMPARE(r.status, 0);
        const QJsonObject o = r.objects().at(0);
        QCOMPARE(o.value(S::fromLatin1("result")).toString(), S::fromLatin1("none"));
        QVERIFY(o.contains(S::fromLatin1("oldest_pass")) && o.contains(S::fromLatin1("reason")));
        const CliRun broken = asking(words("arc verify -"), "ARC-Seal: i=1; cv=none; b=x\n" + message);
        QCOMPARE(broken.status, 1);
        QVERIFY(broken.out.startsWith("-: fail"));
    }
};

QTEST_GUILESS_MAIN(TestCliDkim)
#include "tst_cli_dkim.moc"
