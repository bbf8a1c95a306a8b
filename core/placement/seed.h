// Seeds: mailboxes of our own at the providers, and the CSV file they come in. The file holds no passwords:
// it names a secret, which lives in the secret store.
//
// CSV: RFC 4180 quoting; comma, semicolon or tab; LF or CRLF; a byte order mark is skipped. The header row
// decides the columns, in any order: address, imap_host (needed), imap_port, imap_tls (implicit | starttls |
// plain), imap_user, imap_auth (password | oauth2), secret, provider, folders ("Junk|Promo"), group, id,
// enabled. Common other names for a column are understood. See resources/seeds/example.csv.
#pragma once

#include "base/result.h"
#include "imap/dialogue.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::placement {

struct Seed {
    std::string id;       // stable name; the address in lower case where the file gives none
    std::string address;  // where the message goes
    std::string provider; // "gmail"; empty: the caller guesses from the MX
    std::string imapHost;
    std::uint16_t imapPort = 993;
    imap::TlsMode imapTls = imap::TlsMode::Implicit;
    std::string imapUser; // the address where the file gives none
    imap::AuthKind imapAuth = imap::AuthKind::Password;
    std::string secretName;           // in the secret store; the id where the file gives none
    std::vector<std::string> folders; // look only here; empty: everywhere
    std::string group;
    bool enabled = true;

    bool operator==(const Seed&) const = default;
};

// Same server and user: read in one session.
std::string accountKey(const Seed& seed);

struct SeedProblem {
    size_t line = 0; // in the file, from 1
    std::string reason;
    bool operator==(const SeedProblem&) const = default;
};

struct SeedFile {
    std::vector<Seed> seeds;
    std::vector<SeedProblem> problems; // lines that were left out; the others are good
};

constexpr size_t maxSeedFileBytes = 4 * 1024 * 1024;
constexpr size_t maxSeeds = 10'000;
constexpr size_t maxSeedField = 1'024;

// An Error when the file as a whole is of no use (columns, size, no line); `name` is for its sentence.
Result<SeedFile> readSeeds(std::string_view csv, std::string_view name);
std::string writeSeeds(const std::vector<Seed>& seeds);

} // namespace waypost::placement
