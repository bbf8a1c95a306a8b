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
    std::int32_t code = 0; // 0: taken from the text
    std::string enhanced;
    std::vector<std::string> acceptable;
    std::vector<std::string> permanence; // empty: not scored
};

std::vector<std::string> stringsOf(const json::object& o, std::string_view key) {
    std::vector<std::string> out;
    if (const auto* list = json::list(o, key)) {
        for (const auto& v : *list) out.emplace_back(v.as_string());
    }
    return out;
}

template <class F>
void eachLine(const std::filesystem::path& file, F&& f) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (auto value = json::parse(line, file.string())) f(value->as_object());
    }
}

std::vector<Case> readReplies(const std::filesystem::path& file) {
    std::vector<Case> out;
    eachLine(file, [&](const json::object& o) {
        out.push_back({std::string(json::text(o, "text")),
                       0,
                       {},
                       stringsOf(o, "categories"),
                       stringsOf(o, "permanence")});
    });
    return out;
}

// The diagnostic texts of the labelled bounce mails, with the codes the labels give. X.0.9nn is an invention
// of the labels' source and says nothing.
std::vector<Case> readDiagnostics(const std::filesystem::path& file) {
    std::vector<Case> out;
    eachLine(file, [&](const json::object& o) {
        const auto* labels = json::list(o, "labels");
        if (!labels || json::text(o, "kind") != "dsn") return;
        for (const auto& entry : *labels) {
            const auto& label = entry.as_object();
            Case c{std::string(json::text(label, "diagnostic")), 0, std::string(json::text(label, "status")),
                   stringsOf(label, "categories"), stringsOf(label, "permanence")};
            if (c.acceptable.empty() || c.text.empty()) continue;
            c.code = std::atoi(std::string(json::text(label, "code")).c_str());
            if (c.enhanced.find(".0.9") != std::string::npos) c.enhanced.clear();
            out.push_back(std::move(c));
        }
    });
    return out;
}

struct Score {
    int right = 0, total = 0, unclassified = 0;
    int lasting = 0, ofLasting = 0; // permanence
};

Score run(const Classifier& classifier, const std::vector<Case>& cases) {
    std::map<std::string, Score> table; // by the category the corpus prefers
    Score all;
    for (const auto& c : cases) {
        ReplyText reply;
        reply.text = c.text;
        reply.code = c.code;
        reply.enhanced = c.enhanced;
        const Verdict v = classifier.classify(reply);
        const std::string got(categoryName(v.category));
        const bool right = std::find(c.acceptable.begin(), c.acceptable.end(), got) != c.acceptable.end();
        auto& row = table[c.acceptable.front()];
        ++row.total;
        ++all.total;
        row.right += right;
        all.right += right;
        all.unclassified += v.category == Category::Unclassified;
        if (!c.permanence.empty()) {
            const std::string lasts(permanenceName(v.permanence));
            const bool holds =
                std::find(c.permanence.begin(), c.permanence.end(), lasts) != c.permanence.end();
            ++all.ofLasting;
            all.lasting += holds;
            if (!holds)
                std::printf("permanence: %s by %s, wanted %s: %d %s %s\n", lasts.c_str(), v.rule.c_str(),
                            c.permanence.front().c_str(), c.code, c.enhanced.c_str(),
                            c.text.substr(0, 200).c_str());
        }
        if (!right)
            std::printf("miss: %s by %s, wanted %s: %d %s %s\n", got.c_str(), v.rule.c_str(),
                        c.acceptable.front().c_str(), c.code, c.enhanced.c_str(),
                        c.text.substr(0, 200).c_str());
    }
    std::printf("\n%-28s %7s %7s\n", "category", "right", "of");
    for (const auto& [name, s] : table) std::printf("%-28s %7d %7d\n", name.c_str(), s.right, s.total);
    std::printf("%-28s %7d %7d  %.1f %%, unclassified %d\n\n", "all", all.right, all.total,
                100.0 * all.right / all.total, all.unclassified);
    if (all.ofLasting > 0)
        std::printf("%-28s %7d %7d  %.1f %%\n\n", "permanence", all.lasting, all.ofLasting,
                    100.0 * all.lasting / all.ofLasting);
    return all;
}

} // namespace

class TestConformanceReplies : public QObject {
    Q_OBJECT
  private:
    std::shared_ptr<const Classifier> classifier_;

  private Q_SLOTS:
    void initTestCase() {
        auto loaded = Classifier::load(test::resources() / "rules");
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().describe().c_str());
        classifier_ = *loaded;
    }

    void replies() {
        const auto file = test::corpora() / "replies" / "replies.jsonl";
        if (!std::filesystem::exists(file)) QSKIP("corpus replies absent");
        const auto cases = readReplies(file);
        QVERIFY(!cases.empty());
        const Score score = run(*classifier_, cases);
        QVERIFY(score.right * 100 >= score.total * 99);
        QVERIFY(score.unclassified * 100 <= score.total * 2);
    }

    void bounceDiagnostics() {
        const auto file = test::corpora() / "bounces" / "labels.jsonl";
        if (!std::filesystem::exists(file)) QSKIP("corpus bounces absent");
        const auto cases = readDiagnostics(file);
        QVERIFY(!cases.empty());
        const Score score = run(*classifier_, cases);
        QVERIFY(score.right * 100 >= score.total * 96);
        QVERIFY(score.unclassified * 100 <= score.total * 2);
    }
};

QTEST_APPLESS_MAIN(TestConformanceReplies)
#include "tst_conformance_replies.moc"
