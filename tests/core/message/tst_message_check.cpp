// A message judged as a receiver would: every step, the bytes it points to, what it says when something is
// not known, and its JSON.
#include "auth/dkim_sign.h"
#include "base/json.h"
#include "message/check.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

#include <QTest>

#include <fstream>
#include <iterator>

using namespace waypost;
using namespace waypost::message;

namespace {

constexpr const char* zoneText = "example.org TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
                                 "mail.example.org TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
                                 "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n";

constexpr const char* received = "Received: from mail.example.org (mail.example.org [192.0.2.7])\r\n"
                                 "\tby mx.example.net with ESMTPS; Thu, 01 Jan 2026 00:00:10 +0000\r\n";
constexpr const char* basic = "From: Ann <ann@example.org>\r\n"
                              "To: bob@example.net\r\n"
                              "Subject: Hello\r\n"
                              "Message-ID: <1@example.org>\r\n"
                              "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n";

struct Setup {
    std::string zone = zoneText;
    std::string bytes;
    CheckOptions options;
};

MessageCheck run(Setup setup) {
    static test::FakeClock clock;
    test::ZoneResolver zone(setup.zone);
    setup.options.clock = &clock;
    setup.options.receiver = "mx.example.net";
    auto c = runReady(check(zone, std::make_shared<const std::string>(setup.bytes), setup.options));
    if (!c) qFatal("the check did not end");
    return std::move(*c);
}

MessageCheck run(const std::string& bytes) {
    return run(Setup{zoneText, bytes, {}});
}

CheckOptions given(const char* ip, const char* helo, const char* mailFrom) {
    CheckOptions o;
    o.connection.ip = net::IpAddress::parse(ip);
    o.connection.helo = helo;
    o.connection.mailFrom = mailFrom;
    o.connection.mailFromKnown = true;
    return o;
}

const Step& step(const MessageCheck& c, std::string_view id) {
    for (const auto& s : c.steps)
        if (s.id == id) return s;
    qFatal("no such step");
}

const Item* find(const std::vector<Item>& items, const QString& part) {
    for (const auto& i : items) {
        if (QString::fromStdString(i.label + ": " + i.value).contains(part)) return &i;
        if (const Item* below = find(i.children, part)) return below;
    }
    return nullptr;
}

void spansInside(const std::vector<Item>& items, size_t size, size_t answers) {
    for (const auto& i : items) {
        QVERIFY(i.bytes.end() <= size);
        QVERIFY(!i.answer || *i.answer < answers);
        spansInside(i.children, size, answers);
    }
}

} // namespace

class TestMessageCheck : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void allOfIt() {
        const std::string bytes =
            std::string("Return-Path: <bounce@mail.example.org>\r\n") + received + basic + "\r\nHello.\r\n";
        const MessageCheck c = run(bytes);
        QVERIFY(c.connection.ip && c.connection.ip->toString() == "192.0.2.7");
        QCOMPARE(c.connection.helo, std::string("mail.example.org"));
        QCOMPARE(c.connection.mailFrom, std::string("bounce@mail.example.org"));
        QVERIFY(c.spf && c.spf->result == auth::SpfResult::Pass);
        QVERIFY(c.spfHelo && c.spfHelo->result == auth::SpfResult::Pass);
        QVERIFY(c.dmarc.walk.result == auth::DmarcResult::Pass && c.dmarc.walk.alignedSpf);
        QVERIFY(c.arc.result == auth::ArcResult::None);
        std::string ids;
        for (const auto& s : c.steps) {
            ids += s.id + " ";
            QVERIFY2(!s.headline.empty() && !s.rule.empty() && !s.title.empty(), s.id.c_str());
            QVERIFY2(s.rule.find("RFC ") != std::string::npos, s.id.c_str());
            spansInside(s.items, bytes.size(), c.answers.size());
        }
        QCOMPARE(
            ids,
            std::string("connection spf dkim alignment dmarc arc results list unsubscribe format content "));
        QVERIFY(step(c, "spf").state == StepState::Ok && step(c, "dmarc").state == StepState::Ok);
        QVERIFY(step(c, "dkim").state == StepState::Absent);
        QVERIFY2(step(c, "format").state == StepState::Ok, step(c, "format").headline.c_str());
        // Every question once.
        for (size_t i = 0; i < c.answers.size(); ++i)
            for (size_t j = i + 1; j < c.answers.size(); ++j)
                QVERIFY(!(c.answers[i].question == c.answers[j].question));
        QVERIFY(QString::fromStdString(c.authenticationResults)
                    .startsWith("mx.example.net;\r\n\tspf=pass smtp.mailfrom=bounce@mail.example.org;"));
        QVERIFY(auth::parseAuthenticationResults(c.authenticationResults).wellFormed());
    }

    void connection_data() {
        QTest::addColumn<QString>("headers");
        QTest::addColumn<bool>("withIp");
        QTest::addColumn<QString>("expected");
        const QString hop(received);
        auto row = [](const char* name, const QString& headers, bool withIp, const char* expected) {
            QTest::newRow(name) << headers << withIp << expected;
        };
        row("nothing is known", "", false, "- - -");
        row("given comes first", "Return-Path: <x@y.example>\r\n" + hop, true,
            "198.51.100.1 given.example given@example.org");
        row("the Received field and Return-Path", "Return-Path: <x@y.example>\r\n" + hop, false,
            "192.0.2.7 mail.example.org x@y.example");
        row("the null sender", "Return-Path: <>\r\n" + hop, false, "192.0.2.7 mail.example.org <>");
        row("inner hops are passed over",
            "Received: from in (in [10.0.0.1]) by a.example.net; Thu, 01 Jan 2026 00:00:20 +0000\r\n" + hop,
            false, "192.0.2.7 mail.example.org -");
        row("a private address when there is no other",
            "Received: from in.example (in.example [10.0.0.1]) by a.example.net; Thu, 01 Jan 2026 00:00:20 "
            "+0000\r\n",
            false, "10.0.0.1 in.example -");
        row("a local step is no hop", "Received: by a.example.net; Thu, 01 Jan 2026 00:00:20 +0000\r\n",
            false, "- - -");
    }
    void connection() {
        QFETCH(QString, headers);
        QFETCH(bool, withIp);
        QFETCH(QString, expected);
        Setup setup{zoneText, headers.toStdString() + basic + "\r\n", {}};
        if (withIp) setup.options = given("198.51.100.1", "given.example", "given@example.org");
        const MessageCheck c = run(setup);
        const auto& k = c.connection;
        const std::string shown = (k.ip ? k.ip->toString() : "-") + " " + (k.helo.empty() ? "-" : k.helo) +
                                  " " +
                                  (!k.mailFromKnown     ? "-"
                                   : k.mailFrom.empty() ? "<>"
                                                        : k.mailFrom);
        QCOMPARE(QString::fromStdString(shown), expected);
        QVERIFY(!k.origin.empty());
    }

    void withoutAnAddressSpfIsNotKnown() {
        const MessageCheck c = run(std::string(basic) + "\r\n");
        QVERIFY(!c.spf && !c.spfHelo);
        QVERIFY(step(c, "spf").state == StepState::Unknown);
        QVERIFY(step(c, "dmarc").state == StepState::Unknown);
        QVERIFY(step(c, "connection").state == StepState::Unknown);
        auto o = json::parse(toJson(c, false), "json");
        QVERIFY(o->as_object()["spf"].as_object()["result"].is_null());
    }

    void aPassOfHeloDoesNotAlign() {
        // RFC 9989 section 4.4.2: the MAIL FROM identity alone counts.
        Setup setup{zoneText, std::string(basic) + "\r\nx\r\n",
                    given("192.0.2.7", "mail.example.org", "x@other.example")};
        MessageCheck c = run(setup);
        QVERIFY(c.spf->result == auth::SpfResult::None && c.spfHelo->result == auth::SpfResult::Pass);
        QVERIFY(c.dmarc.walk.result == auth::DmarcResult::Fail && !c.dmarc.walk.alignedSpf);
        // The null sender is postmaster at HELO, and that is the MAIL FROM identity (RFC 7208 section 2.4).
        setup.options = given("192.0.2.7", "mail.example.org", "");
        c = run(setup);
        QVERIFY(c.spf->result == auth::SpfResult::Pass && !c.spfHelo);
        QVERIFY(c.dmarc.walk.result == auth::DmarcResult::Pass && c.dmarc.walk.alignedSpf);
    }

    // Every mail of the corpora ends with all its steps, and points nowhere but into itself.
    void theMailsOfTheCorpora() {
        if (!std::filesystem::exists(test::corpora())) QSKIP("the public corpora are not here");
        size_t mails = 0;
        for (const char* folder : {"arc", "dkim", "mime", "bounces", "imap", "reports"}) {
            for (const auto& entry :
                 std::filesystem::recursive_directory_iterator(test::corpora() / folder)) {
                if (!entry.is_regular_file() || entry.file_size() > 1'000'000) continue;
                std::ifstream in(entry.path(), std::ios::binary);
                const std::string bytes{std::istreambuf_iterator<char>(in), {}};
                const MessageCheck c = run(bytes);
                QCOMPARE(c.steps.size(), size_t(11));
                for (const auto& s : c.steps) spansInside(s.items, bytes.size(), c.answers.size());
                QVERIFY2(json::parse(toJson(c, true), "json").has_value(), entry.path().c_str());
                QVERIFY(auth::parseAuthenticationResults(c.authenticationResults).wellFormed());
                ++mails;
            }
        }
        QVERIFY(mails > 500);
    }

    void theFormOfDmarcCheck() {
        Setup setup{zoneText, std::string(basic) + "\r\nx\r\n",
                    given("203.0.113.9", "other.example", "x@example.org")};
        const MessageCheck c = run(setup);
        auto parsed = json::parse(toJson(c, false), "json");
        QVERIFY(parsed.has_value());
        const auto& o = parsed->as_object();
        QCOMPARE(json::text(*json::child(o, "spf"), "result"), std::string_view("fail"));
        QVERIFY(json::list(o, "dkim") && json::list(o, "dkim")->empty());
        QCOMPARE(json::text(*json::child(o, "arc"), "result"), std::string_view("none"));
        const auto& d = *json::child(o, "dmarc");
        QCOMPARE(json::text(d, "result"), std::string_view("fail"));
        QCOMPARE(json::text(d, "policy"), std::string_view("reject"));
        QCOMPARE(json::text(d, "disposition"), std::string_view("reject"));
        QCOMPARE(json::text(d, "org_domain"), std::string_view("example.org"));
        QVERIFY(d.at("aligned_spf").is_bool() && !d.at("aligned_spf").as_bool());
        QVERIFY(d.at("aligned_dkim").is_bool());
        QVERIFY(d.contains("org_domain_psl"));
        const std::string results(json::text(o, "authentication_results"));
        QVERIFY(results.starts_with("mx.example.net; spf=fail"));
        QVERIFY(results.find('\n') == std::string::npos);
        auto whole = json::parse(toJson(c, true), "json");
        for (const char* key : {"hops", "claimed", "steps", "answers", "connection"})
            QVERIFY2(whole->as_object().contains(key), key);
    }

    void faultsOfFormat_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray good(basic);
        auto row = [](const char* name, const QByteArray& m, const char* fault,
                      const QByteArray& bytes = {}) { QTest::newRow(name) << m << fault << bytes; };
        row("no From", "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n\r\n", "From: is missing");
        row("no Date", "From: a@example.org\r\n\r\n", "Date: is missing");
        row("two From fields", good + "From: b@example.org\r\n\r\n", "stands 2 times",
            "From: Ann <ann@example.org>\r\n");
        row("two subjects", good + "subject: x\r\n\r\n", "stands 2 times");
        row("no Message-ID", "From: a@example.org\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n\r\n",
            "Message-ID: is missing");
        row("a broken Message-ID", "Message-ID: abc\r\nFrom: a@example.org\r\n\r\n", "is not <left@right>",
            "Message-ID: abc\r\n");
        row("a date that is none", "Date: yesterday\r\nFrom: a@example.org\r\n\r\n", "is no date");
        row("a date far from the first server",
            QByteArray(received) + "From: a@example.org\r\nDate: Wed, 31 Dec 2025 00:00:00 +0000\r\n\r\n",
            "the first server says");
        row("a date in the future", "From: a@example.org\r\nDate: Fri, 02 Jan 2026 00:00:00 +0000\r\n\r\n",
            "in the future");
        row("several authors without Sender", "From: a@example.org, b@example.org\r\n\r\n",
            "Sender is required");
        row("authors of two domains", "From: a@example.org, b@example.net\r\nSender: a@example.org\r\n\r\n",
            "2 domains");
        row("a long line", good + "\r\n" + QByteArray(999, 'x') + "\r\n", "at most 998",
            QByteArray(999, 'x'));
        row("a bare CR", good + "\r\na\rb\r\n", "a CR without LF", "\r");
        row("a bare LF among CRLF", good + "\r\na\nb\r\n", "ends with LF alone", "\n");
        row("LF throughout is a file", "From: a@example.org\n\nx\n", "LF throughout");
        row("a NUL", good + "\r\na" + QByteArray(1, '\0') + "\r\n", "a NUL", QByteArray(1, '\0'));
        row("8-bit in the header", "From: a@example.org\r\nSubject: \xc3\xbc\r\n\r\n", "SMTPUTF8",
            "Subject: \xc3\xbc");
        row("a line that is no field", "From: a@example.org\r\nnonsense\r\n\r\n", "line 2");
        row("a From without an address", "From: nobody\r\n\r\n", "From");
    }
    void faultsOfFormat() {
        QFETCH(QByteArray, message);
        QFETCH(QString, fault);
        QFETCH(QByteArray, bytes);
        const MessageCheck c = run(message.toStdString());
        const Item* i = find(step(c, "format").items, fault);
        QVERIFY2(i, step(c, "format").headline.c_str());
        if (bytes.isEmpty()) return;
        QCOMPARE(QByteArray::fromStdString(std::string(c.headers->view(i->bytes))), bytes);
    }

    void contents_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("fault");
        const QByteArray good = QByteArray(basic) + "MIME-Version: 1.0\r\n";
        auto row = [](const char* name, const QByteArray& m, const char* fault) {
            QTest::newRow(name) << m << fault;
        };
        row("HTML alone", good + "Content-Type: text/html\r\n\r\n<p>x\r\n", "no plain form");
        row("no MIME-Version", QByteArray(basic) + "Content-Type: text/plain\r\n\r\nx\r\n", "MIME-Version");
        row("no final boundary", good + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n",
            "final boundary");
        row("no boundary at all", good + "Content-Type: multipart/mixed\r\n\r\nx\r\n", "without a boundary");
        row("an unknown encoding", good + "Content-Transfer-Encoding: rot13\r\n\r\nx\r\n", "not known");
        row("8-bit that is not announced",
            good + "Content-Type: text/plain; charset=utf-8\r\n\r\n\xc3\xbc\r\n", "does not say so");
        row("an executable",
            good + "Content-Type: application/octet-stream; name=a.exe\r\nContent-Disposition: attachment; "
                   "filename=a.EXE\r\n\r\nx\r\n",
            "receivers refuse");
        row("no subject", "From: a@example.org\r\n\r\nx\r\n", "Subject");
    }
    void contents() {
        QFETCH(QByteArray, message);
        QFETCH(QString, fault);
        const MessageCheck c = run(message.toStdString());
        const Item* i = find(step(c, "content").items, fault);
        QVERIFY2(i, step(c, "content").headline.c_str());
        QVERIFY(i->state == StepState::Warning || i->state == StepState::Error);
    }

    void unsubscribe_data() {
        QTest::addColumn<QString>("fields");
        QTest::addColumn<QString>("headline");
        QTest::newRow("none") << "" << "there is no";
        QTest::newRow("mailto alone") << "List-Unsubscribe: <mailto:u@example.org>\r\n" << "no https address";
        QTest::newRow("http is not https") << "List-Unsubscribe: <http://example.org/u>\r\n" << "no https";
        QTest::newRow("two https") << "List-Unsubscribe: <https://a.example/>, <https://b.example/>\r\n"
                                   << "more than one https";
        QTest::newRow("no post field") << "List-Unsubscribe: <https://a.example/>\r\n"
                                       << "no List-Unsubscribe-Post";
        QTest::newRow("another post value") << "List-Unsubscribe: <https://a.example/>\r\n"
                                               "List-Unsubscribe-Post: yes\r\n"
                                            << "is not List-Unsubscribe=One-Click";
        QTest::newRow("not signed") << "List-Unsubscribe: <https://a.example/>, <mailto:u@a.example>\r\n"
                                       "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
                                    << "no passing DKIM signature";
        QTest::newRow("no brackets") << "List-Unsubscribe: https://a.example/\r\n" << "no address in < >";
    }
    void unsubscribe() {
        QFETCH(QString, fields);
        QFETCH(QString, headline);
        const MessageCheck c = run(std::string(basic) + fields.toStdString() + "\r\nx\r\n");
        const Step& s = step(c, "unsubscribe");
        QVERIFY2(QString::fromStdString(s.headline).contains(headline), s.headline.c_str());
        QVERIFY(s.state == (fields.isEmpty() ? StepState::Absent : StepState::Warning));
    }

    // A newsletter signed with a key of its own, as sent and with one octet changed on the way.
    void aSignedNewsletter_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("dkim");
        QTest::addColumn<QString>("dmarc");
        QTest::addColumn<bool>("oneClick");
        QTest::newRow("as sent") << "" << "pass" << "pass" << true;
        QTest::newRow("the body was changed") << "Hello" << "fail" << "fail" << false;
        QTest::newRow("a signed field was changed") << "a.example/u" << "fail" << "fail" << false;
    }
    void aSignedNewsletter() {
        QFETCH(QString, change);
        QFETCH(QString, dkim);
        QFETCH(QString, dmarc);
        QFETCH(bool, oneClick);
        static const auto key = *auth::DkimPrivateKey::generate(auth::DkimKeyKind::Ed25519);
        const std::string text = std::string(basic) + "List-Unsubscribe: <https://a.example/u>\r\n"
                                                      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
                                                      "\r\nHello\r\n";
        auth::DkimSignOptions how;
        how.headers = {"From", "Subject", "Date", "List-Unsubscribe", "List-Unsubscribe-Post"};
        auto headers = std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(text));
        auto sent = auth::dkimSign(headers, {{"news.example.org", "s1", key}}, how);
        QVERIFY(sent.has_value());
        if (!change.isEmpty()) sent->replace(sent->rfind(change.toStdString()), 1, "X");
        Setup setup{zoneText, *sent, given("203.0.113.9", "esp.example", "b@esp.example")};
        setup.zone += auth::dkimPublication(*key, "s1", "news.example.org").zoneLine + "\n";
        const MessageCheck c = run(setup);
        QCOMPARE(c.dkim.signatures.size(), size_t(1));
        QCOMPARE(QString::fromUtf8(auth::dkimResultName(c.dkim.best()).data()), dkim);
        QCOMPARE(QString::fromUtf8(auth::dmarcResultName(c.dmarc.walk.result).data()), dmarc);
        QCOMPARE(c.dmarc.walk.alignedDkim, dmarc == "pass");
        QVERIFY((step(c, "unsubscribe").state == StepState::Ok) == oneClick);
        QVERIFY((step(c, "dkim").state == StepState::Ok) == (dkim == "pass"));
        QVERIFY((step(c, "alignment").state == StepState::Ok) == (dmarc == "pass"));
        const Item* body = find(step(c, "dkim").items, "body hash");
        QVERIFY(body && c.headers->view(body->bytes) == (change == "Hello" ? "Xello\r\n" : "Hello\r\n"));
    }

    void hops() {
        const MessageCheck c =
            run("Received: from b (b [198.51.100.2]) by c.example; Thu, 01 Jan 2026 00:00:05 +0000\r\n"
                "Received: from a (a [198.51.100.1]) by b.example; Thu, 01 Jan 2026 00:01:00 +0000\r\n"
                "Received: from x (x [198.51.100.0]) by a.example; Thu, 01 Jan 2026 00:00:30 +0000\r\n\r\n");
        QCOMPARE(c.hops.size(), size_t(3));
        QCOMPARE(c.hops[0].received.by.value_or(""), std::string("a.example"));
        QVERIFY(!c.hops[0].delay && !c.hops[0].skewed);
        QCOMPARE(c.hops[1].delay, std::optional<Millis>(30'000));
        QCOMPARE(c.hops[2].delay, std::optional<Millis>(-55'000));
        QVERIFY(c.hops[2].skewed);
        QVERIFY(step(c, "connection").state == StepState::Warning);
    }

    void claims_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<int>("differences");
        QTest::newRow("the same")
            << "mx.example.net; spf=pass smtp.mailfrom=x@example.org; dkim=none; dmarc=pass "
               "header.from=example.org"
            << 0;
        QTest::newRow("another SPF result") << "mx; spf=fail smtp.mailfrom=x@example.org" << 1;
        QTest::newRow("SPF of another domain") << "mx; spf=pass smtp.mailfrom=x@list.example" << 1;
        QTest::newRow("a signature that is not there") << "mx; dkim=pass header.d=example.org" << 1;
        QTest::newRow("another DMARC result and ARC")
            << "mx; dmarc=fail header.from=example.org; arc=pass" << 2;
        QTest::newRow("methods that we do not judge") << "mx; iprev=fail; x-spam=fail" << 0;
    }
    void claims() {
        QFETCH(QString, field);
        QFETCH(int, differences);
        Setup setup{zoneText, "Authentication-Results: " + field.toStdString() + "\r\n" + basic + "\r\nx\r\n",
                    given("192.0.2.7", "mail.example.org", "x@example.org")};
        const MessageCheck c = run(setup);
        QCOMPARE(c.claimed.size(), size_t(1));
        QCOMPARE(int(c.claimed[0].differences.size()), differences);
        QVERIFY(step(c, "results").state == (differences ? StepState::Warning : StepState::Ok));
    }

    void whatIsNoMessage_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("one line") << QByteArray("hello");
        QTest::newRow("only a body") << QByteArray("\r\n\r\nx");
        QTest::newRow("octets") << QByteArray(1000, '\xff');
        QTest::newRow("many fields") << QByteArray("A: b\n").repeated(10'000);
        QTest::newRow("many Received fields") << QByteArray("Received: from a by b; x\n").repeated(2'000);
        QTest::newRow("a header without end") << QByteArray("A: ") + QByteArray(2'000'000, 'x');
    }
    void whatIsNoMessage() {
        QFETCH(QByteArray, bytes);
        const MessageCheck c = run(bytes.toStdString());
        QCOMPARE(c.steps.size(), size_t(11));
        for (const auto& s : c.steps) spansInside(s.items, size_t(bytes.size()), c.answers.size());
        QVERIFY(!toJson(c, true).empty());
    }

    void asOfAnotherTime() {
        Setup setup{zoneText, std::string(basic) + "\r\nx\r\n", {}};
        setup.options.at = UtcTime{1'700'000'000'000}; // before the date of the message
        const MessageCheck c = run(setup);
        QVERIFY(find(step(c, "format").items, "in the future"));
    }
};

QTEST_APPLESS_MAIN(TestMessageCheck)
#include "tst_message_check.moc"
