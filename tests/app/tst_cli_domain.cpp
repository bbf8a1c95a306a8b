// domain diff, recheck, requirements and inspect --as-of, against the lab and a workspace of their own.
#include "cli_program.h"

using namespace waypost;
using namespace waypost::test;
using S = QString;

namespace {

QStringList words(const QString& line) {
    return line.split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

} // namespace

class TestCliDomain : public QObject {
    Q_OBJECT

    CliProgram cli_;
    QProcess lab_;
    QString nameserver_;

    CliRun run(const QString& line) const {
        return cli_.run(
            words(line + S::fromLatin1(" --json --workspace d.waypost --nameserver ") + nameserver_));
    }
    // A port nobody listens on.
    CliRun runInTheDark(const QString& line) const {
        return cli_.run(
            words(line + S::fromLatin1(" --json --workspace d.waypost --nameserver 127.0.0.1:1")));
    }

  private Q_SLOTS:
    void initTestCase() {
        cli_.prepare(lab_);
        lab_.start(CliProgram::binary(), {S::fromLatin1("lab"), S::fromLatin1("run")});
        while (!lab_.canReadLine()) QVERIFY(lab_.waitForReadyRead(20'000));
        nameserver_ = QJsonDocument::fromJson(lab_.readLine()).object()[S::fromLatin1("dns")].toString();
        QVERIFY(!nameserver_.isEmpty());
        QCOMPARE(run(S::fromLatin1("domain inspect acme.test --selector s2024")).status, 0);
    }

    void anUnchangedDomainDoesNotDiffer() {
        QCOMPARE(run(S::fromLatin1("domain inspect acme.test --selector s2024")).status, 0);
        const CliRun r = run(S::fromLatin1("domain diff acme.test --from now --to now"));
        QCOMPARE(r.status, 0);
        QCOMPARE(r.out, QByteArray());
        const CliRun text =
            cli_.run(words(S::fromLatin1("domain diff acme.test --from now --to now --workspace d.waypost")));
        QVERIFY2(text.out.contains("no difference"), text.out);
    }

    void whatWasNotInspectedCannotBeCompared_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("code");
        QTest::newRow("a domain that was never inspected")
            << S::fromLatin1("domain diff other.test --from now --to now") << S::fromLatin1("not-found");
        QTest::newRow("a time before the first inspection")
            << S::fromLatin1("domain diff acme.test --from 2020-01-01 --to now")
            << S::fromLatin1("not-found");
        QTest::newRow("the wrong way round")
            << S::fromLatin1("domain diff acme.test --from now --to 2020-01-01")
            << S::fromLatin1("invalid-argument");
    }
    void whatWasNotInspectedCannotBeCompared() {
        QFETCH(QString, line);
        QFETCH(QString, code);
        const CliRun r = run(line);
        QVERIFY(r.status != 0);
        QCOMPARE(r.objects().size(), 1);
        QCOMPARE(errorCode(r.objects().front()), code);
        QVERIFY(r.objects().front().contains(S::fromLatin1("domain")));
    }

    void theStoredAnswersAreJudgedWithoutAsking() {
        const CliRun r = runInTheDark(S::fromLatin1("domain inspect acme.test --selector s2024 --as-of now"));
        QCOMPARE(r.status, 0);
        const QJsonObject spf = r.objects().front()[S::fromLatin1("spf")].toObject();
        QVERIFY(spf[S::fromLatin1("record")].toString().startsWith(QLatin1String("v=spf1")));
        const CliRun before = runInTheDark(S::fromLatin1("domain inspect acme.test --as-of 2020-01-01"));
        QVERIFY(before.status != 0);
        QCOMPARE(errorCode(before.objects().front()), S::fromLatin1("not-found"));
    }

    void aRecheckTellsOfChangesOnly() {
        const CliRun same = run(S::fromLatin1("domain recheck --changed-only"));
        QVERIFY2(same.status == 0 || same.status == 4, same.err);
        QCOMPARE(same.out, QByteArray());
        // Nobody answers: nothing is known, and nothing changed.
        const CliRun dark = runInTheDark(S::fromLatin1("domain recheck --changed-only"));
        QCOMPARE(dark.status, 4);
        QCOMPARE(dark.out, QByteArray());
        const CliRun again = run(S::fromLatin1("domain recheck"));
        QCOMPARE(again.out, QByteArray());
        const CliRun none = cli_.run(words(S::fromLatin1("domain recheck --workspace absent.waypost")));
        QVERIFY(none.status != 0);
        QVERIFY(none.err.contains("no workspace"));
    }

    void requirementsAreHeldAgainstTheDomain() {
        const CliRun r = run(S::fromLatin1("domain requirements acme.test --selector s2024 --ip 127.77.1.5"));
        QVERIFY2(r.status == 0 || r.status == 1, r.err);
        QVERIFY(r.objects().size() > 50);
        bool met = false;
        for (const QJsonObject& o : r.objects()) {
            for (const char* field :
                 {"domain", "provider", "id", "requirement", "state", "evidence", "source"})
                QVERIFY2(o.contains(QLatin1String(field)), field);
            QVERIFY(!o[S::fromLatin1("evidence")].toString().isEmpty());
            met = met || o[S::fromLatin1("state")].toString() == QLatin1String("met");
        }
        QVERIFY(met);
        const CliRun bad = run(S::fromLatin1("domain requirements acme.test --ip 1.2.3"));
        QCOMPARE(bad.status, 2);
    }

    void cleanupTestCase() {
        lab_.terminate();
        QVERIFY(lab_.waitForFinished(10'000));
    }
};

QTEST_GUILESS_MAIN(TestCliDomain)
#include "tst_cli_domain.moc"
