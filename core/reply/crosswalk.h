// Crosswalk: what others call a reply of one of our categories (RFC 3463, PowerMTA, KumoMTA, SparkPost and
// Momentum, Sisimai), as data in resources/rules/crosswalk.json, with where they disagree. Immutable after
// load; any thread.
#pragma once

#include "base/result.h"
#include "reply/event.h"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reply {

struct Vocabulary {
    std::string id, name, source; // "powermta", "PowerMTA bounceCat"
};
struct CrosswalkRow {
    Category category = Category::Unclassified;
    // By vocabulary, in the order of Crosswalk::vocabularies(); the first term is the usual one; none: they
    // have no word for it.
    std::vector<std::vector<std::string>> terms;
    std::string disagreement;
};

class Crosswalk {
  public:
    // Error: a vocabulary or category that is missing, unknown or given twice.
    static Result<std::shared_ptr<const Crosswalk>> load(const std::filesystem::path& file);
    [[nodiscard]] const std::vector<Vocabulary>& vocabularies() const { return vocabularies_; }
    [[nodiscard]] const CrosswalkRow& row(Category c) const { return rows_[size_t(c)]; }
    // Categories the term of a vocabulary may stand for, without regard to case.
    [[nodiscard]] std::vector<Category> categoriesOf(std::string_view vocabulary,
                                                     std::string_view term) const;

  private:
    std::vector<Vocabulary> vocabularies_;
    std::array<CrosswalkRow, size_t(categoryCount)> rows_;
};

} // namespace waypost::reply
