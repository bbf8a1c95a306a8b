// EventPredicate: a filter compiled against the dictionaries of a workspace, made once for a question. Names,
// replies and their texts are matched once each; an event only looks up what was decided for its ids. What a
// roll-up knows is answered for its cells, everything else from the columns of segments. Thread rule: that of
// the Database. Failure: StorageError.
//
// Facets: each term that must hold and names one field only is kept apart, so that a facet can count what its
// own field would show if it were not restricted (failures()).
#pragma once

#include "filter/query.h"
#include "store/segment_columns.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace waypost::store {

// Values inside one field are alternatives; fields narrow each other. Empty field: no restriction.
struct EventFilter {
    std::vector<std::string> providers, categories, outcomes, streams, domains, templates, sources;
    std::string recipientOrMessage; // a whole address, a queue id or a message id
    // Empty: attempts only, which is what every rate is about (reply::Kind), unless the query names kinds.
    std::vector<std::string> kinds;
    bool allKinds = false; // whatever `kinds` says
    filter::Node query;    // holds as well
    filter::Moment moment; // what "now" is for the times in it; now 0: when it is compiled
    [[nodiscard]] bool empty() const;
};
struct EventRange {
    UtcTime since{INT64_MIN}, until{INT64_MAX}; // [since, until)
};

enum class FilterField : std::uint8_t {
    Provider,
    Category,
    Outcome,
    Stream,
    Domain,
    Template,
    Source,
    Ip,
    Kind,
    Other // several of them at once, or what no roll-up knows
};
constexpr unsigned bitOf(FilterField f) {
    return 1U << unsigned(f);
}

// What a roll-up cell says.
struct EventSubject {
    std::int64_t provider = 0, domain = 0, stream = 0, templateId = 0, source = 0;
    int classNumber = 0;
    std::int64_t ip = 0;
};

class EventTest;
using RowMask = std::vector<std::uint8_t>; // 1: the row still holds

class EventPredicate {
  public:
    using Subject = EventSubject;
    EventPredicate(Database& db, const EventFilter& filter);
    ~EventPredicate();
    EventPredicate(const EventPredicate&) = delete;
    EventPredicate& operator=(const EventPredicate&) = delete;

    // Bit set of the fields (bitOf) a cell fails. Only for predicates that do not need events.
    [[nodiscard]] unsigned failures(const Subject& s) const;
    // The same for each row of a segment; a row outside of the range fails everything. Rows that cannot count
    // any more are not looked at further: with `nearMisses` those that fail more than one field, else any.
    void failures(SegmentColumns& columns, const EventRange& range, bool nearMisses,
                  std::vector<std::uint16_t>& out) const;
    // The rows that match, 1 each.
    void matches(SegmentColumns& columns, const EventRange& range, RowMask& out) const;

    // Bit set of the fields it looks at.
    [[nodiscard]] unsigned uses() const { return uses_; }
    // True: the cells of rollup_hour do not know enough; `hoursKnowTemplates` as in rollup_writer.h.
    [[nodiscard]] bool needsEvents(bool hoursKnowTemplates = false) const;
    // The part of a range that its times let through.
    [[nodiscard]] EventRange narrow(EventRange range) const;
    [[nodiscard]] ReplyTable& replies() const { return *replies_; }

  private:
    struct Part {
        FilterField field = FilterField::Other;
        std::unique_ptr<EventTest> test;
    };
    void add(Database& db, const filter::Node& node, const filter::Moment& moment);
    filter::Node query_; // tests point into it
    std::vector<Part> parts_;
    EventRange range_;
    unsigned uses_ = 0;
    std::unique_ptr<ReplyTable> replies_;
};

} // namespace waypost::store
