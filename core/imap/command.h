// Every command this client can send. The list is the read-only guarantee: there is no SELECT, no STORE, no
// COPY, MOVE, APPEND, DELETE or EXPUNGE here, mailboxes are opened with EXAMINE, and message data is fetched
// with BODY.PEEK only, so nothing we send can set \Seen or change a mailbox.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::imap {

// Octets for the wire. A command with literals, or AUTHENTICATE, has several chunks: each further one is sent
// after the server's "+". `shown` is the same for the transcript, with secrets masked.
struct Chunk {
    std::string wire;
    std::string shown;
};

struct Command {
    enum class Kind : std::uint8_t {
        Capability,
        StartTls,
        Login,
        Authenticate,
        Id,
        List,
        Examine,
        Search,
        Fetch,
        Logout
    };
    Kind kind = Kind::Capability;
    std::string tag;
    std::vector<Chunk> chunks;
};
std::string_view commandVerb(Command::Kind kind); // "EXAMINE"

// A string as IMAP wants it (quoted, or a literal when it has to be), in the middle of a command.
class CommandText {
  public:
    explicit CommandText(std::string_view start) : wire_(start), shown_(start) {}
    CommandText& raw(std::string_view text);
    CommandText& string(std::string_view text);
    CommandText& secret(std::string_view text); // as string(), shown as "<masked>"
    std::vector<Chunk> finish();

  private:
    void add(std::string_view text, bool masked);
    std::vector<Chunk> chunks_;
    std::string wire_, shown_;
};

// `key` is the whole search key, made with searchKey…(); UIDs are asked for always.
Command capabilityCommand();
Command startTlsCommand();
Command loginCommand(std::string_view user, const Secret& password);
// SASL with an initial response: in the first line when `initialResponse` (SASL-IR), else after "+".
Command authenticateCommand(std::string_view mechanism, const Secret& response, bool initialResponse);
Command idCommand(std::string_view version);
Command listCommand(bool askSpecialUse);
Command examineCommand(std::string_view mailbox);
Command logoutCommand();

// SEARCH keys. `uids` empty: the whole mailbox.
struct SearchKey {
    std::string since;                 // "21-Nov-2026", empty: not asked
    std::string headerName, headerHas; // HEADER name value; empty name: not asked
    std::string gmailRaw;              // X-GM-RAW; empty: not asked
    std::string uids;
};
Command searchCommand(const SearchKey& key, bool extended);

enum class FetchWhat : std::uint8_t {
    Summary, // UID, INTERNALDATE, RFC822.SIZE and the token fields of the header
    Header,  // UID, INTERNALDATE, RFC822.SIZE and the whole header
    Message, // UID, INTERNALDATE, RFC822.SIZE and the whole message
};
// `fields`: names for Summary. `gmail` adds X-GM-LABELS, X-GM-MSGID and X-GM-THRID.
Command fetchCommand(std::string_view uids, FetchWhat what, const std::vector<std::string>& fields,
                     bool gmail);

// PLAIN (RFC 4616) and XOAUTH2 initial responses, base64.
Secret plainResponse(std::string_view user, const Secret& password);
Secret xoauth2Response(std::string_view user, const Secret& token);

} // namespace waypost::imap
