// The dictionary of names (event_name): id 0 is the empty name. Thread rule: that of its Database. Failure:
// StorageError.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waypost::store {

class Database;

enum class NameKind : std::uint8_t {
    Provider,
    Domain,
    Stream,
    SendingIp,
    MxHost,
    MxIp,
    Source,
    Tls,
    Campaign
};
inline constexpr int nameKinds = int(NameKind::Campaign) + 1;

// 0 when the name has never been stored (or is empty).
std::int64_t findName(Database& db, NameKind kind, std::string_view value);
std::string nameOf(Database& db, std::int64_t id);
struct TemplateName {
    std::string key, text;
};
TemplateName templateOf(Database& db, std::int64_t id); // empty when there is none

// Ids for writing, with a memory. What it remembers belongs to the transactions that succeeded: forget()
// after a failed one.
class NameBook {
  public:
    std::int64_t id(Database& db, NameKind kind, std::string_view value);
    void forget();

  private:
    static constexpr size_t maxRemembered = 400'000;
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const;
    };
    struct Shelf {
        std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> ids;
        std::string last;
        std::int64_t lastId = 0;
    };
    Shelf shelves_[nameKinds];
};

} // namespace waypost::store
