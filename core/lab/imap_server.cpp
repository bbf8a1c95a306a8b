#include "lab/imap_server.h"

#include "base/text.h"
#include "lab/imap_conversation.h"

namespace waypost::lab {

namespace {
constexpr Millis idleLimit{120'000};
constexpr size_t maxLine = 64 * 1024;
constexpr size_t maxLiteral = 64 * 1024;
constexpr int maxLiterals = 16;

// "… {12}" or "… {12+}" at the end of a line announces a literal.
std::optional<size_t> announcedLiteral(std::string_view line, bool& synchronising) {
    if (!line.ends_with('}')) return std::nullopt;
    const size_t open = line.rfind('{');
    if (open == std::string_view::npos) return std::nullopt;
    std::string_view digits = line.substr(open + 1, line.size() - open - 2);
    synchronising = !digits.ends_with('+');
    if (!synchronising) digits.remove_suffix(1);
    auto size = text::parseUnsigned(digits);
    if (!size) return std::nullopt;
    return size_t(*size);
}

} // namespace

Result<std::unique_ptr<ImapServer>> ImapServer::open(net::Loop& loop, net::Endpoint at, Mailboxes& mailboxes,
                                                     net::ServerTls tls) {
    std::unique_ptr<ImapServer> server(new ImapServer(mailboxes, std::move(tls)));
    ImapServer* self = server.get();
    auto listener =
        net::Listener::open(loop, at, [self](auto stream) { start(self->serve(std::move(stream)), [] {}); });
    if (!listener) return fail(listener.error());
    server->listener_ = std::move(*listener);
    return server;
}

Task<void> ImapServer::serve(std::unique_ptr<net::ServerStream> stream) {
    net::TlsOutcome tls = co_await stream->acceptTls(tls_, idleLimit);
    if (!tls.established) {
        stream->close();
        co_return;
    }
    ImapConversation conversation(mailboxes_);
    net::LineReader reader(*stream, maxLine);
    std::string out = conversation.greeting();
    while (true) {
        net::IoResult written = co_await stream->writeAll(out, idleLimit);
        if (!written.ok() || conversation.finished()) break;
        auto reading = readCommand(&reader, stream.get());
        std::string command = co_await reading;
        if (command.empty()) break;
        out = conversation.command(command);
    }
    stream->close();
}

Task<std::string> ImapServer::readCommand(net::LineReader* reader, net::ServerStream* stream) {
    std::string command;
    for (int literals = 0; literals <= maxLiterals; ++literals) {
        net::Line line = co_await reader->read(idleLimit);
        if (line.status != net::IoStatus::Ok) co_return std::string();
        command += line.text;
        bool synchronising = true;
        const auto size = announcedLiteral(line.text, synchronising);
        if (!size) co_return command;
        if (*size > maxLiteral) co_return std::string();
        if (synchronising) {
            std::string go = "+ go on\r\n";
            net::IoResult written = co_await stream->writeAll(go, idleLimit);
            if (!written.ok()) co_return std::string();
        }
        std::string literal;
        net::IoResult got = co_await reader->readExactly(*size, literal, idleLimit);
        if (!got.ok()) co_return std::string();
        command += "\r\n" + literal;
    }
    co_return std::string();
}

} // namespace waypost::lab
