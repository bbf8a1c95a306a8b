#include "smtp/session.h"

#include <fmt/format.h>

#include <memory>

namespace waypost::smtp {

namespace {

constexpr size_t readSize = 16 * 1024;
// After a failed write the server may have said why before it hung up.
constexpr Millis lastWords{500};

class Driver {
  public:
    Driver(net::Dialer& dialer, const Clock& clock, SessionRequest request)
        : dialer_(dialer), clock_(clock), request_(std::move(request)), buffer_(readSize, '\0') {}

    Task<SessionResult> run() {
        result_.startedAt = clock_.now();
        result_.remote = request_.to;
        began_ = clock_.monotonic();
        auto connecting = connect();
        const bool connected = co_await connecting;
        if (connected && request_.implicitTls) {
            auto securing = secureFirst();
            co_await securing;
        } else if (connected) {
            makeDialogue();
        }
        while (!dialogue_->done()) {
            auto stepping = step();
            co_await stepping;
        }
        flushLog();
        if (stream_) stream_->close();
        result_.dialogue = dialogue_->result();
        result_.took = clock_.monotonic() - began_;
        co_return std::move(result_);
    }

  private:
    Task<bool> connect() {
        net::DialRequest dial;
        dial.to = request_.to;
        dial.from = request_.from;
        dial.deadline = request_.options.timeouts.connect;
        note(fmt::format("Connecting to {}.", request_.to.toString()));
        auto dialing = dialer_.dial(dial);
        net::DialOutcome dialed = co_await dialing;
        result_.connect = dialed.status;
        result_.phases.push_back({Phase::Connect, 0, dialed.took});
        if (dialed.status != net::IoStatus::Ok) {
            makeDialogue();
            dialogue_->unreachable(dialed.status == net::IoStatus::Forbidden ||
                                           dialed.status == net::IoStatus::Cancelled
                                       ? FailureKind::Local
                                       : FailureKind::Connect,
                                   Phase::Connect, connectSentence(dialed));
            co_return false;
        }
        stream_ = std::move(dialed.stream);
        result_.local = stream_->local();
        result_.remote = stream_->remote();
        request_.options.loopback = result_.remote.ip.isLoopback();
        co_return true;
    }

    std::string connectSentence(const net::DialOutcome& dialed) const {
        return fmt::format("No connection to {}: {}{}{}.", request_.to.toString(),
                           net::ioStatusName(dialed.status), dialed.text.empty() ? "" : ", ", dialed.text);
    }

    void makeDialogue() {
        dialogue_ = std::make_unique<Dialogue>(std::move(request_.options), std::move(request_.mails));
    }

    Task<TlsReport> handshake(Millis deadline) {
        net::TlsOptions tls;
        tls.serverName = request_.host.empty() ? request_.to.ip.toString() : request_.host;
        // The dialogue judges by its mode; the stream only records.
        tls.policy = net::TlsPolicy::Record;
        tls.caFile = request_.caFile;
        tls.caPem = request_.caPem;
        const Millis from = clock_.monotonic();
        auto starting = stream_->startTls(tls, deadline);
        net::TlsOutcome outcome = co_await starting;
        result_.phases.push_back({Phase::Tls, 0, clock_.monotonic() - from});
        TlsReport report;
        report.state = outcome.established ? TlsState::Established : TlsState::Failed;
        report.trusted = outcome.verdict == net::CertificateVerdict::Trusted;
        report.protocol = outcome.protocol;
        report.cipher = outcome.cipher;
        report.text = outcome.established ? outcome.verdictText : outcome.failure;
        result_.tls = std::move(outcome);
        co_return report;
    }

    // TLS before the first byte of SMTP.
    Task<void> secureFirst() {
        auto shaking = handshake(request_.options.timeouts.tls);
        TlsReport report = co_await shaking;
        const bool established = report.state == TlsState::Established;
        const std::string why = report.text;
        request_.options.already = std::move(report);
        makeDialogue();
        if (!established)
            dialogue_->unreachable(FailureKind::Tls, Phase::Tls,
                                   fmt::format("The TLS handshake failed: {}", why));
    }

    Task<void> step() {
        Action action = dialogue_->next();
        flushLog();
        if (auto* send = std::get_if<Send>(&action)) {
            auto writing = write(std::move(*send));
            co_await writing;
        } else if (auto* tls = std::get_if<StartTls>(&action)) {
            auto shaking = handshake(tls->deadline);
            TlsReport report = co_await shaking;
            dialogue_->tlsDone(std::move(report));
        } else if (auto* wait = std::get_if<Wait>(&action)) {
            auto reading = read(*wait);
            co_await reading;
        }
        flushLog();
    }

    // What is left of the session's own time.
    Millis sessionLeft() const { return sessionTime_ - (clock_.monotonic() - began_); }

    Task<void> write(Send send) {
        const Millis left = sessionLeft();
        if (left <= Millis(0)) {
            dialogue_->expired();
            co_return;
        }
        const Millis deadline = std::min(send.deadline, left);
        auto writing = stream_->writeAll(std::move(send.bytes), deadline);
        net::IoResult written = co_await writing;
        if (written.ok()) co_return;
        if (written.status == net::IoStatus::Timeout) {
            dialogue_->timedOut();
            co_return;
        }
        auto listening = stream_->readSome(buffer_, lastWords);
        net::IoResult heard = co_await listening;
        if (heard.ok()) dialogue_->received({buffer_.data(), heard.bytes});
        ended(written);
    }

    Task<void> read(Wait wait) {
        if (wait.serial != waitSerial_ || !waiting_) {
            waiting_ = true;
            waitSerial_ = wait.serial;
            waitFrom_ = clock_.monotonic();
        }
        const Millis left = std::min(wait.deadline - (clock_.monotonic() - waitFrom_), sessionLeft());
        if (left <= Millis(0)) {
            sessionLeft() <= Millis(0) ? dialogue_->expired() : dialogue_->timedOut();
            co_return;
        }
        auto reading = stream_->readSome(buffer_, left);
        net::IoResult got = co_await reading;
        if (!got.ok()) {
            ended(got);
            co_return;
        }
        dialogue_->received({buffer_.data(), got.bytes});
        if (dialogue_->serial() == wait.serial) co_return; // not a whole reply yet
        result_.phases.push_back({wait.phase, wait.mail, clock_.monotonic() - waitFrom_});
    }

    void ended(const net::IoResult& io) {
        if (io.status == net::IoStatus::Timeout) {
            sessionLeft() <= Millis(0) ? dialogue_->expired() : dialogue_->timedOut();
        } else if (io.status == net::IoStatus::Cancelled) {
            dialogue_->cancelled();
        } else if (io.status == net::IoStatus::Eof) {
            dialogue_->closed("the server closed it");
        } else {
            dialogue_->closed(io.text.empty() ? net::ioStatusName(io.status) : std::string_view(io.text));
        }
    }

    void note(std::string_view text) { result_.transcript.note(clock_.now(), text); }

    void flushLog() {
        for (const LogEntry& e : dialogue_->takeLog())
            result_.transcript.add(clock_.now(), e.direction, e.bytes);
    }

    net::Dialer& dialer_;
    const Clock& clock_;
    SessionRequest request_;
    const Millis sessionTime_ = request_.options.timeouts.session;
    std::string buffer_;
    std::unique_ptr<net::Stream> stream_;
    std::unique_ptr<Dialogue> dialogue_;
    SessionResult result_;
    Millis began_{0};
    bool waiting_ = false;
    std::uint64_t waitSerial_ = 0;
    Millis waitFrom_{0};
};

} // namespace

Task<SessionResult> runSession(net::Dialer* dialer, const Clock* clock, SessionRequest request) {
    Driver driver(*dialer, *clock, std::move(request));
    auto running = driver.run();
    SessionResult result = co_await running;
    co_return result;
}

} // namespace waypost::smtp
