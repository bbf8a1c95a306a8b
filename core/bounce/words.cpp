#include "bounce/words.h"

#include "base/text.h"
#include "reply/flatten.h"

#include <algorithm>
#include <array>

namespace waypost::bounce {

size_t findStatusCode(std::string_view in, size_t from, size_t& length) {
    for (size_t i = from; i + 4 < in.size(); ++i) {
        if (in[i + 1] != '.' || !text::isDigit(in[i])) continue;
        if (i > 0 && (text::isAlnum(in[i - 1]) || in[i - 1] == '.')) continue;
        size_t end = i;
        while (end < in.size() && (text::isDigit(in[end]) || in[end] == '.')) ++end;
        size_t stop = end;
        while (stop > i && in[stop - 1] == '.') --stop;
        if ((end == in.size() || !text::isAlpha(in[end])) && reply::isEnhancedCode(in.substr(i, stop - i))) {
            length = stop - i;
            return i;
        }
        i = end - 1;
    }
    return std::string_view::npos;
}

namespace {

bool mayPrecede(std::string_view before) {
    while (!before.empty() && (before.back() == ' ' || before.back() == '\t')) before.remove_suffix(1);
    if (before.empty()) return true;
    const char c = before.back();
    if (std::string_view("\n\r:;'\"`([<>#=|,*").find(c) != std::string_view::npos) return true;
    if (c == '-') return before.size() < 2 || !text::isAlnum(before[before.size() - 2]);
    static constexpr std::array<std::string_view, 12> words = {"said",     "code",   "error", "returned",
                                                               "response", "status", "reply", "smtp",
                                                               "was",      "with",   "mta",   "is"};
    size_t start = before.size();
    while (start > 0 && text::isAlpha(before[start - 1])) --start;
    const std::string word = text::lowered(before.substr(start));
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

size_t findReply(std::string_view in, size_t from) {
    for (size_t i = from; i + 2 < in.size(); ++i) {
        if ((in[i] != '4' && in[i] != '5') || !text::isDigit(in[i + 1]) || !text::isDigit(in[i + 2]))
            continue;
        if (in[i + 1] > '7') continue;
        const bool ends = i + 3 == in.size() ||
                          std::string_view(" -:\n\t)]'\",.").find(in[i + 3]) != std::string_view::npos;
        // "550.5.1.1" is a code; "412.7 kB" is none.
        const bool number = i + 4 < in.size() && (in[i + 3] == '.' || in[i + 3] == ',') &&
                            text::isDigit(in[i + 4]) &&
                            !(in[i + 4] == in[i] && i + 5 < in.size() && in[i + 5] == '.');
        if (i > 0 && (text::isAlnum(in[i - 1]) || in[i - 1] == '.' || in[i - 1] == '_')) continue;
        if (ends && !number && mayPrecede(in.substr(0, i))) return i;
        i += 2;
    }
    return std::string_view::npos;
}

std::string_view replyIn(std::string_view words, std::int32_t& code) {
    const size_t at = findReply(words);
    if (at == std::string_view::npos) return words;
    code = (words[at] - '0') * 100 + (words[at + 1] - '0') * 10 + (words[at + 2] - '0');
    return words.substr(at);
}

} // namespace waypost::bounce
