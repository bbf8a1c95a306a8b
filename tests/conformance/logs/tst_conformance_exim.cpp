// The main logs of Exim's own test suite (read in place, never copied): for each file, events plus duplicates
// of an import are the deliveries, bounces and deferrals it holds, and a second import brings nothing.
#include "../../core/ingest/support.h"
#include "base/json.h"

#include <cstdio>

using namespace waypost;
namespace fs = std::filesystem;

namespace {

struct Case {
    fs::path file;
    std::int64_t delivered = 0, bounced = 0, deferred = 0;
    [[nodiscard]] std::uint64_t events() const { return std::uint64_t(delivered + bounced + deferred); }
};

std::vector<Case> readCases(const fs::path& folder) {
    std::vector<Case> out;
    std::ifstream in(folder / "logs" / "exim.jsonl");
    for (std::string line; std::getline(in, line);) {
        auto value = json::parse(line, "exim.jsonl");
        if (!value) continue;
        const auto& o = value->as_object();
        out.push_back({folder / std::string(json::text(o, "file")), json::number(o, "delivered"),
                       json::number(o, "bounced"), json::number(o, "deferred")});
    }
    return out;
}

struct Table {
    int files = 0, right = 0;
    std::uint64_t wanted = 0, events = 0, duplicates = 0, refusals = 0, rejected = 0;
    std::string misses;
};

void count(Table& t, const std::vector<Case>& cases, const std::vector<ingest::ImportResult>& results,
           bool second) {
    for (size_t i = 0; i < cases.size(); ++i) {
        const auto& r = results[i];
        const bool right =
            !r.error && r.events + r.duplicates == cases[i].events() && (!second || r.events == 0);
        ++t.files;
        t.right += right;
        t.wanted += cases[i].events();
        t.events += r.events;
        t.duplicates += r.duplicates;
        t.refusals += r.refusals;
        t.rejected += r.rejected;
        if (!right)
            t.misses += cases[i].file.filename().string() + ": " +
                        (r.error ? r.error->describe()
                                 : std::to_string(r.events + r.duplicates) + " instead of " +
                                       std::to_string(cases[i].events())) +
                        "\n";
    }
}

void print(const char* name, const Table& t) {
    std::printf("%-14s %5d of %d files right, %llu events wanted, %llu new, %llu known, %llu refusals, %llu "
                "lines rejected\n%s",
                name, t.right, t.files, static_cast<unsigned long long>(t.wanted),
                static_cast<unsigned long long>(t.events), static_cast<unsigned long long>(t.duplicates),
                static_cast<unsigned long long>(t.refusals), static_cast<unsigned long long>(t.rejected),
                t.misses.c_str());
}

} // namespace

class TestConformanceExim : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyLogIsCountedOnce() {
        const fs::path folder = test::corpora();
        if (!fs::exists(folder / "logs" / "exim.jsonl")) QSKIP("EXIM LOGS ABSENT: no corpora");
        const auto cases = readCases(folder);
        QVERIFY(cases.size() > 100);
        const fs::path dir = test::temporaryFolder();
        auto ws = ingest::test::openWorkspace(dir / "w.waypost");
        QVERIFY(ws != nullptr);
        std::vector<fs::path> files;
        for (const Case& c : cases) files.push_back(c.file);
        for (bool second : {false, true}) {
            Table t;
            const auto results = ingest::importFiles(files, ingest::writeTo(*ws), ingest::test::options());
            count(t, cases, results, second);
            print(second ? "second import" : "first import", t);
            QCOMPARE(t.right, t.files);
        }
        QCOMPARE(ingest::test::differences(*ws), std::string());
    }

    // Alone in its workspace nothing is a duplicate.
    void eachLogAlone() {
        const fs::path folder = test::corpora();
        if (!fs::exists(folder / "logs" / "exim.jsonl")) QSKIP("EXIM LOGS ABSENT: no corpora");
        const auto cases = readCases(folder);
        for (size_t i = 0; i < cases.size(); i += 10) {
            auto ws = ingest::test::openWorkspace(test::temporaryFolder() / "w.waypost");
            QVERIFY(ws != nullptr);
            const auto r =
                ingest::importFiles({cases[i].file}, ingest::writeTo(*ws), ingest::test::options());
            QVERIFY2(!r[0].error, cases[i].file.c_str());
            QCOMPARE(r[0].events, cases[i].events());
            const auto sums = ws->read([](store::Database& db) {
                std::array<std::int64_t, 3> out{};
                auto rows = db.prepare("SELECT class % 8, sum(events) FROM rollup_hour_class GROUP BY 1");
                while (rows.step()) {
                    const auto outcome = reply::Outcome(rows.integer(0));
                    out[outcome == reply::Outcome::Accepted   ? 0
                        : outcome == reply::Outcome::Deferred ? 2
                                                              : 1] += rows.integer(1);
                }
                return out;
            });
            QVERIFY(sums.has_value());
            QCOMPARE((*sums)[0], cases[i].delivered);
            QCOMPARE((*sums)[1], cases[i].bounced);
            QCOMPARE((*sums)[2], cases[i].deferred);
        }
    }
};

QTEST_APPLESS_MAIN(TestConformanceExim)
#include "tst_conformance_exim.moc"
