// Session: one conversation with an IMAP server over a net::Stream, read-only, with deadlines and a complete
// transcript (secrets masked, message octets left out). What goes wrong is a Failure, which is an outcome.
// Thread rule: loop thread only. Use: open(), find() as often as wanted, close().
#pragma once

#include "base/transcript.h"
#include "imap/dialogue.h"
#include "net/dialer.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waypost::imap {

struct Account {
    std::string host; // for TLS: the name the certificate must have
    std::uint16_t port = 993;
    TlsMode tls = TlsMode::Implicit;
    AuthKind auth = AuthKind::Password;
    std::string user;
    Secret secret;
    // Credentials without TLS, honoured only when the peer's address is a loopback one.
    bool allowPlainOnLoopback = false;
    std::string caFile, caPem; // as net::TlsOptions
};

struct SessionOptions {
    Millis connect{20'000};
    Millis handshake{20'000};
    Millis command{60'000}; // from one completed command to the next
    Millis total{600'000};  // one call of open() or find()
    std::string version = "0";
    ParserLimits limits;
};

// What to look for: messages whose `headerName` or Message-ID field holds one of `needles`.
struct Query {
    std::string headerName;
    std::vector<std::string> needles;
    UtcTime since;
    // Mailboxes to look in, as listed or as people write them; empty: INBOX and \Junk always, then all others
    // (not \Drafts and \Sent) as long as a needle is missing, \All and \Trash last.
    std::vector<std::string> folders;
    size_t newest = 5'000;   // messages looked at in one mailbox
    size_t maxFolders = 100; // mailboxes looked at
    // Hits of at most so many octets, as the server counts them, are fetched whole; 0: headers alone.
    std::uint64_t wholeUpTo = 0;
};

struct Hit {
    std::string needle;
    std::string folder; // UTF-8 name
    SpecialUse use = SpecialUse::None;
    bool useFromName = false;
    std::uint32_t uid = 0;
    std::uint32_t uidValidity = 0; // 0: the server did not say
    std::optional<UtcTime> internalDate;
    std::uint64_t size = 0; // as the server says; 0: it did not
    std::string headers;    // as received
    std::string message;    // whole, as received; empty: not asked for, or larger
    std::vector<std::string> gmailLabels;
    std::optional<std::uint64_t> gmailMessage;
    std::string gmailCategory; // "promotions", "primary"; empty: not Gmail, not in the inbox, or not known
};

struct FolderLook {
    std::string folder;
    SpecialUse use = SpecialUse::None;
    std::uint32_t exists = 0;
    size_t scanned = 0;  // messages whose header was read
    bool cut = false;    // more recent messages than `newest`
    std::string refused; // the server's words when it did not open the mailbox
};

struct FindResult {
    std::vector<Hit> hits;
    std::vector<FolderLook> folders;
    size_t foldersLeftOut = 0;      // beyond maxFolders
    std::optional<Failure> failure; // the look did not come to its end: a missing needle means nothing
};

class Session {
  public:
    Session(net::Dialer& dialer, const Clock& clock, SessionOptions options = {});
    ~Session();

    // Connects to the first address that answers, secures and signs in.
    Task<std::optional<Failure>> open(Account account, std::vector<net::IpAddress> addresses);
    Task<FindResult> find(Query query);
    Task<void> close();
    // Ends what is under way with FailureKind::Cancelled.
    void cancel();

    [[nodiscard]] const Transcript& transcript() const { return transcript_; }
    [[nodiscard]] const std::vector<Mailbox>& mailboxes() const;
    [[nodiscard]] bool has(std::string_view capability) const;
    // Times something was sent and then waited for.
    [[nodiscard]] size_t roundTrips() const { return roundTrips_; }

  private:
    using Sink = std::function<void(Fetched)>;

    Task<bool> connect(Account account, std::vector<net::IpAddress> addresses);
    Task<bool> secure();
    Task<bool> drive(); // until nothing is under way; false on failure
    Task<bool> writePending();
    Task<bool> readMore();
    // One mailbox; `look` lives in the frame of find(), which waits.
    struct Look;
    Task<bool> lookIn(Look* look);
    Task<bool> recent(Look* look);
    Task<bool> older(Look* look, SearchKey since);
    Task<bool> scan(Look* look);
    Task<bool> details(Look* look);
    Task<bool> categories(Look* look);
    std::vector<Completed> takeAll();
    void fail(FailureKind kind, std::string text, std::string_view system = {});
    [[nodiscard]] Millis remaining() const;
    [[nodiscard]] std::optional<Failure> failure() const;

    net::Dialer& dialer_;
    const Clock& clock_;
    SessionOptions options_;
    net::TlsOptions tls_;
    std::unique_ptr<net::Stream> stream_;
    std::unique_ptr<Dialogue> dialogue_;
    Transcript transcript_;
    std::optional<Failure> failure_;
    std::vector<char> buffer_;
    Sink sink_;
    Millis commandEnd_{0}, totalEnd_{0};
    size_t roundTrips_ = 0;
    bool cancelled_ = false;
};

// The mailboxes of `all` that a query looks in, in order. Pure.
std::vector<Mailbox> foldersFor(const std::vector<Mailbox>& all, const Query& query);

} // namespace waypost::imap
