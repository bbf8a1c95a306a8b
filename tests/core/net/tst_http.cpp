// GET over real TLS on loopback: what good, careless and hostile servers send, and each step failing once.
#include "base/text.h"
#include "net/http.h"
#include "net/timer.h"
#include "net_test.h"
#include "support/https_server.h"

using namespace waypost;
using namespace waypost::net;
using waypost::test::HttpsReply;
using waypost::test::HttpsServer;
using waypost::test::page;

namespace {

constexpr std::int64_t dayMs = 86'400'000;

UtcTime days(int n) {
    return {SystemClock().now().ms + n * dayMs};
}

HttpsReply raw(std::string bytes) {
    HttpsReply reply;
    reply.bytes = std::move(bytes);
    return reply;
}

HttpsReply slowly(HttpsReply reply, size_t piece, Millis pause) {
    reply.piece = piece;
    reply.pause = pause;
    return reply;
}

} // namespace

class TestHttp : public QObject {
    Q_OBJECT

    SystemClock clock_;
    Loop loop_;
    TcpDialer dialer_{loop_};
    TestAuthority authority_, stranger_;

    ServerTls certificate(const QString& kind) const {
        if (kind == "expired") return authority_.issue({"files.example.test"}, days(-30), days(-1));
        if (kind == "future") return authority_.issue({"files.example.test"}, days(1), days(9));
        if (kind == "other name") return authority_.issue({"other.example.test"}, days(-1), days(9));
        if (kind == "wildcard") return authority_.issue({"*.example.test"}, days(-1), days(9));
        if (kind == "stranger") return stranger_.issue({"files.example.test"}, days(-1), days(9));
        if (kind == "self-signed")
            return TestAuthority::selfSigned({"files.example.test"}, days(-1), days(9));
        return authority_.issue({"files.example.test"}, days(-1), days(9));
    }

    HttpResponse get(const HttpsServer& server, Millis deadline = Millis(5'000)) {
        HttpRequest request;
        request.url.host = "files.example.test";
        request.url.port = server.endpoint().port;
        request.url.target = "/file";
        request.addresses = {server.endpoint().ip};
        request.maxBody = 1'000;
        request.deadline = deadline;
        request.caPem = authority_.caPem();
        return loop_.runBlocking<HttpResponse>([&] { return httpsGet(&dialer_, &clock_, request); });
    }

  private Q_SLOTS:
    void initTestCase() {
        guard::allowOnlyLoopback(true);
        loop_.startThread();
    }

    void urls_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("host"); // empty: refused
        QTest::addColumn<int>("port");
        QTest::addColumn<QString>("target");
        auto good = [](const char* name, const char* in, const char* host, int port, const char* target) {
            QTest::newRow(name) << QString(in) << QString(host) << port << QString(target);
        };
        auto bad = [](const char* name, const QString& in) {
            QTest::newRow(name) << in << QString() << 0 << QString();
        };
        good("the usual form", "https://Example.Test/a/b.svg", "example.test", 443, "/a/b.svg");
        good("the scheme in capitals", "HTTPS://example.test/", "example.test", 443, "/");
        good("no path", "https://example.test", "example.test", 443, "/");
        good("a query without a path", "https://example.test?a=b", "example.test", 443, "/?a=b");
        good("a port", "https://example.test:8443/x", "example.test", 8443, "/x");
        good("a fragment is dropped", "https://example.test/x#y", "example.test", 443, "/x");
        good("a trailing dot", "https://example.test./x", "example.test", 443, "/x");
        good("an underscore in the host", "https://a_b.example.test/", "a_b.example.test", 443, "/");
        bad("another scheme", "http://example.test/");
        bad("no scheme", "example.test/x");
        bad("nothing", "");
        bad("no host", "https:///x");
        bad("one label", "https://localhost/x");
        bad("an IPv4 address", "https://127.0.0.1/x");
        bad("an address in another notation", "https://0x7f.1/x");
        bad("an IPv6 address", "https://[::1]/x");
        bad("a user name", "https://user@example.test/");
        bad("a user name that looks like a host", "https://example.test:443@evil.test/");
        bad("a space", "https://example.test/a b");
        bad("a line end, which would begin a header field", "https://example.test/a\r\nHost: evil");
        bad("a letter outside ASCII", QString::fromUtf8("https://example.test/\xc3\xa4"));
        bad("port zero", "https://example.test:0/");
        bad("a port too high", "https://example.test:65536/");
        bad("a port of letters", "https://example.test:abc/");
        bad("an empty label", "https://example..test/");
        bad("too long", "https://example.test/" + QString(3000, 'a'));
    }
    void urls() {
        QFETCH(QString, text);
        QFETCH(QString, host);
        QFETCH(int, port);
        QFETCH(QString, target);
        const auto url = parseHttpsUrl(text.toStdString());
        QCOMPARE(url.has_value(), !host.isEmpty());
        if (!url) {
            QVERIFY(url.error().text.ends_with('.'));
            return;
        }
        QCOMPARE(QString::fromStdString(url->host), host);
        QCOMPARE(int(url->port), port);
        QCOMPARE(QString::fromStdString(url->target), target);
        QCOMPARE(*parseHttpsUrl(url->toString()), *url);
    }

    void replies_data() {
        QTest::addColumn<HttpsReply>("reply");
        QTest::addColumn<QString>("outcome");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("says"); // of the body when answered, of the sentence otherwise
        auto row = [](const char* name, HttpsReply reply, const char* outcome, int status, const char* says) {
            QTest::newRow(name) << std::move(reply) << QString(outcome) << status << QString(says);
        };
        row("a file", page("hello"), "answered", 200, "hello");
        row("byte by byte", slowly(page("hello"), 1, Millis(0)), "answered", 200, "hello");
        row("in chunks",
            raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
            "answered", 200, "hello");
        row("up to the end of the connection", raw("HTTP/1.1 200 OK\r\n\r\nhello"), "answered", 200, "hello");
        row("an empty file", page(""), "answered", 200, "");
        row("not found", page("no", "text/html", "404 Not Found"), "answered", 404, "no");
        row("a redirect is not followed", page("", "", "301 Moved", "Location: https://evil.test/\r\n"),
            "answered", 301, "");
        row("a temporary redirect is not followed", page("", "", "307 Over There", "Location: /file2\r\n"),
            "answered", 307, "");
        row("compressed without being asked",
            page("\x1f\x8b", "text/plain", "200 OK", "Content-Encoding: gzip\r\n"), "encoded", 200, "gzip");
        row("a length above the cap", page(std::string(1'001, 'a')), "too-large", 200, "1000 bytes");
        row("a length at the cap", page(std::string(1'000, 'a')), "answered", 200, "aaaa");
        row("more than the cap without a length", raw("HTTP/1.1 200 OK\r\n\r\n" + std::string(5'000, 'a')),
            "too-large", 200, "1000 bytes");
        row("more than the cap in chunks",
            raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n" + std::string(0x1000, 'a')),
            "too-large", 200, "1000 bytes");
        row("a length that no one could hold",
            raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"), "broken", 0,
            "not a proper HTTP response");
        row("two lengths that differ",
            raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), "broken", 0,
            "not a proper HTTP response");
        row("a header above the cap", raw("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n"),
            "too-large", 0, "header");
        row("many fields",
            raw("HTTP/1.1 200 OK\r\n" +
                [] {
                    std::string all;
                    for (int i = 0; i < 5'000; ++i) all += "A: b\r\n";
                    return all;
                }() +
                "\r\n"),
            "too-large", 0, "header");
        row("not HTTP", raw("220 mx.example.test ESMTP\r\n\r\n"), "broken", 0, "not a proper HTTP response");
        row("cut in the body", raw("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"), "broken", 200,
            "whole");
        row("cut in the header", raw("HTTP/1.1 200 OK\r\nContent-"), "broken", 0, "whole");
        row("nothing at all", raw(""), "broken", 0, "whole");
        HttpsReply silent;
        silent.silent = true;
        row("a server that never answers", silent, "timeout", 0, "within");
        row("a server that drips", slowly(page(std::string(500, 'a')), 1, Millis(50)), "timeout", 0,
            "within");
        HttpsReply hung = raw("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
        hung.hang = true;
        row("a server that stops in the body", hung, "timeout", 200, "within");
    }
    void replies() {
        QFETCH(HttpsReply, reply);
        QFETCH(QString, outcome);
        QFETCH(int, status);
        QFETCH(QString, says);
        HttpsServer server(loop_, test::loopback(), certificate("good"), {{"/file", reply}});
        const bool slow = outcome == "timeout";
        const HttpResponse r = get(server, Millis(slow ? 700 : 5'000));
        QVERIFY2(httpOutcomeName(r.outcome) == outcome.toStdString(),
                 (std::string(httpOutcomeName(r.outcome)) + ": " + r.text).c_str());
        QCOMPARE(r.status, status);
        const std::string& told = r.outcome == HttpOutcome::Answered ? r.body : r.text;
        QVERIFY2(told.find(says.toStdString()) != std::string::npos, told.c_str());
        QCOMPARE(r.text.empty(), r.outcome == HttpOutcome::Answered);
        QCOMPARE(r.bodySha256.empty(), r.body.empty());
        if (!r.body.empty()) QCOMPARE(r.bodySha256, text::sha256Hex(r.body));
        QVERIFY(r.body.size() <= 1'000);
        QVERIFY(r.took < Millis(4'000));
        QCOMPARE(server.requests().size(), size_t(1)); // nothing was followed or repeated
        const std::string transcript = r.transcript.toText();
        QVERIFY2(transcript.find("GET /file HTTP/1.1") != std::string::npos, transcript.c_str());
    }

    void theRequestSaysWhatIsWanted() {
        HttpsServer server(loop_, test::loopback(), certificate("good"),
                           {{"/file", page("x", "Text/Plain; charset=utf-8")}});
        const HttpResponse r = get(server);
        const std::string asked = server.requests().front();
        QVERIFY(asked.starts_with("GET /file HTTP/1.1\r\nHost: files.example.test:"));
        QVERIFY(asked.find("Accept-Encoding: identity\r\n") != std::string::npos);
        QVERIFY(asked.find("Connection: close\r\n") != std::string::npos);
        QCOMPARE(r.mediaType(), std::string("text/plain"));
        QCOMPARE(r.field("CONTENT-LENGTH"), std::string_view("1"));
        QVERIFY(r.field("X-Absent").empty());
    }

    void certificates_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("verdict");
        QTest::newRow("a good one") << "good" << "trusted";
        QTest::newRow("a wildcard") << "wildcard" << "trusted";
        QTest::newRow("expired") << "expired" << "expired";
        QTest::newRow("not valid yet") << "future" << "not-yet-valid";
        QTest::newRow("for another name") << "other name" << "name-mismatch";
        QTest::newRow("from an unknown authority") << "stranger" << "unknown-issuer";
        QTest::newRow("signed by itself") << "self-signed" << "self-signed";
    }
    void certificates() {
        QFETCH(QString, kind);
        QFETCH(QString, verdict);
        HttpsServer server(loop_, test::loopback(), certificate(kind), {{"/file", page("secret")}});
        const HttpResponse r = get(server);
        QVERIFY(r.tls);
        QCOMPARE(QString::fromStdString(std::string(certificateVerdictName(r.tls->verdict))), verdict);
        QVERIFY(!r.tls->chainDer.empty());
        const bool good = verdict == "trusted";
        QCOMPARE(r.outcome, good ? HttpOutcome::Answered : HttpOutcome::TlsFailed);
        // Nothing was asked of a server that is not who it says it is.
        QCOMPARE(server.requests().size(), size_t(good ? 1 : 0));
        QCOMPARE(r.body.empty(), !good);
    }

    void brokenConnections_data() {
        QTest::addColumn<HttpsReply>("reply");
        HttpsReply closes;
        closes.closeAtHello = true;
        QTest::newRow("closed before the handshake") << closes;
        HttpsReply plain = page("hello");
        plain.withoutTls = true;
        QTest::newRow("plain text where TLS belongs") << plain;
    }
    void brokenConnections() {
        QFETCH(HttpsReply, reply);
        HttpsServer server(loop_, test::loopback(), certificate("good"), {{"", reply}});
        const HttpResponse r = get(server);
        QCOMPARE(r.outcome, HttpOutcome::TlsFailed);
        QVERIFY(r.body.empty() && r.status == 0);
        QVERIFY2(r.text.starts_with("TLS with files.example.test failed: "), r.text.c_str());
    }

    void aRefusedConnectionIsNotAMissingFile() {
        std::uint16_t port = 0;
        {
            HttpsServer server(loop_, test::loopback(), certificate("good"), {});
            port = server.endpoint().port;
        }
        HttpRequest request;
        request.url = {"files.example.test", port, "/file"};
        request.addresses = {test::loopback().ip};
        const auto r = loop_.runBlocking<HttpResponse>([&] { return httpsGet(&dialer_, &clock_, request); });
        QCOMPARE(r.outcome, HttpOutcome::NoConnection);
        QVERIFY2(r.text.find("refused") != std::string::npos, r.text.c_str());
    }

    void forbiddenAddressesAreNeverDialled_data() {
        QTest::addColumn<QStringList>("addresses");
        QTest::addColumn<QString>("outcome");
        QTest::newRow("a private one") << QStringList{"10.0.0.1"} << "forbidden";
        QTest::newRow("the metadata service") << QStringList{"169.254.169.254"} << "forbidden";
        QTest::newRow("a global one while only loopback is allowed") << QStringList{"8.8.8.8"} << "forbidden";
        QTest::newRow("none") << QStringList{} << "no-address";
        QTest::newRow("a forbidden one before a good one")
            << QStringList{"10.0.0.1", "127.0.0.1"} << "answered";
    }
    void forbiddenAddressesAreNeverDialled() {
        QFETCH(QStringList, addresses);
        QFETCH(QString, outcome);
        HttpsServer server(loop_, test::loopback(), certificate("good"), {{"/file", page("x")}});
        HttpRequest request;
        request.url = {"files.example.test", server.endpoint().port, "/file"};
        request.caPem = authority_.caPem();
        for (const QString& a : addresses) request.addresses.push_back(*IpAddress::parse(a.toStdString()));
        const auto before = guard::stoppedAttempts();
        const auto r = loop_.runBlocking<HttpResponse>([&] { return httpsGet(&dialer_, &clock_, request); });
        QCOMPARE(QString::fromStdString(std::string(httpOutcomeName(r.outcome))), outcome);
        QCOMPARE(guard::stoppedAttempts(), before); // the policy refuses before the guard would
    }

    void theNextAddressIsTriedWhenOneRefuses() {
        HttpsServer server(loop_, test::loopback(), certificate("good"), {{"/file", page("x")}});
        HttpRequest request;
        request.url = {"files.example.test", server.endpoint().port, "/file"};
        request.addresses = {*IpAddress::parse("127.9.9.9"), server.endpoint().ip};
        request.caPem = authority_.caPem();
        const auto r = loop_.runBlocking<HttpResponse>([&] { return httpsGet(&dialer_, &clock_, request); });
        QCOMPARE(r.outcome, HttpOutcome::Answered);
        QVERIFY(r.text.empty());
        QCOMPARE(r.remote, server.endpoint());
    }

    void stoppingTheLoopEndsTheRequest() {
        HttpsReply silent;
        silent.silent = true;
        Loop other;
        other.startThread();
        TcpDialer dialer(other);
        HttpsServer server(loop_, test::loopback(), certificate("good"), {{"/file", silent}});
        HttpRequest request;
        request.url = {"files.example.test", server.endpoint().port, "/file"};
        request.addresses = {server.endpoint().ip};
        request.caPem = authority_.caPem();
        std::optional<HttpResponse> got;
        std::mutex mutex;
        other.post([&] {
            start(httpsGet(&dialer, &clock_, request), [&](HttpResponse r) {
                std::lock_guard lock(mutex);
                got = std::move(r);
            });
        });
        QTRY_VERIFY(!server.requests().empty());
        other.stop();
        std::lock_guard lock(mutex);
        QVERIFY(got);
        QCOMPARE(got->outcome, HttpOutcome::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestHttp)
#include "tst_http.moc"
