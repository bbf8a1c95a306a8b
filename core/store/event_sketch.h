// LatencySketch: how many durations fell into each of fixed logarithmic buckets (16 per doubling, so a
// quantile is right within 3.2 %). Merging two sketches is exact: the sketch of a day is the sum of its
// hours, in any order. Encoded as pairs of variable-length numbers, two or three bytes for a single event.
// Pure; decode() refuses bytes that are not ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waypost::store {

class LatencySketch {
  public:
    void add(std::int64_t ms, std::uint64_t count = 1) {
        if (ms >= 0) addBucket(bucketOf(ms), count);
    }
    void merge(const LatencySketch& other);
    [[nodiscard]] bool mergeEncoded(std::string_view bytes);
    [[nodiscard]] std::uint64_t count() const;
    // Durations of at most ms, by the middle of their bucket.
    [[nodiscard]] std::uint64_t countUpTo(std::int64_t ms) const;
    // Bucket (see middleOf) and its durations, ascending.
    [[nodiscard]] const std::vector<std::pair<std::uint32_t, std::uint64_t>>& buckets() const {
        return buckets_;
    }
    // Middle of the bucket in which the q-th part of the durations lies; nothing when there are none.
    [[nodiscard]] std::optional<std::int64_t> quantile(double q) const;
    [[nodiscard]] std::string encode() const;
    // Appended, with its length.
    void encodeTo(std::string& bytes, std::vector<std::int64_t>& lengths) const;
    bool operator==(const LatencySketch&) const = default;

    static std::uint32_t bucketOf(std::int64_t ms);
    static std::int64_t middleOf(std::uint32_t bucket);

  private:
    void addBucket(std::uint32_t bucket, std::uint64_t count);
    // Sorted by bucket; nearly always short.
    std::vector<std::pair<std::uint32_t, std::uint64_t>> buckets_;
};

} // namespace waypost::store
