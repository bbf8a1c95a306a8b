// classify() from many threads at once. The automata are built by whoever comes first, so every round opens a
// fresh classifier and lets all threads in together; each answer must be the one a single thread gets.
#include "reply/classifier.h"
#include "support/paths.h"

#include <array>
#include <atomic>
#include <latch>
#include <thread>

using namespace waypost;
using namespace waypost::reply;

namespace {

constexpr int threadCount = 4;
constexpr int rounds = 2;

struct Example {
    const char* text;
    const char* mx;
    const char* rule;
};
// One for each way to a rule: provider block, distinctive, generic, without a pattern, none.
constexpr std::array examples{
    Example{"550 Requested action not taken: mailbox unavailable", "mx00.gmx.net", "gmx-mailbox-unavailable"},
    Example{"250 2.0.0 Ok: queued as FF7BBFDEDCE", "", "accepted"},
    Example{"550 5.7.20 No passing DKIM signature found", "", "dkim-failed"},
    Example{"Sent (OK queued as 4F2A11C03E)", "", "local-accepted"},
    Example{"what is this", "", ""},
};

Verdict ask(const Classifier& classifier, const Example& e) {
    ReplyText reply;
    reply.text = e.text;
    reply.mx = e.mx;
    return classifier.classify(reply);
}

bool same(const Verdict& a, const Verdict& b) {
    return a.rule == b.rule && a.category == b.category && a.cause == b.cause &&
           a.permanence == b.permanence && a.action == b.action && a.spanStart == b.spanStart &&
           a.spanLength == b.spanLength && a.templateKey == b.templateKey && a.templateText == b.templateText;
}

} // namespace

class TestReplyThreads : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void oneClassifierServesAllThreads() {
        auto alone = Classifier::load(test::resources() / "rules");
        QVERIFY(alone.has_value());
        std::vector<Verdict> expected;
        for (const auto& e : examples) {
            expected.push_back(ask(**alone, e));
            QCOMPARE(expected.back().rule, std::string(e.rule));
        }
        for (int round = 0; round < rounds; ++round) {
            auto loaded = Classifier::load(test::resources() / "rules");
            QVERIFY(loaded.has_value());
            const Classifier& shared = **loaded;
            std::latch together(threadCount);
            std::atomic<int> wrong = 0, asked = 0;
            std::vector<std::thread> threads;
            for (int t = 0; t < threadCount; ++t) {
                threads.emplace_back([&, t] {
                    together.arrive_and_wait();
                    for (size_t i = 0; i < examples.size() * 10; ++i) {
                        const size_t n = (i + size_t(t)) % examples.size();
                        if (!same(ask(shared, examples[n]), expected[n])) ++wrong;
                        ++asked;
                    }
                });
            }
            for (auto& t : threads) t.join();
            QCOMPARE(wrong.load(), 0);
            QCOMPARE(asked.load(), threadCount * 10 * int(examples.size()));
            QCOMPARE(shared.prefilterFailures(), std::uint64_t(0));
        }
    }
};

QTEST_APPLESS_MAIN(TestReplyThreads)
#include "tst_reply_threads.moc"
