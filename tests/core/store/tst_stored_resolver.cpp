#include "dns/wire.h"
#include "store/database.h"
#include "store/dns_store.h"
#include "store/migrations.h"
#include "store/stored_resolver.h"

using namespace waypost;
using namespace waypost::store;

namespace {

std::unique_ptr<Database> fresh() {
    auto db = Database::inMemory();
    migrate(*db);
    return db;
}

// As a name server sends it, with its bytes.
dns::Answer sent(std::int64_t at, const dns::Question& question, std::vector<dns::Record> records,
                 int rcode = 0) {
    dns::Message m;
    m.response = true;
    m.recursionAvailable = true;
    m.rcode = rcode;
    m.questions = {question};
    m.answers = std::move(records);
    auto raw = dns::encodeResponse(m);
    if (!raw) qFatal("%s", raw.error().describe().c_str());
    auto a = dns::decodeAnswer(question, *raw);
    a.raw = *raw;
    a.at = {at};
    a.server = "127.0.0.1:53";
    a.transport = dns::Transport::Udp;
    a.took = Millis(3);
    return a;
}

dns::Answer failed(std::int64_t at, const dns::Question& question, dns::Status status) {
    dns::Answer a;
    a.question = question;
    a.status = status;
    a.rcode = status == dns::Status::ServFail ? 2 : -1;
    a.at = {at};
    return a;
}

dns::Record txt(const std::string& name, std::string text) {
    return {name, dns::RecordType::TXT, 300, dns::TxtData{{std::move(text)}}};
}

const dns::Question question{"example.org", dns::RecordType::TXT};

dns::Answer asked(StoredResolver& resolver, const dns::Question& q) {
    auto answer = runReady(dns::ask(resolver, q));
    if (!answer) qFatal("the resolver did not answer at once");
    return *answer;
}

} // namespace

class TestStoredResolver : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theAnswerIsTheNewestAtOrBeforeTheTime_data() {
        QTest::addColumn<qint64>("at");
        QTest::addColumn<QString>("text");
        QTest::newRow("at the moment of the first lookup") << qint64(1000) << "one";
        QTest::newRow("between the two") << qint64(1999) << "one";
        QTest::newRow("at the moment of the second") << qint64(2000) << "two";
        QTest::newRow("long after") << qint64(9'000'000) << "two";
    }
    void theAnswerIsTheNewestAtOrBeforeTheTime() {
        QFETCH(qint64, at);
        QFETCH(QString, text);
        auto db = fresh();
        dnsrecord::append(*db, sent(1000, question, {txt("example.org", "one")}));
        dnsrecord::append(*db, sent(2000, question, {txt("example.org", "two")}));
        StoredResolver resolver(*db, {at});
        const auto a = asked(resolver, {"Example.ORG.", dns::RecordType::TXT});
        QCOMPARE(a.question.name, std::string("Example.ORG.")); // as asked
        QVERIFY(a.ok());
        QCOMPARE(a.records.size(), size_t(1));
        QCOMPARE(QString::fromStdString(std::get<dns::TxtData>(a.records[0].data).joined()), text);
        QCOMPARE(a.ttl(), 300U);
        QVERIFY(!a.raw.empty());
        QVERIFY(a.transport == dns::Transport::Recorded);
        QCOMPARE(a.server, std::string("127.0.0.1:53"));
        QVERIFY(resolver.newestUsed() == a.at);
    }

    void whatWasNeverAskedIsNotKnownAndNotAbsent() {
        auto db = fresh();
        dnsrecord::append(*db, sent(1000, question, {txt("example.org", "one")}));
        StoredResolver resolver(*db, {999});
        const auto a = asked(resolver, question);
        QVERIFY(!a.definite());
        QVERIFY(a.status == dns::Status::Unreachable);
        QVERIFY(a.text.contains("never asked before 1970-01-01T00:00:00.999Z"));
        QVERIFY(resolver.neverAsked() == std::vector<dns::Question>{question});
        QVERIFY(!resolver.newestUsed());
    }

    void negativeAnswersStayApart_data() {
        QTest::addColumn<int>("rcode");
        QTest::addColumn<int>("status");
        QTest::newRow("the name does not exist") << 3 << int(dns::Status::NxDomain);
        QTest::newRow("the name has no such record") << 0 << int(dns::Status::NoData);
        QTest::newRow("the server failed") << 2 << int(dns::Status::ServFail);
        QTest::newRow("the server refused") << 5 << int(dns::Status::Refused);
    }
    void negativeAnswersStayApart() {
        QFETCH(int, rcode);
        QFETCH(int, status);
        auto db = fresh();
        dnsrecord::append(*db, sent(1000, question, {}, rcode));
        StoredResolver resolver(*db, {5000});
        const auto a = asked(resolver, question);
        QCOMPARE(int(a.status), status);
        QCOMPARE(a.rcode, rcode);
    }

    void aFailedLookupFailsAgainUnlessTheLastDefiniteOneIsWanted() {
        auto db = fresh();
        dnsrecord::append(*db, sent(1000, question, {txt("example.org", "one")}));
        dnsrecord::append(*db, failed(2000, question, dns::Status::Timeout));
        StoredResolver asItWas(*db, {3000});
        QVERIFY(asked(asItWas, question).status == dns::Status::Timeout);
        StoredResolver definite(*db, {3000}, StoredResolver::Failures::LastDefinite);
        QVERIFY(asked(definite, question).ok());
        StoredResolver nothingDefinite(*db, {900}, StoredResolver::Failures::LastDefinite);
        QVERIFY(asked(nothingDefinite, question).status == dns::Status::Unreachable);
    }

    void recordsAreReadBackWhenNoBytesWereKept() {
        auto db = fresh();
        const std::vector<dns::Record> records{
            {"example.org", dns::RecordType::CNAME, 60, dns::NameData{"Other.example.org"}},
            {"other.example.org", dns::RecordType::TXT, 60, dns::TxtData{{"a \"quoted\" ", "\x01\xff;"}}}};
        auto a = sent(1000, question, records);
        a.raw.clear();
        dnsrecord::append(*db, a);
        StoredResolver resolver(*db, {5000});
        const auto back = asked(resolver, question);
        QVERIFY(back.ok());
        QCOMPARE(back.records.size(), size_t(2));
        const auto texts = back.ofType(dns::RecordType::TXT);
        QCOMPARE(texts.size(), size_t(1));
        QCOMPARE(std::get<dns::TxtData>(texts[0]->data).joined(), std::string("a \"quoted\" \x01\xff;"));
        QCOMPARE(back.ttl(), 60U);
    }

    void bytesThatAreNoAnswerStayMalformed() {
        auto db = fresh();
        auto a = failed(1000, question, dns::Status::Malformed);
        a.raw = "not dns";
        a.text = "The message is cut.";
        dnsrecord::append(*db, a);
        StoredResolver resolver(*db, {5000});
        const auto back = asked(resolver, question);
        QVERIFY(back.status == dns::Status::Malformed);
        QCOMPARE(back.text, std::string("The message is cut."));
        QCOMPARE(back.raw, a.raw);
    }

    void aStorageThatFailsIsNoAnswer() {
        auto db = Database::inMemory(); // without tables
        StoredResolver resolver(*db, {5000});
        const auto a = asked(resolver, question);
        QVERIFY(a.status == dns::Status::Unreachable);
        QVERIFY(!a.text.empty());
        QVERIFY(resolver.neverAsked().empty());
    }
};

QTEST_GUILESS_MAIN(TestStoredResolver)
#include "tst_stored_resolver.moc"
