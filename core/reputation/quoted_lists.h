// Which lists a reply names: "blocked using zen.spamhaus.org", "see https://www.spamcop.net/bl.shtml?…". A
// receiver that quotes a list saw us on it, whatever our own question says: caches are stale, mirrors
// private. Immutable after it is made; from any thread.
#pragma once

#include "reputation/catalogue.h"

#include <array>
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
    // Letters, digits, seven others, and all the rest.
    static constexpr size_t signs = 44;
    static size_t signOf(char c);
    struct Name {
        std::string text;
        size_t list;
    };
    struct Node {
        std::array<int, signs> next{};
        int fail = 0;
        int shorter = 0; // the next node on the way of fails that ends a name
        int name = -1;
    };
    void add(const std::string& name, size_t list);
    void link();

    std::shared_ptr<const Catalogue> catalogue_;
    std::vector<Name> names_;
    std::vector<Node> nodes_;
};

} // namespace waypost::reputation
