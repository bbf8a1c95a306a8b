// Stream: a connected byte stream, plain or TLS. What happens on a socket is an outcome (IoStatus,
// TlsOutcome), never an exception and never an Error: while probing, a refused connection is the product.
// Thread rule: loop thread only. One read and one write may be under way at a time.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "net/address.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::net {

enum class IoStatus : std::uint8_t {
    Ok,
    Eof,         // the peer closed in an orderly way
    Timeout,     // our deadline
    Refused,     // connection refused
    Reset,       // reset or broken pipe
    Unreachable, // no route, network or host down
    TooLong,     // a line above its cap (LineReader)
    TlsFailed,   // handshake or record failure; text has OpenSSL's reason
    Forbidden,   // our own guard: not a loopback address while only loopback is allowed
    Cancelled,
    Other,
};
std::string_view ioStatusName(IoStatus s);

struct IoResult {
    IoStatus status = IoStatus::Ok;
    size_t bytes = 0;
    std::string text; // the system's or TLS library's words, for the transcript
    [[nodiscard]] bool ok() const { return status == IoStatus::Ok; }
};

// How a certificate was judged. A value: the caller's policy decides whether to go on.
enum class CertificateVerdict : std::uint8_t {
    Trusted,
    NameMismatch,
    Expired,
    NotYetValid,
    SelfSigned,
    UnknownIssuer,
    Invalid,
    NotChecked
};
std::string_view certificateVerdictName(CertificateVerdict v);

struct TlsOutcome {
    bool established = false;
    std::string failure;  // why not established
    std::string protocol; // "TLSv1.3"
    std::string cipher;
    CertificateVerdict verdict = CertificateVerdict::NotChecked;
    std::string verdictText; // one sentence: which name was asked for, which the certificate has
    std::string subject, issuer;
    std::vector<std::string> names; // subjectAltName DNS names and addresses
    UtcTime notBefore, notAfter;
    std::vector<std::string> chainDer; // leaf first; capped at 10 certificates, 100 kB
};

enum class TlsPolicy : std::uint8_t {
    Require, // established and trusted, or the stream is not usable (TlsFailed)
    Record,  // established; the verdict is only recorded (opportunistic)
};

struct TlsOptions {
    std::string serverName; // SNI and the name to verify; an address literal is verified against IP names
    TlsPolicy policy = TlsPolicy::Require;
    std::string caFile; // PEM; empty: the system's roots
    std::string caPem;  // further trusted roots, PEM text (lab, tests)
};

class Stream {
  public:
    virtual ~Stream() = default;
    // At least one byte, Eof or a failure.
    virtual Task<IoResult> readSome(std::span<char> into, Millis deadline) = 0;
    virtual Task<IoResult> writeAll(std::string bytes, Millis deadline) = 0;
    // Client side of STARTTLS or implicit TLS. Bytes the peer sent before the handshake are the caller's to
    // reject first.
    virtual Task<TlsOutcome> startTls(TlsOptions options, Millis deadline) = 0;
    // Pending operations complete with Cancelled.
    virtual void close() = 0;
    [[nodiscard]] virtual Endpoint local() const = 0;
    [[nodiscard]] virtual Endpoint remote() const = 0;
    [[nodiscard]] virtual const std::optional<TlsOutcome>& tls() const = 0;
};

// CRLF lines (a bare LF ends a line too and is reported) with a cap. Bytes behind the line stay buffered.
struct Line {
    IoStatus status = IoStatus::Ok;
    std::string text; // without the line end
    bool bareLf = false;
    std::uint64_t discarded = 0; // bytes beyond the cap (status TooLong; the line's head is in text)
    std::string failure;
};

class LineReader {
  public:
    // Of an over-long line so much is read and counted in the search for its end. When it does not end within
    // that, the stream stands inside a line and only closing it makes sense.
    static constexpr size_t maxSkipped = 1024 * 1024;

    LineReader(Stream& stream, size_t maxLine) : stream_(stream), maxLine_(maxLine) {}
    // `deadline` is for the whole line, so a peer that drips bytes does not hold us.
    Task<Line> read(Millis deadline);
    // Exactly `size` bytes (an IMAP literal).
    Task<IoResult> readExactly(size_t size, std::string& into, Millis deadline);
    [[nodiscard]] size_t buffered() const { return buffer_.size() - head_; }
    // Throws away what is buffered and says how much that was (after STARTTLS' 220).
    size_t discardBuffered();

  private:
    Stream& stream_;
    size_t maxLine_;
    void consume(size_t bytes);
    bool take(Line& line, size_t& searched);
    Task<IoResult> fill(Millis deadline);
    Task<Line> skipLongLine(std::chrono::steady_clock::time_point until);

    std::string buffer_;
    size_t head_ = 0; // where the unread part begins
};

} // namespace waypost::net
