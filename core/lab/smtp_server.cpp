#include "lab/smtp_server.h"

#include "base/text.h"

namespace waypost::lab {

namespace {
constexpr Millis idleLimit{60'000};
constexpr size_t maxLine = 4096;
} // namespace

Result<std::unique_ptr<SmtpServer>> SmtpServer::open(net::Loop& loop, std::uint16_t port, Parts parts) {
    auto ip = net::IpAddress::parse(parts.profile.ip);
    if (!ip)
        return fail(ErrorCode::InvalidArgument, "lab", "\"" + parts.profile.ip + "\" is not an address.");
    std::unique_ptr<SmtpServer> server(new SmtpServer(loop, std::move(parts)));
    SmtpServer* self = server.get();
    auto listener =
        net::Listener::open(loop, {*ip, port}, [self](auto stream) { self->accept(std::move(stream)); });
    if (!listener) return fail(listener.error());
    server->listener_ = std::move(*listener);
    return server;
}

void SmtpServer::accept(std::unique_ptr<net::ServerStream> stream) {
    start(serve(std::move(stream)), [] {});
}

Task<void> SmtpServer::serve(std::shared_ptr<net::ServerStream> stream) {
    Receiver receiver(parts_.profile, memory_, parts_.clock, stream->remote().ip.toString());
    net::LineReader reader(*stream, maxLine);
    ServerReply reply = receiver.greeting();
    while (true) {
        net::IoResult written = co_await stream->writeAll(reply.bytes, idleLimit);
        if (!written.ok() || reply.next == NextStep::Close) break;
        if (reply.next == NextStep::StartTls) {
            reader.discardBuffered();
            net::TlsOutcome tls = co_await stream->acceptTls(parts_.tls, idleLimit);
            if (!tls.established) break;
            receiver.tlsStarted(tls.protocol);
        }
        if (reply.next == NextStep::Content) {
            const bool goOn = co_await takeContent(&reader, &receiver, stream.get());
            if (!goOn) break;
        }
        net::Line line = co_await reader.read(idleLimit);
        if (line.status != net::IoStatus::Ok) break;
        reply = receiver.line(line.text);
    }
    stream->close();
}

// Lines up to the dot, then the verdict. False: the connection is over.
Task<bool> SmtpServer::takeContent(net::LineReader* reader, Receiver* receiver, net::ServerStream* stream) {
    std::string message;
    bool tooBig = false;
    while (true) {
        net::Line line = co_await reader->read(idleLimit);
        if (line.status != net::IoStatus::Ok && line.status != net::IoStatus::TooLong) co_return false;
        if (line.text == ".") break;
        if (line.text.starts_with('.')) line.text.erase(0, 1);
        tooBig = tooBig || message.size() + line.text.size() > Receiver::maxMessage;
        if (!tooBig) message += line.text + "\r\n";
    }
    std::string answer = "552 5.3.4 Message too big\r\n";
    if (!tooBig) {
        auto judging = parts_.judge(stream->remote().ip.toString(), receiver->mailFrom(), receiver->helo());
        SenderFacts facts = co_await judging;
        ContentVerdict verdict = receiver->content(message, facts);
        for (const Accepted& a : verdict.accepted)
            parts_.mailboxes.deliver(a.recipient, a.folder, verdict.headers + message, a.category,
                                     parts_.clock.now());
        answer = verdict.reply;
    }
    if (parts_.profile.acceptDelay.count() > 0) {
        auto pause = loop_.sleep(parts_.profile.acceptDelay);
        co_await pause;
    }
    net::IoResult written = co_await stream->writeAll(answer, idleLimit);
    co_return written.ok();
}

} // namespace waypost::lab
