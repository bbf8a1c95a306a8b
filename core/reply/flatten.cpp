#include "reply/flatten.h"

#include "base/text.h"

namespace waypost::reply {

namespace {

using Words = std::vector<std::string_view>;

bool isBlank(char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
}

Words wordsOf(std::string_view in) {
    Words words;
    words.reserve(48);
    size_t i = 0;
    while (i < in.size()) {
        while (i < in.size() && isBlank(in[i])) ++i;
        size_t start = i;
        while (i < in.size() && !isBlank(in[i])) ++i;
        if (i > start) words.push_back(in.substr(start, i - start));
    }
    return words;
}

bool startsWithCode(std::string_view w) {
    return w.size() >= 3 && w[0] >= '2' && w[0] <= '5' && text::isDigit(w[1]) && text::isDigit(w[2]);
}

// How Postfix introduces a foreign reply: "host mx.example[192.0.2.1] said: 550 …".
size_t afterIntroduction(const Words& words) {
    size_t i = 0;
    while (i + 2 < words.size() && words[i] == "host" && words[i + 2] == "said:") i += 3;
    return i;
}

class Builder {
  public:
    Builder(std::string_view whole, FlatText& out) : whole_(whole), out_(out) {
        out_.text.reserve(whole.size());
        out_.offsets.reserve(whole.size());
    }
    void add(std::string_view word) {
        if (word.empty()) return;
        auto at = size_t(word.data() - whole_.data());
        if (!out_.text.empty()) {
            out_.text.push_back(' ');
            out_.offsets.push_back(std::uint16_t(at == 0 ? 0 : at - 1));
        }
        out_.text.append(word);
        const size_t from = out_.offsets.size();
        out_.offsets.resize(from + word.size());
        for (size_t i = 0; i < word.size(); ++i) out_.offsets[from + i] = std::uint16_t(at + i);
    }

  private:
    std::string_view whole_;
    FlatText& out_;
};

// The lines after the first of a multi-line reply, whose code and enhanced code are known.
void addContinued(const Words& words, size_t from, std::string_view code, std::string_view enhanced,
                  Builder& out) {
    bool lastLine = false;
    for (size_t i = from; i < words.size(); ++i) {
        std::string_view w = words[i];
        const bool coded = !lastLine && w.starts_with(code);
        if (coded && w.size() > 3 && w[3] == '-') {
            std::string_view rest = w.substr(4);
            if (rest != enhanced) out.add(rest);
        } else if (coded && w == code &&
                   (enhanced.empty() || (i + 1 < words.size() && words[i + 1] == enhanced))) {
            lastLine = true;
            if (!enhanced.empty()) ++i;
        } else {
            out.add(w);
        }
    }
}

} // namespace

bool isEnhancedCode(std::string_view w) {
    if (w.size() < 5 || w.size() > 9 || (w[0] != '2' && w[0] != '4' && w[0] != '5') || w[1] != '.')
        return false;
    int digits = 0, dots = 1;
    for (char c : w.substr(2)) {
        if (c == '.') {
            if (digits == 0 || ++dots > 2) return false;
            digits = 0;
        } else if (!text::isDigit(c) || ++digits > 3) {
            return false;
        }
    }
    return dots == 2 && digits > 0;
}

FlatText flatten(std::string_view reply) {
    reply = reply.substr(0, maxReplyBytes);
    FlatText out;
    Builder builder(reply, out);
    const Words words = wordsOf(reply);
    const size_t lead = afterIntroduction(words);
    for (size_t i = 0; i < lead; ++i) builder.add(words[i]);
    if (lead >= words.size()) return out;

    const std::string_view first = words[lead];
    if (!startsWithCode(first) || first.size() < 4 || first[3] != '-') {
        for (size_t i = lead; i < words.size(); ++i) builder.add(words[i]);
        return out;
    }
    const std::string_view rest = first.substr(4);
    builder.add(first.substr(0, 3));
    builder.add(rest);
    addContinued(words, lead + 1, first.substr(0, 3), isEnhancedCode(rest) ? rest : std::string_view{},
                 builder);
    return out;
}

namespace {

// An enhanced code anywhere, standing alone: "(#5.1.1)" is one, "4.16.55.1" is not.
size_t findEnhanced(std::string_view in, size_t from, size_t& length) {
    for (size_t i = from; i + 4 < in.size(); ++i) {
        if (in[i + 1] != '.' || !text::isDigit(in[i])) continue;
        if (i > 0 && (text::isAlnum(in[i - 1]) || in[i - 1] == '.')) continue;
        size_t end = i;
        while (end < in.size() && (text::isDigit(in[end]) || in[end] == '.')) ++end;
        size_t stop = end;
        while (stop > i && in[stop - 1] == '.') --stop;
        if ((end == in.size() || !text::isAlpha(in[end])) && isEnhancedCode(in.substr(i, stop - i))) {
            length = stop - i;
            return i;
        }
        i = end - 1;
    }
    return std::string_view::npos;
}

} // namespace

namespace {

bool isCodeAt(std::string_view flat, size_t i) {
    return i < flat.size() && startsWithCode(flat.substr(i)) &&
           (i + 3 == flat.size() || flat[i + 3] == ' ' || flat[i + 3] == '-');
}

// Where the foreign reply begins when a mail server reports it in a sentence of its own.
size_t replyStart(std::string_view flat) {
    if (isCodeAt(flat, 0)) return 0;
    static constexpr std::string_view introductions[] = {
        " said: ", " refused to talk to me: ", "smtp; ", "smtp;", " returned '", " returned "};
    for (auto words : introductions) {
        for (size_t at = flat.find(words); at != std::string_view::npos; at = flat.find(words, at + 1)) {
            if (isCodeAt(flat, at + words.size())) return at + words.size();
        }
    }
    if (text::istartsWith(flat, "SMTP error from remote mail")) { // Exim: "… host X [ip]: 550 …"
        for (size_t at = flat.find(": "); at != std::string_view::npos; at = flat.find(": ", at + 1)) {
            if (isCodeAt(flat, at + 2)) return at + 2;
        }
    }
    return std::string_view::npos;
}

} // namespace

ReplyCodes readCodes(std::string_view flat) {
    ReplyCodes out;
    const size_t start = replyStart(flat);
    if (start != std::string_view::npos) {
        out.code = (flat[start] - '0') * 100 + (flat[start + 1] - '0') * 10 + (flat[start + 2] - '0');
        out.codeAt = start;
    }
    size_t length = 0;
    size_t at = findEnhanced(flat, start == std::string_view::npos ? 0 : start, length);
    if (at != std::string_view::npos) {
        out.enhanced = flat.substr(at, length);
        out.enhancedAt = at;
    }
    return out;
}

} // namespace waypost::reply
