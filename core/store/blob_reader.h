// The first octets of a stored value, read as far as they are asked for: a value of a megabyte lies in a
// chain of pages, and who wants its first columns need not follow it to the end. Thread rule: that of the
// Database. Failure: StorageError.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct sqlite3_blob;

namespace waypost::store {

class Database;

class BlobReader {
  public:
    // `table` has an INTEGER PRIMARY KEY. Names are ours, never the operator's.
    BlobReader(Database& db, const char* table, const char* column);
    ~BlobReader();
    BlobReader(const BlobReader&) = delete;
    BlobReader& operator=(const BlobReader&) = delete;

    // Turns to the value of this row; what upTo() gave before is gone.
    void open(std::int64_t rowId);
    [[nodiscard]] size_t size() const { return size_; }
    // At least the first n octets (or all there are). Earlier views stay valid until open().
    std::string_view upTo(size_t n);

  private:
    Database& db_;
    const char* table_;
    const char* column_;
    sqlite3_blob* blob_ = nullptr;
    std::unique_ptr<char[]> bytes_;
    size_t capacity_ = 0, size_ = 0, have_ = 0;
};

} // namespace waypost::store
