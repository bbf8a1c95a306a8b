#include "store/blob_reader.h"

#include "store/database.h"
#include "store/storage_error.h"

#include <algorithm>
#include <sqlite3.h>

namespace waypost::store {

namespace {
constexpr size_t step = 64 * 1024;
}

BlobReader::BlobReader(Database& db, const char* table, const char* column)
    : db_(db), table_(table), column_(column) {}

BlobReader::~BlobReader() {
    sqlite3_blob_close(blob_);
}

void BlobReader::open(std::int64_t rowId) {
    int code = blob_ ? sqlite3_blob_reopen(blob_, rowId)
                     : sqlite3_blob_open(db_.handle(), "main", table_, column_, rowId, 0, &blob_);
    have_ = size_ = 0;
    if (code != SQLITE_OK) {
        StorageError error = StorageError::of(db_.handle(), table_);
        sqlite3_blob_close(blob_);
        blob_ = nullptr;
        throw error;
    }
    size_ = size_t(sqlite3_blob_bytes(blob_));
    if (size_ <= capacity_) return;
    capacity_ = size_ + size_ / 4;
    bytes_ = std::make_unique_for_overwrite<char[]>(capacity_);
}

std::string_view BlobReader::upTo(size_t n) {
    if (n > have_ && have_ < size_) {
        size_t want = std::min(size_, std::max(n, have_ + step));
        int code = sqlite3_blob_read(blob_, bytes_.get() + have_, int(want - have_), int(have_));
        if (code != SQLITE_OK) throw StorageError::of(db_.handle(), table_);
        have_ = want;
    }
    return {bytes_.get(), have_};
}

} // namespace waypost::store
