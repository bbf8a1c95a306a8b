// What published return codes mean, list by list, over the shipped catalogue; and what is never a verdict.
#include "reputation/catalogue.h"
#include "reputation/confirm.h"
#include "reputation/judge.h"
#include "reputation/quoted_lists.h"
#include "support/paths.h"

#include <QTest>

using namespace waypost;
using namespace waypost::reputation;

namespace {

dns::Answer answerOf(const QStringList& addresses) {
    dns::Answer a;
    a.status = addresses.isEmpty() ? dns::Status::NxDomain : dns::Status::Ok;
    for (const QString& text : addresses)
        a.records.push_back({"x", dns::RecordType::A, 300, dns::AddressData{text.toStdString()}});
    return a;
}

std::shared_ptr<const Catalogue> shipped() {
    static const auto catalogue = Catalogue::load(test::resources() / "lists");
    if (!catalogue) qFatal("%s", catalogue.error().describe().c_str());
    return *catalogue;
}

void row(const char* title, const char* list, const char* addresses, const char* status, const char* subs,
         const char* kind = "") {
    QTest::newRow(title) << QString::fromUtf8(list) << QString::fromUtf8(addresses)
                         << QString::fromUtf8(status) << QString::fromUtf8(subs) << QString::fromUtf8(kind);
}

} // namespace

class TestListJudge : public QObject {
    Q_OBJECT

    static void spamhaus() {
        row("ZEN .2 is SBL", "zen.spamhaus.org", "127.0.0.2", "listed", "SBL");
        row("ZEN .3 is CSS", "zen.spamhaus.org", "127.0.0.3", "listed", "CSS");
        row("ZEN .4 is XBL", "zen.spamhaus.org", "127.0.0.4", "listed", "XBL");
        row("ZEN .7 is XBL too", "zen.spamhaus.org", "127.0.0.7", "listed", "XBL");
        row("ZEN .9 beside .2 is DROP and SBL", "zen.spamhaus.org", "127.0.0.9 127.0.0.2", "listed",
            "SBL DROP");
        row("ZEN .10 and .11 are PBL", "zen.spamhaus.org", "127.0.0.10 127.0.0.11", "listed", "PBL");
        row("ZEN .30 is BCL", "zen.spamhaus.org", "127.0.0.30", "listed", "BCL");
        row("ZEN .252 is a mistyped zone", "zen.spamhaus.org", "127.255.255.252", "refused", "");
        row("ZEN .254 is an open resolver", "zen.spamhaus.org", "127.255.255.254", "refused", "");
        row("ZEN .255 is too many questions", "zen.spamhaus.org", "127.255.255.255", "refused", "");
        row("ZEN .99 is published nowhere", "zen.spamhaus.org", "127.0.0.99", "error", "");
        row("ZEN via DQS has the same codes", "zen.dq.spamhaus.net", "127.0.0.4", "listed", "XBL");
        row("DQS with a bad key refuses", "zen.dq.spamhaus.net", "127.255.255.250", "refused", "");
        row("AuthBL .20", "authbl.dq.spamhaus.net", "127.0.0.20", "listed", "AuthBL");
        row("DBL .2 is spam", "dbl.spamhaus.org", "127.0.1.2", "listed", "spam");
        row("DBL .4 is phish", "dbl.spamhaus.org", "127.0.1.4", "listed", "phish");
        row("DBL .5 is malware", "dbl.spamhaus.org", "127.0.1.5", "listed", "malware");
        row("DBL .6 is a botnet", "dbl.spamhaus.org", "127.0.1.6", "listed", "botnet");
        row("DBL .102 is abused", "dbl.spamhaus.org", "127.0.1.102", "listed", "abused-spam");
        row("DBL .106 is abused by a botnet", "dbl.spamhaus.org", "127.0.1.106", "listed", "abused-botnet");
        row("DBL .255 is an address asked for", "dbl.spamhaus.org", "127.0.1.255", "refused", "");
        row("DBL refuses open resolvers", "dbl.spamhaus.org", "127.255.255.254", "refused", "");
        row("ZRD .5 is five hours old", "zrd.dq.spamhaus.net", "127.0.2.5", "listed", "ZRD");
        row("ZRD .255 is an address asked for", "zrd.dq.spamhaus.net", "127.0.2.255", "refused", "");
    }
    static void bitmasks() {
        row("SURBL 8 is phish", "multi.surbl.org", "127.0.0.8", "listed", "PH");
        row("SURBL 64+16 is abuse and malware", "multi.surbl.org", "127.0.0.80", "listed", "MW ABUSE");
        row("SURBL 128 is cracked", "multi.surbl.org", "127.0.0.128", "listed", "CR");
        row("SURBL 252 is all of them", "multi.surbl.org", "127.0.0.252", "listed", "DM PH MW CT ABUSE CR");
        row("SURBL 1 is a refusal", "multi.surbl.org", "127.0.0.1", "refused", "");
        row("SURBL bits count in 127.0.0.x alone", "multi.surbl.org", "127.0.1.8", "error", "");
        row("URIBL 2 is black", "multi.uribl.com", "127.0.0.2", "listed", "black");
        row("URIBL 4 is grey", "multi.uribl.com", "127.0.0.4", "listed", "grey");
        row("URIBL 14 is all three", "multi.uribl.com", "127.0.0.14", "listed", "black grey red");
        row("URIBL 1 is a refusal", "multi.uribl.com", "127.0.0.1", "refused", "");
        row("URIBL 255 is a refusal", "multi.uribl.com", "127.0.0.255", "refused", "black grey red");
        row("SEM fresh15 has bit 2", "fresh15.spameatingmonkey.net", "127.0.0.2", "listed", "SEM-FRESH15");
    }
    static void others() {
        row("Barracuda .2", "b.barracudacentral.org", "127.0.0.2", "listed", "BRBL");
        row("SpamCop .2", "bl.spamcop.net", "127.0.0.2", "listed", "SCBL");
        row("PSBL .2", "psbl.surriel.com", "127.0.0.2", "listed", "PSBL");
        row("UCEPROTECT 1 .2", "dnsbl-1.uceprotect.net", "127.0.0.2", "listed", "level 1");
        row("UCEPROTECT 3 .2", "dnsbl-3.uceprotect.net", "127.0.0.2", "listed", "level 3");
        row("Abusix .3 is spam", "combined.mail.abusix.zone", "127.0.0.3", "listed", "black");
        row("Abusix .4 is an exploit", "combined.mail.abusix.zone", "127.0.0.4", "listed", "exploit");
        row("Abusix .12 is policy", "combined.mail.abusix.zone", "127.0.0.12", "listed", "noip");
        row("SpamRATS .36 is dynamic", "all.spamrats.com", "127.0.0.36", "listed", "dyna");
        row("SpamRATS .43 is auth", "all.spamrats.com", "127.0.0.43", "listed", "auth");
        row("Sender Score list .1 is a bot", "bl.score.senderscore.com", "127.0.0.1", "listed", "bot");
        row("Sender Score list refuses strangers", "bl.score.senderscore.com", "127.255.255.255", "refused",
            "");
        row("Sender Score 87 is a score", "score.senderscore.com", "127.0.4.87", "clean", "score",
            "score 87");
        row("Mailspike .10 is the worst", "rep.mailspike.net", "127.0.0.10", "listed", "L5");
        row("Mailspike .14 is neutral", "rep.mailspike.net", "127.0.0.14", "clean", "neutral", "welcome");
        row("Mailspike .20 is excellent", "rep.mailspike.net", "127.0.0.20", "clean", "H5", "welcome");
        row("DroneBL .8 is an open proxy", "dnsbl.dronebl.org", "127.0.0.8", "listed", "socks");
        row("blocklist.de .14 is ssh", "bl.blocklist.de", "127.0.0.14", "listed", "ssh");
        row("blocklist.de lists by any code", "bl.blocklist.de", "127.0.0.77", "listed", "");
        row("SEM lists by any code", "bl.spameatingmonkey.net", "127.0.0.9", "listed", "");
        row("Hostkarma .1 is white", "hostkarma.junkemailfilter.com", "127.0.0.1", "clean", "white",
            "welcome");
        row("Hostkarma .2 is black", "hostkarma.junkemailfilter.com", "127.0.0.2", "listed", "black");
        row("MSBL grey", "ebl.msbl.org", "127.0.1.2", "listed", "EBL grey");
    }
    static void welcomes() {
        row("DNSWL category 5, medium", "list.dnswl.org", "127.0.5.2", "clean", "medium", "welcome");
        row("DNSWL category 15, high", "list.dnswl.org", "127.0.15.3", "clean", "high", "welcome");
        row("DNSWL over quota", "list.dnswl.org", "127.0.0.255", "refused", "");
        row("DNSWL over quota in disguise", "list.dnswl.org", "127.0.10.3", "refused", "");
        row("IADB vouched", "iadb.isipp.com", "127.0.1.255", "clean", "vouched", "welcome");
        row("Bonded Sender", "sa-trusted.bondedsender.org", "127.0.0.10", "clean", "certified", "welcome");
        row("Bonded Sender refuses", "sa-trusted.bondedsender.org", "127.255.255.255", "refused", "");
    }

  private Q_SLOTS:
    void publishedCodes_data() {
        QTest::addColumn<QString>("list");
        QTest::addColumn<QString>("addresses");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("subs");
        QTest::addColumn<QString>("kind");
        spamhaus();
        bitmasks();
        others();
        welcomes();
    }
    void publishedCodes() {
        QFETCH(QString, list);
        const List* l = shipped()->find(list.toStdString());
        QVERIFY2(l, qPrintable(list));
        QFETCH(QString, addresses);
        const Judgement j = judge(*l, answerOf(addresses.split(QLatin1Char(' '), Qt::SkipEmptyParts)));
        QTEST(QString::fromStdString(std::string(statusName(j.status))), "status");
        QString subs;
        for (const auto& s : j.subs) subs += (subs.isEmpty() ? "" : " ") + QString::fromStdString(s);
        if (j.status != Status::Refused) QTEST(subs, "subs");
        const QString kind = j.score     ? QStringLiteral("score %1").arg(*j.score)
                             : j.welcome ? QStringLiteral("welcome")
                                         : QString();
        QTEST(kind, "kind");
        QVERIFY(j.status == Status::Clean || !j.meaning.empty());
    }

    void notKnowingHasAName_data() {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("reason");
        QTest::newRow("a timeout") << int(dns::Status::Timeout) << "timeout";
        QTest::newRow("SERVFAIL") << int(dns::Status::ServFail) << "servfail";
        QTest::newRow("REFUSED") << int(dns::Status::Refused) << "dns-refused";
        QTest::newRow("bytes that are no answer") << int(dns::Status::Malformed) << "malformed";
        QTest::newRow("no way to send") << int(dns::Status::Unreachable) << "unreachable";
        QTest::newRow("stopped") << int(dns::Status::Cancelled) << "cancelled";
    }
    void notKnowingHasAName() {
        QFETCH(int, status);
        dns::Answer a;
        a.status = dns::Status(status);
        for (const List& list : shipped()->lists()) {
            const Judgement j = judge(list, a);
            QVERIFY(j.status == Status::Error);
            QTEST(QString::fromStdString(std::string(reasonName(j.reason))), "reason");
        }
    }

    // Whatever the list: neither is ever a listing, nor clean.
    void refusalsAndLies_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("status");
        for (const char* a : {"127.255.255.252", "127.255.255.254", "127.255.255.255"})
            QTest::newRow(a) << a << "refused";
        for (const char* a : {"192.0.2.1", "10.0.0.1", "0.0.0.0", "128.0.0.2"})
            QTest::newRow(a) << a << "error";
    }
    void refusalsAndLies() {
        QFETCH(QString, address);
        for (const List& list : shipped()->lists()) {
            const Judgement alone = judge(list, answerOf({address}));
            QTEST(QString::fromStdString(std::string(statusName(alone.status))), "status");
            const Judgement beside = judge(list, answerOf({QStringLiteral("127.0.0.2"), address}));
            QVERIFY2(beside.status != Status::Listed && beside.status != Status::Clean, list.id.c_str());
            QVERIFY(!beside.welcome && !beside.score);
        }
    }

    void noRecordIsClean() {
        for (const List& list : shipped()->lists()) {
            dns::Answer a = answerOf({});
            QVERIFY(judge(list, a).status == Status::Clean);
            a.status = dns::Status::NoData;
            QVERIFY(judge(list, a).status == Status::Clean);
        }
    }

    void twoHitsRaiseTwoMissesClear() {
        CellState s;
        std::int64_t at = 1000;
        const auto look = [&](Status seen) { return advance(s, seen, {at += 1000}); };
        QVERIFY(look(Status::Listed) == Change::None);
        QVERIFY(look(Status::Clean) == Change::None); // one hit alone is no news
        QVERIFY(look(Status::Listed) == Change::None);
        QVERIFY(look(Status::Error) == Change::None); // not knowing ends no row
        QVERIFY(look(Status::Listed) == Change::Raised);
        QCOMPARE(s.listedSince.ms, std::int64_t(4000));
        QVERIFY(look(Status::Listed) == Change::None);
        QVERIFY(look(Status::Clean) == Change::None);
        QVERIFY(s.listed && s.raw == Status::Clean);
        QVERIFY(look(Status::Refused) == Change::None);
        QVERIFY(look(Status::Clean) == Change::Cleared);
        QVERIFY(!s.listed);
    }

    void repliesNameLists_data() {
        QTest::addColumn<QString>("reply");
        QTest::addColumn<QString>("lists");
        QTest::newRow("Postfix with a zone")
            << "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org"
            << "spamhaus-zen";
        QTest::newRow("a link to a lookup page")
            << "550 Blocked - see https://www.spamcop.net/bl.shtml?203.0.113.7" << "spamcop";
        QTest::newRow("two lists") << "550 rejected: b.barracudacentral.org, psbl.surriel.com"
                                   << "barracuda psbl";
        QTest::newRow("a list that nobody can ask")
            << "550 5.7.606 Access denied, banned sending IP [203.0.113.7]" << "microsoft";
        QTest::newRow("the domain list and not ZEN too")
            << "550 link blocked by DBL.spamhaus.org" << "spamhaus-dbl";
        QTest::newRow("a word inside another") << "550 mypsblist says no" << "";
        QTest::newRow("no list") << "550 5.1.1 user unknown" << "";
    }
    void repliesNameLists() {
        QFETCH(QString, reply);
        const QuotedLists quoted(shipped());
        QString found;
        for (const List* l : quoted.in(reply.toStdString()))
            found += (found.isEmpty() ? "" : " ") + QString::fromStdString(l->id);
        QTEST(found, "lists");
    }
};

QTEST_GUILESS_MAIN(TestListJudge)
#include "tst_list_judge.moc"
