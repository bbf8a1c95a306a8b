// Our SPF against libspf2 and pyspf on generated records and requests: 5,000 here, more with
// WAYPOST_DIFFERENTIAL_CASES. Every disagreement must belong to a class that spf_disagreements.h explains
// with the text of RFC 7208; each class has a fixture of its own there, which fixes what we say.
#include "auth/spf_check.h"
#include "spf_cases.h"
#include "spf_disagreements.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/servers_process.h"
#include "support/zone_resolver.h"

#include <QTest>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#ifdef WAYPOST_LIBSPF2
#include "libspf2_peer.h"
#endif

using namespace waypost;
using namespace waypost::auth;
using namespace waypost::test;

namespace {

constexpr std::uint64_t seed = 7208;

size_t wantedCases() {
    const char* wanted = std::getenv("WAYPOST_DIFFERENTIAL_CASES");
    return wanted ? size_t(std::strtoull(wanted, nullptr, 10)) : 5'000;
}

SpfCheck ours(const SpfCase& c) {
    ZoneResolver zone;
    zone.addJson(c.zone);
    FakeClock clock;
    SpfOptions options;
    options.clock = &clock;
    options.receiver = "mx.receiver.example";
    const SpfRequest request{*net::IpAddress::parse(c.ip), c.mailFrom, c.helo};
    return *runReady(checkSpf(zone, request, options));
}

// What differed without a class to explain it: how often, by what was said, and one case of each kind.
class Unexplained {
  public:
    void add(const SpfCase& c, const SpfCheck& mine, const PeerVerdict& theirs) {
        std::string kind(spfResultName(mine.result));
        kind += " against " + theirs.result + " (" + theirs.error + "): ";
        bool quoted = false;
        for (char letter : mine.reason) {
            if (letter == '"') quoted = !quoted;
            if (!quoted && (letter < '0' || letter > '9')) kind += letter;
        }
        if (mine.result == SpfResult::Fail && theirs.result == "fail")
            kind = "explanation \"" + mine.explanation + "\" against \"" + theirs.explanation + "\"";
        ++count_;
        if (kinds_[kind].first++ == 0) kinds_[kind].second = mine.reason + "\n    " + toLine(c);
    }
    void print() const {
        for (const auto& [kind, seen] : kinds_)
            std::printf("unexplained, %zu times: %s\n    %s\n", seen.first, kind.c_str(),
                        seen.second.c_str());
    }
    [[nodiscard]] size_t count() const { return count_; }

  private:
    size_t count_ = 0;
    std::map<std::string, std::pair<size_t, std::string>> kinds_;
};

} // namespace

class TestDifferentialSpf : public QObject {
    Q_OBJECT
    std::vector<SpfCase> cases_;
    std::vector<SpfCheck> mine_;

    void compare(Peer peer, const std::vector<PeerVerdict>& theirs, bool explanations) {
        QCOMPARE(theirs.size(), cases_.size());
        std::map<std::string, size_t> classes;
        Unexplained unexplained;
        size_t same = 0;
        for (size_t i = 0; i < cases_.size(); ++i) {
            const bool sameResult = theirs[i].result == spfResultName(mine_[i].result);
            if (sameResult && (!explanations || theirs[i].explanation == mine_[i].explanation)) {
                ++same;
                continue;
            }
            const Disagreement* why = explained(peer, cases_[i], mine_[i], theirs[i]);
            if (why)
                ++classes[why->name];
            else
                unexplained.add(cases_[i], mine_[i], theirs[i]);
        }
        std::printf("%s: %zu of %zu the same\n", peer == Peer::Pyspf ? "pyspf" : "libspf2", same,
                    cases_.size());
        for (const auto& [name, count] : classes) std::printf("  %5zu  %s\n", count, name.c_str());
        unexplained.print();
        QCOMPARE(unexplained.count(), size_t(0));
        QVERIFY(same * 2 > cases_.size());
    }

  private Q_SLOTS:
    void initTestCase() {
        cases_ = spfCases(seed, wantedCases());
        for (const SpfCase& c : cases_) mine_.push_back(ours(c));
        std::map<std::string, size_t> results;
        for (const SpfCheck& m : mine_) ++results[std::string(spfResultName(m.result))];
        // The cases reach every result often enough to say something.
        for (const char* r : {"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"})
            QVERIFY2(results[r] * 100 > cases_.size(), r);
    }

    void libspf2() {
#ifdef WAYPOST_LIBSPF2
        std::vector<PeerVerdict> theirs;
        for (const SpfCase& c : cases_) theirs.push_back(libspf2Verdict(c));
        compare(Peer::Libspf2, theirs, false);
#else
        QSKIP("LIBSPF2 ABSENT: libspf2-dev was not there when this was built; not compared");
#endif
    }

    void pyspf() {
        const char* python = "/usr/bin/python3";
        if (!std::filesystem::exists("/usr/lib/python3/dist-packages/spf.py"))
            QSKIP("PYSPF ABSENT: python3-spf is not installed; not compared");
        const auto folder = temporaryFolder();
        std::string lines;
        for (const SpfCase& c : cases_) lines += toLine(c) + "\n";
        writeWhole(folder / "cases", lines);
        const auto end = runProgram({python, data("support") / "pyspf_peer.py", folder / "cases"}, folder);
        QVERIFY2(end.status == 0,
                 end.output.substr(end.output.size() > 2000 ? end.output.size() - 2000 : 0).c_str());
        std::vector<PeerVerdict> theirs;
        for (const QByteArray& line : QByteArray::fromStdString(end.output).split('\n')) {
            if (line.isEmpty()) continue;
            const auto o = json::parse(line.toStdString(), "pyspf");
            QVERIFY2(o.has_value(), line);
            theirs.push_back({std::string(json::text(o->as_object(), "result")),
                              std::string(json::text(o->as_object(), "explanation")),
                              std::string(json::text(o->as_object(), "error"))});
        }
        compare(Peer::Pyspf, theirs, true);
    }

    // Each class of disagreement as a case of its own: what we say, whatever the peers do.
    void fixtures_data() {
        QTest::addColumn<int>("index");
        const auto& all = disagreements();
        for (size_t i = 0; i < all.size(); ++i) QTest::newRow(all[i].name) << int(i);
    }
    void fixtures() {
        QFETCH(int, index);
        const Disagreement& d = disagreements()[size_t(index)];
        ZoneResolver zone(d.zone);
        FakeClock clock;
        SpfOptions options;
        options.clock = &clock;
        const SpfRequest request{*net::IpAddress::parse(d.ip), d.mailFrom, "mail.example"};
        const SpfCheck check = *runReady(checkSpf(zone, request, options));
        std::string said(spfResultName(check.result));
        if (!check.explanation.empty()) said += ": " + check.explanation;
        QCOMPARE(said, std::string(d.ours));
    }
};

QTEST_APPLESS_MAIN(TestDifferentialSpf)
#include "tst_differential_spf.moc"
