// ImapMailboxReader: MailboxReader over imap::Session. Names and secrets are looked up by the caller's
// functions, so that this module knows neither the resolver nor the keychain. Loop thread only.
#pragma once

#include "imap/session.h"
#include "placement/runner.h"

#include <functional>
#include <vector>

namespace waypost::placement {

struct ImapReaderOptions {
    imap::SessionOptions session;
    // The addresses of a host; address literals are not asked for.
    std::function<Task<Result<std::vector<net::IpAddress>>>(std::string host)> addresses;
    std::function<Task<Result<Secret>>(std::string name)> secret;
    bool allowPlainOnLoopback = false; // the lab
    std::uint64_t wholeUpTo = 0;       // octets; a found message no larger is fetched whole
    std::string caFile, caPem;
};

class ImapMailboxReader final : public MailboxReader {
  public:
    ImapMailboxReader(net::Dialer& dialer, const Clock& clock, ImapReaderOptions options);
    Task<ReadOutcome> look(ReadRequest request) override;

  private:
    Task<Result<std::vector<net::IpAddress>>> addressesOf(std::string host);

    net::Dialer& dialer_;
    const Clock& clock_;
    ImapReaderOptions options_;
};

} // namespace waypost::placement
