// One pass over the reply with an automaton of all names (Aho and Corasick, 1975): there are hundreds of
// names, and a workspace may hold a hundred thousand distinct replies.
#include "reputation/quoted_lists.h"

#include "base/text.h"

#include <algorithm>
#include <deque>
#include <set>

namespace waypost::reputation {

namespace {

bool partOfName(char c) {
    return text::isAlnum(c);
}

bool standsAlone(std::string_view text, size_t at, size_t length) {
    return (at == 0 || !partOfName(text[at - 1])) &&
           (at + length >= text.size() || !partOfName(text[at + length]));
}

} // namespace

size_t QuotedLists::signOf(char c) {
    constexpr std::string_view others = "-._/@( ";
    constexpr size_t firstDigit = 26, firstOther = 36;
    if (c >= 'a' && c <= 'z') return size_t(c - 'a');
    if (c >= '0' && c <= '9') return firstDigit + size_t(c - '0');
    const size_t at = others.find(c);
    return at == std::string_view::npos ? signs - 1 : firstOther + at;
}

QuotedLists::QuotedLists(std::shared_ptr<const Catalogue> catalogue) : catalogue_(std::move(catalogue)) {
    const auto& lists = catalogue_->lists();
    nodes_.emplace_back();
    for (size_t i = 0; i < lists.size(); ++i) {
        if (!lists[i].zone.empty()) add(lists[i].zone, i);
        for (const std::string& zone : lists[i].alsoZones) add(zone, i);
        for (const std::string& word : lists[i].quoted) add(word, i);
    }
    link();
}

void QuotedLists::add(const std::string& name, size_t list) {
    if (name.empty()) return;
    size_t at = 0;
    for (const char c : name) {
        int& next = nodes_[at].next[signOf(c)];
        if (next == 0) {
            next = int(nodes_.size());
            nodes_.emplace_back(); // `next` is dead from here on
            at = nodes_.size() - 1;
        } else {
            at = size_t(next);
        }
    }
    if (nodes_[at].name >= 0) return; // the first list that has the name keeps it
    nodes_[at].name = int(names_.size());
    names_.push_back({name, list});
}

void QuotedLists::link() {
    std::deque<size_t> order;
    for (const int next : nodes_[0].next)
        if (next != 0) order.push_back(size_t(next));
    while (!order.empty()) {
        const size_t at = order.front();
        order.pop_front();
        const auto fail = size_t(nodes_[at].fail);
        nodes_[at].shorter = nodes_[fail].name >= 0 ? int(fail) : nodes_[fail].shorter;
        for (size_t s = 0; s < signs; ++s) {
            const int next = nodes_[at].next[s];
            if (next == 0) {
                nodes_[at].next[s] = nodes_[fail].next[s];
                continue;
            }
            nodes_[size_t(next)].fail = nodes_[fail].next[s];
            order.push_back(size_t(next));
        }
    }
}

std::vector<const List*> QuotedLists::in(std::string_view reply) const {
    struct Match {
        size_t at, length, list;
    };
    std::vector<Match> matches;
    const std::string text = text::lowered(reply.substr(0, maxText));
    size_t state = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        state = size_t(nodes_[state].next[signOf(text[i])]);
        for (size_t n = state; n != 0; n = size_t(nodes_[n].shorter)) {
            if (nodes_[n].name < 0) continue;
            const Name& name = names_[size_t(nodes_[n].name)];
            const size_t length = name.text.size(), at = i + 1 - length;
            // Signs stand for many characters: the name itself is compared.
            if (text.compare(at, length, name.text) == 0 && standsAlone(text, at, length))
                matches.push_back({at, length, name.list});
        }
    }
    std::set<size_t> found;
    for (const Match& m : matches) {
        const bool hidden = std::any_of(matches.begin(), matches.end(), [&m](const Match& o) {
            return o.length > m.length && o.at <= m.at && m.at + m.length <= o.at + o.length;
        });
        if (!hidden) found.insert(m.list);
    }
    std::vector<const List*> out;
    out.reserve(found.size());
    for (const size_t i : found) out.push_back(&catalogue_->lists()[i]);
    return out;
}

} // namespace waypost::reputation
