// Columns of one segment, unpacked when they are first asked for, and what is known of its replies. One
// object serves a whole question: load() turns it to the next segment and keeps the memory. Thread rule: that
// of the Database.
#pragma once

#include "store/event_segment.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

// Facts of every stored reply by its id, dense; read when first asked for.
class ReplyTable {
  public:
    explicit ReplyTable(Database& db) : db_(db) {}
    struct Facts {
        std::int64_t provider = 0, templateId = 0;
        int classNumber = 0; // as an attempt
        bool known = false;
    };
    [[nodiscard]] const Facts& of(std::int64_t id);

  private:
    void load();
    Database& db_;
    std::vector<Facts> facts_;
    bool loaded_ = false;
};

class SegmentColumns {
  public:
    void load(const ColumnReader& reader);
    [[nodiscard]] size_t rows() const { return reader_->rows(); }
    const std::vector<std::int64_t>& number(EventNumber column);
    const TextView& text(EventTextColumn column);

  private:
    const ColumnReader* reader_ = nullptr;
    std::array<std::vector<std::int64_t>, eventNumbers> numbers_;
    std::array<TextView, eventTexts> texts_;
    std::array<bool, eventNumbers> haveNumber_{};
    std::array<bool, eventTexts> haveText_{};
};

} // namespace waypost::store
