// The layers above the network: cache and recorder, over a resolver the test answers by hand.
#ifndef Q_MOC_RUN // moc 6.4 stumbles over <concepts>
#include "dns/caching_resolver.h"
#include "dns/recording_resolver.h"
#include "support/fake_clock.h"

#include <deque>
#endif

using namespace waypost;
using namespace waypost::dns;

namespace {

class ByHand final : public Resolver {
  public:
    void resolve(Question question, Done done) override {
        asked.emplace_back(std::move(question), std::move(done));
    }
    void answer(Answer a) {
        auto [question, done] = std::move(asked.front());
        asked.pop_front();
        a.question = question;
        a.server = "127.0.0.1:53";
        a.transport = Transport::Udp;
        a.at = {1000};
        done(std::move(a));
    }
    std::deque<std::pair<Question, Done>> asked;
};

Answer positive(std::uint32_t ttl) {
    Answer a;
    a.status = Status::Ok;
    a.rcode = 0;
    a.records = {{"example.org", RecordType::A, ttl, AddressData{"192.0.2.1"}}};
    return a;
}
Answer negative(Status status, bool soa, std::uint32_t minimum) {
    Answer a;
    a.status = status;
    if (soa)
        a.authority = {{"example.org", RecordType::SOA, 3600, SoaData{"ns", "root", 1, 2, 3, 4, minimum}}};
    return a;
}

} // namespace

class TestResolverLayers : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void howLong_data() {
        QTest::addColumn<int>("status");
        QTest::addColumn<qint64>("ttl"); // -1: a negative answer without SOA
        QTest::addColumn<int>("keptSeconds");
        auto row = [](const char* name, Status s, qint64 ttl, int kept) {
            QTest::newRow(name) << int(s) << ttl << kept;
        };
        using enum Status;
        row("as long as the TTL", Ok, 300, 300);
        row("a TTL of 0 is held for 5 seconds", Ok, 0, 5);
        row("a TTL of a year is held for a day", Ok, 31'536'000, 86'400);
        row("nxdomain by the SOA", NxDomain, 60, 60);
        row("no data by the SOA", NoData, 60, 60);
        row("no SOA: not kept", NxDomain, -1, 0);
        row("servfail is not kept", ServFail, 60, 0);
        row("refused is not kept", Refused, 60, 0);
        row("timeout is not kept", Timeout, 60, 0);
        row("malformed is not kept", Malformed, 60, 0);
        row("unreachable is not kept", Unreachable, 60, 0);
        row("cancelled is not kept", Cancelled, 60, 0);
    }
    void howLong() {
        QFETCH(int, status);
        QFETCH(qint64, ttl);
        QFETCH(int, keptSeconds);
        ByHand upstream;
        test::FakeClock clock;
        CachingResolver cache(upstream, clock);
        std::vector<Answer> got;
        auto ask = [&] {
            cache.resolve({"example.org", RecordType::A}, [&](Answer a) { got.push_back(std::move(a)); });
        };
        ask();
        Answer first = Status(status) == Status::Ok ? positive(std::uint32_t(ttl))
                                                    : negative(Status(status), ttl >= 0, std::uint32_t(ttl));
        upstream.answer(first);
        QCOMPARE(got.size(), size_t(1));
        QCOMPARE(got[0].transport, Transport::Udp);
        if (keptSeconds > 0) {
            clock.advance(std::chrono::seconds(keptSeconds) - Millis(1));
            ask();
            QCOMPARE(got.size(), size_t(2));
            QCOMPARE(got[1].transport, Transport::Cache);
            QCOMPARE(int(got[1].status), status);
            QCOMPARE(got[1].server, std::string("127.0.0.1:53"));
            QCOMPARE(got[1].at.ms, std::int64_t(1000));
            QVERIFY(got[1].records == got[0].records);
            clock.advance(Millis(1));
        }
        ask();
        QCOMPARE(upstream.asked.size(), size_t(1));
        upstream.answer(first);
    }

    void everyKindOfDataSurvivesTheCache() {
        ByHand upstream;
        test::FakeClock clock;
        CachingResolver cache(upstream, clock);
        Answer a;
        a.status = Status::Ok;
        a.rcode = 0;
        a.authenticated = a.authoritative = a.truncated = true;
        auto add = [&](RecordType type, RecordData data) {
            a.records.push_back({"example.org", type, 300, std::move(data)});
        };
        add(RecordType::A, AddressData{"192.0.2.1"});
        add(RecordType::CNAME, NameData{""});
        add(RecordType::MX, MxData{65535, "Mx.example.org"});
        add(RecordType::TXT, TxtData{{"", std::string("a\0b", 3), std::string(255, 'x')}});
        add(RecordType::TXT, TxtData{});
        add(RecordType::SOA, SoaData{"ns", "root", 1, 2, 3, 4, 5});
        add(RecordType::TLSA, TlsaData{3, 1, 2, std::string(32, '\xff')});
        add(RecordType::CAA, CaaData{128, "issue", "ca.example"});
        add(RecordType::DNSKEY, RawData{std::string("\0\1", 2)});
        a.authority = {{"example.org", RecordType::NS, 60, NameData{"ns.example.org"}}};
        a.took = Millis(17);
        a.raw = std::string(70'000, '\0');
        a.text = "A remark.";
        std::vector<Answer> got;
        auto ask = [&] {
            cache.resolve({"example.org", RecordType::TXT}, [&](Answer b) { got.push_back(std::move(b)); });
        };
        ask();
        upstream.answer(a);
        ask();
        QCOMPARE(got.size(), size_t(2));
        QVERIFY(got[1].records == a.records && got[1].authority == a.authority);
        QVERIFY(got[1].authenticated && got[1].authoritative && got[1].truncated);
        QCOMPARE(got[1].rcode, 0);
        QCOMPARE(got[1].raw, a.raw);
        QCOMPARE(got[1].text, a.text);
        QCOMPARE(got[1].took, a.took);
        QCOMPARE(got[1].server, std::string("127.0.0.1:53"));
        QCOMPARE(got[1].at.ms, std::int64_t(1000));
        QCOMPARE(got[1].transport, Transport::Cache);
    }

    void caseAndTheLastDotDoNotMatter() {
        ByHand upstream;
        test::FakeClock clock;
        CachingResolver cache(upstream, clock);
        Answer last;
        auto ask = [&](const char* name, RecordType type) {
            cache.resolve({name, type}, [&](Answer a) { last = std::move(a); });
        };
        ask("Example.ORG.", RecordType::A);
        upstream.answer(positive(300));
        ask("example.org", RecordType::A);
        QCOMPARE(last.transport, Transport::Cache);
        QCOMPARE(last.question.name, std::string("example.org"));
        ask("example.org", RecordType::AAAA);
        QCOMPARE(upstream.asked.size(), size_t(1));
        upstream.answer(negative(Status::NoData, true, 60));
    }

    void aQuestionUnderWayIsAskedOnce() {
        ByHand upstream;
        test::FakeClock clock;
        CachingResolver cache(upstream, clock);
        std::vector<Answer> got;
        for (int i = 0; i < 3; ++i)
            cache.resolve({i ? "example.org" : "EXAMPLE.org", RecordType::A},
                          [&](Answer a) { got.push_back(std::move(a)); });
        QCOMPARE(upstream.asked.size(), size_t(1));
        QCOMPARE(cache.counters().joined, std::uint64_t(2));
        upstream.answer(negative(Status::Timeout, false, 0));
        QCOMPARE(got.size(), size_t(3));
        for (const auto& a : got) QCOMPARE(a.status, Status::Timeout);
        QCOMPARE(std::ranges::count(got, Transport::Cache, &Answer::transport), 2);
        QCOMPARE(std::ranges::count(got, "EXAMPLE.org", [](const Answer& a) { return a.question.name; }), 1);
    }

    void aJoinedQuestionMayAskOnAndMayOutliveTheCache() {
        ByHand upstream;
        test::FakeClock clock;
        auto cache = std::make_unique<CachingResolver>(upstream, clock);
        int done = 0;
        cache->resolve({"example.org", RecordType::A}, [&](Answer) { ++done; });
        cache->resolve({"example.org", RecordType::A}, [&](Answer) {
            ++done;
            cache->resolve({"example.org", RecordType::A}, [&](Answer a) {
                ++done;
                QCOMPARE(a.transport, Transport::Cache);
            });
        });
        upstream.answer(positive(300));
        QCOMPARE(done, 3);
        cache->resolve({"example.net", RecordType::A}, [&](Answer) { ++done; });
        cache.reset();
        upstream.answer(positive(300));
        QCOMPARE(done, 4);
    }

    void whatIsUsedStaysWhenItIsFull() {
        ByHand upstream;
        test::FakeClock clock;
        CachingResolver cache(upstream, clock, 2);
        auto ask = [&](const char* name) {
            cache.resolve({name, RecordType::A}, [](Answer) {});
            if (!upstream.asked.empty()) upstream.answer(positive(300));
        };
        for (const char* name : {"a.test", "b.test", "a.test", "c.test", "a.test"}) ask(name);
        QCOMPARE(cache.counters().hits, std::uint64_t(2)); // a.test twice, though it came first
        QCOMPARE(cache.counters().evicted, std::uint64_t(1));
        // What has run out of time leaves its place.
        clock.advance(std::chrono::seconds(301));
        for (const char* name : {"a.test", "c.test", "d.test", "c.test", "d.test"}) ask(name);
        QCOMPARE(cache.size(), size_t(2));
        QCOMPARE(cache.counters().hits, std::uint64_t(4));
    }

    void theOldestGoesWhenItIsFull() {
        ByHand upstream;
        test::FakeClock clock;
        CachingResolver cache(upstream, clock, 2);
        auto ask = [&](const char* name) { cache.resolve({name, RecordType::A}, [](Answer) {}); };
        for (const char* name : {"a.test", "b.test", "c.test"}) {
            ask(name);
            upstream.answer(positive(300));
        }
        QCOMPARE(cache.size(), size_t(2));
        QCOMPARE(cache.counters().evicted, std::uint64_t(1));
        ask("c.test");
        ask("b.test");
        QVERIFY(upstream.asked.empty());
        ask("a.test");
        QCOMPARE(upstream.asked.size(), size_t(1));
        upstream.answer(positive(300));
        cache.clear();
        QCOMPARE(cache.size(), size_t(0));
    }

    void whatIsKeptIsKnownAtOnce() {
        ByHand upstream;
        test::FakeClock clock;
        CachingResolver cache(upstream, clock);
        const Question question{"example.org", RecordType::A};
        QVERIFY(!cache.known(question));
        AnswerPtr shared;
        cache.share(question, [&shared](AnswerPtr a) { shared = std::move(a); });
        upstream.answer(positive(300));
        QVERIFY(shared && shared->transport == Transport::Udp);
        const AnswerPtr known = cache.known({"Example.ORG.", RecordType::A});
        QVERIFY(known && known->ok() && known->transport == Transport::Cache);
        QCOMPARE(known->server, std::string("127.0.0.1:53"));
        QVERIFY(cache.known(question) == known);
        QVERIFY(!cache.known({"example.org", RecordType::MX}));
        clock.advance(Millis(301'000));
        QVERIFY(!cache.known(question));
        QVERIFY(known->ok()); // whoever holds it keeps it
        QCOMPARE(cache.counters().hits, std::uint64_t(2));
    }

    void theRecorderSeesEveryAnswerFirst() {
        ByHand upstream;
        std::vector<std::string> order;
        auto recorder = std::make_unique<RecordingResolver>(
            upstream, [&](const Answer& a) { order.push_back("sink " + std::string(statusName(a.status))); });
        for (int i = 0; i < 2; ++i)
            recorder->resolve({"example.org", RecordType::A}, [&](Answer) { order.push_back("done"); });
        upstream.answer(positive(300));
        recorder.reset();
        upstream.answer(negative(Status::Timeout, false, 0));
        QVERIFY(order == std::vector<std::string>({"sink ok", "done", "sink timeout", "done"}));
    }

    void speedOfAHit() {
        ByHand upstream;
        test::FakeClock clock;
        CachingResolver cache(upstream, clock);
        cache.resolve({"example.org", RecordType::A}, [](Answer) {});
        upstream.answer(positive(300));
        constexpr int rounds = 200'000;
        int got = 0;
        auto begun = std::chrono::steady_clock::now();
        for (int i = 0; i < rounds; ++i)
            cache.resolve({"example.org", RecordType::A}, [&](Answer a) { got += a.ok(); });
        double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        qInfo("%.2f million hits a second", rounds / seconds / 1e6);
        QCOMPARE(got, rounds);
    }
};

QTEST_APPLESS_MAIN(TestResolverLayers)
#include "tst_resolver_layers.moc"
