// ColumnBlock: rows of whole numbers and texts, column by column, as one value of the database. A column of
// numbers is kept as its minimum and the differences in the fewest octets that hold them, so a constant
// column costs nine octets whatever the number of rows. Events and hourly roll-ups are stored so: a row of a
// table costs SQLite about a microsecond, a row here a few dozen nanoseconds, and a filter reads only the
// columns it asks about. Pure. ColumnReader checks every length against the bytes it was given: damaged
// blocks are refused, never read past.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class BlobReader;

inline constexpr size_t maxBlockRows = 1 << 22;

struct TextColumn {
    std::string bytes;
    std::vector<std::int64_t> lengths;
    void add(std::string_view text) {
        bytes.append(text);
        lengths.push_back(std::int64_t(text.size()));
    }
};

class ColumnBlock {
  public:
    // `order`: the places of the number columns in the encoded block, those that are read most first. It
    // must outlive the block.
    ColumnBlock(size_t numbers, size_t texts, std::span<const std::uint8_t> order = {})
        : numbers_(numbers), texts_(texts), order_(order) {}
    std::vector<std::int64_t>& number(size_t column) { return numbers_[column]; }
    TextColumn& text(size_t column) { return texts_[column]; }
    [[nodiscard]] size_t rows() const { return numbers_[0].size(); }
    void clear();
    [[nodiscard]] std::string encode() const;
    // Rows of an encoded block of the same columns; false: damaged.
    bool append(std::string_view encoded);

  private:
    std::vector<std::vector<std::int64_t>> numbers_;
    std::vector<TextColumn> texts_;
    std::span<const std::uint8_t> order_;
};

// Views into the encoded bytes.
struct TextView {
    std::string_view bytes;
    std::vector<std::uint32_t> ends;
    [[nodiscard]] std::string_view at(size_t row) const {
        std::uint32_t from = row == 0 ? 0 : ends[row - 1];
        return bytes.substr(from, ends[row] - from);
    }
};

class ColumnReader {
  public:
    // `bytes` must outlive the reader. Number columns that were added after the block was written read as 0.
    ColumnReader(std::string_view bytes, size_t numbers, size_t texts);
    // Reads the stored value only as far as the columns that are asked for. `blob` must outlive the reader;
    // damage past the head throws StorageError when it is met.
    ColumnReader(BlobReader& blob, size_t numbers, size_t texts);
    [[nodiscard]] bool valid() const { return valid_; }
    [[nodiscard]] size_t rows() const { return rows_; }
    void number(size_t column, std::vector<std::int64_t>& out) const;
    void text(size_t column, TextView& out) const;
    [[nodiscard]] std::int64_t one(size_t column, size_t row) const;

  private:
    struct Packed {
        std::int64_t least = 0;
        std::uint8_t width = 0;
        std::string_view bytes;
    };
    bool readHead(size_t numbers, size_t texts);
    bool readNext() const;
    bool readPacked(size_t& at, Packed& out) const;
    void reach(size_t column) const;
    // The first `n` octets; nothing: there are not as many.
    [[nodiscard]] bool have(size_t n) const;
    static void unpack(const Packed& from, size_t rows, std::vector<std::int64_t>& out);

    BlobReader* blob_ = nullptr;
    mutable std::string_view bytes_; // what is read by now
    size_t rows_ = 0, stored_ = 0;   // number columns in the block
    bool valid_ = false;
    std::vector<std::uint8_t> order_;
    mutable size_t at_ = 0, next_ = 0;  // of the column that comes next
    mutable std::vector<size_t> place_; // of a number column in the block; SIZE_MAX: it is not there
    mutable std::vector<Packed> numbers_, lengths_;
    mutable std::vector<std::string_view> texts_;
};

} // namespace waypost::store
