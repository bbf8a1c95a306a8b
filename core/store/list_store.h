// DNS lists over time: watched targets, every look with its bytes, the same as intervals, what is held to be
// true of each cell, the lists' own health, changes, questions of the day. Words (status, reason, health) are
// kept as the module reputation writes them. Thread rule and failure: those of the Database.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

struct ListTargetRow {
    std::string target, kind, role, origin;
    UtcTime added;
};

// One look. A key in names and bytes is overwritten before it comes here.
struct ListLook {
    std::int64_t id = 0;
    std::string target, list;
    UtcTime at;
    std::string status, reason, answer, meaning;
    bool welcome = false;
    std::optional<std::int64_t> score;
    std::string asked, dns, txt;
    std::optional<std::int64_t> ttl;
    std::string server;
    Millis took{0};
    std::string raw, rawTxt;
};

struct ListPeriod {
    std::string target, list;
    UtcTime firstSeen, lastSeen;
    std::string status, answer, meaning;
    std::int64_t looks = 0;
};

struct ListCellRow {
    std::string target, list;
    std::int64_t observation = 0;
    std::string status; // of the last look
    bool welcome = false, confirmed = false;
    int hits = 0, misses = 0;
    UtcTime since, firstHit, listedSince, at;
    UtcTime holdsUntil; // before that it need not be asked again
};

struct ListHealthRow {
    std::string list, family;
    UtcTime at;
    std::string health, finding;
    std::string instead; // status of every cell of the list
    std::string probes;  // JSON
};

struct ListChangeRow {
    std::int64_t id = 0;
    UtcTime at;
    std::string target, list, change, answer, meaning;
};

namespace lists {

inline constexpr int maxTargets = 20'000;
inline constexpr int keptDays = 90; // of looks with their bytes; intervals stay

// Adds it, or changes its role and origin. False: there are maxTargets already.
bool watch(Database& db, const ListTargetRow& row);
// By target or by origin; how many went. What was seen stays.
int unwatch(Database& db, std::string_view targetOrOrigin);
std::vector<ListTargetRow> targets(Database& db); // addresses in numeric order come as text; sort them

// Keeps the look and carries its interval and its cell on; `cell` is the cell after it (advanced by the
// caller), with `observation` filled in here.
void keep(Database& db, const ListLook& look, ListCellRow cell);
std::optional<ListCellRow> cell(Database& db, std::string_view target, std::string_view list);
std::vector<ListCellRow> cells(Database& db); // of all, also of targets that are not watched any more
std::optional<ListLook> look(Database& db, std::int64_t id);
// Oldest first, of the last `limit`; target or list may be empty.
std::vector<ListPeriod> periods(Database& db, std::string_view target, std::string_view list, UtcTime from,
                                UtcTime to, int limit);

// A change of health is a change too.
void keepHealth(Database& db, const ListHealthRow& row);
std::vector<ListHealthRow> health(Database& db); // the newest of each list and family
std::vector<ListHealthRow> healthOf(Database& db, std::string_view list, int limit); // newest first

void addChange(Database& db, const ListChangeRow& row);
std::vector<ListChangeRow> changes(Database& db, UtcTime since, int limit); // newest first

void addQuestions(Database& db, std::string_view list, UtcTime day, std::int64_t count);
std::int64_t questions(Database& db, std::string_view list, UtcTime day);

std::vector<std::string> off(Database& db);
void setOff(Database& db, std::string_view list, bool off);

// Looks older than keptDays go, but for the last one of each cell; how many went.
int prune(Database& db, UtcTime now);

} // namespace lists

// Distinct replies with how often each was had in a range, for those that `wanted` takes by its text.
struct ReplyUse {
    std::int64_t reply = 0;
    std::string text, provider, category;
    std::string ip; // sending address, empty when unknown
    std::uint64_t events = 0;
    UtcTime firstSeen, lastSeen;
};
std::vector<ReplyUse> replyUses(Database& db, UtcTime from, UtcTime to,
                                const std::vector<std::int64_t>& replies);
struct ReplyTextRow {
    std::int64_t reply = 0;
    std::string text;
};
// Those beyond `after`, by id: whoever looks at all of them goes on where he was.
std::vector<ReplyTextRow> replyTexts(Database& db, std::int64_t after, int limit);

} // namespace waypost::store
