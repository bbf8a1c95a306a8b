// Jobs: what runs, ran or was interrupted. A job that was queued or running when the program died is marked
// interrupted at the next open and never restarted by itself. Thread rule and failure: those of the Database.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

enum class JobState : std::uint8_t { Queued, Running, Done, Failed, Cancelled, Interrupted };
std::string_view jobStateName(JobState s); // "queued", …

struct JobRow {
    std::string id; // uuid7
    std::string kind, title;
    JobState state = JobState::Queued;
    std::int64_t done = 0, total = 0; // total 0: unknown
    std::string text;                 // what it does now, or how it ended
    std::string command;              // the same on the command line
    UtcTime created;
    std::optional<UtcTime> started, finished;
};

namespace job {

void insert(Database& db, const JobRow& row);
// State, progress, text and times of an existing job; false when there is none with this id.
bool update(Database& db, const JobRow& row);
std::optional<JobRow> find(Database& db, std::string_view id);
// Newest first.
std::vector<JobRow> latest(Database& db, int limit);
// How many were marked.
int interruptUnfinished(Database& db, UtcTime now);

} // namespace job

} // namespace waypost::store
