#include "auth/authentication_results.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr size_t maxColumn = 78;
constexpr size_t fieldName = std::string_view("Authentication-Results: ").size();
constexpr size_t tabWidth = 8;

bool isControl(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7f;
}

bool isToken(std::string_view in) {
    constexpr std::string_view specials = "()<>@,;:\\\"/[]?=";
    return !in.empty() && std::all_of(in.begin(), in.end(), [&](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
               specials.find(c) == std::string_view::npos;
    });
}

std::string escaped(std::string_view in, std::string_view special) {
    std::string out;
    for (char c : in) {
        if (special.find(c) != std::string_view::npos) out += '\\';
        out += isControl(c) ? ' ' : c;
    }
    return out;
}

std::string quotedWhereNeeded(std::string_view in) {
    return isToken(in) ? std::string(in) : "\"" + escaped(in, "\"\\") + "\"";
}

// An address keeps its "@" outside the quotes: [[local-part] "@"] domain-name.
std::string propertyValue(std::string_view in) {
    const size_t sign = in.rfind('@');
    if (sign == std::string_view::npos || !isToken(in.substr(sign + 1))) return quotedWhereNeeded(in);
    const std::string_view local = in.substr(0, sign);
    return (local.empty() ? std::string() : quotedWhereNeeded(local)) + std::string(in.substr(sign));
}

class Writer {
  public:
    void add(const std::string& piece, bool newLine = false) {
        const bool first = out.empty();
        if (!first && (newLine || column_ + 1 + piece.size() > maxColumn)) {
            out += "\r\n\t";
            column_ = tabWidth;
        } else if (!first) {
            out += ' ';
            ++column_;
        }
        out += piece;
        column_ += piece.size();
    }
    std::string out;

  private:
    size_t column_ = fieldName;
};

std::vector<std::string> pieces(const AuthMethodResult& r) {
    std::vector<std::string> out;
    out.push_back(r.method + (r.methodVersion != 1 ? fmt::format("/{}", r.methodVersion) : "") + "=" +
                  r.result);
    if (!r.comment.empty()) out.push_back("(" + escaped(r.comment, "()\\") + ")");
    if (!r.reason.empty()) out.push_back("reason=" + quotedWhereNeeded(r.reason));
    for (const auto& p : r.properties)
        out.push_back(p.ptype.empty() ? p.property + "=" + quotedWhereNeeded(p.value)
                                      : p.ptype + "." + p.property + "=" + propertyValue(p.value));
    return out;
}

} // namespace

std::string formatAuthenticationResults(const AuthenticationResults& r) {
    Writer writer;
    std::string head = quotedWhereNeeded(r.authservId);
    if (r.version != 1) head += fmt::format(" {}", r.version);
    if (r.results.empty()) {
        writer.add(head + "; none");
        return writer.out;
    }
    writer.add(head + ";");
    for (size_t i = 0; i < r.results.size(); ++i) {
        std::vector<std::string> words = pieces(r.results[i]);
        if (i + 1 < r.results.size()) words.back() += ';';
        for (size_t w = 0; w < words.size(); ++w) writer.add(words[w], w == 0);
    }
    return writer.out;
}

} // namespace waypost::auth
