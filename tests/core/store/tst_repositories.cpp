#include "store/activity_store.h"
#include "store/database.h"
#include "store/deflate.h"
#include "store/dns_store.h"
#include "store/domain_store.h"
#include "store/job_store.h"
#include "store/message_store.h"
#include "store/migrations.h"
#include "store/placement_store.h"
#include "store/settings_store.h"
#include "store/storage_error.h"
#include "store/transcript_store.h"

using namespace waypost;
using namespace waypost::store;

namespace {

std::unique_ptr<Database> fresh() {
    auto db = Database::inMemory();
    migrate(*db);
    return db;
}

dns::Answer txt(std::int64_t at, std::vector<std::string> texts, std::uint32_t ttl = 300) {
    dns::Answer a;
    a.question = {"Example.ORG.", dns::RecordType::TXT};
    a.status = texts.empty() ? dns::Status::NoData : dns::Status::Ok;
    a.rcode = 0;
    a.server = "127.0.0.1:53";
    a.transport = dns::Transport::Udp;
    a.at = {at};
    a.took = Millis(7);
    a.raw = std::string("\x12\x34\x00raw", 6);
    for (auto& t : texts)
        a.records.push_back({"example.org", dns::RecordType::TXT, ttl, dns::TxtData{{std::move(t)}}});
    return a;
}

dns::Answer timeout(std::int64_t at) {
    auto a = txt(at, {});
    a.status = dns::Status::Timeout;
    a.rcode = -1;
    a.raw.clear();
    return a;
}

const dns::Question question{"example.org", dns::RecordType::TXT};

std::string errorOf(const Result<void>& r) {
    return r ? std::string() : r.error().describe();
}

} // namespace

class TestRepositories : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void anAnswerIsKeptWhole() {
        auto db = fresh();
        auto a = txt(1000, {"v=spf1 -all"});
        a.authenticated = true;
        auto id = dnsrecord::append(*db, a);
        auto row = dnsrecord::lookup(*db, id);
        QVERIFY(row);
        QCOMPARE(row->question.name, std::string("example.org"));
        QCOMPARE(int(row->status), int(dns::Status::Ok));
        QCOMPARE(row->rcode, 0);
        QCOMPARE(row->ttl.value(), 300);
        QVERIFY(row->authenticated);
        QCOMPARE(row->server, std::string("127.0.0.1:53"));
        QCOMPARE(row->raw, a.raw);
        QCOMPARE(row->took.count(), 7);
        QCOMPARE(row->records, "example.org TXT " + dns::presentation(a.records[0]));
        QVERIFY(!dnsrecord::lookup(*db, id + 1));
    }

    void noRecordHasNoTtl() {
        auto db = fresh();
        auto row = dnsrecord::lookup(*db, dnsrecord::append(*db, timeout(1)));
        QVERIFY(!row->ttl);
        QCOMPARE(row->rcode, -1);
    }

    void equalAnswersShareARowWhateverTheirOrderAndTtl() {
        auto db = fresh();
        dnsrecord::append(*db, txt(1000, {"a", "b"}, 300));
        dnsrecord::append(*db, txt(3000, {"b", "a"}, 17));
        auto other = txt(2000, {"a", "b"});
        other.server = "127.0.0.2:53";
        dnsrecord::append(*db, other);
        QCOMPARE(db->integer("SELECT count(*) FROM dns_answer"), 1);
        auto periods = dnsrecord::history(*db, question);
        QCOMPARE(periods.size(), size_t(1));
        QCOMPARE(periods[0].firstSeen.ms, 1000);
        QCOMPARE(periods[0].lastSeen.ms, 3000);
        QCOMPARE(periods[0].lookups, 3);
        QCOMPARE(periods[0].servers, std::string("127.0.0.1:53,127.0.0.2:53"));
    }

    void historyGoesBackAndForth() {
        auto db = fresh();
        for (auto [at, text] : {std::pair(1, "a"), {2, "a"}, {3, "b"}, {5, "a"}})
            dnsrecord::append(*db, txt(at, {text}));
        dnsrecord::append(*db, timeout(4));
        auto periods = dnsrecord::history(*db, question);
        std::vector<std::pair<std::int64_t, std::int64_t>> spans;
        for (const auto& p : periods) spans.emplace_back(p.firstSeen.ms, p.lastSeen.ms);
        QCOMPARE(spans, (std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 2}, {3, 3}, {4, 4}, {5, 5}}));
        QCOMPARE(int(periods[2].status), int(dns::Status::Timeout));
        QCOMPARE(dnsrecord::history(*db, question, 2).front().firstSeen.ms, 4);
    }

    void asOfATimeIsWhatHadBeenSeenByThen() {
        auto db = fresh();
        dnsrecord::append(*db, txt(10, {"a"}));
        dnsrecord::append(*db, timeout(20));
        dnsrecord::append(*db, txt(30, {"b"}));
        QVERIFY(!dnsrecord::asOf(*db, question, {9}));
        QCOMPARE(dnsrecord::asOf(*db, question, {10})->at.ms, 10);
        QCOMPARE(int(dnsrecord::asOf(*db, question, {29})->status), int(dns::Status::Timeout));
        QCOMPARE(dnsrecord::asOf(*db, question, {29}, true)->at.ms, 10); // the last definite one
        QCOMPARE(dnsrecord::asOf(*db, question, {99})->at.ms, 30);
    }

    void aFailedLookupIsNoChange() {
        auto db = fresh();
        dnsrecord::append(*db, txt(10, {"a"}));
        dnsrecord::append(*db, timeout(20));
        dnsrecord::append(*db, txt(30, {"a"}));
        dnsrecord::append(*db, txt(40, {"b"}));
        std::vector<std::int64_t> at;
        for (const auto& row : dnsrecord::changes(*db, {0}, {100})) at.push_back(row.at.ms);
        QCOMPARE(at, (std::vector<std::int64_t>{10, 40}));
        QCOMPARE(dnsrecord::changes(*db, {11}, {40}).size(), size_t(0));
    }

    void transcriptsComeBack() {
        auto db = fresh();
        TranscriptRow row{"0190-1", "smtp", "127.0.0.1:25", {5}, {}};
        row.transcript.add({5}, Direction::Received, "220 mx.example ESMTP\r\n");
        row.transcript.add({6}, Direction::Sent, std::string("DATA \0\xff\r\n", 9));
        transcripts::insert(*db, row);
        auto found = transcripts::find(*db, "0190-1");
        QVERIFY(found);
        QCOMPARE(found->peer, row.peer);
        QVERIFY(found->transcript.entries() == row.transcript.entries());
        QCOMPARE(int(transcripts::find(*db, "x").error().code), int(ErrorCode::NotFound));
        db->run("UPDATE transcript SET body = x'00'");
        QCOMPARE(transcripts::find(*db, "0190-1").error().text,
                 std::string("The stored transcript 0190-1 is damaged."));
        db->run("UPDATE transcript SET size = 99999999999");
        QVERIFY(!transcripts::find(*db, "0190-1"));
    }

    void aTranscriptMayBeEmpty() {
        auto db = fresh();
        transcripts::insert(*db, {"e", "imap", "", {1}, {}});
        QVERIFY(transcripts::find(*db, "e")->transcript.empty());
    }

    void aMessageComesBackWithItsJudgements() {
        auto db = fresh();
        MessageRow row;
        row.id = "0190-m";
        row.title = "Spring news";
        row.sender = "news@acme.test";
        row.source = "spring.eml";
        row.added = {100};
        row.ip = "192.0.2.1";
        row.headersOnly = true;
        const std::string bytes("From: a@b.test\r\n\r\n\0\xff", 20);
        row.size = std::int64_t(bytes.size());
        messages::insert(*db, row, deflated(bytes));
        QCOMPARE(*messages::bytes(*db, "0190-m"), bytes);
        QVERIFY(!messages::find(*db, "0190-m")->judged);
        QCOMPARE(messages::find(*db, "0190-m")->state, 4); // unknown until it is judged
        QVERIFY(messages::setJudged(*db, "0190-m", {200}, "DMARC pass", 0, "{}"));
        QVERIFY(!messages::find(*db, "0190-m")->again);
        QVERIFY(messages::setJudged(*db, "0190-m", {300}, "DMARC fail", 3, "{\"a\":1}"));
        QVERIFY(messages::setConnection(*db, "0190-m", "192.0.2.2", "helo", "<>"));
        QVERIFY(messages::setJob(*db, "0190-m", "job"));
        const auto found = messages::find(*db, "0190-m");
        QCOMPARE(found->judged, std::optional<UtcTime>(UtcTime{200}));
        QCOMPARE(found->again, std::optional<UtcTime>(UtcTime{300}));
        QCOMPARE(found->verdict, std::string("DMARC fail"));
        QCOMPARE(found->report, std::string("{\"a\":1}"));
        QCOMPARE(found->mailFrom, std::string("<>"));
        QCOMPARE(found->job, std::string("job"));
        QVERIFY(found->headersOnly);
    }

    void messagesAreListedNewestFirstAndRemovedWhole() {
        auto db = fresh();
        for (int i = 0; i < 3; ++i) {
            MessageRow row;
            row.id = std::to_string(i);
            row.added = {i == 1 ? 900 : 100 + i};
            messages::insert(*db, row, deflated(""));
        }
        std::string order;
        for (const MessageRow& row : messages::all(*db, 10)) order += row.id;
        QCOMPARE(order, std::string("120"));
        QCOMPARE(messages::all(*db, 2).size(), size_t(2));
        QVERIFY(messages::remove(*db, "1"));
        QVERIFY(!messages::remove(*db, "1"));
        QVERIFY(!messages::setJudged(*db, "1", {1}, "", 0, ""));
        QCOMPARE(int(messages::bytes(*db, "1").error().code), int(ErrorCode::NotFound));
    }

    void aDamagedMessageIsNotHandedOut() {
        auto db = fresh();
        MessageRow row;
        row.id = "m";
        row.size = 5;
        messages::insert(*db, row, deflated("hello"));
        db->run("UPDATE message SET body = x'00'");
        QCOMPARE(int(messages::bytes(*db, "m").error().code), int(ErrorCode::Corrupt));
        db->run("UPDATE message SET size = 99999999999");
        QCOMPARE(int(messages::bytes(*db, "m").error().code), int(ErrorCode::Corrupt));
    }

    void settingsRefuseWhatDoesNotFit_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("stored");
        QTest::addColumn<QString>("error");
        auto ok = [](const char* name, const char* key, const char* value, const char* stored) {
            QTest::newRow(name) << key << value << stored << "";
        };
        auto bad = [](const char* name, const char* key, const char* value, const char* error) {
            QTest::newRow(name) << key << value << "" << error;
        };
        ok("a number is trimmed", "resolver.attempts", " 4 ", "4");
        ok("servers are listed with one space", "resolver.servers", "127.0.0.1:5353, [::1]:53  ns.example",
           "127.0.0.1:5353 [::1]:53 ns.example");
        ok("a bare IPv6 address is a server", "resolver.servers", "2001:db8::1", "2001:db8::1");
        ok("no server is the system's", "resolver.servers", "", "");
        bad("zero tries", "resolver.attempts", "0",
            "resolver.attempts: \"0\" is not a value for Tries of one DNS question: a number from 1 to 10 is "
            "wanted.");
        bad("a word is no number", "resolver.attempts", "3x",
            "resolver.attempts: \"3x\" is not a value for Tries of one DNS question: a number from 1 to 10 "
            "is "
            "wanted.");
        bad("port 0", "resolver.servers", "a:0",
            "resolver.servers: \"a:0\" is not a value for Name servers: host or host:port is wanted.");
        bad("a URL is no server", "resolver.servers", "https://dns.example/",
            "resolver.servers: \"https://dns.example/\" is not a value for Name servers: host or host:port "
            "is "
            "wanted.");
        bad("another choice", "store.durability", "off",
            "store.durability: \"off\" is not a value for Durability: one of these is wanted: full normal.");
        bad("two lines", "sending.helo", "a\nb",
            "sending.helo: \"a\\x0Ab\" is not a value for Name in EHLO: one line is wanted.");
        bad("an unknown key", "ui.colour", "x", "settings: There is no setting \"ui.colour\".");
    }
    void settingsRefuseWhatDoesNotFit() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, stored);
        QFETCH(QString, error);
        auto db = fresh();
        auto done = settings::set(*db, key.toStdString(), value.toStdString());
        QCOMPARE(QString::fromStdString(errorOf(done)).toLower(), error.toLower());
        if (done) QCOMPARE(QString::fromStdString(settings::text(*db, key.toStdString())), stored);
    }

    void everyDefaultIsAValueOfItsOwnType() {
        auto db = fresh();
        for (const auto& spec : settings::all()) {
            auto stored = settings::normalize(spec, spec.standard);
            QVERIFY2(bool(stored), spec.key.data());
            QCOMPARE(*stored, std::string(spec.standard));
            QVERIFY(!spec.title.empty() && !spec.doc.empty() && !spec.scope.empty());
            QCOMPARE(settings::text(*db, spec.key), std::string(spec.standard));
        }
        QVERIFY(settings::set(*db, "resolver.attempts", "7"));
        QVERIFY(settings::isSet(*db, "resolver.attempts"));
        QCOMPARE(settings::integer(*db, "resolver.attempts"), 7);
        settings::reset(*db, "resolver.attempts");
        QCOMPARE(settings::integer(*db, "resolver.attempts"), 3);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, settings::text(*db, "no.such"));
    }

    void routesAreChecked_data() {
        QTest::addColumn<RouteRow>("route");
        QTest::addColumn<QString>("error");
        RouteRow good{"spring", "smtp.example", 587, "starttls", "plain", "me", "route/spring", "", ""};
        auto with = [&](auto change) {
            auto r = good;
            change(r);
            return r;
        };
        QTest::newRow("a good one") << good << "";
        QTest::newRow("no name") << with([](auto& r) { r.name = ""; })
                                 << "route : A route needs a name of one word with at most 64 characters.";
        QTest::newRow("no host") << with([](auto& r) { r.host = "a b"; })
                                 << "route spring: A route needs a host name or an address.";
        QTest::newRow("port 70000") << with([](auto& r) { r.port = 70000; })
                                    << "route spring: 70000 is not a port; 1 to 65535 are.";
        QTest::newRow("TLS maybe")
            << with([](auto& r) { r.tls = "maybe"; })
            << "route spring: \"maybe\" is not a TLS mode; none, opportunistic, starttls and "
               "implicit are.";
        QTest::newRow("a password in the clear")
            << with([](auto& r) { r.tls = "none"; })
            << "route spring: A password is not sent without TLS; choose starttls or implicit.";
        QTest::newRow("a sign-in without a secret")
            << with([](auto& r) { r.secret = ""; })
            << "route spring: Signing in needs a user and the name of a stored secret.";
    }
    void routesAreChecked() {
        QFETCH(RouteRow, route);
        QFETCH(QString, error);
        auto db = fresh();
        QCOMPARE(QString::fromStdString(errorOf(settings::saveRoute(*db, route))), error);
        if (!error.isEmpty()) {
            QVERIFY(settings::routes(*db).empty());
            return;
        }
        QVERIFY(settings::route(*db, "spring") == route);
        route.host = "other.example";
        QVERIFY(settings::saveRoute(*db, route));
        QCOMPARE(settings::routes(*db).size(), size_t(1));
        QVERIFY(settings::removeRoute(*db, "spring"));
        QVERIFY(!settings::removeRoute(*db, "spring"));
    }

    void streamRulesKeepTheirOrder() {
        auto db = fresh();
        std::vector<StreamRuleRow> rules{{"marketing", "sender-domain", "*.news.example"},
                                         {"transactional", "sender", "bill@example"}};
        QVERIFY(settings::saveStreamRules(*db, rules));
        QVERIFY(settings::streamRules(*db) == rules);
        auto bad = rules;
        bad[1].field = "subject";
        QCOMPARE(
            errorOf(settings::saveStreamRules(*db, bad)),
            std::string(
                "streams line 2: \"subject\" is not a field; one of these is wanted: sender sender-domain "
                "relay source message-id campaign sending-ip list-id header."));
        QVERIFY(settings::streamRules(*db) == rules);
    }

    void seedListsAreReplacedAsAWhole() {
        auto db = fresh();
        SeedListRow list{"l1",
                         "Main",
                         {1},
                         {{"b@x", "lab", "imap.x", 993, "implicit", "", "b", "seed/b", true},
                          {"a@x", "lab", "imap.x", 143, "starttls", "plain", "a", "seed/a", false}}};
        QVERIFY(placement::saveList(*db, list));
        QVERIFY(placement::list(*db, "l1")->seeds == list.seeds);
        list.seeds.erase(list.seeds.begin());
        list.name = "Renamed";
        QVERIFY(placement::saveList(*db, list));
        QCOMPARE(placement::lists(*db).size(), size_t(1));
        QCOMPARE(placement::lists(*db)[0].name, std::string("Renamed"));
        QVERIFY(placement::lists(*db)[0].seeds == list.seeds);
        QCOMPARE(errorOf(placement::saveList(*db, {"l2", "Renamed", {2}, {}})),
                 std::string("seed list: There is another seed list named \"Renamed\"."));
        list.seeds.push_back(list.seeds[0]);
        list.seeds[1].address = "A@x";
        QCOMPARE(errorOf(placement::saveList(*db, list)),
                 std::string("seed list Renamed: A@x stands in the list twice."));
        QVERIFY(placement::removeList(*db, "l1"));
        QCOMPARE(db->integer("SELECT count(*) FROM seed"), 0);
    }

    void runsAndResultsComeBack() {
        auto db = fresh();
        RunRow run{"r1", "Spring", "l1", "lab", "tok", "sending", "", "{}", "Subject: x\r\n\r\n\xff",
                   {7},  {}};
        placement::insertRun(*db, run);
        QVERIFY(placement::setRunState(*db, "r1", "done", "2 of 2 found", UtcTime{9}));
        QVERIFY(!placement::setRunState(*db, "no", "done", "", {}));
        auto found = placement::run(*db, "r1");
        QCOMPARE(found->message, run.message);
        QCOMPARE(found->state, std::string("done"));
        QCOMPARE(found->finished->ms, 9);
        QCOMPARE(placement::runs(*db, 5)[0].message, std::string());
        SeedResultRow result;
        result.run = "r1";
        result.seed = "a@x";
        result.provider = "lab";
        result.state = "waiting";
        placement::saveResult(*db, result);
        QVERIFY(!placement::result(*db, "r1", "a@x")->latency); // unknown is not zero
        result.state = "junk";
        result.latency = Millis(0);
        result.foundAt = UtcTime{8};
        result.headers = "X: y\r\n";
        placement::saveResult(*db, result);
        auto rows = placement::results(*db, "r1");
        QCOMPARE(rows.size(), size_t(1));
        QCOMPARE(rows[0].state, std::string("junk"));
        QCOMPARE(rows[0].latency->count(), 0);
        QVERIFY(!rows[0].sentAt);
        QCOMPARE(*rows[0].headers, std::string("X: y\r\n"));
        result.run = "no such run";
        QVERIFY_THROWS_EXCEPTION(StorageError, placement::saveResult(*db, result));
    }

    void activityIsAppendOnly() {
        auto db = fresh();
        for (int i = 1; i <= 3; ++i)
            activity::append(*db, {0, {i}, "operator", "k", i == 2 ? "b" : "a", "t", "{}"});
        QVERIFY_THROWS_EXCEPTION(StorageError, db->run("UPDATE activity SET text = ''"));
        QVERIFY_THROWS_EXCEPTION(StorageError, db->run("DELETE FROM activity"));
        auto page = activity::latest(*db, 2);
        QCOMPARE(page[1].at.ms, 2);
        QCOMPARE(activity::latest(*db, 2, page[1].id).size(), size_t(1));
        QCOMPARE(activity::of(*db, "a", 9).size(), size_t(2));
    }

    void jobsGoThroughTheirStates() {
        auto db = fresh();
        JobRow row;
        row.id = "j1";
        row.kind = "import";
        row.title = "mail.log";
        row.created = {1};
        job::insert(*db, row);
        row.state = JobState::Running;
        row.started = UtcTime{2};
        row.done = 5;
        QVERIFY(job::update(*db, row));
        auto found = job::find(*db, "j1");
        QCOMPARE(jobStateName(found->state), std::string_view("running"));
        QCOMPARE(found->done, 5);
        QVERIFY(!found->finished);
        QCOMPARE(job::interruptUnfinished(*db, {3}), 1);
        QCOMPARE(job::interruptUnfinished(*db, {4}), 0);
        QCOMPARE(job::latest(*db, 5)[0].text, std::string("The program ended before this job did."));
        row.id = "j2";
        QVERIFY(!job::update(*db, row));
    }

    void aDomainShowsItsNewestInspection() {
        auto db = fresh();
        domains::watch(*db, "Example.ORG.", {"s1", "s2"}, {1});
        QVERIFY(!domains::all(*db)[0].inspection); // not looked yet is not "no findings"
        InspectionRow row{0, "example.org", {5}, 1, 2, false, "{\"a\":1}", {{"spf-all", "error", "SPF"}}};
        auto first = domains::append(*db, row);
        row.at = {9};
        row.errors = 0;
        row.couldNotLook = true;
        auto second = domains::append(*db, row);
        auto all = domains::all(*db);
        QCOMPARE(all.size(), size_t(1));
        QCOMPARE(all[0].inspection.value(), second);
        QCOMPARE(all[0].selectors.size(), size_t(2));
        QVERIFY(all[0].couldNotLook);
        QCOMPARE(domains::newest(*db, "EXAMPLE.org")->at.ms, 9);
        QVERIFY(domains::inspection(*db, first)->findings == row.findings);
        QCOMPARE(domains::history(*db, "example.org", 9).size(), size_t(2));
        QVERIFY(domains::forget(*db, "example.org"));
        QCOMPARE(db->integer("SELECT count(*) FROM inspection_finding"), 0);
        QVERIFY(!domains::forget(*db, "example.org"));
    }
};

QTEST_APPLESS_MAIN(TestRepositories)
#include "tst_repositories.moc"
