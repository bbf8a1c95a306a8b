// One line of an Exim main log, split into fields. Pure: no state, no allocation, views into the line.
// Source: Exim specification, chapter "Log files" (flags, fields, log_selector).
//
//   stamp [zone] [pid] id => address <original> F=<> R= T= H=host [ip]:port X= C="…" QT= DT=
//   stamp id ** address <original> R= T= H=host [ip]: text
//   stamp id == address R= T= defer (number): text
//
// Ids have 16 characters (6-6-2), since 4.97 23 (6-11-4). Fields are read from left to right and end at the
// colon that opens the text: what a remote server wrote into it can never become a field.
#pragma once

#include "base/clock.h"
#include "ingest/syslog_head.h"
#include "reply/event.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::ingest {

enum class EximKind : std::uint8_t {
    Arrival,   // <=
    Delivered, // => -> >>
    Failed,    // **
    Deferred,  // ==
    Completed, // the message left the queue
    Refusal,   // … rejected RCPT … (ours; never an event)
    Other,     // a line that says nothing about one delivery (*> too: nothing was sent)
    Malformed, // a delivery that names nobody
};

struct EximLine {
    EximKind kind = EximKind::Other;
    std::string_view id;
    std::string_view address;  // of a delivery: the final one; of an arrival or refusal: the sender
    std::string_view original; // in <>: the address the message came with; may be empty
    std::string_view sender;   // F=, without the angle brackets
    bool senderKnown = false;
    std::string_view router, transport;
    std::string_view host, ip;                  // H=
    std::string_view localIp;                   // I=
    std::string_view tls;                       // X=, up to its first colon: "TLS1.3"
    std::string_view confirmation;              // C=, between the quotes, as it stands (see unquoteExim())
    std::string_view messageId;                 // id=
    std::string_view text;                      // behind the colon
    std::int64_t size = -1;                     // S=
    std::int32_t recipients = -1;               // addresses behind " for "
    std::int64_t queueMs = -1, deliveryMs = -1; // QT=, DT=
    std::int32_t error = 0;                     // defer (number)
    std::string_view client, recipient;         // Refusal
};

// What the text of a failure says about the remote side.
struct EximReply {
    std::string_view host, ip; // who said it, when the text names one
    std::string_view text;     // the remote's own words, or the whole text when it is ours
    std::int32_t code = 0;
    std::string_view enhanced;
    reply::Stage stage = reply::Stage::Unknown;
    bool attempted = true; // false: the retry time was not reached, the domain is held, …
};

bool isEximId(std::string_view text);
// `body` is the line behind its stamp.
EximLine readEximLine(std::string_view body);
EximReply readEximReply(const EximLine& line);
// "\n", "\t", "\\", "\ooo" as the octets they stand for; with `quoted` the quoting of C= is undone before.
void unescapeExim(std::string_view in, bool quoted, std::string& out);
// "1m30s", "0.023s", "2d4h"; -1 when it is none.
std::int64_t eximDuration(std::string_view text);

// The stamp of a line: "2026-11-01 03:02:01", with milliseconds, zone ("+0100") and "[pid]" when they are
// switched on. A line that came through syslog has its head in front, and may have no stamp of its own.
// Thread rule: one per file and thread (it remembers the last hour it converted).
class EximHead {
  public:
    explicit EximHead(UtcTime reference, LogZone zone = {}) : zone_(zone), syslog_(reference, zone) {}
    // False: neither form.
    bool read(std::string_view line, UtcTime& at, std::string_view& body);
    void resumeAfter(UtcTime last) { syslog_.resumeAfter(last), last_ = last; }
    [[nodiscard]] UtcTime last() const { return last_; }

  private:
    bool stamp(std::string_view& line, UtcTime& at);

    LogZone zone_;
    HeadReader syslog_;
    UtcTime last_{INT64_MIN};
    char hourText_[16] = {};
    std::int64_t hourStart_ = INT64_MIN;
};

} // namespace waypost::ingest
