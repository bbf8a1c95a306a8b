// The public ARC suite (ValiMail, MIT; read in place): the state of every chain.
#include "auth/arc_check.h"
#include "base/json.h"
#include "net/dialer.h"
#include "support/loopback_zone.h"
#include "support/paths.h"

#include <fstream>
#include <sstream>

using namespace waypost;
using namespace waypost::auth;

namespace {

std::string readFile(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

struct Case {
    std::string file, result;
    std::shared_ptr<const json::object> zone;
};

std::vector<Case> readCases(const std::filesystem::path& file) {
    std::vector<Case> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        auto v = json::parse(line, file.string());
        if (!v) continue;
        const auto& scenario = v->as_object();
        const auto zone = std::make_shared<const json::object>(scenario.at("zone").as_object());
        for (const auto& t : scenario.at("tests").as_array()) {
            const auto& o = t.as_object();
            out.push_back({std::string(json::text(o, "file")), std::string(json::text(o, "result")), zone});
        }
    }
    return out;
}

} // namespace

class TestConformanceArc : public QObject {
    Q_OBJECT
  private:
    std::vector<Case> cases_;

    std::unique_ptr<test::LoopbackZone> served_;
    const json::object* servedZone_ = nullptr;

    static std::shared_ptr<const mail::HeaderBlock> messageOf(const Case& c) {
        auto bytes = std::make_shared<const std::string>(readFile(test::corpora() / c.file));
        return std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(bytes));
    }
    static DkimVerifyOptions options() {
        DkimVerifyOptions options;
        options.now = UtcTime{1'780'000'000'000};
        return options;
    }
    static void judge(const Case& c, const ArcCheck& check) {
        QVERIFY2(arcResultName(check.result) == c.result, check.reason.c_str());
        QVERIFY(!check.reason.empty());
    }
    void overTheWire(const Case& c, bool unbound) {
        if (!served_)
            served_ = std::make_unique<test::LoopbackZone>(test::LoopbackZoneOptions{.unbound = unbound});
        if (servedZone_ != c.zone.get()) served_->serve(*c.zone);
        servedZone_ = c.zone.get();
        const auto message = messageOf(c);
        const ArcCheck check =
            served_->run<ArcCheck>([&](dns::Resolver& r) { return verifyArc(r, message, options()); });
        judge(c, check);
    }
    void stopServing() {
        served_.reset();
        servedZone_ = nullptr;
    }
    void rows() {
        QTest::addColumn<int>("number");
        for (size_t i = 0; i < cases_.size(); ++i) QTest::newRow(cases_[i].file.c_str()) << int(i);
    }

  private Q_SLOTS:
    void initTestCase() {
        net::guard::allowOnlyLoopback(true);
        const auto file = test::corpora() / "arc" / "validation.jsonl";
        if (!std::filesystem::exists(file)) QSKIP("CORPUS ABSENT: arc/validation.jsonl");
        cases_ = readCases(file);
        QVERIFY(!cases_.empty());
    }

    void pureInterface_data() { rows(); }
    void pureInterface() {
        QFETCH(int, number);
        const Case& c = cases_[size_t(number)];
        test::ZoneResolver zone;
        zone.addJson(*c.zone);
        auto check = runReady(verifyArc(zone, messageOf(c), options()));
        QVERIFY(check.has_value());
        judge(c, *check);
    }

    void ourResolver_data() { rows(); }
    void ourResolver() {
        QFETCH(int, number);
        overTheWire(cases_[size_t(number)], false);
    }
    void endOfOurResolver() { stopServing(); }

    void throughUnbound_data() { rows(); }
    void throughUnbound() {
        QFETCH(int, number);
        const std::string absent = test::LoopbackZone::unboundAbsent();
        if (!absent.empty()) QSKIP(absent.c_str());
        overTheWire(cases_[size_t(number)], true);
    }
    void cleanupTestCase() { stopServing(); }
};

QTEST_GUILESS_MAIN(TestConformanceArc)
#include "tst_conformance_arc.moc"
