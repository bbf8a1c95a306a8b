// One node of an EventPredicate. Inside store/ only.
#pragma once

#include "filter/query.h"
#include "store/event_predicate.h"

#include <memory>

namespace waypost::store {

class EventTest {
  public:
    virtual ~EventTest() = default;
    // For tests that a roll-up can answer; the others say true.
    [[nodiscard]] virtual bool holds(const EventSubject& subject) const = 0;
    // Clears the rows that fail; rows that are cleared already are not looked at.
    virtual void keep(SegmentColumns& columns, ReplyTable& replies, RowMask& mask) const = 0;
};

struct BuiltTest {
    std::unique_ptr<EventTest> test;
    unsigned fields = 0; // bitOf(FilterField) of all it looks at
};
// `node` must outlive the test.
BuiltTest buildTest(Database& db, const filter::Node& node, const filter::Moment& moment);
// A single term.
BuiltTest buildTermTest(Database& db, const filter::Term& term, const filter::Moment& moment);
BuiltTest buildTextTest(Database& db, const filter::Term& term);

} // namespace waypost::store
