// The catalogue of DNS lists: resources/lists/dnsbl-*.json and, over it, the operator's own file.
//
// A file is {"schema_version": 1, "date", "note", "lists": [LIST…]}; LIST:
//   id, zone (or "zones": the first is asked, the others are parts or former names), name: always, but the
//     zone of a "private" list
//   asks        ["ipv4", "ipv6", "domain", "email"]
//   kind        "block" (default) or "welcome"
//   codes       [{"answer": "127.0.0.2" | "127.0.*.1" | "127.0.4.0-100", or "bit": 8,
//                "kind"?: "listed" | "welcome" | "score" | "refused", "sub"?, "meaning"}]; without "kind" it
//                is that of the list. The first answer that holds decides; of bits all that are set count.
//   unpublished "listed" | "error": what an answer in 127/8 is that no code explains; without codes a listing
//   domain_form "registrable" (default) | "host"; hash "sha1" | "md5" | "blake2-base32"
//   test        {"ipv4" | "ipv6" | "domain": {"listed": [NAME…], "unlisted": [NAME…], "answers": [A…]}};
//   without it RFC 5782's;
//                an empty "listed" says that there is none
//   status      "alive" (default) | "needs-key" | "register" | "private" | "dead"; since, status_note
//   key_secret  the name of its key in the secret store; public_resolvers false: it refuses them;
//   nameservers ["HOST[:PORT]"…] to ask for this list instead of the usual ones
//   limits      {"in_flight", "per_second", "per_day", "recheck_seconds"}
//   weight 0–5, operator, site, terms, note, delist_page, delist_steps, expires, quoted
// An entry of the user's file replaces the shipped one of the same id; "status": "dead" there keeps it from
// being asked. Failure: Error that names file, list and field. Immutable after load; from any thread.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "reputation/list.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reputation {

inline constexpr int catalogueSchemaVersion = 1;
inline constexpr size_t maxCatalogueBytes = 4 * 1024 * 1024; // of one file
inline constexpr size_t maxLists = 2000;
inline constexpr size_t maxCodes = 300; // of one list

class Catalogue {
  public:
    // `shipped` is the folder of the dnsbl-*.json files, `user` one file or empty.
    static Result<std::shared_ptr<const Catalogue>> load(const std::filesystem::path& shipped,
                                                         const std::filesystem::path& user = {});
    static std::shared_ptr<const Catalogue> of(std::vector<List> lists, std::string date = {});

    [[nodiscard]] const std::vector<List>& lists() const { return lists_; }
    // By id, zone, or a zone that is part of it; without regard to case.
    [[nodiscard]] const List* find(std::string_view idOrZone) const;
    // The newest date of its files.
    [[nodiscard]] const std::string& date() const { return date_; }

  private:
    std::vector<List> lists_;
    std::string date_;
};

// The lists of one file's text; `what` names it in errors.
struct CatalogueFile {
    std::string date;
    std::vector<List> lists;
};
Result<CatalogueFile> readCatalogue(std::string_view text, std::string_view what);
// What a person should mend, one sentence each: doubled ids and zones, codes that can never be reached, bits
// beside answers, missing operator or delisting page, a key without a secret, a dead list without a date.
std::vector<std::string> problemsOf(const std::vector<List>& lists);

// A list that is in no catalogue: every family may be asked, any answer in 127/8 is a listing.
List unknownList(std::string_view zone);

} // namespace waypost::reputation
