// The head of a syslog line: "Nov  1 03:02:01 host postfix/smtp[123]: " (RFC 3164, no year, no zone) or
// "2026-11-01T03:02:01.123456+01:00 host postfix/smtp[123]: " (RFC 3339).
//
// A classic stamp names no year: it is inferred from `reference` (an instant the file cannot be newer than,
// its modification time) and from the line before. A log that runs from December into January, one that jumps
// forward for months and one line that is out of order at new year all get the right year; a stamp that
// cannot be right in any year keeps the nearest one. Classic stamps are local time of the writing host:
// `zone` says which.
//
// Thread rule: one HeadReader per file and thread (it remembers the last hour it converted).
#pragma once

#include "base/clock.h"

#include <string_view>

namespace waypost::ingest {

// Zone of stamps that name none.
struct LogZone {
    bool system = false;   // the zone of this machine, with its summer time
    int offsetMinutes = 0; // east of UTC, when not `system`
};

// The start of a full hour of the zone's calendar.
UtcTime zonedHour(const LogZone& zone, int year, int month, int day, int hour);

struct SyslogHead {
    UtcTime at;
    std::string_view host;
    std::string_view instance; // "postfix", "postfix-out", "postfix/submission"
    std::string_view service;  // "smtp", "qmgr"; for a program without '/' its name
    std::string_view body;     // behind "]: "
};

class HeadReader {
  public:
    explicit HeadReader(UtcTime reference, LogZone zone = {}) : reference_(reference), zone_(zone) {}
    // Time of the last line read before, when reading goes on in the middle of a file.
    void resumeAfter(UtcTime last) { last_ = last; }
    [[nodiscard]] UtcTime last() const { return last_; }
    // False: no head of either form.
    bool read(std::string_view line, SyslogHead& out);

  private:
    bool readClassic(std::string_view line, UtcTime& at);
    bool readRfc3339(std::string_view line, UtcTime& at, size_t& length);
    bool readProgram(std::string_view rest, SyslogHead& out) const;
    UtcTime inYear(int year, int month, int day, int hour) const {
        return zonedHour(zone_, year, month, day, hour);
    }
    UtcTime inferYear(int month, int day, int hour) const;

    UtcTime reference_;
    LogZone zone_;
    UtcTime last_{INT64_MIN};
    // The last hour converted, by its text.
    char hourText_[32] = {};
    size_t hourLength_ = 0;
    std::int64_t hourStart_ = 0;
};

} // namespace waypost::ingest
