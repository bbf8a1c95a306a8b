// What decoders that join by message share: the key of a message's row, the stream its sender chooses, and
// which attempt for a recipient an event is. Thread rule: one thread.
#pragma once

#include "ingest/decoder.h"
#include "ingest/join_table.h"

namespace waypost::ingest {

class MessageKeys {
  public:
    // Given once, then the same for the message.
    std::int64_t of(OpenMessage& m, const RecordDecoder& decoder);

  private:
    std::int64_t next_ = 0, end_ = 0;
};

// The operator's rule for a message, looked for once (but for rules that depend on the attempt); null:
// unassigned. `instance`: the name of its source; of the event, host and addresses are set.
const StreamRule* streamRule(OpenMessage& m, std::string_view instance, const store::NewEvent& event,
                             const DecoderOptions& options);

struct AttemptFacts {
    std::string_view recipient;
    bool waits = false;    // it will be tried again
    bool attempted = true; // false: nothing was tried now
};
// Sets flags and attempt number of `event`, and remembers the attempt when more may follow.
void countAttempt(OpenMessage& m, const AttemptFacts& facts, reply::Category category,
                  store::NewEvent& event);

} // namespace waypost::ingest
