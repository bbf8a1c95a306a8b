#include "imap/session.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::imap {

namespace {

constexpr size_t readSize = 64 * 1024;

FailureKind kindOf(net::IoStatus status) {
    switch (status) {
    case net::IoStatus::Timeout: return FailureKind::Timeout;
    case net::IoStatus::TlsFailed: return FailureKind::Tls;
    case net::IoStatus::Cancelled: return FailureKind::Cancelled;
    default: return FailureKind::Closed;
    }
}

} // namespace

Session::Session(net::Dialer& dialer, const Clock& clock, SessionOptions options)
    : dialer_(dialer), clock_(clock), options_(std::move(options)), buffer_(readSize) {}

Session::~Session() = default;

const std::vector<Mailbox>& Session::mailboxes() const {
    static const std::vector<Mailbox> none;
    return dialogue_ ? dialogue_->mailboxes() : none;
}

bool Session::has(std::string_view capability) const {
    return dialogue_ && dialogue_->has(capability);
}

std::optional<Failure> Session::failure() const {
    if (failure_) return failure_;
    return dialogue_ ? dialogue_->failure() : std::nullopt;
}

void Session::fail(FailureKind kind, std::string text, std::string_view system) {
    if (failure_) return;
    if (cancelled_) {
        kind = FailureKind::Cancelled;
        text = "The look was cancelled.";
    }
    failure_ = Failure{kind, std::move(text), text::printable(system.substr(0, 500))};
    transcript_.note(clock_.now(), failure_->text + (system.empty() ? "" : " (" + failure_->server + ")"));
}

Millis Session::remaining() const {
    Millis now = clock_.monotonic();
    return std::max(Millis(0), std::min(commandEnd_, totalEnd_) - now);
}

void Session::cancel() {
    cancelled_ = true;
    if (stream_) stream_->close();
}

Task<std::optional<Failure>> Session::open(Account account, std::vector<net::IpAddress> addresses) {
    totalEnd_ = clock_.monotonic() + options_.total;
    tls_.serverName = account.host;
    tls_.caFile = account.caFile;
    tls_.caPem = account.caPem;
    bool connected = co_await connect(account, std::move(addresses));
    if (!connected) co_return failure();
    DialogueOptions options;
    options.tls = account.tls;
    options.auth = account.auth;
    options.user = account.user;
    options.secret = account.secret;
    options.allowPlainAuth = account.allowPlainOnLoopback && stream_->remote().ip.isLoopback();
    options.version = options_.version;
    options.limits = options_.limits;
    dialogue_ = std::make_unique<Dialogue>(std::move(options));
    if (account.tls == TlsMode::Implicit) {
        bool secured = co_await secure();
        if (!secured) co_return failure();
    }
    bool ready = co_await drive();
    if (!ready && stream_) stream_->close();
    co_return failure();
}

Task<bool> Session::connect(Account account, std::vector<net::IpAddress> addresses) {
    if (addresses.empty()) {
        fail(FailureKind::NoAddress,
             fmt::format("There is no address for {}.", text::printable(account.host)));
        co_return false;
    }
    net::DialOutcome last;
    for (const net::IpAddress& ip : addresses) {
        if (cancelled_) break;
        net::DialRequest request;
        request.to = {ip, account.port};
        request.deadline = options_.connect;
        transcript_.note(clock_.now(), fmt::format("connecting to {}", request.to.toString()));
        last = co_await dialer_.dial(request);
        if (last.status == net::IoStatus::Ok) {
            stream_ = std::move(last.stream);
            co_return true;
        }
        transcript_.note(clock_.now(),
                         fmt::format("{}: {}", net::ioStatusName(last.status), text::printable(last.text)));
    }
    fail(FailureKind::Connect,
         fmt::format("{} port {} could not be reached: {}.", text::printable(account.host), account.port,
                     net::ioStatusName(last.status)),
         last.text);
    co_return false;
}

Task<bool> Session::secure() {
    net::TlsOutcome outcome = co_await stream_->startTls(tls_, options_.handshake);
    if (outcome.established && outcome.verdict == net::CertificateVerdict::Trusted) {
        transcript_.note(clock_.now(),
                         fmt::format("{} {} with {}", outcome.protocol, outcome.cipher, tls_.serverName));
        co_return true;
    }
    std::string why = outcome.verdictText.empty() ? outcome.failure : outcome.verdictText;
    fail(FailureKind::Tls,
         fmt::format("No trusted TLS connection to {}: {}", text::printable(tls_.serverName),
                     text::printable(why)),
         outcome.failure);
    stream_->close();
    co_return false;
}

Task<bool> Session::drive() {
    commandEnd_ = clock_.monotonic() + options_.command;
    for (;;) {
        if (failure_ || cancelled_) {
            fail(FailureKind::Cancelled, "The look was cancelled.");
            co_return false;
        }
        bool ok = true;
        switch (dialogue_->need()) {
        case Need::Write: ok = co_await writePending(); break;
        case Need::Read: ok = co_await readMore(); break;
        case Need::Tls:
            ok = co_await secure();
            if (ok) dialogue_->tlsEstablished();
            break;
        case Need::Command:
        case Need::Closed: co_return true;
        case Need::Failed: transcript_.note(clock_.now(), dialogue_->failure()->text); co_return false;
        }
        if (!ok) co_return false;
    }
}

Task<bool> Session::writePending() {
    Chunk chunk = dialogue_->takeOutgoing();
    transcript_.add(clock_.now(), Direction::Sent, chunk.shown);
    ++roundTrips_;
    Millis deadline = remaining();
    net::IoResult io = co_await stream_->writeAll(std::move(chunk.wire), deadline);
    if (!io.ok()) fail(kindOf(io.status), "The server could not be written to.", io.text);
    co_return io.ok();
}

Task<bool> Session::readMore() {
    Millis deadline = remaining();
    net::IoResult io;
    io.status = net::IoStatus::Timeout;
    std::span<char> into(buffer_);
    if (deadline > Millis(0)) io = co_await stream_->readSome(into, deadline);
    if (io.status == net::IoStatus::Eof) {
        dialogue_->peerClosed();
        co_return true;
    }
    if (io.status == net::IoStatus::Timeout) {
        fail(FailureKind::Timeout, "The server did not answer in time.", io.text);
        co_return false;
    }
    if (!io.ok()) {
        fail(kindOf(io.status), "The connection broke.", io.text);
        co_return false;
    }
    dialogue_->receive(std::string_view(buffer_.data(), io.bytes));
    std::string shown = dialogue_->takeReceived();
    if (!shown.empty()) transcript_.add(clock_.now(), Direction::Received, shown);
    std::vector<Fetched> fetched = dialogue_->takeFetched();
    for (Fetched& f : fetched) {
        if (sink_) sink_(std::move(f));
    }
    if (dialogue_->takeProgress()) commandEnd_ = clock_.monotonic() + options_.command;
    co_return true;
}

std::vector<Completed> Session::takeAll() {
    std::vector<Completed> all;
    while (auto done = dialogue_->takeCompleted()) all.push_back(std::move(*done));
    return all;
}

Task<void> Session::close() {
    if (!stream_) co_return;
    if (dialogue_ && dialogue_->need() == Need::Command && !cancelled_ && !failure()) {
        totalEnd_ = clock_.monotonic() + options_.handshake;
        dialogue_->submit(logoutCommand());
        co_await drive();
    }
    stream_->close();
}

} // namespace waypost::imap
