// Lines that somebody put into a body: a footer, a banner, a notice inside a MIME part. Hashes are taken from
// running ones, so that a cut at every line is one pass.
#include "auth/dkim_autopsy_search.h"

#include <algorithm>

namespace waypost::auth::autopsy {

namespace {

constexpr size_t maxSnapshots = 20'000; // lines whose hash is taken for the cut behind them
constexpr size_t maxBannerLines = 200;

// A body as canonical lines, each with its CRLF, and where each stands in the raw body.
struct Lines {
    std::string text;
    std::vector<size_t> start; // in text; one more at the end
    std::vector<size_t> raw;   // the same in the raw body
    [[nodiscard]] size_t count() const { return start.size() - 1; }
    [[nodiscard]] bool blank(size_t i) const { return start[i + 1] - start[i] == 2; }
    [[nodiscard]] std::string_view between(size_t from, size_t to) const {
        return std::string_view(text).substr(start[from], start[to] - start[from]);
    }
};

Lines linesOf(std::string_view body, Canonicalization kind) {
    Lines out;
    out.start.push_back(0);
    out.raw.push_back(0);
    size_t at = 0;
    while (at < body.size()) {
        const size_t lf = body.find('\n', at);
        const size_t next = lf == std::string_view::npos ? body.size() : lf + 1;
        // A line by itself gives its canonical form; an empty one its CRLF.
        const std::string line = canonicalBody(body.substr(at, next - at), kind);
        out.text += line.empty() ? std::string("\r\n") : line;
        out.start.push_back(out.text.size());
        out.raw.push_back(next);
        at = next;
    }
    return out;
}

class Search {
  public:
    Search(const Lines& lines, const BodyTarget& target, Budget& budget)
        : lines_(lines), target_(target), budget_(budget) {
        end_ = lines.count();
        while (end_ != 0 && lines.blank(end_ - 1)) --end_;
    }

    // Everything behind line i taken away, for each i, in one pass.
    std::optional<LineRange> footer() {
        const size_t first = end_ > maxSnapshots ? end_ - maxSnapshots : 0;
        if (!budget_.spend(lines_.text.size() + (end_ - first) * 64)) return std::nullopt;
        RunningHash running(target_.hash);
        running.update(lines_.between(0, first));
        for (size_t i = first; i < end_; ++i) {
            running.update(lines_.between(i, i + 1));
            if (i + 1 == end_ || lines_.blank(i) || tooLong(lines_.start[i + 1])) continue;
            if (running.value() == target_.digest) return range(i + 1, lines_.count());
        }
        return std::nullopt;
    }

    // The first j lines taken away.
    std::optional<LineRange> banner() {
        for (size_t j = 1; j < std::min(end_, maxBannerLines); ++j) {
            if (!budget_.spend(lines_.text.size() - lines_.start[j])) return std::nullopt;
            if (fits(0, j)) return range(0, j);
        }
        return std::nullopt;
    }

    // Lines [i, j) taken away, with j given: where a MIME part ends.
    std::optional<LineRange> before(size_t j) {
        const std::string_view rest = lines_.between(j, end_);
        const size_t first = j > maxBannerLines ? j - maxBannerLines : 0;
        RunningHash running(target_.hash);
        running.update(lines_.between(0, first));
        for (size_t i = first; i < j; ++i) {
            if (!budget_.spend(rest.size() + 64)) return std::nullopt;
            if (fitsAfter(running, rest, lines_.start[i])) return range(i, j);
            running.update(lines_.between(i, i + 1));
        }
        return std::nullopt;
    }

    // Any lines [i, j), short stretches first.
    std::optional<LineRange> anywhere() {
        std::vector<RunningHash> prefix;
        const size_t known = std::min<size_t>(end_, 2000);
        prefix.emplace_back(target_.hash);
        for (size_t i = 0; i < known; ++i) {
            RunningHash next(prefix.back());
            next.update(lines_.between(i, i + 1));
            prefix.push_back(std::move(next));
        }
        for (size_t size = 1; size < end_; ++size)
            for (size_t i = 1; i + size < end_ && i < prefix.size(); ++i) {
                const std::string_view rest = lines_.between(i + size, end_);
                if (!budget_.spend(rest.size() + 64)) return std::nullopt;
                if (fitsAfter(prefix[i], rest, lines_.start[i])) return range(i, i + size);
            }
        return std::nullopt;
    }

    [[nodiscard]] size_t lineAt(size_t rawOffset) const {
        const auto it = std::lower_bound(lines_.raw.begin(), lines_.raw.end(), rawOffset);
        return std::min(size_t(it - lines_.raw.begin()), end_);
    }

  private:
    [[nodiscard]] bool tooLong(size_t size) const { return target_.length && *target_.length != size; }

    bool fitsAfter(const RunningHash& prefix, std::string_view rest, size_t before) const {
        if (target_.length) {
            if (before + rest.size() < *target_.length || before > *target_.length) return false;
            rest = rest.substr(0, size_t(*target_.length - before));
        }
        RunningHash all(prefix);
        all.update(rest);
        return all.value() == target_.digest;
    }

    bool fits(size_t from, size_t to) const {
        RunningHash start(target_.hash);
        start.update(lines_.between(0, from));
        return fitsAfter(start, lines_.between(to, end_), lines_.start[from]);
    }

    [[nodiscard]] LineRange range(size_t from, size_t to) const { return {lines_.raw[from], lines_.raw[to]}; }

    const Lines& lines_;
    const BodyTarget& target_;
    Budget& budget_;
    size_t end_ = 0; // without the empty lines at the end
};

} // namespace

std::optional<LineRange> findInsertedLines(std::string_view body, const BodyTarget& target,
                                           const std::vector<size_t>& likelyEnds, Budget& budget) {
    const Lines lines = linesOf(body, target.canonicalization);
    Search search(lines, target, budget);
    if (auto found = search.footer()) return found;
    if (auto found = search.banner()) return found;
    for (size_t end : likelyEnds)
        if (auto found = search.before(search.lineAt(end))) return found;
    return search.anywhere();
}

} // namespace waypost::auth::autopsy
