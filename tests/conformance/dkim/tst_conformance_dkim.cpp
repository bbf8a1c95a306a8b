// Public DKIM corpora (chasquid, Stalwart, Mail::DKIM; read in place): every message with its keys and its
// clock. `forbidden` marks messages that the rules of today refuse whatever their label says: then the
// refusal must name why.
#include "auth/dkim_check.h"
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

    static std::shared_ptr<const mail::HeaderBlock> messageOf(const Case& c) {
        auto bytes = std::make_shared<const std::string>(readFile(test::corpora() / c.name));
        return std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(bytes));
    }

    static DkimVerifyOptions optionsOf(const Case& c) {
        DkimVerifyOptions options;
        options.now = UtcTime{1'780'000'000'000};
        if (const auto* at = c.value.if_contains("at")) options.now.ms = at->to_number<std::int64_t>() * 1000;
        return options;
    }

    void rows() {
        QTest::addColumn<int>("number");
        for (size_t i = 0; i < cases_.size(); ++i) QTest::newRow(cases_[i].name.c_str()) << int(i);
    }

    void overTheWire(const Case& c, bool unbound) {
        if (!served_)
            served_ = std::make_unique<test::LoopbackZone>(test::LoopbackZoneOptions{.unbound = unbound});
        served_->serve(c.value.at("zone").as_object());
        const auto message = messageOf(c);
        const DkimVerifyOptions options = optionsOf(c);
        const DkimCheck check =
            served_->run<DkimCheck>([&](dns::Resolver& r) { return verifyDkim(r, message, options); });
        judge(c, check);
    }
    std::unique_ptr<test::LoopbackZone> served_;

  private Q_SLOTS:
    void initTestCase() {
        net::guard::allowOnlyLoopback(true);
        const auto file = test::corpora() / "dkim" / "expected.jsonl";
        if (!std::filesystem::exists(file)) QSKIP("CORPUS ABSENT: dkim/expected.jsonl");
        cases_ = readCases(file);
        QVERIFY(!cases_.empty());
    }

    void pureInterface_data() { rows(); }
    void pureInterface() {
        QFETCH(int, number);
        const Case& c = cases_[size_t(number)];
        test::ZoneResolver zone;
        zone.addJson(c.value.at("zone").as_object());
        const auto message = messageOf(c);
        QVERIFY(!message->bytes()->empty());
        auto check = runReady(verifyDkim(zone, message, optionsOf(c)));
        QVERIFY(check.has_value());
        judge(c, *check);
    }

    void ourResolver_data() { rows(); }
    void ourResolver() {
        QFETCH(int, number);
        overTheWire(cases_[size_t(number)], false);
    }
    void endOfOurResolver() { served_.reset(); }

    void throughUnbound_data() { rows(); }
    void throughUnbound() {
        QFETCH(int, number);
        const std::string absent = test::LoopbackZone::unboundAbsent();
        if (!absent.empty()) QSKIP(absent.c_str());
        overTheWire(cases_[size_t(number)], true);
    }
    void cleanupTestCase() { served_.reset(); }
};

QTEST_GUILESS_MAIN(TestConformanceDkim)
#include "tst_conformance_dkim.moc"
