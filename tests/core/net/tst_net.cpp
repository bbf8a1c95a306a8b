#include "net/timer.h"
#include "net/udp_client.h"
#include "net_test.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <unistd.h>

#include <thread>

using namespace waypost;
using namespace waypost::net;
using waypost::test::loopback;
using waypost::test::Pair;
using waypost::test::run;
using waypost::test::Server;
using waypost::test::waitUntil;

namespace {

constexpr Millis deadline{5000};

// A listening socket that never accepts and whose queue is full: a further connect gets no answer.
class FullListener {
  public:
    FullListener() {
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        if (::bind(fd_, reinterpret_cast<sockaddr*>(&at), size) || ::listen(fd_, 0)) qFatal("listen");
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
        port_ = ntohs(at.sin_port);
        for (int& filler : fillers_) {
            filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            (void)::connect(filler, reinterpret_cast<sockaddr*>(&at), sizeof at);
        }
    }
    ~FullListener() {
        for (int filler : fillers_) ::close(filler);
        ::close(fd_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    int fd_ = -1;
    std::array<int, 4> fillers_{};
    std::uint16_t port_ = 0;
};

std::uint16_t closedPort(Loop& loop) {
    Server server(loop);
    return server.listener->endpoint().port;
}

} // namespace

class TestNet : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aClosedPortIsRefused() {
        Loop loop;
        TcpDialer dialer(loop);
        DialRequest request{loopback(closedPort(loop)), {}, deadline};
        auto out = run(loop, dialer.dial(request));
        QCOMPARE(out.status, IoStatus::Refused);
        QVERIFY(!out.stream);
        QCOMPARE(out.text, std::string("Connection refused"));
    }

    void noAnswerIsATimeout() {
        Loop loop;
        FullListener full;
        TcpDialer dialer(loop);
        DialRequest request{loopback(full.port()), {}, Millis(80)};
        auto out = run(loop, dialer.dial(request));
        QCOMPARE(out.status, IoStatus::Timeout);
        QCOMPARE(out.text, std::string("no connection within 80 ms"));
        QVERIFY(out.took >= Millis(80));
    }

    void theGuardStopsAndCounts_data() {
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("a public IPv4 address") << QByteArray("192.0.2.1");
        QTest::newRow("a public IPv6 address") << QByteArray("2001:db8::1");
        QTest::newRow("a mapped public address") << QByteArray("::ffff:192.0.2.1");
        QTest::newRow("a private address") << QByteArray("10.0.0.1");
    }
    void theGuardStopsAndCounts() {
        QFETCH(QByteArray, to);
        QVERIFY(guard::onlyLoopback());
        Loop loop;
        TcpDialer dialer(loop);
        auto before = guard::stoppedAttempts();
        DialRequest request{{*IpAddress::parse(to.toStdString()), 25}, {}, deadline};
        auto out = run(loop, dialer.dial(request));
        QCOMPARE(out.status, IoStatus::Forbidden);
        QVERIFY2(out.text.find(to.toStdString()) != std::string::npos, out.text.c_str());
        QCOMPARE(guard::stoppedAttempts(), before + 1);
        auto udp = UdpClient::open(loop, request.to, {});
        QVERIFY(!udp.has_value());
        QCOMPARE(udp.error().code, ErrorCode::Refused);
        QCOMPARE(guard::stoppedAttempts(), before + 2);
    }
    void theGuardCanBeSwitched() {
        guard::allowOnlyLoopback(false);
        bool open = guard::allowed(*IpAddress::parse("192.0.2.1"));
        guard::allowOnlyLoopback(true);
        QVERIFY(open);
        QVERIFY(!guard::allowed(*IpAddress::parse("192.0.2.1")));
    }

    void theSourceAddressIsUsed() {
        Loop loop;
        Server server(loop);
        TcpDialer dialer(loop);
        DialRequest request{server.listener->endpoint(), IpAddress::v4({127, 0, 0, 42}), deadline};
        auto out = run(loop, dialer.dial(request));
        QCOMPARE(out.status, IoStatus::Ok);
        QCOMPARE(out.stream->local().ip.toString(), std::string("127.0.0.42"));
        QVERIFY(waitUntil(loop, [&] { return !server.streams.empty(); }));
        QCOMPARE(server.streams[0]->remote().ip.toString(), std::string("127.0.0.42"));
    }
    void aForeignSourceAddressIsToldByName() {
        Loop loop;
        Server server(loop);
        TcpDialer dialer(loop);
        DialRequest request{server.listener->endpoint(), IpAddress::v4({192, 0, 2, 9}), deadline};
        auto out = run(loop, dialer.dial(request));
        QCOMPARE(out.status, IoStatus::Other);
        QVERIFY2(out.text.starts_with("source address 192.0.2.9 cannot be used"), out.text.c_str());
        request.from = IpAddress::parse("::1");
        out = run(loop, dialer.dial(request));
        QCOMPARE(out.text, std::string("source address ::1 and target 127.0.0.1 are of different families"));
    }

    void ipv6Works() {
        Loop loop;
        auto probe = Listener::open(loop, {*IpAddress::parse("::1"), 0}, [](auto) {});
        if (!probe) QSKIP("no IPv6 loopback here");
        Server server(loop, {*IpAddress::parse("::1"), 0});
        TcpDialer dialer(loop);
        DialRequest request{server.listener->endpoint(), {}, deadline};
        auto out = run(loop, dialer.dial(request));
        QCOMPARE(out.status, IoStatus::Ok);
        QCOMPARE(out.stream->remote().toString(), server.listener->endpoint().toString());
    }

    void listenersAreForLoopbackOnly() {
        Loop loop;
        auto tcp = Listener::open(loop, {*IpAddress::parse("0.0.0.0"), 0}, [](auto) {});
        QVERIFY(!tcp.has_value());
        QCOMPARE(tcp.error().code, ErrorCode::Refused);
        auto udp = UdpServer::open(loop, {*IpAddress::parse("::"), 0}, [](auto, auto) {});
        QVERIFY(!udp.has_value());
        QCOMPARE(udp.error().code, ErrorCode::Refused);
        Server server(loop);
        auto taken = UdpServer::open(loop, loopback(), [](auto, auto) {});
        QVERIFY(taken.has_value());
        auto twice = UdpServer::open(loop, (*taken)->endpoint(), [](auto, auto) {});
        QVERIFY(!twice.has_value());
        QCOMPARE(twice.error().code, ErrorCode::Io);
    }

    void lines_data() {
        QTest::addColumn<QByteArray>("sent"); // then the peer closes
        QTest::addColumn<QByteArray>("lines");
        auto row = [](const char* name, const QByteArray& sent, const char* lines) {
            QTest::newRow(name) << sent << QByteArray(lines);
        };
        row("CRLF lines", "220 a\r\n250 b\r\n", "ok:220 a|ok:250 b|eof:");
        row("a bare LF is told", "220 a\n250 b\r\n", "ok-lf:220 a|ok:250 b|eof:");
        row("an empty line", "\r\n", "ok:|eof:");
        row("CR inside a line stays", "a\rb\r\n", "ok:a\rb|eof:");
        row("a NUL inside a line stays", QByteArray("a\0b\r\n", 5), "ok:a?b|eof:");
        row("the end in the middle of a line", "220 a\r\n250 b", "ok:220 a|eof:250 b");
        row("nothing at all", "", "eof:");
        row("a line of exactly the cap", "0123456789\r\n", "ok:0123456789|eof:");
        row("one byte above the cap", "0123456789A\r\nnext\r\n", "too-long+1:0123456789|ok:next|eof:");
        row("one above, bare LF", "0123456789A\nnext\r\n", "too-long-lf+1:0123456789|ok:next|eof:");
        row("far above the cap", QByteArray(50'000, 'x') + "\r\nnext\r\n",
            "too-long+49990:xxxxxxxxxx|ok:next|eof:");
        row("above the cap and then the end", QByteArray(100, 'x'), "too-long+90:xxxxxxxxxx|eof:");
    }
    void lines() {
        QFETCH(QByteArray, sent);
        QFETCH(QByteArray, lines);
        Loop loop;
        Pair pair(loop);
        QVERIFY(run(loop, pair.peer->writeAll(sent.toStdString(), deadline)).ok());
        pair.peer->close();
        LineReader reader(*pair.client, 10);
        std::string got;
        for (int i = 0; i < 10; ++i) {
            Line line = run(loop, reader.read(deadline));
            got += got.empty() ? "" : "|";
            got += fmt::format("{}{}{}:{}", ioStatusName(line.status), line.bareLf ? "-lf" : "",
                               line.discarded ? fmt::format("+{}", line.discarded) : "", line.text);
            if (line.status == IoStatus::Eof) break;
        }
        std::ranges::replace(got, '\0', '?');
        QCOMPARE(QByteArray::fromStdString(got), lines);
    }

    void anEndlessLineIsGivenUp() {
        Loop loop;
        Pair pair(loop);
        std::string endless(2 * LineReader::maxSkipped, 'x');
        start(pair.peer->writeAll(std::move(endless), deadline), [](IoResult) {});
        LineReader reader(*pair.client, 1000);
        Line line = run(loop, reader.read(deadline));
        QCOMPARE(line.status, IoStatus::TooLong);
        QCOMPARE(line.text.size(), size_t(1000));
        QVERIFY(line.discarded > LineReader::maxSkipped);
        QVERIFY(line.discarded < LineReader::maxSkipped + 100'000);
        QVERIFY2(line.failure.find("did not end within") != std::string::npos, line.failure.c_str());
        pair.client->close();
    }

    void aDrippingPeerDoesNotHoldUs() {
        Loop loop;
        Pair pair(loop);
        bool stop = false;
        auto drip = [&]() -> Task<int> {
            int sent = 0;
            for (; sent < 200 && !stop; ++sent) {
                auto writing = pair.peer->writeAll("x", deadline);
                IoResult result = co_await writing;
                if (!result.ok()) break;
                auto pause = loop.sleep(Millis(10));
                co_await pause;
            }
            co_return sent;
        };
        std::optional<int> sent;
        start(drip(), [&](int n) { sent = n; });
        LineReader reader(*pair.client, 512);
        auto begun = std::chrono::steady_clock::now();
        Line line = run(loop, reader.read(Millis(120)));
        auto took = std::chrono::steady_clock::now() - begun;
        stop = true;
        QCOMPARE(line.status, IoStatus::Timeout);
        QVERIFY(took >= Millis(115));
        QVERIFY(took < Millis(1500));
        QVERIFY(reader.buffered() > 0); // what came stays for the next call
        QVERIFY(waitUntil(loop, [&] { return sent.has_value(); }));
        QVERIFY(*sent < 200);
    }

    void aLiteralIsReadExactly() {
        Loop loop;
        Pair pair(loop);
        QVERIFY(run(loop, pair.peer->writeAll("* 1 FETCH {5}\r\nab\r\nc)\r\n", deadline)).ok());
        LineReader reader(*pair.client, 100);
        QCOMPARE(run(loop, reader.read(deadline)).text, std::string("* 1 FETCH {5}"));
        std::string literal;
        auto got = run(loop, reader.readExactly(5, literal, deadline));
        QCOMPARE(got.status, IoStatus::Ok);
        QCOMPARE(got.bytes, size_t(5));
        QCOMPARE(literal, std::string("ab\r\nc"));
        QCOMPARE(run(loop, reader.read(deadline)).text, std::string(")"));
        QCOMPARE(reader.buffered(), size_t(0));
        QVERIFY(run(loop, pair.peer->writeAll("abc", deadline)).ok());
        pair.peer->close();
        got = run(loop, reader.readExactly(5, literal, deadline));
        QCOMPARE(got.status, IoStatus::Eof);
        QCOMPARE(literal, std::string("abc"));
        QVERIFY2(got.text.starts_with("3 of 5 bytes came"), got.text.c_str());
    }

    void bufferedBytesCanBeThrownAway() {
        Loop loop;
        Pair pair(loop);
        QVERIFY(run(loop, pair.peer->writeAll("220 go\r\n250 injected\r\n", deadline)).ok());
        LineReader reader(*pair.client, 100);
        QCOMPARE(run(loop, reader.read(deadline)).text, std::string("220 go"));
        QCOMPARE(reader.buffered(), size_t(14));
        QCOMPARE(reader.discardBuffered(), size_t(14));
        QCOMPARE(reader.buffered(), size_t(0));
    }

    void aReadDeadlineLeavesTheStreamUsable() {
        Loop loop;
        Pair pair(loop);
        std::array<char, 8> buffer{};
        QCOMPARE(run(loop, pair.client->readSome(buffer, Millis(30))).status, IoStatus::Timeout);
        QVERIFY(run(loop, pair.peer->writeAll("late", deadline)).ok());
        QCOMPARE(run(loop, pair.client->readSome(buffer, deadline)).bytes, size_t(4));
    }

    void aWriteNobodyReadsTimesOut() {
        Loop loop;
        Pair pair(loop);
        auto result = run(loop, pair.client->writeAll(std::string(64 * 1024 * 1024, 'x'), Millis(150)));
        QCOMPARE(result.status, IoStatus::Timeout);
        QVERIFY(result.bytes < size_t(64 * 1024 * 1024));
    }

    void aWriteToAClosedPeerFails() {
        Loop loop;
        Pair pair(loop);
        pair.peer.reset();
        IoResult result;
        for (int i = 0; i < 50 && result.ok(); ++i)
            result = run(loop, pair.client->writeAll("hello", deadline));
        QCOMPARE(result.status, IoStatus::Reset);
    }

    void twoReadsAtOnceAreRefused() {
        Loop loop;
        Pair pair(loop);
        std::array<char, 8> a{};
        std::array<char, 8> b{};
        std::optional<IoResult> first;
        start(pair.client->readSome(a, deadline), [&](IoResult r) { first = std::move(r); });
        QCOMPARE(run(loop, pair.client->readSome(b, deadline)).status, IoStatus::Other);
        QVERIFY(!first);
        pair.client->close();
        QVERIFY(waitUntil(loop, [&] { return first.has_value(); }));
        QCOMPARE(first->status, IoStatus::Cancelled);
    }

    void destroyingAStreamEndsItsOperations() {
        Loop loop;
        Pair pair(loop);
        std::array<char, 8> buffer{};
        std::optional<IoResult> read;
        std::optional<IoResult> written;
        start(pair.client->readSome(buffer, deadline), [&](IoResult r) { read = std::move(r); });
        start(pair.client->writeAll(std::string(64 * 1024 * 1024, 'x'), deadline),
              [&](IoResult r) { written = std::move(r); });
        pair.client.reset();
        QVERIFY(waitUntil(loop, [&] { return read && written; }));
        QCOMPARE(read->status, IoStatus::Cancelled);
        QCOMPARE(written->status, IoStatus::Cancelled);
    }

    void stopEndsEverythingOnce() {
        Loop loop;
        FullListener full;
        Pair pair(loop);
        loop.startThread();
        std::array<char, 8> buffer{};
        std::atomic<int> reads{0};
        std::atomic<int> sleeps{0};
        std::atomic<int> dials{0};
        std::atomic<int> cancelled{0};
        loop.post([&] {
            start(pair.client->readSome(buffer, Millis(60'000)), [&](IoResult r) {
                cancelled += r.status == IoStatus::Cancelled;
                ++reads;
            });
            start(loop.sleep(Millis(60'000)), [&] { ++sleeps; });
            auto* dialer = new TcpDialer(loop);
            DialRequest request{loopback(full.port()), {}, Millis(60'000)};
            start(dialer->dial(request), [&, dialer](DialOutcome o) {
                cancelled += o.status == IoStatus::Cancelled;
                ++dials;
                delete dialer;
            });
        });
        loop.stop();
        QCOMPARE(reads.load(), 1);
        QCOMPARE(sleeps.load(), 1);
        QCOMPARE(dials.load(), 1);
        QCOMPARE(cancelled.load(), 2);
        // Afterwards everything completes at once.
        QCOMPARE(run(loop, pair.client->readSome(buffer, deadline)).status, IoStatus::Cancelled);
        TcpDialer dialer(loop);
        DialRequest request{loopback(25), {}, deadline};
        QCOMPARE(run(loop, dialer.dial(request)).status, IoStatus::Cancelled);
        loop.stop();
    }

    void postedWorkIsNeverLost() {
        for (int round = 0; round < 20; ++round) {
            std::atomic<int> ran{0};
            {
                Loop loop;
                loop.startThread();
                std::jthread other([&] {
                    for (int i = 0; i < 100; ++i) loop.post([&] { ++ran; });
                });
                loop.stop();
            }
            QCOMPARE(ran.load(), 100);
        }
    }

    void runBlockingFromManyThreads() {
        Loop loop;
        loop.startThread();
        std::atomic<int> sum{0};
        auto work = [&] {
            for (int i = 0; i < 50; ++i) {
                auto make = [&loop]() -> Task<int> {
                    auto pause = loop.sleep(Millis(0));
                    co_await pause;
                    co_return loop.onLoopThread() ? 1 : 0;
                };
                sum += loop.runBlocking<int>(make);
            }
        };
        {
            std::jthread a(work);
            std::jthread b(work);
        }
        QCOMPARE(sum.load(), 100);
        QVERIFY(!loop.onLoopThread());
    }

    void stopFromTheLoopItself() {
        Loop loop;
        loop.startThread();
        std::atomic<bool> slept{false};
        loop.post([&] {
            start(loop.sleep(Millis(60'000)), [&] { slept = true; });
            loop.stop();
        });
        loop.stop();
        QVERIFY(slept);
    }

    void aTimerFiresOnceAndTellsTheStop() {
        Loop loop;
        std::vector<Timer::Reason> reasons;
        Timer timer(loop, [&](Timer::Reason r) { reasons.push_back(r); });
        timer.arm(Millis(50'000));
        timer.arm(Millis(1)); // replaces the first
        QVERIFY(waitUntil(loop, [&] { return !reasons.empty(); }));
        QVERIFY(!timer.armed());
        timer.arm(Millis(50'000));
        loop.stop();
        QVERIFY(reasons == std::vector({Timer::Reason::Fired, Timer::Reason::LoopStopped}));
        QVERIFY(timer.loopStopped());
    }

    void datagramsGoBothWays() {
        Loop loop;
        std::unique_ptr<UdpServer> server;
        auto opened = UdpServer::open(
            loop, loopback(), [&](std::string bytes, Endpoint from) { server->send("re: " + bytes, from); });
        QVERIFY(opened.has_value());
        server = std::move(*opened);
        std::vector<std::string> got;
        auto client = UdpClient::open(loop, server->endpoint(),
                                      {[&](std::string_view b) { got.emplace_back(b); }, [](auto, auto) {}});
        QVERIFY(client.has_value());
        for (int i = 0; i < 200; ++i) (*client)->send(std::to_string(i));
        (*client)->send("");
        QVERIFY(waitUntil(loop, [&] { return got.size() == 201; }));
        QCOMPARE(got[0], std::string("re: 0"));
        QCOMPARE(got[199], std::string("re: 199"));
        QCOMPARE(got[200], std::string("re: "));
    }

    void aClosedUdpPortIsRefused() {
        Loop loop;
        std::uint16_t port = 0;
        {
            auto gone = UdpServer::open(loop, loopback(), [](auto, auto) {});
            port = (*gone)->endpoint().port;
        }
        std::optional<IoStatus> failed;
        auto client = UdpClient::open(loop, loopback(port),
                                      {[](auto) {}, [&](IoStatus s, std::string) { failed = s; }});
        (*client)->send("x");
        QVERIFY(waitUntil(loop, [&] { return failed.has_value(); }));
        QCOMPARE(*failed, IoStatus::Refused);
    }
};

QTEST_APPLESS_MAIN(TestNet)
#include "tst_net.moc"
