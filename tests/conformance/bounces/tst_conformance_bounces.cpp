// The public bounce corpora (read in place): recipients, category and permanence of every mail, a table for
// each corpus, and every miss by name. A miss must be argued in misses.md beside this file.
#include "base/json.h"
#include "base/text.h"
#include "bounce/parser.h"
#include "support/paths.h"

#include <QTest>

#include <cstdio>
#include <fstream>
#include <set>

using namespace waypost;
using namespace waypost::bounce;

namespace {

struct Rate {
    int right = 0, total = 0;
    void add(bool good) {
        ++total;
        right += good;
    }
    [[nodiscard]] double percent() const { return total == 0 ? 100 : 100.0 * right / total; }
};

struct Score {
    Rate kind, recipients, category, permanence;
    int unclassified = 0;
};

std::string fileBytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<json::object> lines(const std::filesystem::path& file) {
    std::vector<json::object> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (auto value = json::parse(line, file.string())) out.push_back(value->as_object());
    }
    return out;
}

std::vector<std::string> strings(const json::object& o, std::string_view key) {
    std::vector<std::string> out;
    if (const auto* list = json::list(o, key)) {
        for (const auto& v : *list) out.emplace_back(v.as_string());
    }
    return out;
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

// Every wanted address once, by either of its names, and no other.
bool sameRecipients(const Report& report, const std::vector<std::string>& wanted) {
    if (report.recipients.size() != wanted.size()) return false;
    return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& w) {
        return std::any_of(report.recipients.begin(), report.recipients.end(), [&](const Recipient& r) {
            return text::iequals(r.address, w) || text::iequals(r.original, w);
        });
    });
}

// The recipient a label speaks of: that with its status when there is one such, else the one in its place.
const Recipient* recipientFor(const Report& report, std::string_view status, size_t index, size_t labels) {
    if (report.recipients.empty()) return nullptr;
    const Recipient* only = nullptr;
    int same = 0;
    for (const Recipient& r : report.recipients) {
        if (r.status == status) {
            only = &r;
            ++same;
        }
    }
    if (report.recipients.size() == labels && same == 1) return only;
    return &report.recipients[std::min(index, report.recipients.size() - 1)];
}

} // namespace

class TestConformanceBounces : public QObject {
    Q_OBJECT

    std::shared_ptr<const reply::Classifier> classifier_;
    std::shared_ptr<const reply::ProviderMap> providers_;
    std::shared_ptr<const Parser> parser_;
    std::string notes_;
    std::set<std::string> misses_;

    [[nodiscard]] Report read(const std::string& file) const {
        return parser_->parse(fileBytes(test::corpora() / file));
    }

    void miss(const std::string& file, const std::string& what) {
        std::printf("miss: %s: %s\n", file.c_str(), what.c_str());
        misses_.insert(file.substr(file.rfind('/') + 1));
    }

    void scoreLabel(const std::string& file, const json::object& label, const Recipient* r, Score& s) {
        const std::string category(r ? reply::categoryName(r->category) : "");
        const std::string permanence(r ? reply::permanenceName(r->permanence) : "");
        const auto categories = strings(label, "categories");
        const auto permanences = strings(label, "permanence");
        if (!categories.empty()) {
            s.category.add(contains(categories, category));
            s.unclassified += category == "unclassified";
            if (!contains(categories, category))
                miss(file, "category " + category + ", wanted " + categories.front());
        }
        if (!permanences.empty()) {
            s.permanence.add(contains(permanences, permanence));
            if (!contains(permanences, permanence))
                miss(file, "permanence " + permanence + ", wanted " + permanences.front());
        }
    }

    static void print(const char* corpus, const Score& s) {
        std::printf(
            "%-10s kind %d of %d (%.1f %%), recipients %d of %d (%.1f %%), category %d of %d (%.1f %%), "
            "permanence %d of %d (%.1f %%), unclassified %d\n",
            corpus, s.kind.right, s.kind.total, s.kind.percent(), s.recipients.right, s.recipients.total,
            s.recipients.percent(), s.category.right, s.category.total, s.category.percent(),
            s.permanence.right, s.permanence.total, s.permanence.percent(), s.unclassified);
    }

  private Q_SLOTS:
    void initTestCase() {
        if (!std::filesystem::exists(test::corpora() / "bounces")) QSKIP("corpus bounces absent");
        classifier_ = *reply::Classifier::load(test::resources() / "rules");
        providers_ = *reply::ProviderMap::load(test::resources() / "rules" / "providers.json");
        parser_ = *Parser::load(test::resources(), {classifier_.get(), providers_.get()});
        notes_ = fileBytes(test::data("conformance") / "bounces" / "misses.md");
        QVERIFY(!notes_.empty());
    }

    void sisimai() {
        Score s;
        for (const json::object& o : lines(test::corpora() / "bounces" / "labels.jsonl")) {
            const std::string file(json::text(o, "file"));
            const std::string kind(json::text(o, "kind"));
            if (kind.empty()) continue;
            const Report report = read(file);
            s.kind.add(kindName(report.kind) == kind);
            if (kindName(report.kind) != kind) miss(file, "kind " + std::string(kindName(report.kind)));
            if (json::list(o, "recipients")) {
                const bool same = sameRecipients(report, strings(o, "recipients"));
                s.recipients.add(same);
                if (!same) miss(file, "recipients");
            }
            const auto* labels = json::list(o, "labels");
            for (size_t i = 0; kind == "dsn" && labels && i < labels->size(); ++i) {
                const json::object& label = (*labels)[i].as_object();
                scoreLabel(file, label, recipientFor(report, json::text(label, "status"), i, labels->size()),
                           s);
            }
        }
        print("sisimai", s);
        QVERIFY(s.kind.total > 200);
        QVERIFY(s.recipients.percent() >= 99.5);
        QVERIFY(s.category.percent() >= 98.5);
        QVERIFY(s.permanence.percent() >= 97.5);
        QVERIFY(s.unclassified * 100 <= 2 * s.category.total);
    }

    void flufl() {
        Score s;
        for (const json::object& o : lines(test::corpora() / "bounces" / "flufl.jsonl")) {
            const std::string file(json::text(o, "file"));
            const Report report = read(file);
            const bool same = sameRecipients(report, strings(o, "recipients"));
            s.recipients.add(same);
            if (!same) miss(file, "recipients");
            if (!json::boolean(o, "temporary")) continue;
            const bool temporary =
                std::any_of(report.recipients.begin(), report.recipients.end(),
                            [](const Recipient& r) { return r.permanence == reply::Permanence::Temporary; });
            s.permanence.add(temporary);
            if (!temporary) miss(file, "permanence");
        }
        print("flufl", s);
        QVERIFY(s.recipients.percent() >= 92);
        QCOMPARE(s.permanence.right, s.permanence.total);
    }

    void kumomta() {
        Score s;
        for (const json::object& o : lines(test::corpora() / "bounces" / "kumomta.jsonl")) {
            const std::string file(json::text(o, "file"));
            const Report report = read(file);
            s.kind.add(kindName(report.kind) == json::text(o, "kind"));
            const auto* recipients = json::list(o, "recipients");
            for (size_t i = 0; recipients && i < recipients->size(); ++i) {
                const json::object& want = (*recipients)[i].as_object();
                const Recipient got = i < report.recipients.size() ? report.recipients[i] : Recipient{};
                const bool same = got.address == json::text(want, "address") &&
                                  actionName(got.action) == json::text(want, "action") &&
                                  got.status == json::text(want, "status") &&
                                  text::words(got.diagnostic) == text::words(json::text(want, "diagnostic"));
                s.recipients.add(same);
                if (!same) miss(file, "recipient " + std::string(json::text(want, "address")));
            }
            checkFields(file, o, report, s);
        }
        print("kumomta", s);
        QCOMPARE(s.kind.right, s.kind.total);
        QCOMPARE(s.recipients.right, s.recipients.total);
    }

    void feedbackReports() {
        Score s;
        for (const json::object& o : lines(test::corpora() / "reports" / "expected.jsonl")) {
            if (json::text(o, "kind") != "arf") continue;
            const std::string file(json::text(o, "file"));
            const Report report = read(file);
            s.kind.add(kindName(report.kind) == "arf");
            checkFields(file, o, report, s);
        }
        print("reports", s);
        QVERIFY(s.kind.total > 0);
        QCOMPARE(s.kind.right, s.kind.total);
        QCOMPARE(s.recipients.right, s.recipients.total);
    }

    void everyMissIsArgued() {
        for (const std::string& name : misses_)
            QVERIFY2(notes_.find(name) != std::string::npos, (name + " is not in misses.md").c_str());
    }

  private:
    // Fields of a feedback report; counted as recipients are.
    void checkFields(const std::string& file, const json::object& o, const Report& report, Score& s) {
        const json::object* fields = json::child(o, "fields");
        if (!fields) return;
        for (const auto& kv : *fields) {
            std::vector<std::string> wanted;
            if (kv.value().is_array()) {
                for (const auto& v : kv.value().as_array()) wanted.emplace_back(v.as_string());
            } else {
                wanted.emplace_back(kv.value().as_string());
            }
            std::vector<std::string> got;
            if (report.feedback) {
                for (const auto& [name, value] : report.feedback->fields) {
                    if (name == std::string_view(kv.key())) got.push_back(value);
                }
            }
            s.recipients.add(got == wanted);
            if (got != wanted) miss(file, "field " + std::string(kv.key()));
        }
    }
};

QTEST_APPLESS_MAIN(TestConformanceBounces)
#include "tst_conformance_bounces.moc"
