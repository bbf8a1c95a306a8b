// The public ARC suite (ValiMail, MIT; read in place): the state of every chain.
#include "auth/arc_check.h"
#include "base/json.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

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
    json::object zone;
};

std::vector<Case> readCases(const std::filesystem::path& file) {
    std::vector<Case> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        auto v = json::parse(line, file.string());
        if (!v) continue;
        const auto& scenario = v->as_object();
        for (const auto& t : scenario.at("tests").as_array()) {
            const auto& o = t.as_object();
            out.push_back({std::string(json::text(o, "file")), std::string(json::text(o, "result")),
                           scenario.at("zone").as_object()});
        }
    }
    return out;
}

} // namespace

class TestConformanceArc : public QObject {
    Q_OBJECT
  private:
    std::vector<Case> cases_;

  private Q_SLOTS:
    void initTestCase() {
        const auto file = test::corpora() / "arc" / "validation.jsonl";
        if (!std::filesystem::exists(file)) QSKIP("corpus arc absent");
        cases_ = readCases(file);
        QVERIFY(!cases_.empty());
    }

    void pureInterface_data() {
        QTest::addColumn<int>("number");
        for (size_t i = 0; i < cases_.size(); ++i) QTest::newRow(cases_[i].file.c_str()) << int(i);
    }
    void pureInterface() {
        QFETCH(int, number);
        const Case& c = cases_[size_t(number)];
        test::ZoneResolver zone;
        zone.addJson(c.zone);
        auto bytes = std::make_shared<const std::string>(readFile(test::corpora() / c.file));
        auto message = std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(bytes));
        DkimVerifyOptions options;
        options.now = UtcTime{1'780'000'000'000};
        auto check = runReady(verifyArc(zone, message, options));
        QVERIFY(check.has_value());
        QVERIFY2(arcResultName(check->result) == c.result, check->reason.c_str());
        QVERIFY(check->result != ArcResult::Fail || !check->reason.empty());
    }
};

QTEST_APPLESS_MAIN(TestConformanceArc)
#include "tst_conformance_arc.moc"
