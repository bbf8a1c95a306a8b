#include "decoded.h"

using namespace waypost;
using namespace waypost::ingest;
using namespace waypost::ingest::test;

// The class stands in front of the samples: moc loses its way in raw strings.
class TestProviderDecoders : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void events_data();
    void events();
    void anArrayOverManyLinesIsOneRecordForEachObject();
    void aDelayAndItsDeliveryAreOneMessage();
    void aTypeNobodyKnowsIsRejected_data();
    void aTypeNobodyKnowsIsRejected();
    void lacksAreRejected_data();
    void lacksAreRejected();
};

namespace {

// As SNS carries it: the event as a string in "Message".
std::string inEnvelope(const std::string& event) {
    std::string quoted;
    for (char c : event) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return R"({"Type":"Notification","MessageId":"e-1","TopicArn":"arn:aws:sns:eu:1:t","Message":")" +
           quoted + R"(","Timestamp":"2026-11-01T10:00:09.000Z","SignatureVersion":"1"})";
}

const std::string sesMail =
    R"("mail":{"timestamp":"2026-11-01T10:00:00.000Z","messageId":"m-1","source":"news@bulk.example",)"
    R"("destination":["a@remote.example"],"commonHeaders":{"messageId":"<x@bulk.example>"},)"
    R"("tags":{"ses:configuration-set":["set1"],"ses:outgoing-ip":["198.51.100.7"],"campaign":["spring"]}})";
const std::string sesTail = " from=news@bulk.example";
const std::string sesIds = " ip=198.51.100.7 campaign=spring queue=m-1 id=x@bulk.example";

std::string ses(const std::string& type, const std::string& part) {
    return R"({"eventType":")" + type + R"(",)" + sesMail + (part.empty() ? "" : "," + part) + "}";
}
std::string sesBounce(const std::string& type, const std::string& subtype, const std::string& diagnostic,
                      const std::string& more = {}) {
    return ses("Bounce",
               R"("bounce":{"bounceType":")" + type + R"(","bounceSubType":")" + subtype +
                   R"(","bouncedRecipients":[{"emailAddress":"a@remote.example")" +
                   (diagnostic.empty()
                        ? ""
                        : R"(,"action":"failed","status":"5.1.1","diagnosticCode":")" + diagnostic + "\"") +
                   R"(}],"timestamp":"2026-11-01T10:00:05.000Z","feedbackId":"f-1")" + more + "}");
}

std::string sendGrid(const std::string& event, const std::string& more = {}) {
    return R"({"email":"a@remote.example","timestamp":1763000005,"smtp-id":"<x@bulk.example>","event":")" +
           event + R"(","category":["spring"],"sg_event_id":"ev-)" + event +
           R"(","sg_message_id":"sg1.filter-1.1")" + (more.empty() ? "" : "," + more) + "}";
}
const std::string sgTail = " campaign=spring queue=sg1.filter-1.1 id=x@bulk.example";

std::string mailgun(const std::string& event, const std::string& more = {}) {
    return R"({"signature":{"timestamp":"1763000006","token":"tok-)" + event +
           R"(","signature":"s"},"event-data":{"event":")" + event +
           R"(","id":"id1","timestamp":1763000005.25,"log-level":"info","recipient":"a@remote.example",)"
           R"("envelope":{"sender":"b@bulk.example","sending-ip":"198.51.100.7","transport":"smtp"},)"
           R"("message":{"headers":{"message-id":"x@bulk.example"},"size":2048},"tags":["spring"])" +
           (more.empty() ? "" : "," + more) + "}}";
}
const std::string mgFront = " from=b@bulk.example";
const std::string mgTail = " ip=198.51.100.7 campaign=spring queue=id1 id=x@bulk.example size=2048";

std::string postmarkBounce(int code, const std::string& name, const std::string& details) {
    return R"({"RecordType":"Bounce","MessageStream":"outbound","ID":42,"Type":")" + name +
           R"(","TypeCode":)" + std::to_string(code) +
           R"(,"MessageID":"pm-1","Tag":"spring","Description":"what happened","Details":")" + details +
           R"(","Email":"a@remote.example","From":"b@bulk.example","BouncedAt":"2026-11-01T10:00:05Z"})";
}
const std::string pmTail = " ip=outbound campaign=spring queue=pm-1";

std::string sparkPost(const std::string& type, const std::string& more = {},
                      const char* wrapper = "message_event") {
    return std::string(R"([{"msys":{")") + wrapper + R"(":{"type":")" + type + R"(","event_id":"e-)" + type +
           R"(","message_id":"sp1","rcpt_to":"a@remote.example","msg_from":"b@bulk.example",)"
           R"("campaign_id":"spring","ip_pool":"shared","sending_ip":"198.51.100.7","ip_address":"192.0.2.5",)"
           R"("timestamp":"1763000005","msg_size":"2048")" +
           (more.empty() ? "" : "," + more) + "}}}]";
}
const std::string spTail = " from=b@bulk.example mxip=192.0.2.5 ip=198.51.100.7";
const std::string spIds = " campaign=spring queue=sp1 size=2048";

void row(const char* name, const char* format, const std::string& content, const std::string& expected,
         int skipped = 0) {
    QTest::newRow(name) << QString(format) << QString::fromStdString(content)
                        << QString::fromStdString(expected) << skipped;
}

void sesRows() {
    std::string delivered = ses(
        "Delivery",
        R"("delivery":{"timestamp":"2026-11-01T10:00:02.000Z","processingTimeMillis":2000,)"
        R"("recipients":["a@remote.example"],"smtpResponse":"250 2.0.0 OK queued","remoteMtaIp":"192.0.2.5"})");
    std::string accepted = "attempt accepted - 250 2.0.0 unknown <a@remote.example>" + sesTail +
                           " mxip=192.0.2.5" + sesIds + " ms=2000 name=ses:delivery|m-1|a@remote.example\n";
    row("SES delivery, raw", "ses", delivered, accepted);
    row("SES delivery in an envelope", "ses", inEnvelope(delivered), accepted);
    row("SES delivery from an event bus", "ses",
        R"({"version":"0","detail-type":"Email Delivered","source":"aws.ses","detail":)" + delivered + "}",
        accepted);
    row("SES delivery in the records of a function", "ses",
        R"({"Records":[{"EventSource":"aws:sns","Sns":)" + inEnvelope(delivered) + "}]}", accepted);
    row("SES hard bounce", "ses", sesBounce("Permanent", "NoEmail", "smtp; 550 5.1.1 user unknown"),
        "attempt rejected-invalid-user permanent 550 5.1.1 unknown <a@remote.example>" + sesTail + sesIds +
            " opinion=ses:Permanent/NoEmail name=ses:bounce|f-1|a@remote.example\n");
    row("SES soft bounce", "ses", sesBounce("Transient", "MailboxFull", "smtp; 552 5.2.2 full"),
        "attempt deferred-mailbox temporary 552 5.1.1 unknown <a@remote.example>" + sesTail + sesIds +
            " opinion=ses:Transient/MailboxFull name=ses:bounce|f-1|a@remote.example\n");
    row("SES bounce it cannot tell", "ses", sesBounce("Undetermined", "Undetermined", ""),
        "attempt unclassified - 0 - unknown <a@remote.example>" + sesTail + sesIds +
            " opinion=ses:Undetermined/Undetermined name=ses:bounce|f-1|a@remote.example\n");
    for (const char* subtype : {"Suppressed", "OnAccountSuppressionList"})
        row(subtype, "ses", sesBounce("Permanent", subtype, "Amazon SES did not send the message"),
            "attempt other - 0 5.1.1 unknown <a@remote.example>" + sesTail + sesIds +
                " opinion=ses:Permanent/" + subtype +
                " name=ses:bounce|f-1|a@remote.example no-attempt not-first\n");
    row("SES bounce that came back", "ses",
        sesBounce("Permanent", "General", "smtp; 550 5.1.1 gone",
                  R"(,"reportingMTA":"dns; relay.remote.example")"),
        "async-bounce unclassified permanent 550 5.1.1 unknown <a@remote.example>" + sesTail + sesIds +
            " opinion=ses:Permanent/General name=ses:bounce|f-1|a@remote.example not-first\n");
    row("SES bounce it got itself", "ses",
        sesBounce("Permanent", "General", "smtp; 550 5.1.1 gone",
                  R"(,"reportingMTA":"dns; a8-70.smtp-out.amazonses.com")"),
        "attempt unclassified permanent 550 5.1.1 unknown <a@remote.example>" + sesTail + sesIds +
            " opinion=ses:Permanent/General name=ses:bounce|f-1|a@remote.example\n");
    row("SES complaint", "ses",
        ses("Complaint",
            R"("complaint":{"complainedRecipients":[{"emailAddress":"a@remote.example"}],"timestamp":"2026-11-01T12:00:00Z","feedbackId":"c-1","complaintFeedbackType":"abuse"})"),
        "complaint other - 0 - unknown <a@remote.example>" + sesTail + sesIds +
            " opinion=ses:abuse name=ses:complaint|c-1|a@remote.example not-first\n");
    row("SES delay", "ses",
        ses("DeliveryDelay",
            R"("deliveryDelay":{"timestamp":"2026-11-01T10:30:00Z","delayType":"IPFailure","expirationTime":"2026-11-02T10:00:00Z","delayedRecipients":[{"emailAddress":"a@remote.example","status":"4.4.1","diagnosticCode":"smtp; 421 4.4.1 busy"}]})"),
        "attempt deferred-reputation temporary 421 4.4.1 unknown <a@remote.example>" + sesTail + sesIds +
            " try=1 opinion=ses:IPFailure name=ses:delay|m-1|1793529000000|a@remote.example\n");
    row("SES reject", "ses", ses("Reject", R"("reject":{"reason":"Bad content"})"),
        "attempt other - 0 - unknown <a@remote.example>" + sesTail + sesIds +
            " opinion=ses:Reject name=ses:reject|m-1|a@remote.example no-attempt not-first\n");
    row("SES rendering failure", "ses",
        ses("Rendering Failure", R"("failure":{"templateName":"t","errorMessage":"no name"})"),
        "attempt other - 0 - unknown <a@remote.example>" + sesTail + sesIds +
            " opinion=ses:Rendering Failure name=ses:reject|m-1|a@remote.example no-attempt not-first\n");
    for (const char* type : {"Send", "Open", "Click", "Subscription"}) row(type, "ses", ses(type, ""), "", 1);
    row("SES: the topic is confirmed", "ses",
        R"({"Type":"SubscriptionConfirmation","MessageId":"1","TopicArn":"t","Message":"You have chosen"})",
        "", 1);
}

void sendGridRows() {
    row("SendGrid delivered", "sendgrid",
        sendGrid("delivered", R"("response":"250 OK","ip":"198.51.100.7","tls":1)"),
        "attempt accepted - 250 - unknown <a@remote.example> ip=198.51.100.7 tls=TLS" + sgTail +
            " name=sendgrid:ev-delivered\n");
    row("SendGrid deferred", "sendgrid",
        sendGrid("deferred", R"("response":"421 4.7.0 try again","attempt":"5")"),
        "attempt unclassified temporary 421 4.7.0 unknown <a@remote.example>" + sgTail +
            " try=5 name=sendgrid:ev-deferred\n");
    row("SendGrid bounce", "sendgrid",
        sendGrid(
            "bounce",
            R"("type":"bounce","reason":"550 5.1.1 unknown user","status":"5.1.1","bounce_classification":"Invalid Address")"),
        "attempt rejected-invalid-user permanent 550 5.1.1 unknown <a@remote.example>" + sgTail +
            " opinion=sendgrid:Invalid Address name=sendgrid:ev-bounce\n");
    row("SendGrid block is not the address's fault", "sendgrid",
        sendGrid("bounce", R"("type":"blocked","reason":"550 5.7.1 blocked","status":"5.7.1")"),
        "attempt rejected-policy permanent 550 5.7.1 unknown <a@remote.example>" + sgTail +
            " opinion=sendgrid:blocked name=sendgrid:ev-bounce\n");
    row("SendGrid temporary block", "sendgrid",
        sendGrid("bounce", R"("type":"blocked","reason":"451 4.7.1 greylisted","status":"4.7.1")"),
        "attempt deferred-reputation temporary 451 4.7.1 unknown <a@remote.example>" + sgTail +
            " opinion=sendgrid:blocked name=sendgrid:ev-bounce\n");
    row("SendGrid dropped: its suppression list", "sendgrid",
        sendGrid("dropped", R"("reason":"Bounced Address","status":"5.0.0")"),
        "attempt other - 0 5.0.0 unknown <a@remote.example>" + sgTail +
            " opinion=sendgrid:dropped name=sendgrid:ev-dropped no-attempt not-first\n");
    row("SendGrid spam report", "sendgrid", sendGrid("spamreport"),
        "complaint other - 0 - unknown <a@remote.example>" + sgTail +
            " name=sendgrid:ev-spamreport not-first\n");
    for (const char* event :
         {"processed", "open", "click", "unsubscribe", "group_unsubscribe", "group_resubscribe"})
        row(event, "sendgrid", sendGrid(event), "", 1);
}

void mailgunRows() {
    row("Mailgun delivered", "mailgun",
        mailgun(
            "delivered",
            R"("delivery-status":{"code":250,"message":"OK","attempt-no":1,"mx-host":"mx.remote.example","tls":true})"),
        "attempt accepted - 250 - unknown <a@remote.example>" + mgFront +
            " mx=mx.remote.example ip=198.51.100.7 tls=TLS campaign=spring queue=id1 id=x@bulk.example "
            "size=2048 try=1 name=mailgun:tok-delivered\n");
    row("Mailgun temporary failure is a deferral", "mailgun",
        mailgun(
            "failed",
            R"("severity":"temporary","reason":"greylisted","delivery-status":{"code":450,"message":"4.2.0 please wait","attempt-no":2})"),
        "attempt deferred-greylist temporary 450 4.2.0 unknown <a@remote.example>" + mgFront + mgTail +
            " try=2 opinion=mailgun:greylisted name=mailgun:tok-failed\n");
    row("Mailgun permanent failure", "mailgun",
        mailgun(
            "failed",
            R"("severity":"permanent","reason":"bounce","delivery-status":{"code":550,"enhanced-code":"5.1.1","message":"","description":"5.1.1 unknown"})"),
        "attempt unclassified permanent 550 5.1.1 unknown <a@remote.example>" + mgFront + mgTail +
            " opinion=mailgun:bounce name=mailgun:tok-failed\n");
    row("Mailgun bounce that came back", "mailgun",
        mailgun(
            "failed",
            R"("severity":"permanent","reason":"bounce","flags":{"is-delayed-bounce":true},"delivery-status":{"code":550,"message":"5.1.1 unknown"})"),
        "async-bounce unclassified permanent 550 5.1.1 unknown <a@remote.example>" + mgFront + mgTail +
            " opinion=mailgun:bounce name=mailgun:tok-failed not-first\n");
    row("Mailgun's own number is no reply", "mailgun",
        mailgun(
            "failed",
            R"("severity":"permanent","reason":"generic","delivery-status":{"code":498,"message":"No MX for remote.example"})"),
        "attempt unclassified permanent 0 - unknown <a@remote.example>" + mgFront + mgTail +
            " opinion=mailgun:generic name=mailgun:tok-failed\n");
    for (const char* reason : {"suppress-bounce", "suppress-complaint", "suppress-unsubscribe"})
        row(reason, "mailgun",
            mailgun(
                "failed",
                std::string(R"("severity":"permanent","reason":")") + reason +
                    R"(","delivery-status":{"code":605,"message":"Not delivering to previously bounced address"})"),
            "attempt other - 0 - unknown <a@remote.example>" + mgFront + mgTail +
                " opinion=mailgun:" + reason + " name=mailgun:tok-failed no-attempt not-first\n");
    row("Mailgun rejected by itself", "mailgun",
        mailgun("rejected", R"("reject":{"reason":"Sandbox subdomain","description":""})"),
        "attempt other - 0 - unknown <a@remote.example>" + mgFront + mgTail +
            " opinion=mailgun:rejected name=mailgun:tok-rejected no-attempt not-first\n");
    row("Mailgun complaint", "mailgun", mailgun("complained"),
        "complaint other - 0 - unknown <a@remote.example>" + mgFront + mgTail +
            " name=mailgun:tok-complained not-first\n");
    for (const char* event : {"accepted", "opened", "clicked", "unsubscribed", "stored"})
        row(event, "mailgun", mailgun(event), "", 1);
}

void postmarkRows() {
    row("Postmark delivery", "postmark",
        R"({"RecordType":"Delivery","MessageID":"pm-1","Recipient":"a@remote.example","DeliveredAt":"2026-11-01T10:00:05-05:00","Details":"smtp;250 2.0.0 OK","Tag":"spring","MessageStream":"outbound"})",
        "attempt accepted - 250 2.0.0 unknown <a@remote.example>" + pmTail +
            " name=postmark:delivery|pm-1|a@remote.example\n");
    auto bounce = [](const char* name, int code, const char* type, const char* details,
                     const std::string& verdict, const std::string& end = {}) {
        row(name, "postmark", postmarkBounce(code, type, details),
            verdict + " <a@remote.example> from=b@bulk.example" + pmTail + " opinion=postmark:" + type +
                " name=postmark:bounce|42" + end + "\n");
    };
    bounce("Postmark hard bounce", 1, "HardBounce", "smtp;550 5.1.1 no",
           "attempt rejected-invalid-user permanent 550 5.1.1 unknown");
    bounce("Postmark soft bounce", 4096, "SoftBounce", "smtp;452 4.2.2 full",
           "attempt deferred-mailbox temporary 452 4.2.2 unknown");
    bounce("Postmark DNS error", 256, "DnsError", "",
           "attempt deferred-infrastructure temporary 0 - unknown");
    bounce("Postmark blocked", 100006, "Blocked", "smtp;554 5.7.1 blocked",
           "attempt rejected-reputation permanent 554 5.7.1 unknown");
    bounce("Postmark: rejected for DMARC", 100009, "DMARCPolicy", "smtp;550 5.7.26 dmarc",
           "attempt rejected-auth permanent 550 5.7.26 unknown");
    bounce("Postmark deactivated: nobody was asked", 100002, "ManuallyDeactivated", "",
           "attempt other - 0 - unknown", " no-attempt not-first");
    bounce("Postmark auto-responder is no bounce", 64, "AutoResponder", "", "auto-reply other - 0 - unknown",
           " not-first");
    bounce("Postmark complaint as a bounce type", 100001, "SpamComplaint", "",
           "complaint other - 0 - unknown", " not-first");
    bounce("Postmark does not know", 2048, "Unknown", "", "attempt unclassified - 0 - unknown");
    row("Postmark complaint", "postmark",
        R"({"RecordType":"SpamComplaint","ID":43,"MessageID":"pm-1","Email":"a@remote.example","From":"b@bulk.example","BouncedAt":"2026-11-01T10:00:05Z","Tag":"spring","MessageStream":"outbound","Type":"SpamComplaint","TypeCode":100001})",
        "complaint other - 0 - unknown <a@remote.example> from=b@bulk.example" + pmTail +
            " opinion=postmark:SpamComplaint name=postmark:bounce|43 not-first\n");
    for (const char* type : {"Open", "Click", "SubscriptionChange"})
        row(type, "postmark",
            std::string(R"({"RecordType":")") + type +
                R"(","MessageID":"pm-1","Recipient":"a@remote.example"})",
            "", 1);
    row("Postmark's list of bounces", "postmark",
        R"({"TotalCount":1,"Bounces":[)" + postmarkBounce(1, "HardBounce", "smtp;550 5.1.1 no") + "]}",
        "attempt rejected-invalid-user permanent 550 5.1.1 unknown <a@remote.example> "
        "from=b@bulk.example" +
            pmTail + " opinion=postmark:HardBounce name=postmark:bounce|42\n");
}

void sparkPostRows() {
    row("SparkPost delivery", "sparkpost",
        sparkPost("delivery", R"("queue_time":"1200","num_retries":"1","outbound_tls":"1")"),
        "attempt accepted - 0 - unknown <a@remote.example>" + spTail + " tls=TLS" + spIds +
            " try=2 ms=1200 name=sparkpost:e-delivery\n");
    row("SparkPost bounce", "sparkpost",
        sparkPost(
            "bounce",
            R"("bounce_class":"10","error_code":"550","raw_reason":"550 5.1.1 <a@remote.example> unknown")"),
        "attempt rejected-invalid-user permanent 550 5.1.1 unknown <a@remote.example>" + spTail + spIds +
            " opinion=sparkpost:10 name=sparkpost:e-bounce\n");
    row("SparkPost delay", "sparkpost",
        sparkPost(
            "delay",
            R"("bounce_class":"22","error_code":"452","raw_reason":"452 4.2.2 full","num_retries":"0")"),
        "attempt deferred-mailbox temporary 452 4.2.2 unknown <a@remote.example>" + spTail + spIds +
            " try=1 opinion=sparkpost:22 name=sparkpost:e-delay\n");
    row("SparkPost out of band", "sparkpost",
        sparkPost("out_of_band", R"("bounce_class":"30","error_code":"550","raw_reason":"550 no")"),
        "async-bounce rejected-invalid-user permanent 550 - unknown <a@remote.example>" + spTail + spIds +
            " opinion=sparkpost:30 name=sparkpost:e-out_of_band not-first\n");
    row("SparkPost auto-reply is no bounce", "sparkpost",
        sparkPost("out_of_band", R"("bounce_class":"60","raw_reason":"vacation")"),
        "auto-reply other - 0 - unknown <a@remote.example>" + spTail + spIds +
            " opinion=sparkpost:60 name=sparkpost:e-out_of_band not-first\n");
    row("SparkPost policy rejection: nobody was asked", "sparkpost",
        sparkPost(
            "policy_rejection",
            R"("error_code":"550","raw_reason":"550 5.7.1 recipient address suppressed","bounce_class":"25")"),
        "attempt other - 550 5.7.1 unknown <a@remote.example>" + spTail + spIds +
            " opinion=sparkpost:25 name=sparkpost:e-policy_rejection no-attempt not-first\n");
    row("SparkPost generation failure", "sparkpost",
        sparkPost("generation_failure", R"("reason":"template")", "gen_event"),
        "attempt other - 0 - unknown <a@remote.example>" + spTail + spIds +
            " opinion=sparkpost:generation_failure name=sparkpost:e-generation_failure no-attempt "
            "not-first\n");
    row("SparkPost complaint", "sparkpost", sparkPost("spam_complaint", R"("fbtype":"abuse")"),
        "complaint other - 0 - unknown <a@remote.example>" + spTail + spIds +
            " opinion=sparkpost:abuse name=sparkpost:e-spam_complaint not-first\n");
    row("SparkPost's ping", "sparkpost", R"([{"msys":{}}])", "", 1);
    row("SparkPost's list of events", "sparkpost",
        R"({"results":[{"type":"delivery","event_id":"9","message_id":"sp1","rcpt_to":"a@remote.example","timestamp":"2026-11-01T10:00:05.000Z"}],"total_count":1})",
        "attempt accepted - 0 - unknown <a@remote.example> queue=sp1 name=sparkpost:9\n");
    for (const char* type : {"injection", "open", "click", "list_unsubscribe", "link_unsubscribe"})
        row(type, "sparkpost", sparkPost(type, "", "track_event"), "", 1);
}

} // namespace

void TestProviderDecoders::events_data() {
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("content");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<int>("skipped");
    sesRows();
    sendGridRows();
    mailgunRows();
    postmarkRows();
    sparkPostRows();
}

void TestProviderDecoders::events() {
    QFETCH(QString, format);
    QFETCH(QString, content);
    QFETCH(QString, expected);
    QFETCH(int, skipped);
    Decoded d = decode(content.toStdString());
    QCOMPARE(QString::fromStdString(joined(d.rejected)), QString());
    QCOMPARE(QString::fromStdString(d.format), format);
    QCOMPARE(QString::fromStdString(joined(d.lines)), expected);
    QCOMPARE(int(d.skipped), skipped);
}

void TestProviderDecoders::anArrayOverManyLinesIsOneRecordForEachObject() {
    std::string content = "[\n  " + sendGrid("delivered", R"("response":"250 OK")") + ",\n  " +
                          sendGrid("open") + ",\n  " + sendGrid("bounce", R"("reason":"550 no")") + "\n]\n";
    Decoded d = decode(content);
    QCOMPARE(d.lines.size(), size_t(2));
    QCOMPARE(d.skipped, std::uint64_t(1));
}

void TestProviderDecoders::aDelayAndItsDeliveryAreOneMessage() {
    Decoded d = decode(
        mailgun(
            "failed",
            R"("severity":"temporary","reason":"generic","delivery-status":{"code":421,"message":"later"})") +
        "\n" + mailgun("delivered", R"("delivery-status":{"code":250,"message":"OK"})") + "\n");
    QCOMPARE(d.lines.size(), size_t(2));
    QVERIFY(d.lines[0].find("not-first") == std::string::npos);
    QVERIFY(d.lines[1].find("not-first") != std::string::npos);
}

void TestProviderDecoders::aTypeNobodyKnowsIsRejected_data() {
    QTest::addColumn<QString>("content");
    QTest::newRow("SES") << QString::fromStdString(
        ses("Delivery", R"("delivery":{"timestamp":"2026-11-01T10:00:00Z","recipients":["a@b.example"]})") +
        "\n" + ses("Levitation", ""));
    QTest::newRow("SendGrid") << QString::fromStdString(sendGrid("delivered") + "\n" + sendGrid("levitated"));
    QTest::newRow("Mailgun") << QString::fromStdString(mailgun("delivered") + "\n" + mailgun("levitated"));
    QTest::newRow("Postmark") << QString::fromStdString(postmarkBounce(1, "HardBounce", "no") + "\n" +
                                                        R"({"RecordType":"Levitation","MessageID":"1"})");
    QTest::newRow("SparkPost") << QString::fromStdString(sparkPost("delivery") + "\n" +
                                                         sparkPost("levitation"));
}

void TestProviderDecoders::aTypeNobodyKnowsIsRejected() {
    QFETCH(QString, content);
    Decoded d = decode(content.toStdString());
    QCOMPARE(d.lines.size(), size_t(1));
    QCOMPARE(d.rejected.size(), size_t(1));
    QVERIFY2(d.rejected[0].ends_with("is not known"), d.rejected[0].c_str());
}

void TestProviderDecoders::lacksAreRejected_data() {
    QTest::addColumn<QString>("content");
    QTest::addColumn<QString>("reason");
    QTest::newRow("no recipient") << R"({"event":"delivered","timestamp":1763000005,"sg_event_id":"x"})"
                                  << "it has no recipient that can be an address";
    QTest::newRow("a recipient with a NUL")
        << R"({"email":"a\u0000@b.example","event":"delivered","timestamp":1763000005,"sg_event_id":"x"})"
        << "it has no recipient that can be an address";
    QTest::newRow("no time") << R"({"email":"a@b.example","event":"delivered","sg_event_id":"x"})"
                             << "it has no time that can be read";
    QTest::newRow("a time out of range")
        << R"({"email":"a@b.example","event":"delivered","timestamp":1e300,"sg_event_id":"x"})"
        << "it has no time that can be read";
    QTest::newRow("an envelope with broken JSON")
        << R"({"Type":"Notification","MessageId":"1","TopicArn":"t","Message":"{\"a\":"})"
        << "the message in its envelope is refused: not valid JSON: its structure is broken";
}

void TestProviderDecoders::lacksAreRejected() {
    QFETCH(QString, content);
    QFETCH(QString, reason);
    Decoded d = decode(content.toStdString());
    QVERIFY(d.lines.empty());
    QCOMPARE(QString::fromStdString(joined(d.rejected)), reason + "\n");
}

QTEST_APPLESS_MAIN(TestProviderDecoders)
#include "tst_provider_decoders.moc"
