// The man page, the help texts and the installed files agree with the program.
#include "cli_program.h"

#include <QDir>
#include <QRegularExpression>
#include <QStandardPaths>

using namespace waypost::test;
using S = QString;

namespace {

QString manPage() {
    return qEnvironmentVariable("WAYPOST_MAN");
}

// The long options that a help text lists.
QStringList optionsOf(const QByteArray& help) {
    static const QRegularExpression option(S::fromLatin1(R"(^  (?:-\w,)?--([a-z-]+))"),
                                           QRegularExpression::MultilineOption);
    QStringList all;
    for (const QRegularExpressionMatch& m : option.globalMatch(S::fromUtf8(help))) all << m.captured(1);
    return all;
}

QStringList commandsOf(const QByteArray& help) {
    const qsizetype at = help.indexOf("Subcommands:\n");
    if (at < 0) return {};
    static const QRegularExpression command(S::fromLatin1(R"(^  ([a-z]+) )"),
                                            QRegularExpression::MultilineOption);
    QByteArray list = help.mid(at);
    list.truncate(list.indexOf("\n\n"));
    QStringList all;
    for (const QRegularExpressionMatch& m : command.globalMatch(S::fromUtf8(list))) all << m.captured(1);
    return all;
}

// The part of the man page below the heading, up to the next one.
QString sectionOf(const QString& page, const QString& heading) {
    const qsizetype at = page.indexOf(heading);
    if (at < 0) return {};
    const qsizetype text = page.indexOf(QLatin1Char('\n'), at);
    static const QRegularExpression next(S::fromLatin1(R"(^\.S[sh] )"), QRegularExpression::MultilineOption);
    return page.mid(text, page.indexOf(next, text) - text);
}

QStringList optionsOfSection(const QString& section) {
    static const QRegularExpression option(S::fromLatin1(R"(^\.It .*Fl -([a-z-]+))"),
                                           QRegularExpression::MultilineOption);
    QStringList all;
    for (const QRegularExpressionMatch& m : option.globalMatch(section)) all << m.captured(1);
    return all;
}

} // namespace

class TestCliMan : public QObject {
    Q_OBJECT

    CliProgram cli_;
    QString page_;

    QByteArray helpOf(const QStringList& command) const {
        const CliRun r = cli_.run(command + QStringList{S::fromLatin1("--help")});
        return r.status == 0 && r.err.isEmpty() ? r.out : QByteArray();
    }
    // Every command and verb, found by asking the program.
    void collect(const QStringList& above, QList<QStringList>& out) const {
        const QStringList below = commandsOf(helpOf(above));
        if (below.isEmpty()) out << above;
        for (const QString& c : below) collect(above + QStringList{c}, out);
    }

  private Q_SLOTS:
    void initTestCase() {
        QFile f(manPage());
        QVERIFY2(f.open(QIODevice::ReadOnly), qPrintable(manPage()));
        page_ = S::fromUtf8(f.readAll());
    }

    void everyCommandStandsInTheManPage_data() {
        QTest::addColumn<QStringList>("command");
        QList<QStringList> all;
        collect({}, all);
        QVERIFY(all.size() >= 9);
        for (const QStringList& c : all) QTest::newRow(qPrintable(c.join(QLatin1Char(' ')))) << c;
    }
    void everyCommandStandsInTheManPage() {
        QFETCH(QStringList, command);
        const QByteArray help = helpOf(command);
        const QString name = command.join(QLatin1Char(' '));
        QVERIFY2(help.contains("Example"), "no example in the help");
        QVERIFY2(help.contains(("  waypost-cli " + name).toUtf8()) ||
                     help.contains(("waypost-cli " + name).toUtf8()),
                 "the example shows another command");
        const QString section = sectionOf(page_, S::fromLatin1(".Ss ") + name);
        QVERIFY2(!section.isEmpty(), "no section in the man page");
        QStringList inHelp = optionsOf(help), inPage = optionsOfSection(section);
        inHelp.removeAll(S::fromLatin1("help"));
        inHelp.sort();
        inPage.sort();
        QCOMPARE(inPage, inHelp);
    }

    void everyGroupHasAnExample_data() {
        QTest::addColumn<QString>("group");
        for (const QString& c : commandsOf(helpOf({}))) QTest::newRow(qPrintable(c)) << c;
    }
    void everyGroupHasAnExample() {
        QFETCH(QString, group);
        const QByteArray help = helpOf({group});
        QVERIFY2(help.mid(help.indexOf("Example")).contains("waypost-cli " + group.toUtf8()), help);
    }

    void everyGlobalOptionStandsInTheManPage() {
        QStringList inHelp = optionsOf(helpOf({}));
        QStringList inPage = optionsOfSection(sectionOf(page_, S::fromLatin1(".Sh GLOBAL OPTIONS")));
        inHelp.sort();
        inPage.sort();
        QCOMPARE(inPage, inHelp);
    }

    void theManPageFormatsWithoutAWarning() {
        const QString groff = QStandardPaths::findExecutable(S::fromLatin1("groff"));
        const QString mandoc = QStandardPaths::findExecutable(S::fromLatin1("mandoc"));
        if (groff.isEmpty() && mandoc.isEmpty()) QSKIP("neither groff nor mandoc is installed");
        if (!mandoc.isEmpty()) {
            const CliRun r =
                cli_.runProgram(mandoc, {S::fromLatin1("-Tlint"), S::fromLatin1("-Wwarning"), manPage()});
            QVERIFY2(r.status == 0, r.out + r.err);
        }
        if (!groff.isEmpty()) {
            const CliRun r = cli_.runProgram(
                groff, {S::fromLatin1("-mdoc"), S::fromLatin1("-ww"), S::fromLatin1("-Tutf8"), manPage()});
            QCOMPARE(r.status, 0);
            QCOMPARE(r.err, QByteArray());
            QVERIFY(r.out.size() > 2000);
        }
    }

    void anInstalledProgramFindsItsResources() {
        const QString prefix = cli_.file(S::fromLatin1("prefix"));
        for (const char* component : {"cli", "data"}) {
            const CliRun r = cli_.runProgram(
                qEnvironmentVariable("WAYPOST_CMAKE"),
                {S::fromLatin1("--install"), qEnvironmentVariable("WAYPOST_BUILD"), S::fromLatin1("--prefix"),
                 prefix, S::fromLatin1("--component"), QLatin1String(component)});
            QVERIFY2(r.status == 0, r.out + r.err);
        }
        const QString program = prefix + S::fromLatin1("/bin/waypost-cli");
        QVERIFY(QFile::exists(prefix + S::fromLatin1("/share/man/man1/waypost-cli.1")));
        // Without the variable that tests set, as after a real installation.
        qunsetenv("WAYPOST_RESOURCES");
        const CliRun paths = cli_.runProgram(program, {S::fromLatin1("paths"), S::fromLatin1("--json")});
        QCOMPARE(paths.status, 0);
        QCOMPARE(paths.objects().front()[S::fromLatin1("resources")].toString(),
                 QDir(prefix + S::fromLatin1("/share/waypost")).canonicalPath());
        const CliRun reply = cli_.runProgram(
            program,
            {S::fromLatin1("reply"), S::fromLatin1("classify"), S::fromLatin1("-"), S::fromLatin1("--json")},
            "550 5.1.1 user unknown\n");
        QCOMPARE(reply.status, 0);
        QCOMPARE(reply.objects().front()[S::fromLatin1("category")].toString(),
                 S::fromLatin1("rejected-invalid-user"));
    }
};

QTEST_GUILESS_MAIN(TestCliMan)
#include "tst_cli_man.moc"
