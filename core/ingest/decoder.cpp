#include "ingest/decoder.h"

#include "base/text.h"
#include "store/import_store.h"

#include <algorithm>

namespace waypost::ingest {

void reject(const LineAt& at, std::string reason, store::EventBatch& batch) {
    const size_t length = std::min<size_t>(at.bytes.size(), INT32_MAX);
    batch.rejected.push_back({at.offset, std::int32_t(length), std::move(reason),
                              batch.keep(at.bytes.substr(0, store::rejectedBytesKept))});
}

} // namespace waypost::ingest
