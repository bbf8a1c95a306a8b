#include "ingest/json_formats.h"

#include "base/text.h"
#include "ingest/scanners.h"
#include "ingest/source_book.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

constexpr int maxRecords = 30, shownMembers = 6;

std::string membersOf(JsonValue root) {
    std::string out;
    int shown = 0;
    for (JsonValue v : root) {
        if (shown++ == shownMembers) return out + ", …";
        out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", text::printable(v.key().substr(0, 30)));
    }
    return out.empty() ? "none" : out;
}

struct Seen {
    int objects = 0, broken = 0;
    bool fits = false;
    std::string members, wrong;
};

Seen lookAt(std::string_view head, const std::function<bool(JsonValue)>& fits) {
    Seen seen;
    size_t start = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (start == std::string_view::npos || (head[start] != '{' && head[start] != '[')) return seen;
    auto scanner = makeScanner(Records::Json);
    JsonDocument document;
    for (int i = 0; i < maxRecords && !head.empty(); ++i) {
        Scan scan = scanner->scan(head, true);
        std::string_view record = head.substr(scan.skip, scan.take);
        head.remove_prefix(scan.skip + scan.take);
        if (record.empty()) break;
        if (auto wrong = document.parse(record)) {
            ++seen.broken;
            if (seen.wrong.empty()) seen.wrong = std::move(*wrong);
            continue;
        }
        if (!document.root().isObject()) continue;
        if (++seen.objects == 1) seen.members = membersOf(document.root());
        if (!fits(document.root())) continue;
        seen.fits = true;
        return seen;
    }
    return seen;
}

} // namespace

std::string looksLikeRecords(std::string_view head, const std::function<bool(JsonValue)>& fits) {
    Seen seen = lookAt(head, fits);
    if (seen.fits) return {};
    if (seen.objects > 0)
        return fmt::format("none of the first {} has its members; the first has {}",
                           text::counted(std::uint64_t(seen.objects), "object"), seen.members);
    if (seen.broken > 0) return fmt::format("the first record is refused: {}", seen.wrong);
    return "it begins with no JSON object or array";
}

const Mapping* mappingFor(std::string_view head, const SourceBook* sources) {
    if (!sources) return nullptr;
    const Mapping* found = nullptr;
    lookAt(head, [&](JsonValue record) {
        for (const auto& m : sources->mappings()) {
            if (found || !m.fits(record)) continue;
            found = &m;
        }
        return found != nullptr;
    });
    return found;
}

} // namespace waypost::ingest
