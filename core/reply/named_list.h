// The block list a reply names: the zone as it is written there ("blocked using bl.spamcop.net"), or the list
// that words of the reply stand for ("part of their network is on our block list (S3140)" is Microsoft's), as
// data in resources/rules/named-lists.json. Immutable after load; any thread.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace waypost::reply {

class NamedLists {
  public:
    // {"schema_version": 1, "lists": [{"list": "zen.spamhaus.org", "words": ["spamhaus"]}…]}; the first entry
    // with a word in the reply decides.
    static Result<std::shared_ptr<const NamedLists>> load(const std::filesystem::path& file);
    virtual ~NamedLists() = default;
    // Lower case; empty: none is named. `text` is a reply on one line.
    [[nodiscard]] virtual std::string find(std::string_view text) const = 0;
};

} // namespace waypost::reply
