#include "ingest/evidence.h"

#include "base/text.h"
#include "ingest/brothers.h"
#include "ingest/plan.h"
#include "store/event_text.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

namespace fs = std::filesystem;

enum class Found : std::uint8_t { No, Other, Yes };

Found lookIn(const fs::path& file, const store::EvidencePlace& place, RawLine& out) {
    auto reader = openStored(file.string());
    if (!reader) return Found::No;
    std::string_view head = (*reader)->head();
    if (head.empty() || head.substr(0, place.head.size()) != place.head) return Found::No;
    std::string bytes;
    auto reached = (*reader)->seek(place.pos + place.length, size_t(place.length), bytes);
    if (!reached || !*reached) return Found::No;
    if (std::uint32_t(store::hashOf(bytes)) != place.hash) return Found::Other;
    out = {file, place.pos, std::move(bytes)};
    return Found::Yes;
}

} // namespace

Result<RawLine> rawLine(const store::EvidencePlace& place) {
    if (place.pos < 0 || place.length < 0 || size_t(place.length) > maxLineBytes)
        return fail(ErrorCode::NotFound, "evidence", "This event has no line in a file.");
    RawLine out;
    Found found = lookIn(place.path, place, out);
    for (const auto& brother : found == Found::Yes ? std::vector<fs::path>{} : brothersOf(place.path)) {
        Found here = lookIn(brother, place, out);
        if (here != Found::No) found = here;
        if (here == Found::Yes) break;
    }
    if (found == Found::Yes) return out;
    std::string name = text::printable(place.path);
    if (found == Found::Other)
        return fail(
            ErrorCode::Corrupt, "evidence",
            fmt::format("{} has other bytes at octet {} than when it was imported.", name, place.pos));
    return fail(
        ErrorCode::NotFound, "evidence",
        fmt::format(
            "The log {} is gone, and none beside it begins like it; the stored fields are all that is left.",
            name));
}

} // namespace waypost::ingest
