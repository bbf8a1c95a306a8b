#include "reply/template_diff.h"

#include "base/text.h"

#include <algorithm>
#include <unordered_set>

namespace waypost::reply {

namespace {

using Words = std::vector<std::string_view>;

Words wordsOf(std::string_view s) {
    Words out;
    for (auto w : text::words(s)) {
        if (out.size() == maxDiffWords) break;
        out.push_back(w);
    }
    return out;
}

// Codes and placeholders stand in most templates and say little.
int weightOf(std::string_view w) {
    return w.starts_with('<') || text::isDigit(w.front()) ? 1 : 4;
}

int weightOf(const Words& words) {
    int sum = 0;
    for (auto w : words) sum += weightOf(w);
    return sum;
}

// common(i, j): the weight of the longest common subsequence of a[i..] and b[j..].
class Common {
  public:
    Common(const Words& a, const Words& b) : a_(a), b_(b), columns_(b.size() + 1) {
        table_.assign((a.size() + 1) * columns_, 0);
        for (size_t i = a.size(); i-- > 0;) {
            for (size_t j = b.size(); j-- > 0;)
                at(i, j) =
                    same(i, j) ? at(i + 1, j + 1) + weightOf(a_[i]) : std::max(at(i + 1, j), at(i, j + 1));
        }
    }
    [[nodiscard]] int& at(size_t i, size_t j) { return table_[i * columns_ + j]; }
    [[nodiscard]] bool same(size_t i, size_t j) const { return text::iequals(a_[i], b_[j]); }

  private:
    const Words &a_, &b_;
    size_t columns_;
    std::vector<int> table_;
};

void append(std::string& to, std::string_view word) {
    if (!to.empty()) to += ' ';
    to += word;
}

} // namespace

std::vector<WordChange> changedWords(std::string_view older, std::string_view newer) {
    const Words a = wordsOf(older), b = wordsOf(newer);
    Common common(a, b);
    std::vector<WordChange> out;
    WordChange open;
    auto close = [&] {
        if (!open.before.empty() || !open.after.empty()) out.push_back(std::move(open));
        open = {};
    };
    size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
        if (i < a.size() && j < b.size() && common.same(i, j)) {
            close();
            ++i, ++j;
        } else if (j == b.size() || (i < a.size() && common.at(i + 1, j) >= common.at(i, j + 1))) {
            append(open.before, a[i++]);
        } else {
            append(open.after, b[j++]);
        }
    }
    close();
    return out;
}

double similarity(std::string_view left, std::string_view right) {
    const Words a = wordsOf(left), b = wordsOf(right);
    const int whole = weightOf(a) + weightOf(b);
    if (whole == 0) return 1;
    return 2.0 * Common(a, b).at(0, 0) / whole;
}

std::optional<Nearest> nearestOf(std::string_view text, std::span<const std::string> older, double least) {
    const Words words = wordsOf(text);
    std::unordered_set<std::string> known;
    for (auto w : words) known.insert(text::lowered(w));
    const int own = weightOf(words);
    Nearest best{0, least};
    bool found = false;
    for (size_t i = 0; i < older.size(); ++i) {
        // The words in common, in any order, bound the similarity: most candidates end here.
        int shared = 0, other = 0;
        for (auto w : wordsOf(older[i])) {
            other += weightOf(w);
            if (known.contains(text::lowered(w))) shared += weightOf(w);
        }
        if (own + other == 0 || 2.0 * std::min(shared, own) / (own + other) < best.similarity) continue;
        const double s = similarity(text, older[i]);
        if (s >= best.similarity && (!found || s > best.similarity)) {
            best = {i, s};
            found = true;
        }
    }
    if (!found) return std::nullopt;
    return best;
}

} // namespace waypost::reply
