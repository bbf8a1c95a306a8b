#include "store/event_columns.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace waypost::store {

namespace {

static_assert(std::endian::native == std::endian::little, "blocks are stored little-endian");
constexpr std::string_view magic = "WPC1";

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
    std::string out(magic);
    size_t guess = rows() * numbers_.size() * 3;
    for (const auto& t : texts_) guess += t.bytes.size() + rows();
    out.reserve(guess + 256);
    put(out, std::uint32_t(rows()));
    put(out, std::uint16_t(numbers_.size()));
    put(out, std::uint16_t(texts_.size()));
    for (const auto& c : numbers_) pack(c, out);
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

bool ColumnReader::readPacked(std::string_view& in, Packed& out) const {
    if (!get(in, out.width) || !get(in, out.least)) return false;
    if (out.width != 0 && out.width != 1 && out.width != 2 && out.width != 4 && out.width != 8) return false;
    size_t size = rows_ * out.width;
    if (in.size() < size) return false;
    out.bytes = in.substr(0, size);
    in.remove_prefix(size);
    return true;
}

ColumnReader::ColumnReader(std::string_view in, size_t numbers, size_t texts) {
    std::uint32_t rows = 0;
    std::uint16_t n = 0, t = 0;
    if (!in.starts_with(magic)) return;
    in.remove_prefix(magic.size());
    if (!get(in, rows) || !get(in, n) || !get(in, t)) return;
    if (rows > maxBlockRows || n > numbers || t != texts) return;
    rows_ = rows;
    numbers_.resize(numbers);
    lengths_.resize(texts);
    texts_.resize(texts);
    for (size_t i = 0; i < n; ++i) {
        if (!readPacked(in, numbers_[i])) return;
    }
    for (size_t i = 0; i < texts; ++i) {
        std::uint32_t size = 0;
        if (!readPacked(in, lengths_[i]) || !get(in, size) || in.size() < size) return;
        texts_[i] = in.substr(0, size);
        in.remove_prefix(size);
    }
    valid_ = in.empty();
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
    unpack(numbers_[column], rows_, out);
}

std::int64_t ColumnReader::one(size_t column, size_t row) const {
    const Packed& p = numbers_[column];
    std::uint64_t difference = 0;
    std::memcpy(&difference, p.bytes.data() + row * p.width, p.width);
    return std::int64_t(std::uint64_t(p.least) + difference);
}

void ColumnReader::text(size_t column, TextView& out) const {
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
