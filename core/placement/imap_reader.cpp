#include "placement/imap_reader.h"

#include "placement/token.h"

#include <fmt/format.h>

namespace waypost::placement {

namespace {

ReadOutcome failed(imap::FailureKind kind, std::string text, std::string server = {}) {
    ReadOutcome outcome;
    outcome.failure = imap::Failure{kind, std::move(text), std::move(server)};
    return outcome;
}

Sighting sightingOf(imap::Hit&& h) {
    Sighting s;
    s.token = std::move(h.needle);
    s.folder = std::move(h.folder);
    s.use = h.use;
    s.category = std::move(h.gmailCategory);
    s.labels = std::move(h.gmailLabels);
    s.uid = h.uid;
    s.uidValidity = h.uidValidity;
    s.internalDate = h.internalDate;
    s.headers = std::move(h.headers);
    s.message = std::move(h.message);
    return s;
}

} // namespace

ImapMailboxReader::ImapMailboxReader(net::Dialer& dialer, const Clock& clock, ImapReaderOptions options)
    : dialer_(dialer), clock_(clock), options_(std::move(options)) {}

Task<Result<std::vector<net::IpAddress>>> ImapMailboxReader::addressesOf(std::string host) {
    if (auto literal = net::IpAddress::parse(host)) co_return std::vector<net::IpAddress>{*literal};
    if (!options_.addresses) {
        co_return fail(ErrorCode::Network, "imap",
                       fmt::format("{} cannot be looked up: there is no resolver.", host));
    }
    Result<std::vector<net::IpAddress>> found = co_await options_.addresses(std::move(host));
    co_return found;
}

Task<ReadOutcome> ImapMailboxReader::look(ReadRequest request) {
    imap::Account account;
    account.host = request.account.imapHost;
    account.port = request.account.imapPort;
    account.tls = request.account.imapTls;
    account.auth = request.account.imapAuth;
    account.user = request.account.imapUser;
    account.allowPlainOnLoopback = options_.allowPlainOnLoopback;
    account.caFile = options_.caFile;
    account.caPem = options_.caPem;
    std::string secretName = request.account.secretName;
    if (!options_.secret)
        co_return failed(imap::FailureKind::LoginRefused,
                         "There is no secret store to take the password from.");
    Result<Secret> secret = co_await options_.secret(std::move(secretName));
    if (!secret)
        co_return failed(imap::FailureKind::LoginRefused, "The password could not be read.",
                         secret.error().text);
    account.secret = std::move(*secret);
    Result<std::vector<net::IpAddress>> addresses = co_await addressesOf(account.host);
    if (!addresses) co_return failed(imap::FailureKind::NoAddress, addresses.error().text);

    imap::Session session(dialer_, clock_, options_.session);
    ReadOutcome outcome;
    std::vector<net::IpAddress> list = std::move(*addresses);
    outcome.failure = co_await session.open(std::move(account), std::move(list));
    if (!outcome.failure) {
        imap::Query query;
        query.headerName = seedHeader;
        query.needles = std::move(request.tokens);
        query.wholeUpTo = options_.wholeUpTo;
        query.since = request.since;
        query.folders = std::move(request.folders);
        imap::FindResult found = co_await session.find(std::move(query));
        for (imap::Hit& h : found.hits) outcome.sightings.push_back(sightingOf(std::move(h)));
        outcome.failure = std::move(found.failure);
        co_await session.close();
    }
    outcome.transcript = std::make_shared<const Transcript>(session.transcript());
    co_return outcome;
}

} // namespace waypost::placement
