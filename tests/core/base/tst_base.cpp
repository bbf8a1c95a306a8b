#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/task.h"
#include "base/transcript.h"
#include "base/uuid.h"

#include <sstream>

using namespace waypost;

// A secret does not print: this must not compile, and the concept says so.
template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Printable<Secret>);
static_assert(Printable<std::string>);

namespace {

Task<int> inner(int x) {
    co_return x * 2;
}
Task<int> outer() {
    auto first = inner(20);
    int a = co_await first;
    auto second = inner(1);
    int b = co_await second;
    co_return a + b;
}
Task<int> waitFor(std::move_only_function<void(int)>* slot) {
    auto pending =
        completion<int>([slot](std::move_only_function<void(int)> done) { *slot = std::move(done); });
    int value = co_await pending;
    co_return value + 1;
}

} // namespace

class TestBase : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aMovedSecretLeavesNothingBehind() {
        Secret from(std::string("s3cret")); // short: its bytes are inside the object, which lives on
        const std::string_view held = from.reveal();
        const Secret to(std::move(from));
        QVERIFY(to.reveal() == "s3cret");
        QVERIFY(held == std::string_view("\0\0\0\0\0\0", 6));
    }

    void utcParsesAndPrints_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("a date is midnight") << "2026-05-01" << "2026-05-01T00:00:00Z";
        QTest::newRow("minutes are enough") << "2026-05-01T10:07Z" << "2026-05-01T10:07:00Z";
        QTest::newRow("an offset is taken off") << "2026-05-01T01:00:00+02:00" << "2026-04-30T23:00:00Z";
        QTest::newRow("microseconds are cut") << "2026-05-01T01:00:00.123456Z" << "2026-05-01T01:00:00.123Z";
        QTest::newRow("February has no 30th") << "2026-02-30" << "";
        QTest::newRow("an hour of 24 is refused") << "2026-05-01T24:00Z" << "";
        QTest::newRow("no zone is refused") << "2026-05-01T10:00" << "";
    }
    void utcParsesAndPrints() {
        QFETCH(QString, in);
        QFETCH(QString, out);
        auto t = parseUtc(in.toStdString());
        QCOMPARE(t ? QString::fromStdString(formatUtc(*t)) : QString(), out);
    }

    void mailDate() { QCOMPARE(formatMailDate({0}), std::string("Thu, 01 Jan 1970 00:00:00 +0000")); }

    void transcriptSurvivesStorage() {
        Transcript t;
        t.add({1000}, Direction::Received, std::string_view("220 a\r\n250 C 3\n\0x", 16));
        t.add({2000}, Direction::Sent, "AUTH PLAIN <masked>\r\n");
        Transcript back = Transcript::deserialize(t.serialize());
        QVERIFY(back.entries() == t.entries());
    }
    void transcriptIsCapped() {
        Transcript t;
        for (int i = 0; i < 100; ++i) t.add({i}, Direction::Received, std::string(64 * 1024, 'x'));
        size_t kept = 0;
        for (const auto& e : t.entries()) kept += e.bytes.size();
        QCOMPARE(kept, Transcript::maxTotalBytes);
        QCOMPARE(t.droppedBytes(), std::uint64_t(100 * 64 * 1024 - Transcript::maxTotalBytes));
    }

    void addressesAreMaskedInTheLog() {
        QCOMPARE(log::maskAddresses("to <alice.b@example.org>, x@y"),
                 std::string("to <a***@example.org>, x***@y"));
        QCOMPARE(log::maskAddresses("no @ here"), std::string("no @ here"));
    }

    void tasksRunInOrder() { QCOMPARE(runReady(outer()), std::optional<int>(42)); }
    void aTaskResumesWhenItsCompletionComes() {
        std::move_only_function<void(int)> slot;
        int got = 0;
        start(waitFor(&slot), [&](int v) { got = v; });
        QCOMPARE(got, 0);
        slot(4);
        QCOMPARE(got, 5);
    }

    void uuidsSortByTime() {
        SeededRandom random(1);
        std::string a = uuid7({1000}, random);
        std::string b = uuid7({1001}, random);
        QCOMPARE(a.size(), size_t(36));
        QVERIFY(a < b);
        QCOMPARE(a[14], '7');
    }

    void jsonErrorsNameTheFile() {
        auto bad = json::parse("{\"a\": 1,}", "rules.json");
        QVERIFY(!bad);
        QCOMPARE(bad.error().stage, std::string("rules.json"));
        auto extra = json::parse("{} x", "rules.json");
        QVERIFY(!extra);
        QVERIFY(json::parse(" {\"a\": [1, 2]} ", "rules.json").has_value());
    }
};

QTEST_APPLESS_MAIN(TestBase)
#include "tst_base.moc"
