// Compiled SPF records by their text: the records of large providers are read in every second check. One
// thread at a time. Bounded: when it is full it starts anew.
#pragma once

#include "auth/spf_record.h"

#include <memory>
#include <unordered_map>

namespace waypost::auth {

using SpfRecordPtr = std::shared_ptr<const SpfRecord>;

class SpfRecordCache {
  public:
    static constexpr size_t maxEntries = 4096;
    static constexpr size_t maxTextOctets = 4096; // longer records are compiled each time

    // `text` must be an SPF record (isSpfRecord).
    SpfRecordPtr get(std::string_view text);
    [[nodiscard]] size_t size() const { return records_.size(); }

  private:
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    std::unordered_map<std::string, SpfRecordPtr, Hash, std::equal_to<>> records_;
};

} // namespace waypost::auth
