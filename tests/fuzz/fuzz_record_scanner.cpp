// Any bytes cut into records by each scanner. What must hold for every input: a scanner stays inside what it
// is given, always gets on when nothing follows, and finds the same records whatever pieces the content comes
// in. Of JSON that holds for valid records: where a broken one ends depends on what can be seen behind it.
// The first octet chooses the pieces.
#include "ingest/json_document.h"
#include "ingest/scanners.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

using namespace waypost::ingest;

namespace {

struct Found {
    size_t offset = 0;
    std::string bytes;
    bool operator==(const Found&) const = default;
};

std::vector<Found> split(Records kind, std::string_view content, size_t step) {
    auto scanner = makeScanner(kind);
    std::vector<Found> out;
    Found record;
    size_t taken = 0; // of the content
    for (size_t given = 0; given < content.size();) {
        given = std::min(content.size(), given + step);
        const bool last = given == content.size();
        while (taken < given) {
            const std::string piece(content.substr(taken, given - taken)); // gone when the next is read
            const Scan s = scanner->scan(piece, last);
            if (s.skip > piece.size() || s.take > piece.size() - s.skip) std::abort();
            if (record.bytes.empty()) record.offset = taken + s.skip;
            record.bytes += piece.substr(s.skip, s.take);
            taken += s.skip + s.take;
            if (s.ended) out.push_back(std::exchange(record, {}));
            if (s.skip + s.take == 0 && !s.ended) {
                if (last) std::abort(); // it would never end
                break;
            }
        }
    }
    if (!record.bytes.empty()) out.push_back(record);
    return out;
}

bool allValid(const std::vector<Found>& records) {
    JsonDocument document;
    for (const Found& r : records) {
        if (document.parse(r.bytes)) return false;
    }
    return true;
}

// A record that is given up: the scanner goes on, and stays inside.
void giveUpOnce(Records kind, std::string_view content) {
    auto scanner = makeScanner(kind);
    const Scan first = scanner->scan(content.substr(0, content.size() / 2), false);
    content.remove_prefix(first.skip + first.take);
    scanner->giveUp();
    const Scan next = scanner->scan(content, true);
    if (next.skip > content.size() || next.take > content.size() - next.skip) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    if (size < 2 || size > 4096) return 0;
    const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
    const size_t step = data[0] % 31 + 1U;
    for (const Records kind : {Records::Json, Records::Csv, Records::Mbox, Records::Whole}) {
        if (!makeScanner(kind)) continue;
        const auto whole = split(kind, content, content.size());
        const auto pieces = split(kind, content, step);
        if ((kind != Records::Json || allValid(whole)) && whole != pieces) std::abort();
        giveUpOnce(kind, content);
    }
    return 0;
}
