#include "ingest/json_decoder.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::ingest {

void JsonDecoder::record(const LineAt& record, store::EventBatch& batch) {
    if (text::trim(record.bytes).empty()) return;
    if (skips(record.bytes)) {
        ++batch.skipped;
        return;
    }
    if (auto wrong = document_.parse(record.bytes))
        return EventMaker::reject(record, "the record is refused: " + *wrong, batch);
    if (!document_.root().isObject())
        return EventMaker::reject(record, "the record is no JSON object", batch);
    object(document_.root(), record, batch);
}

void JsonDecoder::unknown(std::string_view what, std::string_view name, const LineAt& record,
                          store::EventBatch& batch) {
    EventMaker::reject(
        record,
        name.empty() ? fmt::format("it has no {}", what)
                     : fmt::format("its {} \"{}\" is not known", what, text::printable(name.substr(0, 60))),
        batch);
}

std::string_view textOf(JsonValue object, std::string_view key) {
    return object[key].first().text();
}

std::int64_t numberOf(JsonValue value, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    auto number = value.integer();
    return number && *number >= least && *number <= most ? *number : otherwise;
}

std::string_view unbracketed(std::string_view id) {
    id = text::trim(id);
    if (id.starts_with('<') && id.ends_with('>') && id.size() >= 2) return id.substr(1, id.size() - 2);
    return id;
}

} // namespace waypost::ingest
