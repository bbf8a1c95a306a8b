// A filter over stored events, counted by rows, by cells and by the overview, against the same question put
// to each event by hand.
#include "filter/parser.h"
#include "store/database.h"
#include "store/event_queries.h"
#include "store/event_writer.h"
#include "store/migrations.h"

#include <numeric>

using namespace waypost;
using namespace waypost::store;
using reply::ReplyEvent;

namespace {

constexpr std::int64_t start = 1'767'225'600'000; // 2026-01-01T00:00Z
constexpr std::int64_t hour = 3'600'000;
constexpr int count = 1200; // seven minutes apart

ReplyEvent eventOf(int i) {
    ReplyEvent e;
    e.at = {start + i * 420'000LL};
    e.source = i % 7 ? "postfix" : "send";
    e.stream = i % 4 == 0 ? "" : i % 2 ? "marketing" : "news letter";
    e.campaign = i % 5 ? "spring" : "";
    e.sender = i % 2 ? "bounce@example.com" : "news@example.com";
    e.sendingIp = "203.0.113." + std::to_string(i % 20);
    e.messageKey = "m" + std::to_string(i / 2) + "@example.com";
    e.queueId = "4Q" + std::to_string(i);
    e.recipientDomain = i % 3 ? "one.example" : "two.example.org";
    e.recipient = "user" + std::to_string(i % 50) + "@" + e.recipientDomain;
    e.provider = i % 3 ? "gmail" : "";
    e.mxHost = "mx" + std::to_string(i % 3) + ".example";
    e.mxIp = "192.0.2." + std::to_string(i % 3);
    e.attempt = i % 4;
    e.tls = i % 2 ? "TLSv1.3" : "";
    e.latencyMs = i % 9 ? i * 10 : -1;
    e.size = i % 8 ? 1000 + i : -1;
    switch (i % 5) {
    case 0:
        e.stage = reply::Stage::Rcpt;
        e.code = 550;
        e.enhanced = "5.1.1";
        e.text = "550 5.1.1 <" + e.recipient + ">: user unknown";
        e.category = reply::Category::RejectedInvalidUser;
        e.cause = reply::Cause::Recipient;
        e.permanence = reply::Permanence::Permanent;
        e.rule = "unknown-user";
        e.template_ = "t-unknown";
        break;
    case 1:
        e.stage = reply::Stage::Mail;
        e.code = 421;
        e.enhanced = "4.7.28";
        e.text = "421-4.7.28 Rate-limit exceeded for 203.0.113." + std::to_string(i % 20);
        e.category = reply::Category::DeferredRateLimit;
        e.cause = reply::Cause::Ip;
        e.permanence = reply::Permanence::Temporary;
        e.rule = "rate";
        e.template_ = "t-rate";
        break;
    case 2:
        e.text = "connect to mx: timed out";
        e.stage = reply::Stage::Connect;
        e.category = reply::Category::DeferredInfrastructure;
        e.permanence = reply::Permanence::Temporary;
        e.template_ = "t-connect";
        break;
    default:
        e.stage = reply::Stage::Body;
        e.code = 250;
        e.enhanced = "2.0.0";
        e.text = "250 2.0.0 Ok: queued as 4XyZ1c2N3mz" + std::to_string(100 + i);
        e.category = reply::Category::Accepted;
        e.template_ = "t-ok";
    }
    if (i % 100 == 99) e.kind = reply::Kind::Complaint;
    return e;
}

using Ask = bool (*)(const ReplyEvent&);
struct Row {
    const char* name;
    const char* query;
    Ask ask;
};

bool attempt(const ReplyEvent& e) {
    return e.kind == reply::Kind::Attempt;
}

const Row rows[] = {
    {"everything is every attempt", "", attempt},
    {"a provider", "provider:GMAIL", [](const ReplyEvent& e) { return attempt(e) && e.provider == "gmail"; }},
    {"no provider known", "provider:\"\"",
     [](const ReplyEvent& e) { return attempt(e) && e.provider.empty(); }},
    {"a negated stream takes the unassigned", "-stream:marketing",
     [](const ReplyEvent& e) { return attempt(e) && e.stream != "marketing"; }},
    {"a stream with a space", "stream:\"news letter\"",
     [](const ReplyEvent& e) { return attempt(e) && e.stream == "news letter"; }},
    {"categories by wildcard", "category:deferred-*",
     [](const ReplyEvent& e) {
         return attempt(e) && e.category != reply::Category::Accepted && e.code != 550;
     }},
    {"an outcome", "outcome:bounced", [](const ReplyEvent& e) { return attempt(e) && e.code == 550; }},
    {"an enhanced code", "code:4.7.*", [](const ReplyEvent& e) { return attempt(e) && e.code == 421; }},
    {"a class of codes", "code:5xx", [](const ReplyEvent& e) { return attempt(e) && e.code == 550; }},
    {"no reply", "code:none", [](const ReplyEvent& e) { return attempt(e) && e.code == 0; }},
    {"a domain by wildcard", "rcpt_domain:*.org",
     [](const ReplyEvent& e) { return attempt(e) && e.recipientDomain == "two.example.org"; }},
    {"a network", "ip:203.0.113.0/29",
     [](const ReplyEvent& e) { return attempt(e) && std::stoi(e.sendingIp.substr(10)) < 8; }},
    {"a range of addresses", "ip:203.0.113.9..203.0.113.11",
     [](const ReplyEvent& e) {
         const int n = std::stoi(e.sendingIp.substr(10));
         return attempt(e) && n >= 9 && n <= 11;
     }},
    {"latency, unknown ones left out", "delay>5s",
     [](const ReplyEvent& e) { return attempt(e) && e.latencyMs > 5000; }},
    {"latency unknown", "latency:unknown", [](const ReplyEvent& e) { return attempt(e) && e.latencyMs < 0; }},
    {"not slow takes the unknown ones", "-delay>5s",
     [](const ReplyEvent& e) { return attempt(e) && e.latencyMs <= 5000; }},
    {"size", "size:1100..1200",
     [](const ReplyEvent& e) { return attempt(e) && e.size >= 1100 && e.size <= 1200; }},
    {"an attempt", "attempt>=2", [](const ReplyEvent& e) { return attempt(e) && e.attempt >= 2; }},
    {"a recipient", "rcpt:USER7@one.example",
     [](const ReplyEvent& e) { return attempt(e) && e.recipient == "user7@one.example"; }},
    {"a part of a recipient", "rcpt:user7",
     [](const ReplyEvent& e) { return attempt(e) && e.recipient.contains("user7"); }},
    {"a sender", "sender:news@example.com",
     [](const ReplyEvent& e) { return attempt(e) && e.sender == "news@example.com"; }},
    {"words of the reply", "text:\"rate-limit\"",
     [](const ReplyEvent& e) { return attempt(e) && e.code == 421; }},
    {"words in the variable part of the reply", "text:user5@",
     [](const ReplyEvent& e) { return attempt(e) && e.text.contains("user5@"); }},
    {"words across constant and variable part", "text:\"queued as 4XyZ1c2N3mz10\"",
     [](const ReplyEvent& e) { return attempt(e) && e.text.contains("queued as 4XyZ1c2N3mz10"); }},
    {"a regular expression across them", "text~\"as 4Xy.*mz1[0-4][0-9]$\"",
     [](const ReplyEvent& e) {
         return attempt(e) && e.code == 250 && e.text.size() == 38 && e.text[36] < '5' && e.text[35] == '1';
     }},
    {"a template", "cluster:{t-rate,t-connect}",
     [](const ReplyEvent& e) {
         return attempt(e) && (e.template_ == "t-rate" || e.template_ == "t-connect");
     }},
    {"a stage", "stage:connect",
     [](const ReplyEvent& e) { return attempt(e) && e.stage == reply::Stage::Connect; }},
    {"a cause", "cause:ip", [](const ReplyEvent& e) { return attempt(e) && e.cause == reply::Cause::Ip; }},
    {"permanent ones", "permanence:permanent",
     [](const ReplyEvent& e) { return attempt(e) && e.permanence == reply::Permanence::Permanent; }},
    {"a rule", "rule:rate", [](const ReplyEvent& e) { return attempt(e) && e.rule == "rate"; }},
    {"no rule", "rule:\"\"", [](const ReplyEvent& e) { return attempt(e) && e.rule.empty(); }},
    {"a host", "mx:mx1.*", [](const ReplyEvent& e) { return attempt(e) && e.mxHost == "mx1.example"; }},
    {"no TLS", "tls:\"\"", [](const ReplyEvent& e) { return attempt(e) && e.tls.empty(); }},
    {"a source", "source:send", [](const ReplyEvent& e) { return attempt(e) && e.source == "send"; }},
    {"a kind", "kind:complaint", [](const ReplyEvent& e) { return e.kind == reply::Kind::Complaint; }},
    {"any kind", "kind:*", [](const ReplyEvent&) { return true; }},
    {"a message id in brackets", "message_id:<m17@example.com>",
     [](const ReplyEvent& e) { return attempt(e) && e.messageKey == "m17@example.com"; }},
    {"a bare queue id", "4q17", [](const ReplyEvent& e) { return attempt(e) && e.queueId == "4Q17"; }},
    {"a bare address", "user7@one.example",
     [](const ReplyEvent& e) {
         return attempt(e) && (e.recipient == "user7@one.example" || e.text.contains("user7@one.example"));
     }},
    {"a phrase", "\"timed out\"",
     [](const ReplyEvent& e) { return attempt(e) && e.text.contains("timed out"); }},
    {"alternatives over fields", "provider:gmail OR stream:marketing",
     [](const ReplyEvent& e) { return attempt(e) && (e.provider == "gmail" || e.stream == "marketing"); }},
    {"alternatives with a text", "(text:unknown OR delay>9s) -rcpt_domain:one.example",
     [](const ReplyEvent& e) {
         return attempt(e) && (e.text.contains("unknown") || e.latencyMs > 9000) &&
                e.recipientDomain != "one.example";
     }},
    {"negated alternatives", "-(outcome:accepted OR stream:marketing)",
     [](const ReplyEvent& e) {
         return attempt(e) && e.category != reply::Category::Accepted && e.stream != "marketing";
     }},
    {"times inside alternatives", "(until:2026-01-02 OR since:2026-01-05) outcome:deferred",
     [](const ReplyEvent& e) {
         return attempt(e) && e.permanence == reply::Permanence::Temporary &&
                (e.at.ms < start + 24 * hour || e.at.ms >= start + 96 * hour);
     }},
    {"since", "since:2026-01-03T10:30Z",
     [](const ReplyEvent& e) { return attempt(e) && e.at.ms >= start + 58 * hour + hour / 2; }},
    {"a day", "at:2026-01-03",
     [](const ReplyEvent& e) {
         return attempt(e) && e.at.ms >= start + 48 * hour && e.at.ms < start + 72 * hour;
     }},
    {"not on a day", "at!=2026-01-03",
     [](const ReplyEvent& e) {
         return attempt(e) && (e.at.ms < start + 48 * hour || e.at.ms >= start + 72 * hour);
     }},
};

} // namespace

class TstEventPredicate : public QObject {
    Q_OBJECT
    std::unique_ptr<Database> db_;
    std::vector<ReplyEvent> events_;

    static EventFilter filterOf(const std::string& text) {
        EventFilter f;
        auto node = filter::parseOrFail(text);
        if (!node) qFatal("%s", node.error().text.c_str());
        f.query = *node;
        f.moment.now = {start + count * 420'000LL};
        return f;
    }

  private Q_SLOTS:
    void initTestCase() {
        db_ = Database::inMemory();
        migrate(*db_);
        for (int i = 0; i < count; ++i) events_.push_back(eventOf(i));
        Transaction t(*db_);
        appendEvents(*db_, events_);
        t.commit();
    }

    void queries_data() {
        QTest::addColumn<int>("row");
        int i = 0;
        for (const Row& r : rows) QTest::newRow(r.name) << i++;
    }
    void queries() {
        QFETCH(int, row);
        const Row& r = rows[row];
        const auto wanted = std::count_if(events_.begin(), events_.end(), r.ask);
        QVERIFY(wanted > 0);
        const EventFilter filter = filterOf(r.query);
        // as rows, in pages
        std::int64_t before = 0, seen = 0;
        do {
            auto page = eventPage(*db_, {}, filter, before, 97);
            for (const EventLine& l : page.rows) QVERIFY(r.ask(events_[size_t(l.key - 1)]));
            seen += std::int64_t(page.rows.size());
            before = page.next;
        } while (before != 0);
        QCOMPARE(seen, wanted);
        // as an overview: chart and groups
        OverviewAsk ask;
        ask.filter = filter;
        const OverviewAnswer o = overview(*db_, ask);
        QCOMPARE(std::int64_t(o.events), wanted);
        std::uint64_t bars = 0, groups = 0;
        for (const auto& b : o.buckets) bars = std::accumulate(b.counts.begin(), b.counts.end(), bars);
        for (const auto& g : o.groups) groups += g.events;
        QCOMPARE(std::int64_t(bars), wanted);
        QCOMPARE(std::int64_t(groups), wanted);
        // as cells of a range that is no whole hours
        ask.range = {{start + hour / 3}, {start + 100 * hour + hour / 7}};
        std::int64_t cells = 0;
        const EventPredicate predicate(*db_, filter);
        eachCell(*db_, predicate, ask.range, {}, [&](const Cell& c) { cells += c.events; });
        QCOMPARE(cells, std::count_if(events_.begin(), events_.end(), [&](const ReplyEvent& e) {
                     return e.at >= ask.range.since && e.at < ask.range.until && r.ask(e);
                 }));
    }

    void aFacetCountsWhatItsOwnFieldWouldShow() {
        OverviewAsk ask;
        ask.filter = filterOf("outcome:{bounced,deferred} stream:marketing delay>1s");
        const OverviewAnswer o = overview(*db_, ask);
        auto facet = [&o](const std::string& field, const std::string& value) {
            for (const auto& f : o.facets)
                if (f.field == field)
                    for (const auto& v : f.values)
                        if (v.value == value) return std::int64_t(v.events);
            return std::int64_t(0);
        };
        auto hand = [this](auto test) {
            return std::int64_t(std::count_if(events_.begin(), events_.end(), [&](const ReplyEvent& e) {
                return attempt(e) && e.latencyMs > 1000 && test(e);
            }));
        };
        QCOMPARE(facet("outcome", "accepted"), hand([](const ReplyEvent& e) {
                     return e.stream == "marketing" && e.category == reply::Category::Accepted;
                 }));
        QCOMPARE(facet("stream", "news letter"), hand([](const ReplyEvent& e) {
                     return e.stream == "news letter" && e.category != reply::Category::Accepted;
                 }));
        QCOMPARE(facet("domain", "one.example"), hand([](const ReplyEvent& e) {
                     return e.stream == "marketing" && e.category != reply::Category::Accepted &&
                            e.recipientDomain == "one.example";
                 }));
    }

    // What roll-ups know is not looked for in the events.
    void onlyWhatRollUpsDoNotKnowNeedsEvents() {
        for (const char* text :
             {"provider:gmail stream:x", "ip:203.0.113.0/24", "category:deferred-* OR kind:complaint",
              "rcpt_domain:*.org", "since:2026-01-02"})
            QVERIFY2(!EventPredicate(*db_, filterOf(text)).needsEvents(), text);
        for (const char* text : {"text:x", "rcpt:x", "delay>1s", "template:x", "code:421", "word"})
            QVERIFY2(EventPredicate(*db_, filterOf(text)).needsEvents(), text);
    }
};

QTEST_GUILESS_MAIN(TstEventPredicate)
#include "tst_event_predicate.moc"
