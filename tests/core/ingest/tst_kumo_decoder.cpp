#include "decoded.h"

using namespace waypost;
using namespace waypost::ingest;
using namespace waypost::ingest::test;

namespace {

// A record with the members every record has; `more` is added, and members of it win.
std::string record(const std::string& type, const std::string& response, const std::string& more = {}) {
    return R"({"type":")" + type +
           R"(","id":"a1b2","sender":"news@bulk.example","queue":"spring:acme@remote.example",)"
           R"("site":"pool->mx.remote.example","size":2048,"response":)" +
           response +
           R"(,"peer_address":{"name":"mx.remote.example.","addr":"192.0.2.5"},"timestamp":1763000005,)"
           R"("created":1763000000,"num_attempts":0,"egress_pool":"pool-a","egress_source":"ip-1",)"
           R"("source_address":{"address":"198.51.100.7:40112"},"nodeid":"n","headers":{},"meta":{})" +
           (more.empty() ? "" : "," + more) + "}\n";
}

const std::string to = R"("recipient":"a@remote.example")";
const std::string ok =
    R"({"code":250,"enhanced_code":{"class":2,"subject":0,"detail":0},"content":"Ok: queued","command":"."})";
const std::string noUser =
    R"({"code":550,"enhanced_code":{"class":5,"subject":1,"detail":1},"content":"no such user","command":"RCPT TO:<a@remote.example>"})";
const std::string greyed = R"({"code":450,"enhanced_code":null,"content":"try later","command":"MAIL FROM"})";
const std::string tail = " from=news@bulk.example mx=mx.remote.example mxip=192.0.2.5 ip=198.51.100.7 "
                         "campaign=spring queue=a1b2 size=2048";

} // namespace

class TestKumoDecoder : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void recordTypes_data() {
        QTest::addColumn<QString>("content");
        QTest::addColumn<QString>("expected");
        QTest::addColumn<int>("skipped");
        auto row = [](const char* name, const std::string& content, const std::string& expected,
                      int skipped = 0) {
            QTest::newRow(name) << QString::fromStdString(content) << QString::fromStdString(expected)
                                << skipped;
        };
        row("a delivery is accepted", record("Delivery", ok, to),
            "attempt accepted - 250 2.0.0 body <a@remote.example>" + tail + " try=1 ms=5000\n");
        row("a bounce is permanent",
            record("Bounce", noUser, to + R"(,"bounce_classification":"InvalidRecipient")"),
            "attempt rejected-invalid-user permanent 550 5.1.1 rcpt <a@remote.example>" + tail +
                " try=1 ms=5000 opinion=kumomta:InvalidRecipient\n");
        row("a transient failure is temporary",
            record("TransientFailure", greyed, to + R"(,"bounce_classification":"Uncategorized")"),
            "attempt unclassified temporary 450 - mail <a@remote.example>" + tail + " try=1 ms=5000\n");
        row("an expiry asked nobody",
            record(
                "Expiration",
                R"({"code":551,"enhanced_code":{"class":5,"subject":4,"detail":7},"content":"expired","command":null})",
                to),
            "attempt unclassified permanent 551 5.4.7 unknown <a@remote.example>" + tail +
                " ms=5000 no-attempt\n");
        row("what an administrator bounced was refused by no receiver",
            record("AdminBounce", R"({"code":551,"enhanced_code":null,"content":"purged","command":null})",
                   to),
            "attempt other - 551 - unknown <a@remote.example>" + tail + " ms=5000 no-attempt not-first\n");
        row("a delayed message was not tried", record("Delayed", greyed, to),
            "attempt unclassified temporary 450 - mail <a@remote.example>" + tail + " ms=5000 no-attempt\n");
        row("an out-of-band bounce is no second attempt", record("OOB", noUser, to),
            "async-bounce unclassified permanent 550 5.1.1 rcpt <a@remote.example>" + tail + " not-first\n");
        row("several recipients of one record are several events",
            record("Delivery", ok, R"("recipient":["a@remote.example","b@remote.example"])"),
            "attempt accepted - 250 2.0.0 body <a@remote.example>" + tail + " try=1 ms=5000\n" +
                "attempt accepted - 250 2.0.0 body <b@remote.example>" + tail + " try=1 ms=5000\n");
        row("a complaint is about whom the report names",
            record(
                "Feedback", ok,
                R"("recipient":"fbl@bulk.example","feedback_report":{"feedback_type":"abuse","original_rcpt_to":["c@remote.example"],"original_mail_from":"x@bulk.example","source_ip":"198.51.100.9"})"),
            "complaint other - 0 - unknown <c@remote.example> from=x@bulk.example ip=198.51.100.9 queue=a1b2 "
            "opinion=kumomta:abuse not-first\n");
        row("a report of authentication is no complaint",
            record("Feedback", ok, to + R"(,"feedback_report":{"feedback_type":"auth-failure"})"), "", 1);
        for (const char* type : {"Reception", "AdminRebind", "DeferredInjectionRebind", "XferIn", "XferOut"})
            row(type, record(type, ok, to), "", 1);
    }
    void recordTypes() {
        QFETCH(QString, content);
        QFETCH(QString, expected);
        QFETCH(int, skipped);
        Decoded d = decode(content.toStdString());
        QCOMPARE(QString::fromStdString(joined(d.rejected)), QString());
        QCOMPARE(QString::fromStdString(d.format), QString("kumomta"));
        QCOMPARE(QString::fromStdString(joined(d.lines)), expected);
        QCOMPARE(int(d.skipped), skipped);
    }

    void whatOurListenerRefusedIsKeptAndNoEvent() {
        Decoded d = decode(record("Rejection", noUser, to));
        QVERIFY(d.lines.empty());
        QCOMPARE(QString::fromStdString(joined(d.refusals)),
                 QString("192.0.2.5 <news@bulk.example> <a@remote.example> 550 5.1.1 no such user\n"));
    }

    void aDeferralAndItsRetryAreOneMessage() {
        Decoded d = decode(record("TransientFailure", greyed, to) + record("TransientFailure", greyed, to) +
                           record("Delivery", ok, to));
        QCOMPARE(d.lines.size(), size_t(3));
        QVERIFY(!d.lines[0].ends_with("not-first"));
        QVERIFY(d.lines[1].ends_with("not-first"));
        QVERIFY(d.lines[2].ends_with("not-first"));
        // Nothing is left to remember.
        QCOMPARE(d.joins.size(), size_t(1));
        QVERIFY(d.joins[0].state.empty());
    }

    void finerTimesAndOtherQueues() {
        std::string line =
            R"({"type":"Delivery","id":"x","sender":"","recipient":"A@Remote.Example","queue":"remote.example","site":"s",)"
            R"("size":0,"response":{"code":250,"enhanced_code":null,"content":"ok","command":"."},"peer_address":null,)"
            R"("timestamp":1763000005,"event_time":"2025-11-13T02:13:25.250Z","created":1763000000,)"
            R"("created_time":"2025-11-13T02:13:24Z","num_attempts":2,"source_address":{"address":"[2001:db8::7]:4"},)"
            R"("tls_protocol_version":"TLSv1_3","headers":{"Message-ID":"<m@bulk.example>"}})";
        Decoded d = decode(line);
        QCOMPARE(
            QString::fromStdString(joined(d.lines)),
            QString("attempt accepted - 250 - body <A@Remote.Example> ip=2001:db8::7 tls=TLSv1.3 queue=x "
                    "id=m@bulk.example try=3 ms=1250\n"));
    }

    void aTypeNobodyKnowsIsRejectedAndTheRestGoesOn() {
        Decoded d =
            decode(record("Delivery", ok, to) + record("Teleport", ok, to) + record("Delivery", ok, to));
        QCOMPARE(d.lines.size(), size_t(2));
        QCOMPARE(QString::fromStdString(joined(d.rejected)), QString("its type \"Teleport\" is not known\n"));
    }
};

QTEST_APPLESS_MAIN(TestKumoDecoder)
#include "tst_kumo_decoder.moc"
