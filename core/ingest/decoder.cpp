#include "ingest/decoder.h"

#include "base/text.h"
#include "store/import_store.h"

#include <algorithm>

namespace waypost::ingest {

bool globMatches(std::string_view pattern, std::string_view text) {
    size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && text::lower(pattern[p]) == text::lower(text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

void reject(const LineAt& at, std::string reason, store::EventBatch& batch) {
    const size_t length = std::min<size_t>(at.bytes.size(), INT32_MAX);
    batch.rejected.push_back({at.offset, std::int32_t(length), std::move(reason),
                              batch.keep(at.bytes.substr(0, store::rejectedBytesKept))});
}

} // namespace waypost::ingest
