// Public DKIM corpora (chasquid, Stalwart, Mail::DKIM; read in place): every message with its keys and its
// clock. `forbidden` marks messages that the rules of today refuse whatever their label says: then the
// refusal must name why.
#include "auth/dkim_check.h"
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
    std::string name;
    json::object value;
};

std::vector<Case> readCases(const std::filesystem::path& file) {
    std::vector<Case> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (auto v = json::parse(line, file.string()))
            out.push_back({std::string(json::text(v->as_object(), "file")), v->as_object()});
    return out;
}

std::string describe(const DkimCheck& check) {
    std::string out;
    for (const auto& s : check.signatures)
        out += std::string(dkimResultName(s.result)) + " " + s.keyName + ": " + s.reason + "\n";
    return out;
}

bool namesFault(const DkimSignatureCheck& s, std::string_view forbidden) {
    if (forbidden == "version") return s.reason.find("version") != std::string::npos;
    return s.reason.find("rsa-sha1") != std::string::npos ||
           s.reason.find("fewer than 1024") != std::string::npos;
}

std::string_view chasquidWord(DkimResult r) {
    if (r == DkimResult::Pass) return "success";
    return r == DkimResult::TempError ? "tempfail" : "permfail";
}

} // namespace

class TestConformanceDkim : public QObject {
    Q_OBJECT
  private:
    std::vector<Case> cases_;

    void judge(const Case& c, const DkimCheck& check) {
        const std::string seen = describe(check);
        const std::string_view forbidden = json::text(c.value, "forbidden");
        if (!forbidden.empty()) {
            bool named = false;
            for (const auto& s : check.signatures) {
                QVERIFY2(s.result != DkimResult::Pass, seen.c_str());
                named = named || namesFault(s, forbidden);
            }
            QVERIFY2(named || json::text(c.value, "verdict") == "fail", seen.c_str());
            return;
        }
        const bool passes = check.best() == DkimResult::Pass;
        QVERIFY2(passes == (json::text(c.value, "verdict") == "pass"), seen.c_str());
        const auto* wanted = json::list(c.value, "signatures");
        if (!wanted) return;
        // The source stops after five signatures.
        QVERIFY2(check.signatures.size() >= wanted->size(), seen.c_str());
        for (size_t i = 0; i < wanted->size(); ++i) {
            const auto& w = (*wanted)[i].as_object();
            QVERIFY2(chasquidWord(check.signatures[i].result) == json::text(w, "result"), seen.c_str());
        }
    }

  private Q_SLOTS:
    void initTestCase() {
        const auto file = test::corpora() / "dkim" / "expected.jsonl";
        if (!std::filesystem::exists(file)) QSKIP("corpus dkim absent");
        cases_ = readCases(file);
        QVERIFY(!cases_.empty());
    }

    void pureInterface_data() {
        QTest::addColumn<int>("number");
        for (size_t i = 0; i < cases_.size(); ++i) QTest::newRow(cases_[i].name.c_str()) << int(i);
    }
    void pureInterface() {
        QFETCH(int, number);
        const Case& c = cases_[size_t(number)];
        test::ZoneResolver zone;
        zone.addJson(c.value.at("zone").as_object());
        auto bytes = std::make_shared<const std::string>(readFile(test::corpora() / c.name));
        QVERIFY(!bytes->empty());
        auto message = std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(bytes));
        DkimVerifyOptions options;
        options.now = UtcTime{1'780'000'000'000};
        if (const auto* at = c.value.if_contains("at")) options.now.ms = at->to_number<std::int64_t>() * 1000;
        auto check = runReady(verifyDkim(zone, message, options));
        QVERIFY(check.has_value());
        judge(c, *check);
    }
};

QTEST_APPLESS_MAIN(TestConformanceDkim)
#include "tst_conformance_dkim.moc"
