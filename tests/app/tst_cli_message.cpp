// waypost-cli dmarc check and message check against a name server on loopback: the contract of the output,
// where the connection came from, bundles out and in.
#include "cli_program.h"
#include "support/loopback_zone.h"

#include <QJsonArray>

using namespace waypost::test;
using S = QString;

namespace {

constexpr const char* zone = R"(
example.org TXT "v=spf1 ip4:192.0.2.0/24 -all"
mail.example.org TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc.example.org TXT "v=DMARC1; p=reject; sp=quarantine"
_dmarc.slow.test TXT !servfail
)";

constexpr const char* letter = "Return-Path: <bounce@mail.example.org>\r\n"
                               "Received: from mail.example.org (mail.example.org [192.0.2.7])\r\n"
                               "\tby mx.example.net with ESMTPS; Thu, 01 Jan 2026 00:00:10 +0000\r\n"
                               "From: Ann <ann@example.org>\r\nSubject: x\r\nMessage-ID: <1@example.org>\r\n"
                               "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n\r\nHello\r\n";

QJsonValue at(const QJsonObject& o, const char* name, const char* below) {
    return o[QLatin1String(name)].toObject()[QLatin1String(below)];
}

} // namespace

class TestCliMessage : public QObject {
    Q_OBJECT
    CliProgram cli_;
    std::unique_ptr<LoopbackZone> net_;
    QString mail_;

    CliRun run(QStringList arguments, const QByteArray& input = {}) {
        arguments << S::fromLatin1("--nameserver") << S::fromLatin1("127.0.0.1:%1").arg(net_->port());
        return cli_.run(arguments, input);
    }
    QJsonObject one(QStringList arguments, int status = 0, const QByteArray& input = {}) {
        const CliRun r = run(arguments << S::fromLatin1("--json"), input);
        if (r.status != status || r.lines().size() != 1)
            qWarning("%d %s%s", r.status, r.out.constData(), r.err.constData());
        return r.status == status && r.lines().size() == 1 ? r.objects().at(0) : QJsonObject();
    }

  private Q_SLOTS:
    void initTestCase() {
        net_ = std::make_unique<LoopbackZone>();
        net_->serve(std::string_view(zone));
        mail_ = cli_.write("mail.eml", letter);
    }

    void theContract() {
        const QJsonObject o = one({"dmarc", "check", mail_, "--ip", "203.0.113.9", "--helo", "h.example",
                                   "--mail-from", "x@example.org", "--receiver", "mx.example.net"});
        QCOMPARE(o["file"].toString(), mail_);
        QCOMPARE(at(o, "spf", "result").toString(), S("fail"));
        QVERIFY(o["dkim"].isArray() && o["dkim"].toArray().isEmpty());
        QCOMPARE(at(o, "arc", "result").toString(), S("none"));
        const QJsonObject d = o["dmarc"].toObject();
        QCOMPARE(d["result"].toString(), S("fail"));
        QCOMPARE(d["policy"].toString(), S("reject"));
        QCOMPARE(d["disposition"].toString(), S("reject"));
        QCOMPARE(d["org_domain"].toString(), S("example.org"));
        QCOMPARE(d["org_domain_psl"].toString(), S("example.org"));
        QVERIFY(d["aligned_spf"].isBool() && !d["aligned_spf"].toBool());
        QVERIFY(d["aligned_dkim"].isBool() && !d["aligned_dkim"].toBool());
        QVERIFY(d["list"].isObject() && d["readings_differ"].isBool());
        QVERIFY(o["authentication_results"].toString().startsWith("mx.example.net; spf=fail "));
    }
    void whereTheConnectionIsFrom() {
        QJsonObject o = one({"dmarc", "check", mail_});
        QCOMPARE(at(o, "spf", "result").toString(), S("pass"));
        QCOMPARE(at(o, "spf", "domain").toString(), S("mail.example.org"));
        QCOMPARE(at(o, "dmarc", "result").toString(), S("pass"));
        QVERIFY(at(o, "dmarc", "aligned_spf").toBool());
        QVERIFY(
            at(o, "connection", "origin").toString().contains("from the Received field of mx.example.net"));
        o = one({"dmarc", "check", "-"}, 0, "From: ann@example.org\r\n\r\nx\r\n");
        QVERIFY(at(o, "spf", "result").isNull());
        QVERIFY(at(o, "connection", "origin").toString().contains("not known"));
        // The null sender is said, not left out.
        o = one(
            {"dmarc", "check", mail_, "--ip", "192.0.2.7", "--helo", "mail.example.org", "--mail-from", ""});
        QCOMPARE(at(o, "spf", "identity").toString(), S("helo"));
        QCOMPARE(at(o, "spf", "result").toString(), S("pass"));
        QCOMPARE(at(o, "dmarc", "result").toString(), S("pass"));
    }
    void couldNotLook() {
        const QString file = cli_.write("slow.eml", "From: a@slow.test\r\n\r\nx\r\n");
        const QJsonObject o = one({"dmarc", "check", file}, 4);
        QCOMPARE(at(o, "dmarc", "result").toString(), S("temperror"));
        QCOMPARE(at(o, "dmarc", "disposition").toString(), S("none"));
        QVERIFY(at(o, "dmarc", "policy").isNull());
    }
    void severalFilesAndARefusedOne() {
        const CliRun r = run({"dmarc", "check", mail_, cli_.file("absent.eml"), mail_, "--json"});
        QCOMPARE(r.status, 2);
        QCOMPARE(r.lines().size(), qsizetype(3));
        QCOMPARE(at(r.objects()[0], "dmarc", "result").toString(), S("pass"));
        QVERIFY(!errorCode(r.objects()[1]).isEmpty());
        QCOMPARE(at(r.objects()[2], "dmarc", "result").toString(), S("pass"));
    }
    void refusedOptions_data() {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("no address") << QStringList{"check", mail_, "--ip", "here"};
        QTest::newRow("no time") << QStringList{"check", mail_, "--at", "yesterday"};
        QTest::newRow("a time beyond all") << QStringList{"check", mail_, "--at", "999999999999999"};
        QTest::newRow("nothing to check") << QStringList{"check"};
        QTest::newRow("a bundle and a file") << QStringList{"check", mail_, "--bundle", "x.zip"};
        QTest::newRow("a bundle of two") << QStringList{"check", mail_, mail_, "--export", "x.zip"};
        QTest::newRow("a bundle that is not there") << QStringList{"check", "--bundle", "absent.zip"};
    }
    void refusedOptions() {
        QFETCH(QStringList, options);
        const CliRun r = run(QStringList{"message"} + options);
        QCOMPARE(r.status == 2 || r.status == 1, true);
        QVERIFY(r.out.isEmpty() && !r.err.isEmpty());
    }
    void theFullReport() {
        const QJsonObject o = one({"message", "check", mail_, "--at", "1767225700"});
        for (const char* key :
             {"spf", "dkim", "arc", "dmarc", "steps", "hops", "answers", "claimed", "connection"})
            QVERIFY2(o.contains(QLatin1String(key)), key);
        QCOMPARE(o["steps"].toArray().size(), qsizetype(11));
        for (const QJsonValue& s : o["steps"].toArray())
            QVERIFY(!s["rule"].toString().isEmpty() && !s["headline"].toString().isEmpty());
        QVERIFY(!o["answers"].toArray().isEmpty());
        const CliRun text = run({"message", "check", mail_});
        QCOMPARE(text.status, 0);
        QVERIFY(isHarmless(text.out) && text.out.contains("One-click unsubscribe"));
        const CliRun brief = run({"dmarc", "check", mail_});
        QVERIFY(isHarmless(brief.out) && brief.out.contains("Authentication-Results: "));
    }
    void aBundleAndBack() {
        const QString zip = cli_.file("evidence.zip");
        const QJsonObject before = one({"message", "check", mail_, "--export", zip});
        QVERIFY(QFile::exists(zip));
        // No name server is asked: the address is one where nobody listens.
        const CliRun r =
            cli_.run({"message", "check", "--bundle", zip, "--json", "--nameserver", "127.0.0.1:9"});
        QCOMPARE(r.status, 0);
        QJsonObject after = r.objects().at(0);
        QVERIFY(at(after, "bundle", "identical").toBool());
        QCOMPARE(at(after, "bundle", "not_recorded").toArray().size(), qsizetype(0));
        QCOMPARE(after["dmarc"], before["dmarc"]);
        QCOMPARE(after["steps"], before["steps"]);
        QCOMPARE(after["answers"], before["answers"]);
        const CliRun text = cli_.run({"message", "check", "--bundle", zip});
        QVERIFY(text.status == 0 && text.out.contains("those of the bundle"));

        QFile f(zip);
        QVERIFY(f.open(QIODevice::ReadWrite));
        QByteArray bytes = f.readAll();
        const qsizetype place = bytes.indexOf("message.eml") + 90;
        bytes[place] = char(bytes[place] ^ 1);
        f.seek(0);
        f.write(bytes);
        f.close();
        const CliRun broken = cli_.run({"message", "check", "--bundle", zip, "--json"});
        QCOMPARE(broken.status, 2);
        QCOMPARE(errorCode(broken.objects().at(0)), S("corrupt"));
    }
};

QTEST_GUILESS_MAIN(TestCliMessage)
#include "tst_cli_message.moc"
