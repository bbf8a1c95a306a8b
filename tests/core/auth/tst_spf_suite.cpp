// The RFC 7208 suite of the corpora, through the pure interface. No case is left out.
#include "auth/spf_check.h"
#include "base/json.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

#include <fstream>

using namespace waypost;
using namespace waypost::auth;

namespace {

// Text of the corpora: one character, one octet.
std::string octets(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), qsizetype(utf8.size())).toLatin1().toStdString();
}

} // namespace

class TestSpfSuite : public QObject {
    Q_OBJECT
    std::vector<json::value> scenarios_;

  private Q_SLOTS:
    void initTestCase() {
        std::ifstream in(test::corpora() / "spf" / "rfc7208.jsonl");
        std::string line;
        while (std::getline(in, line)) {
            auto v = json::parse(line, "rfc7208.jsonl");
            QVERIFY(v.has_value());
            scenarios_.push_back(std::move(*v));
        }
        if (scenarios_.empty()) QSKIP("corpus spf absent");
    }

    void suite_data() {
        QTest::addColumn<int>("scenario");
        QTest::addColumn<int>("index");
        for (size_t s = 0; s < scenarios_.size(); ++s) {
            const auto& tests = scenarios_[s].at("tests").as_array();
            for (size_t t = 0; t < tests.size(); ++t)
                QTest::addRow("%s", tests[t].at("name").as_string().c_str()) << int(s) << int(t);
        }
    }
    void suite() {
        QFETCH(int, scenario);
        QFETCH(int, index);
        const auto& s = scenarios_[size_t(scenario)].as_object();
        const auto& t = s.at("tests").as_array()[size_t(index)].as_object();
        test::ZoneResolver zone;
        zone.addJson(s.at("zone").as_object());
        test::FakeClock clock;
        SpfOptions options;
        options.clock = &clock;
        auto ip = net::IpAddress::parse(json::text(t, "ip"));
        QVERIFY(ip.has_value());
        SpfRequest request{*ip, octets(json::text(t, "mail_from")), octets(json::text(t, "helo"))};
        auto check = runReady(checkSpf(zone, request, options));
        QVERIFY(check.has_value());
        bool right = false;
        for (const auto& r : t.at("results").as_array())
            if (r.as_string() == spfResultName(check->result)) right = true;
        QVERIFY2(right, (std::string(spfResultName(check->result)) + ": " + check->reason).c_str());
        const auto expected = json::text(t, "explanation");
        if (check->result == SpfResult::Fail && !expected.empty())
            QCOMPARE(check->explanation, octets(expected));

        // Without the trace the verdict is the same.
        options.trace = false;
        auto untraced = runReady(checkSpf(zone, request, options));
        QCOMPARE(untraced->result, check->result);
        QCOMPARE(untraced->explanation, check->explanation);
        QVERIFY(untraced->trace.empty() && untraced->answers.empty());
    }
};

QTEST_APPLESS_MAIN(TestSpfSuite)
#include "tst_spf_suite.moc"
