#include "store/event_columns.h"

#include "store/blob_reader.h"
#include "store/storage_error.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <sqlite3.h>

namespace waypost::store {

namespace {

static_assert(std::endian::native == std::endian::little, "blocks are stored little-endian");
constexpr std::string_view magic = "WPC1";
// The number columns stand in an order that is written behind the head.
constexpr std::string_view magicOrdered = "WPC2";
constexpr size_t headSize = 12, packedHead = 9;

template <class T>
void put(std::string& out, T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    out.append(bytes, sizeof(T));
}

template <class T>
bool get(std::string_view& in, T& value) {
    if (in.size() < sizeof(T)) return false;
    std::memcpy(&value, in.data(), sizeof(T));
    in.remove_prefix(sizeof(T));
    return true;
}

template <class T>
void packAs(const std::vector<std::int64_t>& values, std::int64_t least, std::string& out) {
    size_t at = out.size();
    out.resize(at + values.size() * sizeof(T));
    char* to = out.data() + at;
    for (std::int64_t v : values) {
        T narrow = T(std::uint64_t(v) - std::uint64_t(least));
        std::memcpy(to, &narrow, sizeof(T));
        to += sizeof(T);
    }
}

void pack(const std::vector<std::int64_t>& values, std::string& out) {
    std::int64_t least = values.empty() ? 0 : values[0], most = least;
    for (std::int64_t v : values) {
        least = std::min(least, v);
        most = std::max(most, v);
    }
    std::uint64_t range = std::uint64_t(most) - std::uint64_t(least);
    int width = range == 0 ? 0 : range <= 0xff ? 1 : range <= 0xffff ? 2 : range <= 0xffffffff ? 4 : 8;
    out += char(width);
    put(out, least);
    if (width == 1) packAs<std::uint8_t>(values, least, out);
    if (width == 2) packAs<std::uint16_t>(values, least, out);
    if (width == 4) packAs<std::uint32_t>(values, least, out);
    if (width == 8) packAs<std::uint64_t>(values, least, out);
}

template <class T>
void unpackAs(std::string_view bytes, std::int64_t least, std::vector<std::int64_t>& out) {
    const char* from = bytes.data();
    for (auto& value : out) {
        T narrow;
        std::memcpy(&narrow, from, sizeof(T));
        value = std::int64_t(std::uint64_t(least) + narrow);
        from += sizeof(T);
    }
}

} // namespace

void ColumnBlock::clear() {
    for (auto& c : numbers_) c.clear();
    for (auto& t : texts_) {
        t.bytes.clear();
        t.lengths.clear();
    }
}

std::string ColumnBlock::encode() const {
    std::string out(order_.empty() ? magic : magicOrdered);
    size_t guess = rows() * numbers_.size() * 3;
    for (const auto& t : texts_) guess += t.bytes.size() + rows();
    out.reserve(guess + 256);
    put(out, std::uint32_t(rows()));
    put(out, std::uint16_t(numbers_.size()));
    put(out, std::uint16_t(texts_.size()));
    for (auto column : order_) out += char(column);
    for (size_t i = 0; i < numbers_.size(); ++i) pack(numbers_[order_.empty() ? i : order_[i]], out);
    for (const auto& t : texts_) {
        pack(t.lengths, out);
        put(out, std::uint32_t(t.bytes.size()));
        out.append(t.bytes);
    }
    return out;
}

bool ColumnBlock::append(std::string_view encoded) {
    ColumnReader reader(encoded, numbers_.size(), texts_.size());
    if (!reader.valid()) return false;
    std::vector<std::int64_t> column;
    for (size_t i = 0; i < numbers_.size(); ++i) {
        reader.number(i, column);
        numbers_[i].insert(numbers_[i].end(), column.begin(), column.end());
    }
    TextView view;
    for (size_t i = 0; i < texts_.size(); ++i) {
        reader.text(i, view);
        texts_[i].bytes.append(view.bytes);
        for (size_t row = 0; row < view.ends.size(); ++row)
            texts_[i].lengths.push_back(std::int64_t(view.at(row).size()));
    }
    return true;
}

bool ColumnReader::have(size_t n) const {
    if (bytes_.size() < n && blob_) bytes_ = blob_->upTo(n);
    return bytes_.size() >= n;
}

bool ColumnReader::readPacked(size_t& at, Packed& out) const {
    if (!have(at + packedHead)) return false;
    std::string_view head = bytes_.substr(at, packedHead);
    get(head, out.width);
    get(head, out.least);
    if (out.width != 0 && out.width != 1 && out.width != 2 && out.width != 4 && out.width != 8) return false;
    size_t size = rows_ * out.width;
    if (!have(at + packedHead + size)) return false;
    out.bytes = bytes_.substr(at + packedHead, size);
    at += packedHead + size;
    return true;
}

bool ColumnReader::readHead(size_t numbers, size_t texts) {
    if (!have(headSize)) return false;
    bool ordered = bytes_.starts_with(magicOrdered);
    if (!ordered && !bytes_.starts_with(magic)) return false;
    std::string_view in = bytes_.substr(magic.size());
    std::uint32_t rows = 0;
    std::uint16_t n = 0, t = 0;
    if (!get(in, rows) || !get(in, n) || !get(in, t)) return false;
    if (rows > maxBlockRows || n > numbers || t != texts || !have(headSize + (ordered ? n : 0))) return false;
    rows_ = rows;
    stored_ = n;
    at_ = headSize + (ordered ? n : 0);
    numbers_.resize(numbers);
    lengths_.resize(texts);
    texts_.resize(texts);
    place_.assign(numbers, SIZE_MAX);
    order_.resize(n);
    for (size_t i = 0; i < n; ++i) {
        order_[i] = ordered ? std::uint8_t(bytes_[headSize + i]) : std::uint8_t(i);
        if (order_[i] >= n || place_[order_[i]] != SIZE_MAX) return false;
        place_[order_[i]] = i;
    }
    return true;
}

// The column that comes next in the block.
bool ColumnReader::readNext() const {
    size_t i = next_++;
    if (i < stored_) return readPacked(at_, numbers_[order_[i]]);
    i -= stored_;
    if (i >= texts_.size()) return false;
    if (!readPacked(at_, lengths_[i]) || !have(at_ + 4)) return false;
    std::uint32_t size = 0;
    std::string_view in = bytes_.substr(at_, 4);
    get(in, size);
    if (!have(at_ + 4 + size)) return false;
    texts_[i] = bytes_.substr(at_ + 4, size);
    at_ += 4 + size;
    return true;
}

ColumnReader::ColumnReader(std::string_view in, size_t numbers, size_t texts) : bytes_(in) {
    if (!readHead(numbers, texts)) return;
    for (size_t i = 0; i < stored_ + texts; ++i) {
        if (!readNext()) return;
    }
    valid_ = at_ == in.size();
}

ColumnReader::ColumnReader(BlobReader& blob, size_t numbers, size_t texts) : blob_(&blob) {
    valid_ = readHead(numbers, texts);
}

// `column` counts in the block.
void ColumnReader::reach(size_t column) const {
    while (next_ <= column) {
        if (!readNext()) throw StorageError(SQLITE_CORRUPT, "block", "a block of columns cannot be read");
    }
}

void ColumnReader::unpack(const Packed& from, size_t rows, std::vector<std::int64_t>& out) {
    out.assign(rows, from.least);
    switch (from.width) {
    case 1: unpackAs<std::uint8_t>(from.bytes, from.least, out); break;
    case 2: unpackAs<std::uint16_t>(from.bytes, from.least, out); break;
    case 4: unpackAs<std::uint32_t>(from.bytes, from.least, out); break;
    case 8: unpackAs<std::uint64_t>(from.bytes, from.least, out); break;
    default: break;
    }
}

void ColumnReader::number(size_t column, std::vector<std::int64_t>& out) const {
    if (place_[column] != SIZE_MAX) reach(place_[column]);
    unpack(numbers_[column], rows_, out);
}

std::int64_t ColumnReader::one(size_t column, size_t row) const {
    if (place_[column] != SIZE_MAX && next_ <= place_[column]) reach(place_[column]);
    const Packed& p = numbers_[column];
    std::uint64_t difference = 0;
    // A column of one value has no octets at all.
    if (p.width > 0) std::memcpy(&difference, p.bytes.data() + row * p.width, p.width);
    return std::int64_t(std::uint64_t(p.least) + difference);
}

void ColumnReader::text(size_t column, TextView& out) const {
    reach(stored_ + column);
    std::vector<std::int64_t> lengths;
    unpack(lengths_[column], rows_, lengths);
    out.bytes = texts_[column];
    out.ends.resize(rows_);
    std::uint64_t end = 0;
    for (size_t i = 0; i < rows_; ++i) {
        // A damaged length ends at the end of the text.
        end = std::min<std::uint64_t>(end + std::uint64_t(std::max<std::int64_t>(0, lengths[i])),
                                      out.bytes.size());
        out.ends[i] = std::uint32_t(end);
    }
}

} // namespace waypost::store
