#include "ingest/syslog_head.h"

using namespace waypost;
using namespace waypost::ingest;

class TestSyslogHead : public QObject {
    Q_OBJECT

    static QString stamps(const QStringList& lines, const char* reference, int offset = 0) {
        HeadReader reader(*parseUtc(reference), {false, offset});
        QStringList out;
        for (const auto& l : lines) {
            SyslogHead head;
            std::string line = l.toStdString() + " mx postfix/smtp[1]: x";
            out << (reader.read(line, head) ? QString::fromStdString(formatUtc(head.at))
                                            : QString("refused"));
        }
        return out.join(' ');
    }

  private Q_SLOTS:
    void years_data() {
        QTest::addColumn<QStringList>("lines");
        QTest::addColumn<QString>("reference");
        QTest::addColumn<QString>("out");
        QTest::newRow("the year of the file's time")
            << QStringList{"Nov  1 03:02:01"} << "2026-11-21" << "2026-11-01T03:02:01Z";
        QTest::newRow("a log older than new year")
            << QStringList{"Dec 30 23:59:59", "Jan  2 00:00:00"} << "2026-01-03"
            << "2025-12-30T23:59:59Z 2026-01-02T00:00:00Z";
        QTest::newRow("a line out of order at new year")
            << QStringList{"Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:58", "Jan  1 00:00:01"}
            << "2026-06-01"
            << "2025-12-31T23:59:59Z 2026-01-01T00:00:00Z 2025-12-31T23:59:58Z 2026-01-01T00:00:01Z";
        QTest::newRow("a log that jumps forward for months")
            << QStringList{"Feb  1 00:00:00", "Nov  1 00:00:00"} << "2026-11-02"
            << "2026-02-01T00:00:00Z 2026-11-01T00:00:00Z";
        QTest::newRow("a log that jumps back a little stays in its year")
            << QStringList{"Mar 10 00:00:00", "Mar  3 00:00:00"} << "2026-05-02"
            << "2026-03-10T00:00:00Z 2026-03-03T00:00:00Z";
        QTest::newRow("a zone ahead of the file's time")
            << QStringList{"Jan  1 00:30:00"} << "2025-12-31T23:30:00Z" << "2026-01-01T00:30:00Z";
        QTest::newRow("a leap day") << QStringList{"Feb 29 12:00:00"} << "2024-03-02"
                                    << "2024-02-29T12:00:00Z";
        QTest::newRow("RFC 3339 with an offset and microseconds")
            << QStringList{"2026-11-01T03:02:01.123456+01:00", "2026-11-01T03:02:02.5+01:00"} << "2026-11-02"
            << "2026-11-01T02:02:01.123Z 2026-11-01T02:02:02.500Z";
        QTest::newRow("RFC 3339 whose offset changes within the hour")
            << QStringList{"2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"} << "2026-11-02"
            << "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z";
        QTest::newRow("stamps that are none")
            << QStringList{"Nov 32 03:02:01", "Nix  1 03:02:01",      "Nov  1 25:02:01",
                           "Nov  1 03:62:01", "2026-13-01T03:02:01Z", "2026-11-01T03:02:01"}
            << "2026-11-21" << "refused refused refused refused refused refused";
    }
    void years() {
        QFETCH(QStringList, lines);
        QFETCH(QString, reference);
        QFETCH(QString, out);
        QCOMPARE(stamps(lines, reference.toUtf8().constData()), out);
    }

    void localTimeIsShifted() {
        QCOMPARE(stamps({"Nov  1 03:02:01"}, "2026-11-21", 60), QString("2026-11-01T02:02:01Z"));
    }

    void programs_data() {
        QTest::addColumn<QString>("rest");
        QTest::addColumn<QString>("out");
        QTest::newRow("a daemon") << "mx1 postfix/smtp[12]: A: b" << "mx1|postfix|smtp|A: b";
        QTest::newRow("an instance") << "mx1 postfix-out/qmgr[12]: A" << "mx1|postfix-out|qmgr|A";
        QTest::newRow("a service with its own syslog name")
            << "h postfix/submission/smtpd[1]: c" << "h|postfix/submission|smtpd|c";
        QTest::newRow("another program") << "h dovecot: imap-login: x" << "h||dovecot|imap-login: x";
        QTest::newRow("no program") << "h just words here" << "refused";
        QTest::newRow("an unclosed process id") << "h postfix/smtp[12: x" << "refused";
        QTest::newRow("no host") << "" << "refused";
    }
    void programs() {
        QFETCH(QString, rest);
        QFETCH(QString, out);
        HeadReader reader(*parseUtc("2026-11-21"));
        SyslogHead h;
        std::string line = "Nov  1 03:02:01 " + rest.toStdString();
        QString got = "refused";
        if (reader.read(line, h))
            got = QString::fromStdString(std::string(h.host) + "|" + std::string(h.instance) + "|" +
                                         std::string(h.service) + "|" + std::string(h.body));
        QCOMPARE(got, out);
    }
};

QTEST_APPLESS_MAIN(TestSyslogHead)
#include "tst_syslog_head.moc"
