// The public reply corpus (BSD-2-Clause, read in place): every reply classified without a provider, scored
// against the acceptable categories, misses listed.
#include "base/json.h"
#include "reply/classifier.h"
#include "support/paths.h"

#include <cstdio>
#include <fstream>

using namespace waypost;
using namespace waypost::reply;

namespace {

struct Case {
    std::string text;
    std::vector<std::string> acceptable;
};

std::vector<Case> readCases(const std::filesystem::path& file) {
    std::vector<Case> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        auto value = json::parse(line, file.string());
        if (!value) continue;
        Case c{std::string(json::text(value->as_object(), "text")), {}};
        for (const auto& name : *json::list(value->as_object(), "categories"))
            c.acceptable.emplace_back(name.as_string());
        out.push_back(std::move(c));
    }
    return out;
}

struct Score {
    int right = 0, total = 0;
};

} // namespace

class TestConformanceReplies : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void corpus() {
        const auto file = test::corpora() / "replies" / "replies.jsonl";
        if (!std::filesystem::exists(file)) QSKIP("corpus replies absent");
        auto loaded = Classifier::load(test::resources() / "rules");
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().describe().c_str());
        const auto cases = readCases(file);
        QVERIFY(!cases.empty());

        std::map<std::string, Score> table; // by the category preferred by the corpus
        Score all;
        int unclassified = 0;
        for (const auto& c : cases) {
            ReplyText reply;
            reply.text = c.text;
            const Verdict v = (*loaded)->classify(reply);
            const std::string got(categoryName(v.category));
            const bool right = std::find(c.acceptable.begin(), c.acceptable.end(), got) != c.acceptable.end();
            auto& row = table[c.acceptable.front()];
            ++row.total;
            ++all.total;
            row.right += right;
            all.right += right;
            unclassified += v.category == Category::Unclassified;
            if (!right)
                std::printf("miss: %s by %s, wanted %s: %s\n", got.c_str(), v.rule.c_str(),
                            c.acceptable.front().c_str(), c.text.substr(0, 160).c_str());
        }
        std::printf("\n%-28s %7s %7s\n", "category", "right", "of");
        for (const auto& [name, s] : table) std::printf("%-28s %7d %7d\n", name.c_str(), s.right, s.total);
        std::printf("%-28s %7d %7d  %.1f %%, unclassified %d\n", "all", all.right, all.total,
                    100.0 * all.right / all.total, unclassified);
        QVERIFY(all.right * 100 >= all.total * 95);
        QVERIFY(unclassified * 100 <= all.total * 2);
    }
};

QTEST_APPLESS_MAIN(TestConformanceReplies)
#include "tst_conformance_replies.moc"
