// Where one record of a content ends and the next begins, for formats whose records are no lines. A scanner
// is a machine over octets: it is fed the content piece by piece and remembers where it stands. Pure. Thread
// rule: one thread. A record that never ends is the caller's to cap.
#pragma once

#include "ingest/formats.h"

#include <memory>
#include <string_view>

namespace waypost::ingest {

struct Scan {
    size_t skip = 0;    // octets between records, in front
    size_t take = 0;    // octets of the record, behind those
    bool ended = false; // the record is complete there
    // Neither ended nor all taken: what is left can only be judged with more content behind it.
};

class RecordScanner {
  public:
    RecordScanner() = default;
    virtual ~RecordScanner() = default;
    RecordScanner(const RecordScanner&) = delete;
    RecordScanner& operator=(const RecordScanner&) = delete;
    // Goes on in `bytes`, which stand right behind what was skipped and taken before. `last`: nothing
    // follows.
    virtual Scan scan(std::string_view bytes, bool last) = 0;
    // The record under way is not going to be used: look for a place where the next may begin.
    virtual void giveUp() {}
};

// Null for Records::Lines. Each starts between two records.
std::unique_ptr<RecordScanner> makeScanner(Records records);

} // namespace waypost::ingest
