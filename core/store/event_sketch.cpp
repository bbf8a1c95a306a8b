#include "store/event_sketch.h"

#include <algorithm>
#include <bit>

namespace waypost::store {

namespace {

constexpr int subBits = 4;
constexpr std::uint32_t subCount = 1u << subBits;
constexpr std::uint32_t maxBucket = 64 * subCount;

void put(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out += char(value | 0x80);
        value >>= 7;
    }
    out += char(value);
}

bool get(std::string_view& in, std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 63 && !in.empty(); shift += 7) {
        auto byte = std::uint8_t(in[0]);
        in.remove_prefix(1);
        value |= std::uint64_t(byte & 0x7f) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

} // namespace

std::uint32_t LatencySketch::bucketOf(std::int64_t ms) {
    auto value = std::uint64_t(std::max<std::int64_t>(ms, 0));
    if (value < subCount) return std::uint32_t(value);
    int exponent = std::bit_width(value) - 1 - subBits;
    return std::uint32_t((std::uint32_t(exponent) << subBits) + (value >> exponent));
}

std::int64_t LatencySketch::middleOf(std::uint32_t bucket) {
    if (bucket < 2 * subCount) return bucket;
    int exponent = int(bucket >> subBits) - 1;
    std::int64_t low = std::int64_t(subCount + (bucket & (subCount - 1))) << exponent;
    return low + (std::int64_t(1) << exponent) / 2;
}

void LatencySketch::addBucket(std::uint32_t bucket, std::uint64_t count) {
    auto at = std::lower_bound(buckets_.begin(), buckets_.end(), bucket,
                               [](const auto& b, std::uint32_t value) { return b.first < value; });
    if (at != buckets_.end() && at->first == bucket)
        at->second += count;
    else
        buckets_.insert(at, {bucket, count});
}

void LatencySketch::merge(const LatencySketch& other) {
    for (const auto& [bucket, count] : other.buckets_) addBucket(bucket, count);
}

bool LatencySketch::mergeEncoded(std::string_view bytes) {
    std::uint64_t bucket = 0, step = 0, count = 0;
    while (!bytes.empty()) {
        if (!get(bytes, step) || !get(bytes, count)) return false;
        bucket += step;
        if (step > maxBucket || bucket > maxBucket) return false;
        addBucket(std::uint32_t(bucket), count);
    }
    return true;
}

std::uint64_t LatencySketch::count() const {
    std::uint64_t sum = 0;
    for (const auto& b : buckets_) sum += b.second;
    return sum;
}

std::uint64_t LatencySketch::countUpTo(std::int64_t ms) const {
    std::uint64_t sum = 0;
    for (const auto& [bucket, count] : buckets_) {
        if (middleOf(bucket) <= ms) sum += count;
    }
    return sum;
}

std::optional<std::int64_t> LatencySketch::quantile(double q) const {
    std::uint64_t all = count();
    if (all == 0) return std::nullopt;
    // Nearest rank.
    double rank = std::clamp(q, 0.0, 1.0) * double(all);
    std::uint64_t sum = 0;
    for (const auto& [bucket, count] : buckets_) {
        sum += count;
        if (double(sum) >= rank) return middleOf(bucket);
    }
    return middleOf(buckets_.back().first);
}

void LatencySketch::encodeTo(std::string& bytes, std::vector<std::int64_t>& lengths) const {
    size_t before = bytes.size();
    std::uint32_t last = 0;
    for (const auto& [bucket, count] : buckets_) {
        put(bytes, bucket - last);
        put(bytes, count);
        last = bucket;
    }
    lengths.push_back(std::int64_t(bytes.size() - before));
}

std::string LatencySketch::encode() const {
    std::string out;
    std::vector<std::int64_t> lengths;
    encodeTo(out, lengths);
    return out;
}

} // namespace waypost::store
