#include "store/segment_columns.h"

#include "store/database.h"

namespace waypost::store {

void ReplyTable::load() {
    loaded_ = true;
    auto rows = db_.prepare("SELECT id, provider, template, category * 8 + outcome FROM event_reply");
    while (rows.step()) {
        const std::int64_t id = rows.integer(0);
        if (id < 0) continue;
        if (size_t(id) >= facts_.size()) facts_.resize(size_t(id) + 1);
        facts_[size_t(id)] = {rows.integer(1), rows.integer(2), int(rows.integer(3)), true};
    }
}

const ReplyTable::Facts& ReplyTable::of(std::int64_t id) {
    static const Facts unknown{};
    if (!loaded_) load();
    return id >= 0 && size_t(id) < facts_.size() ? facts_[size_t(id)] : unknown;
}

void SegmentColumns::load(const ColumnReader& reader) {
    reader_ = &reader;
    haveNumber_.fill(false);
    haveText_.fill(false);
}

const std::vector<std::int64_t>& SegmentColumns::number(EventNumber column) {
    if (!haveNumber_[column]) reader_->number(column, numbers_[column]);
    haveNumber_[column] = true;
    return numbers_[column];
}

const TextView& SegmentColumns::text(EventTextColumn column) {
    if (!haveText_[column]) reader_->text(column, texts_[column]);
    haveText_[column] = true;
    return texts_[column];
}

} // namespace waypost::store
