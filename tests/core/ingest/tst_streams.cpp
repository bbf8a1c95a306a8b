// Stream rules: what they look at, in their order, and what stays unassigned.
#include "ingest/streams.h"

#include <QtTest/QtTest>

using namespace waypost;
using namespace waypost::ingest;

class TestStreams : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theFirstRuleThatMatchesDecides_data() {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("pattern");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char* name, const char* field, const char* pattern, bool matches) {
            QTest::newRow(name) << QByteArray(field) << QByteArray(pattern) << matches;
        };
        row("a sender", "sender", "news@mail.example.com", true);
        row("a sender, case apart", "sender", "NEWS@mail.example.com", true);
        row("another sender", "sender", "receipts@mail.example.com", false);
        row("a VERP sender", "sender", "news*@mail.example.com", true);
        row("a sender's domain", "sender-domain", "mail.example.com", true);
        row("what is below a domain", "sender-domain", "*.example.com", true);
        row("not the domain above", "sender-domain", "example.com", false);
        row("the mail server's name", "source", "postfix-out*", true);
        row("a relay", "relay", "*.google.com", true);
        row("another relay", "relay", "*.outlook.com", false);
        row("our address", "sending-ip", "203.0.113.7", true);
        row("a block of ours", "sending-ip", "203.0.113.*", true);
        row("a message id in brackets", "message-id", "*@news.example.com", true);
        row("a campaign", "campaign", "spring *", true);
        row("a list id with a name before it", "list-id", "weekly.example.com", true);
        row("a header", "header", "X-Stream: market*", true);
        row("a header with another value", "header", "X-Stream: receipts", false);
        row("a header that is not there", "header", "X-Other: *", false);
    }
    void theFirstRuleThatMatchesDecides() {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, pattern);
        QFETCH(bool, matches);
        const std::vector<store::StreamRuleRow> rows{{"chosen", field.toStdString(), pattern.toStdString()},
                                                     {"rest", "sender", "*"}};
        const auto rules = importStreamRules(rows);
        StreamSubject s;
        s.sender = "news@mail.example.com";
        s.instance = "postfix-out1";
        s.messageId = "<123@news.example.com>";
        s.relay = "gmail-smtp-in.l.google.com";
        s.sendingIp = "203.0.113.7";
        s.campaign = "spring 2026";
        s.listId = "Weekly news <weekly.example.com>";
        s.header = [](std::string_view name) -> std::string_view {
            return name == "X-Stream" ? "marketing" : "";
        };
        const auto* rule = streamOf(rules, s);
        QVERIFY(rule != nullptr);
        QCOMPARE(rule->stream, std::string(matches ? "chosen" : "rest"));
    }

    void whatNothingIsKnownOfStaysUnassigned() {
        const std::vector<store::StreamRuleRow> rows{{"a", "header", "X-Stream: *"}, {"b", "campaign", "*"}};
        QVERIFY(streamOf(importStreamRules(rows), {}) == nullptr);
        QVERIFY(streamOf({}, {}) == nullptr);
    }

    void relayAndAddressDependOnTheAttempt() {
        const std::vector<store::StreamRuleRow> rows{
            {"a", "sender", "x"}, {"b", "relay", "x"}, {"c", "sending-ip", "x"}};
        const auto rules = importStreamRules(rows);
        QVERIFY(!dependsOnAttempt(rules[0]));
        QVERIFY(dependsOnAttempt(rules[1]));
        QVERIFY(dependsOnAttempt(rules[2]));
    }
};

QTEST_APPLESS_MAIN(TestStreams)
#include "tst_streams.moc"
