// The RFC 7208 suite of the corpora (BSD-3-Clause, read in place), result and explanation: through the pure
// interface, through our resolver on loopback, and through Unbound. No case is left out.
#include "auth/spf_check.h"
#include "base/json.h"
#include "net/dialer.h"
#include "support/fake_clock.h"
#include "support/loopback_zone.h"
#include "support/paths.h"

#include <cstdio>
#include <fstream>

using namespace waypost;
using namespace waypost::auth;

namespace {

// Text of the corpora: one character, one octet.
std::string octets(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), qsizetype(utf8.size())).toLatin1().toStdString();
}

// Empty when the check ended as the case wants.
std::string fault(const json::object& wanted, const SpfCheck& got) {
    const std::string result(spfResultName(got.result));
    bool right = false;
    for (const auto& r : wanted.at("results").as_array()) right = right || r.as_string() == result;
    if (!right) return result + ": " + got.reason;
    const auto explanation = json::text(wanted, "explanation");
    if (got.result != SpfResult::Fail || explanation.empty()) return {};
    return got.explanation == octets(explanation) ? std::string() : "explanation " + got.explanation;
}

SpfRequest requestOf(const json::object& t) {
    return {*net::IpAddress::parse(json::text(t, "ip")), octets(json::text(t, "mail_from")),
            octets(json::text(t, "helo"))};
}

} // namespace

class TestConformanceSpf : public QObject {
    Q_OBJECT
    std::vector<json::value> scenarios_;
    std::map<std::string, int> right_;
    int cases_ = 0;

    void addRows() {
        QTest::addColumn<int>("scenario");
        QTest::addColumn<int>("index");
        for (size_t s = 0; s < scenarios_.size(); ++s) {
            const auto& tests = scenarios_[s].at("tests").as_array();
            for (size_t t = 0; t < tests.size(); ++t)
                QTest::addRow("%s", tests[t].at("name").as_string().c_str()) << int(s) << int(t);
        }
    }
    [[nodiscard]] const json::object& scenario(int s) const { return scenarios_[size_t(s)].as_object(); }
    [[nodiscard]] const json::object& test(int s, int t) const {
        return scenario(s).at("tests").as_array()[size_t(t)].as_object();
    }

    // The rows of a scenario follow each other: its zone is served once.
    std::unique_ptr<test::LoopbackZone> served_;
    int servedScenario_ = -1;
    std::string overTheWire(int s, int t, bool unbound) {
        if (!served_)
            served_ = std::make_unique<test::LoopbackZone>(test::LoopbackZoneOptions{.unbound = unbound});
        if (servedScenario_ != s) served_->serve(scenario(s).at("zone").as_object());
        servedScenario_ = s;
        const SpfRequest request = requestOf(test(s, t));
        SystemClock clock;
        SpfOptions options;
        options.clock = &clock;
        const SpfCheck check =
            served_->run<SpfCheck>([&](dns::Resolver& r) { return checkSpf(r, request, options); });
        return fault(test(s, t), check);
    }
    void stopServing() {
        served_.reset();
        servedScenario_ = -1;
    }

  private Q_SLOTS:
    void initTestCase() {
        net::guard::allowOnlyLoopback(true);
        std::ifstream in(test::corpora() / "spf" / "rfc7208.jsonl");
        std::string line;
        while (std::getline(in, line)) {
            auto v = json::parse(line, "rfc7208.jsonl");
            QVERIFY(v.has_value());
            cases_ += int(v->at("tests").as_array().size());
            scenarios_.push_back(std::move(*v));
        }
        if (scenarios_.empty()) QSKIP("CORPUS ABSENT: spf/rfc7208.jsonl");
    }
    void cleanupTestCase() {
        for (const auto& [way, right] : right_)
            std::printf("SPF, RFC 7208 suite, %s: %d of %d\n", way.c_str(), right, cases_);
        QCOMPARE(net::guard::stoppedAttempts(), std::uint64_t(0));
    }

    void pure_data() { addRows(); }
    void pure() {
        QFETCH(int, scenario);
        QFETCH(int, index);
        test::ZoneResolver zone;
        zone.addJson(this->scenario(scenario).at("zone").as_object());
        test::FakeClock clock;
        SpfOptions options;
        options.clock = &clock;
        const SpfRequest request = requestOf(test(scenario, index));
        const auto check = runReady(checkSpf(zone, request, options));
        QVERIFY(check.has_value());
        const std::string wrong = fault(test(scenario, index), *check);
        QVERIFY2(wrong.empty(), wrong.c_str());

        // Without the trace the verdict is the same.
        options.trace = false;
        const auto untraced = runReady(checkSpf(zone, request, options));
        QCOMPARE(untraced->result, check->result);
        QCOMPARE(untraced->explanation, check->explanation);
        QVERIFY(untraced->trace.empty() && untraced->answers.empty());
        ++right_["pure"];
    }

    void loopback_data() { addRows(); }
    void loopback() {
        QFETCH(int, scenario);
        QFETCH(int, index);
        const std::string wrong = overTheWire(scenario, index, false);
        QVERIFY2(wrong.empty(), wrong.c_str());
        ++right_["our resolver on loopback"];
    }

    void unbound_data() {
        stopServing();
        addRows();
    }
    void unbound() {
        QFETCH(int, scenario);
        QFETCH(int, index);
        const std::string absent = test::LoopbackZone::unboundAbsent();
        if (!absent.empty()) QSKIP(absent.c_str());
        const std::string wrong = overTheWire(scenario, index, true);
        QVERIFY2(wrong.empty(), wrong.c_str());
        ++right_["our resolver and Unbound"];
    }
};

QTEST_GUILESS_MAIN(TestConformanceSpf)
#include "tst_conformance_spf.moc"
