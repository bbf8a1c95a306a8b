#include "mail/content_type.h"

#include "base/text.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

#include <map>

namespace waypost::mail {

namespace {

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = text::lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string percentDecode(std::string_view in) {
    std::string out;
    for (size_t i = 0; i < in.size(); ++i) {
        const bool escape =
            in[i] == '%' && i + 2 < in.size() && hexValue(in[i + 1]) >= 0 && hexValue(in[i + 2]) >= 0;
        out += escape ? char(hexValue(in[i + 1]) * 16 + hexValue(in[i + 2])) : in[i];
        if (escape) i += 2;
    }
    return out;
}

struct Raw {
    std::string name, value;
};

// Cuts "; name=value" pieces; quoted strings and comments are respected.
class Reader {
  public:
    explicit Reader(std::string_view in) : in_(in) {}

    std::string head() { return text::lowered(text::trim(piece(";"))); }

    std::optional<Raw> next() {
        while (at_ < in_.size()) {
            ++at_; // the semicolon
            Raw out;
            out.name = text::lowered(text::trim(piece("=;")));
            if (at_ >= in_.size() || in_[at_] == ';') continue; // a name without a value
            ++at_;
            out.value = piece(";");
            if (!out.name.empty()) return out;
        }
        return std::nullopt;
    }

  private:
    // White space is trimmed outside of quotes only.
    std::string piece(std::string_view stops) {
        std::string out;
        size_t quotedEnd = 0;
        int comment = 0;
        while (at_ < in_.size()) {
            const char c = in_[at_];
            if (comment == 0 && stops.find(c) != std::string_view::npos) break;
            ++at_;
            if (c == '(') {
                ++comment;
            } else if (c == ')' && comment > 0) {
                --comment;
            } else if (comment == 0 && c == '"') {
                quoted(out);
                quotedEnd = out.size();
            } else if (comment == 0 && (!out.empty() || !text::isSpace(c))) {
                out += c;
            }
        }
        while (out.size() > quotedEnd && text::isSpace(out.back())) out.pop_back();
        return out;
    }

    void quoted(std::string& out) {
        while (at_ < in_.size() && in_[at_] != '"') {
            if (in_[at_] == '\\' && at_ + 1 < in_.size()) ++at_;
            out += in_[at_++];
        }
        if (at_ < in_.size()) ++at_;
    }

    std::string_view in_;
    size_t at_ = 0;
};

struct Extended {
    std::map<unsigned, std::string> pieces;
    std::string charset;
    bool encoded = false;
};

} // namespace

std::optional<std::string> ParameterValue::parameter(std::string_view lowerName) const {
    for (const auto& [name, v] : parameters)
        if (name == lowerName) return v;
    return std::nullopt;
}

ParameterValue parseParameterValue(std::string_view unfolded) {
    ParameterValue out;
    Reader reader(unfolded);
    out.value = reader.head();
    std::map<std::string, Extended> extended;
    for (size_t n = 0; n < ParameterValue::maxParameters; ++n) {
        auto raw = reader.next();
        if (!raw) break;
        const size_t star = raw->name.find('*');
        if (star == std::string::npos) {
            out.parameters.emplace_back(raw->name, decodeHeader(raw->value));
            continue;
        }
        // name*=, name*0=, name*0*=
        std::string_view rest = std::string_view(raw->name).substr(star + 1);
        const bool encoded = rest.empty() || rest.ends_with('*');
        if (rest.ends_with('*')) rest.remove_suffix(1);
        const auto index = rest.empty() ? 0 : text::parseUnsigned(rest).value_or(~0ULL);
        if (index >= ParameterValue::maxParameters) continue;
        Extended& e = extended[raw->name.substr(0, star)];
        std::string_view value = raw->value;
        if (encoded && index == 0) {
            const size_t first = value.find('\'');
            const size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
            if (second != std::string_view::npos) {
                e.charset = value.substr(0, first);
                value.remove_prefix(second + 1);
            }
        }
        e.pieces.emplace(unsigned(index), encoded ? percentDecode(value) : std::string(value));
    }
    for (const auto& [name, e] : extended) {
        std::string joined;
        for (const auto& [index, piece] : e.pieces) joined += piece;
        // The extended form wins over a plain one of the same name.
        std::erase_if(out.parameters, [&](const auto& p) { return p.first == name; });
        out.parameters.emplace_back(name, toUtf8(joined, e.charset).utf8);
    }
    return out;
}

} // namespace waypost::mail
