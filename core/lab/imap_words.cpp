#include "lab/imap_words.h"

#include "base/text.h"

namespace waypost::lab {

namespace {

bool takeQuoted(std::string_view& in, std::string& out) {
    for (in.remove_prefix(1); !in.empty(); in.remove_prefix(1)) {
        if (in.front() == '"') {
            in.remove_prefix(1);
            return true;
        }
        if (in.front() == '\\') in.remove_prefix(1);
        if (in.empty()) return false;
        out += in.front();
    }
    return false;
}

bool takeLiteral(std::string_view& in, std::string& out) {
    const size_t close = in.find("}\r\n");
    if (close == std::string_view::npos) return false;
    std::string_view digits = in.substr(1, close - 1);
    if (!digits.empty() && digits.back() == '+') digits.remove_suffix(1);
    auto size = text::parseUnsigned(digits);
    if (!size || *size > in.size() - close - 3) return false;
    out = in.substr(close + 3, *size);
    in.remove_prefix(close + 3 + *size);
    return true;
}

// From "(" to its partner; quotes inside are passed over whole.
bool takeList(std::string_view& in, std::string& out) {
    int depth = 0;
    for (size_t i = 0; i < in.size(); ++i) {
        if (in[i] == '"') {
            for (++i; i < in.size() && in[i] != '"'; ++i)
                if (in[i] == '\\') ++i;
        } else if (in[i] == '(') {
            ++depth;
        } else if (in[i] == ')' && --depth == 0) {
            out = in.substr(1, i - 1);
            in.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

// An atom; brackets hold spaces together: BODY.PEEK[HEADER.FIELDS (DATE)].
void takeAtom(std::string_view& in, std::string& out) {
    int brackets = 0;
    size_t i = 0;
    for (; i < in.size(); ++i) {
        if (in[i] == '[') ++brackets;
        if (in[i] == ']') --brackets;
        if (brackets <= 0 && (in[i] == ' ' || in[i] == '(')) break;
    }
    out = in.substr(0, i);
    in.remove_prefix(i);
}

} // namespace

std::optional<std::vector<ImapWord>> imapWords(std::string_view in) {
    std::vector<ImapWord> out;
    while (true) {
        while (!in.empty() && text::isSpace(in.front())) in.remove_prefix(1);
        if (in.empty()) return out;
        ImapWord word;
        bool ok = true;
        if (in.front() == '"') {
            word.quoted = true;
            ok = takeQuoted(in, word.text);
        } else if (in.front() == '{') {
            word.quoted = true;
            ok = takeLiteral(in, word.text);
        } else if (in.front() == '(') {
            word.list = true;
            ok = takeList(in, word.text);
        } else {
            takeAtom(in, word.text);
        }
        if (!ok) return std::nullopt;
        out.push_back(std::move(word));
    }
}

bool inSequence(std::string_view set, unsigned uid, unsigned highest) {
    for (std::string_view part : text::split(set, ',')) {
        const size_t colon = part.find(':');
        auto bound = [highest](std::string_view s) -> std::uint64_t {
            return s == "*" ? highest : text::parseUnsigned(s).value_or(0);
        };
        std::uint64_t low = bound(part.substr(0, colon));
        std::uint64_t high = colon == std::string_view::npos ? low : bound(part.substr(colon + 1));
        if (low > high) std::swap(low, high);
        if (uid >= low && uid <= high) return true;
    }
    return false;
}

std::string imapQuoted(std::string_view in) {
    std::string out = "\"";
    for (char c : in) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

} // namespace waypost::lab
