// What the Blocklists screen asks and is told: plain values of std types. Included by values.h.
//
// A cell is one target on one list. `state` is "listed", "clean", "refused", "error" or "not-applicable"; a
// cell that was never looked at has none. What was seen last (state) and what is held to be true (confirmed:
// two hits raise it, two misses clear it) stand side by side.
#pragma once

#include "base/clock.h"
#include "engine/evidence_values.h"

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::engine {

enum class CellState : std::uint8_t { Unseen, Listed, Clean, Refused, Error, NotApplicable };
std::string_view cellStateName(CellState s); // "", "listed", "clean", …

// --- watched targets
struct WatchedTarget {
    std::string text;   // "203.0.113.7", "2001:db8::7", "example.org", "a@example.org"
    std::string kind;   // "ipv4", "ipv6", "domain", "email"
    std::string role;   // "ip", "helo", "ptr", "envelope", "from", "dkim", "link", "other"
    std::string origin; // as given: "203.0.113.0/28"; "events" when found in the mail that was sent
    UtcTime added;
};
// Adds one target, or those of a range.
struct WatchTargets {
    std::vector<std::string> targets;
    std::string role; // empty: "ip" for addresses, "other" for names
};
struct UnwatchTargets {
    std::vector<std::string> targets; // as text or as origin
};
// Adds what the workspace knows is ours: sending addresses of events, watched domains, our HELO name.
struct WatchOurs {};

// --- the matrix
struct BlocklistQuery {
    int days = 1; // of replies for the impact
};
struct ListColumn {
    std::string id, zone, name;
    std::string status; // "alive", "needs-key", "register", "private", "dead"
    bool welcome = false, enabled = true;
    int weight = 0;
    std::string health;  // worst of its families: "healthy", "wildcard", …; empty: not looked at
    std::string finding; // one sentence, empty when healthy
    UtcTime checked;
    std::uint64_t messages = 0; // replies of the range that quote it
};
struct MatrixCell {
    CellState state = CellState::Unseen;
    bool confirmed = false; // listed, and seen so twice in a row
    bool welcome = false;
    UtcTime at;    // of the last look
    UtcTime since; // since when `state` is what it is
};
struct BlocklistMatrix {
    std::vector<WatchedTarget> targets; // rows
    std::vector<ListColumn> lists;      // columns; heaviest first, dead and private ones left out
    std::vector<MatrixCell> cells;      // targets × lists, row by row
    int on = 0, refusedUs = 0, needKey = 0, unhealthy = 0; // lists
    UtcTime swept;                                         // end of the last sweep
    UtcTime next;                                          // when the next one is due; 0: not scheduled
    [[nodiscard]] const MatrixCell& at(size_t target, size_t list) const {
        return cells[target * lists.size() + list];
    }
};

// --- evidence of one cell
struct BlocklistCellQuery {
    std::string target, list; // list: id
    int days = 1;
};
struct ListingPeriod {
    CellState state = CellState::Unseen;
    std::string answer, meaning;
    UtcTime firstSeen, lastSeen;
    std::int64_t looks = 0;
};
struct ImpactRow {
    std::string provider, category, sample; // a reply that quotes the list
    std::uint64_t messages = 0;
    UtcTime lastSeen;
};
struct BlocklistCell {
    std::string target, list, listName;
    MatrixCell cell;
    std::string reason; // for error, refused, not-applicable: "timeout", "outside-127/8", …
    std::string asked;  // the name; a key stands there as KEY
    std::string answer, meaning, txt, server;
    std::int64_t ttl = -1;                // seconds; -1: unknown
    int score = -1;                       // of a score list
    UtcTime listedSince;                  // first hit of the confirmed listing
    std::vector<ListingPeriod> history;   // oldest first
    std::vector<std::string> alsoInRange; // other watched targets of the same range on this list
    std::vector<ImpactRow> impact;        // most messages first
    std::string delistPage, expires, terms, operatorName;
    std::vector<std::string> delistSteps;
    std::vector<RawDocument> raw; // the answers as they came, the key overwritten
    std::string command;          // the same on the command line
};

// --- strips of one target on all lists, or of one list on all targets
struct BlocklistHistoryQuery {
    std::string target, list; // either may be empty
    UtcTime from, to;         // to 0: now
};
struct HistoryStrip {
    std::string target, list;
    std::vector<ListingPeriod> periods;
};
struct BlocklistHistory {
    std::vector<HistoryStrip> strips;
};

// --- catalogue and health
struct ListCatalogueQuery {};
struct CatalogueRow {
    ListColumn column;
    std::string asks; // "ipv4, ipv6"
    std::string operatorName, site, terms, note, delistPage, expires, since, statusNote, keySecret;
    std::vector<std::string> delistSteps, codes; // "127.0.0.2 SBL: …"
    std::int64_t perDay = 0, askedToday = 0;
    int perSecond = 0, inFlight = 0;
    bool hasKey = false, publicResolvers = true, fromUser = false;
};
struct ListCatalogue {
    std::string date, userFile;
    std::vector<CatalogueRow> lists; // dead and private ones too
};
// Off: it is not asked and no column of the matrix.
struct EnableList {
    std::string list;
    bool on = true;
};

// --- relevance: lists by what they cost
struct BlocklistImpactQuery {
    int days = 1;
};
struct ListImpact {
    std::string list, name;
    std::uint64_t messages = 0;         // events of the range that quote it
    std::vector<std::string> providers; // receivers, most messages first
    std::vector<std::string> targets;   // sending addresses the replies were about, when known
    bool listedByUs = false;            // our own last look says so for one of them
    std::string sample;
    UtcTime firstSeen, lastSeen;
};
struct BlocklistImpact {
    std::vector<ListImpact> lists; // most messages first
    UtcTime from, to;
};

// --- changes, for alerts
struct BlocklistChangesQuery {
    UtcTime since;
    int limit = 200;
};
struct BlocklistChange {
    std::int64_t id = 0;
    UtcTime at;
    std::string target, list, change; // "raised", "cleared", "unhealthy", "healthy"
    std::string answer, meaning;
};
struct BlocklistChanges {
    std::vector<BlocklistChange> rows; // newest first
};

// Starts a job of the kind "blocklist"; empty: all watched targets, all lists that are on.
struct SweepBlocklists {
    std::vector<std::string> targets, lists;
    bool again = false; // also what was looked at just now
};

} // namespace waypost::engine
