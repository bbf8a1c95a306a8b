#include "bounce/field_groups.h"

#include "base/text.h"

#include <algorithm>

namespace waypost::bounce {

namespace {

bool isName(std::string_view s) {
    return !s.empty() && s.size() <= 80 &&
           std::all_of(s.begin(), s.end(), [](char c) { return text::isAlnum(c) || c == '-' || c == '_'; });
}

void append(std::string& value, std::string_view more) {
    more = text::trim(more);
    if (more.empty() || value.size() + more.size() > maxStatusValue) return;
    if (!value.empty()) value += '\n';
    value += more;
}

// RFC 6533 3: "\x{5B57}" in utf-8-addr-xtext and unitext.
std::string unescaped(std::string_view in) {
    std::string out;
    for (size_t i = 0; i < in.size(); ++i) {
        const size_t close = in.substr(i, 3) == "\\x{" ? in.find('}', i) : std::string_view::npos;
        if (close == std::string_view::npos || close - i > 9 || close - i < 4) {
            out += in[i];
            continue;
        }
        std::uint32_t c = 0;
        bool good = true;
        for (char d : in.substr(i + 3, close - i - 3)) {
            const char l = text::lower(d);
            const bool hex = text::isDigit(l) || (l >= 'a' && l <= 'f');
            good = good && hex;
            c = c * 16 + std::uint32_t(text::isDigit(l) ? l - '0' : l - 'a' + 10);
        }
        if (!good || c < 0x20 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
            out += in[i];
            continue;
        }
        text::appendUtf8(out, c);
        i = close;
    }
    return out;
}

} // namespace

std::vector<FieldGroup> readFieldGroups(std::string_view in) {
    std::vector<FieldGroup> groups;
    bool open = false;
    for (size_t at = 0; at < in.size();) {
        size_t lf = in.find('\n', at);
        const size_t end = lf == std::string_view::npos ? in.size() : lf;
        const std::string_view line = text::trimRight(in.substr(at, end - at));
        const size_t lineAt = at;
        at = end + 1;
        if (line.empty()) {
            open = false;
            continue;
        }
        const size_t colon = line.find(':');
        const bool folded = line[0] == ' ' || line[0] == '\t';
        const std::string_view name =
            colon == std::string_view::npos ? std::string_view{} : text::trimRight(line.substr(0, colon));
        if (!folded && isName(name)) {
            if (!open) {
                if (groups.size() >= maxFieldGroups) break;
                groups.emplace_back();
                open = true;
            }
            if (groups.back().size() >= maxGroupFields) continue;
            StatusField f;
            f.name = text::lowered(name);
            f.at = lineAt + colon + 1;
            f.end = lineAt + line.size();
            append(f.value, line.substr(colon + 1, maxStatusValue));
            groups.back().push_back(std::move(f));
        } else if (open && !groups.back().empty()) { // folded, or a fold that lost its white space
            append(groups.back().back().value, line);
            groups.back().back().end = lineAt + line.size();
        }
    }
    return groups;
}

const StatusField* findField(const FieldGroup& group, std::string_view name) {
    for (const auto& f : group) {
        if (f.name == name) return &f;
    }
    return nullptr;
}

std::string_view fieldIn(const FieldGroup& group, std::string_view name) {
    const StatusField* f = findField(group, name);
    return f ? std::string_view(f->value) : std::string_view{};
}

std::string_view withoutType(std::string_view value) {
    const size_t semicolon = value.find(';');
    constexpr size_t longestType = 30;
    if (semicolon > longestType) return text::trim(value); // also when there is none
    const std::string_view type = text::trim(value.substr(0, semicolon));
    const bool word = !type.empty() && std::all_of(type.begin(), type.end(), [](char c) {
        return text::isAlnum(c) || c == '-' || c == '_' || c == '.' || c == ' ';
    });
    const bool code = !type.empty() && text::isDigit(type[0]); // "550 …; please" is no type
    return word && !code ? text::trim(value.substr(semicolon + 1)) : text::trim(value);
}

std::string addressValue(std::string_view value) {
    std::string out = unescaped(withoutType(value));
    std::erase(out, '\n');
    const size_t open = out.rfind('<');
    if (open != std::string::npos) {
        const size_t close = out.find('>', open);
        out = out.substr(open + 1, close == std::string::npos ? std::string::npos : close - open - 1);
    } else if (const size_t comment = out.find(" ("); comment != std::string::npos) {
        out.resize(comment);
    }
    std::string_view trimmed = text::trim(out);
    while (!trimmed.empty() && (trimmed.back() == ';' || trimmed.back() == ',')) trimmed.remove_suffix(1);
    if (text::istartsWith(trimmed, "smtp:")) trimmed.remove_prefix(5);
    if (text::istartsWith(trimmed, "mailto:")) trimmed.remove_prefix(7);
    return std::string(text::trim(trimmed));
}

std::string hostValue(std::string_view value) {
    std::string_view v = withoutType(value);
    const size_t end = v.find_first_of(" \t\n(");
    return text::lowered(v.substr(0, end));
}

} // namespace waypost::bounce
