// Rows of a segment as values: used by event_queries. Thread rule: that of the Database. Failure:
// StorageError.
#pragma once

#include "store/event_cells.h"
#include "store/event_queries.h"
#include "store/event_segment.h"

#include <array>

namespace waypost::store {

// Columns of one segment, unpacked when they are first asked for.
class SegmentRows {
  public:
    explicit SegmentRows(const ColumnReader& reader) : reader_(reader) {}
    std::int64_t number(EventNumber column, size_t row) const { return reader_.one(column, row); }
    std::string_view text(EventTextColumn column, size_t row);

  private:
    const ColumnReader& reader_;
    std::array<TextView, eventTexts> texts_;
};

struct StoredReplyRow {
    std::string text, sample, enhanced, provider, action, rule, templateKey, templateText, opinion, list;
    std::int32_t code = 0, ruleVersion = 0, spanStart = 0, spanLength = 0;
    reply::Stage stage = reply::Stage::Unknown;
    reply::Category category = reply::Category::Unclassified;
    reply::Outcome outcome = reply::Outcome::Unknown;
    reply::Cause cause = reply::Cause::Unknown;
    reply::Permanence permanence = reply::Permanence::None;
    ReplyFacts facts;
};

class LineMaker {
  public:
    explicit LineMaker(Database& db) : db_(db) {}
    EventLine make(SegmentRows& rows, size_t row, std::int64_t key);
    const StoredReplyRow& reply(std::int64_t id);
    const std::string& name(std::int64_t id);

  private:
    Database& db_;
    std::unordered_map<std::int64_t, StoredReplyRow> replies_;
    std::unordered_map<std::int64_t, std::string> names_;
};

} // namespace waypost::store
