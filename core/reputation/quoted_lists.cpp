#include "reputation/quoted_lists.h"

#include "base/text.h"

#include <algorithm>
#include <set>

namespace waypost::reputation {

QuotedLists::QuotedLists(std::shared_ptr<const Catalogue> catalogue) : catalogue_(std::move(catalogue)) {
    const auto& lists = catalogue_->lists();
    for (size_t i = 0; i < lists.size(); ++i) {
        if (!lists[i].zone.empty()) names_.push_back({lists[i].zone, i});
        for (const std::string& zone : lists[i].alsoZones) names_.push_back({zone, i});
        for (const std::string& word : lists[i].quoted) names_.push_back({word, i});
    }
    std::sort(names_.begin(), names_.end(), [](const Name& a, const Name& b) {
        return std::pair(b.text.size(), a.list) < std::pair(a.text.size(), b.list);
    });
}

namespace {

bool partOfName(char c) {
    return text::isAlnum(c);
}

bool standsAlone(std::string_view text, size_t at, size_t length) {
    return (at == 0 || !partOfName(text[at - 1])) &&
           (at + length >= text.size() || !partOfName(text[at + length]));
}

} // namespace

std::vector<const List*> QuotedLists::in(std::string_view reply) const {
    std::string text = text::lowered(reply.substr(0, maxText));
    std::set<size_t> found;
    for (const Name& name : names_) {
        for (size_t at = text.find(name.text); at != std::string::npos;
             at = text.find(name.text, at + name.text.size())) {
            if (!standsAlone(text, at, name.text.size())) continue;
            found.insert(name.list);
            std::fill_n(text.begin() + std::ptrdiff_t(at), name.text.size(), ' ');
        }
    }
    std::vector<const List*> out;
    out.reserve(found.size());
    for (const size_t i : found) out.push_back(&catalogue_->lists()[i]);
    return out;
}

} // namespace waypost::reputation
