// Which lists a reply names: "blocked using zen.spamhaus.org", "see https://www.spamcop.net/bl.shtml?…". A
// receiver that quotes a list saw us on it, whatever our own question says: caches are stale, mirrors
// private. Immutable after it is made; from any thread.
#pragma once

#include "reputation/catalogue.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reputation {

class QuotedLists {
  public:
    static constexpr size_t maxText = 8192; // of a reply; what is behind is not looked at

    explicit QuotedLists(std::shared_ptr<const Catalogue> catalogue);
    // Lists in the order of the catalogue, each once. Names stand as words of their own; a longer name hides
    // the shorter ones inside it ("zen.spamhaus.org" is not "spamhaus" once more).
    [[nodiscard]] std::vector<const List*> in(std::string_view reply) const;

  private:
    struct Name {
        std::string text;
        size_t list;
    };
    std::shared_ptr<const Catalogue> catalogue_;
    std::vector<Name> names_; // longest first
};

} // namespace waypost::reputation
