// The tiles of the Domains screen, from the stored form of real inspections of a zone.
#include "domain/inspect.h"
#include "engine/domain_view.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

#include <QTest>

using namespace waypost;
using namespace waypost::engine;

namespace {

const char* const zone = "example.org SOA ns1.example.org h.example.org 1 2 3 4 300\n"
                         "example.org NS ns1.example.org\n"
                         "example.org NS ns2.example.org\n"
                         "example.org MX 10 mx.example.org\n"
                         "mx.example.org A 192.0.2.5\n"
                         "5.2.0.192.in-addr.arpa PTR mx.example.org\n"
                         "quiet.example.org A 192.0.2.5\n"
                         "mute.example.org MX !timeout\n";

// Says of every mail exchanger that it offers no TLS, and of every file that it is not there.
class PoorProber final : public domain::Prober {
  public:
    Task<net::HttpResponse> fetch(domain::FileWanted) override {
        net::HttpResponse r;
        r.outcome = net::HttpOutcome::Answered;
        r.status = 404;
        r.body = "gone";
        r.transcript.note({}, "GET");
        co_return r;
    }
    Task<domain::MailProbe> greet(std::string host, std::vector<net::IpAddress> addresses) override {
        domain::MailProbe p;
        p.remote = {addresses.front(), 25};
        p.connected = p.greeted = true;
        p.bannerName = p.ehloName = host;
        p.tlsState = smtp::TlsState::NotOffered;
        p.transcript.add({}, Direction::Received, "220 " + host + " ESMTP\r\n");
        co_return p;
    }
    Task<dns::Answer> askServer(net::IpAddress server, dns::Question question) override {
        dns::Answer a;
        a.question = question;
        a.status = dns::Status::Refused;
        a.server = server.toString();
        co_return a;
    }
};

std::string stored(const std::string& domain, domain::Prober* prober = nullptr) {
    test::FakeClock clock;
    test::ZoneResolver resolver(zone);
    resolver.setAuthenticated(true);
    resolver.setClock(&clock);
    domain::InspectOptions options;
    auto catalogue = domain::FindingCatalogue::load(test::resources() / "rules" / "findings.json");
    if (!catalogue) qFatal("%s", catalogue.error().describe().c_str());
    options.catalogue = *catalogue;
    options.clock = &clock;
    options.selectors = {"s"};
    options.prober = prober;
    auto report = runReady(domain::inspect(resolver, domain, options));
    if (!report) qFatal("the inspection did not end");
    return domain::toJson(*report);
}

const AreaView& area(const DomainView& view, const QString& id) {
    for (const AreaView& a : view.areas)
        if (QString::fromStdString(a.id) == id) return a;
    qFatal("no area %s", qPrintable(id));
}

} // namespace

class TestDomainView : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aConversationStandsBehindTheAnswers() {
        PoorProber prober;
        auto view = domainViewFromJson(stored("example.org", &prober));
        QVERIFY(view.has_value());
        const auto finding = std::find_if(view->findings.begin(), view->findings.end(),
                                          [](const FindingView& f) { return f.id == "mx-no-starttls"; });
        QVERIFY(finding != view->findings.end());
        QCOMPARE(finding->area, std::string("mx"));
        QVERIFY(finding->answer >= 0 && size_t(finding->answer) < view->answers.size());
        const AnswerView& talk = view->answers[size_t(finding->answer)];
        QCOMPARE(talk.question, std::string("smtp mx.example.org"));
        QCOMPARE(talk.transport, std::string("smtp"));
        QVERIFY2(talk.records.contains("220 mx.example.org ESMTP"), talk.records.c_str());
        // The node of the host's TLS leads to it too.
        const Node& top = area(*view, "mx").tree.front();
        bool led = false;
        std::function<void(const Node&)> walk = [&](const Node& n) {
            led = led || n.raw == finding->answer;
            for (const Node& c : n.children) walk(c);
        };
        walk(top);
        QVERIFY(led);
        QCOMPARE(int(area(*view, "mx").state), int(State::Error));
    }

    void aTileSaysWhatWasSeen_data() {
        QTest::addColumn<std::string>("domain");
        QTest::addColumn<QString>("id");
        QTest::addColumn<State>("state");
        QTest::addColumn<QString>("headline");
        const QString missing = "nothing.test does not exist: the answer is NXDOMAIN.";
        for (const char* id : {"mx", "ptr", "dane", "zone"})
            QTest::addRow("the %s of a name that does not exist is not ok", id)
                << std::string("nothing.test") << QString(id) << State::Absent << missing;
        QTest::newRow("the SPF of a name that does not exist has its finding")
            << std::string("nothing.test") << QString("spf") << State::Error << QString("no record");
        QTest::newRow("the MX of a name that exists is ok")
            << std::string("example.org") << QString("mx") << State::Ok << QString("mx.example.org");
        QTest::newRow("one address is not addresses")
            << std::string("example.org") << QString("ptr") << State::Ok << QString("1 address");
        QTest::newRow("two name servers are counted")
            << std::string("example.org") << QString("zone") << State::Ok << QString("2 name servers");
        QTest::newRow("an MX that could not be looked up stays unknown")
            << std::string("mute.example.org") << QString("mx") << State::Unknown << QString();
    }
    void aTileSaysWhatWasSeen() {
        QFETCH(std::string, domain);
        QFETCH(QString, id);
        QFETCH(State, state);
        QFETCH(QString, headline);
        auto view = domainViewFromJson(stored(domain));
        QVERIFY(view.has_value());
        const AreaView& tile = area(*view, id);
        QCOMPARE(int(tile.state), int(state));
        if (!headline.isEmpty()) QCOMPARE(QString::fromStdString(tile.headline), headline);
        QCOMPARE(int(tile.tree.front().state), int(state));
        QCOMPARE(tile.tree.front().value, tile.headline);
    }
    void whatIsNotAReportIsRefused() {
        QCOMPARE(domainViewFromJson("[]").error().code, ErrorCode::Corrupt);
        QVERIFY(!domainViewFromJson("{").has_value());
    }
};

QTEST_APPLESS_MAIN(TestDomainView)
#include "tst_domain_view.moc"
