#include "common/table.h"

#include <algorithm>
#include <string_view>

namespace waypost::app {

namespace {

// Columns on a terminal: code points, which is right for everything we print but wide scripts.
size_t width(std::string_view s) {
    size_t n = 0;
    for (char c : s)
        if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++n;
    return n;
}

void pad(std::string& out, std::string_view cell, size_t to, bool right, bool last) {
    const size_t missing = to - std::min(to, width(cell));
    if (right) out.append(missing, ' ');
    out += cell;
    if (!right && !last) out.append(missing, ' ');
    if (!last) out += "  ";
}

} // namespace

std::string table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
    std::vector<size_t> widths;
    widths.reserve(columns.size());
    for (const Column& c : columns) widths.push_back(width(c.title));
    for (const auto& row : rows)
        for (size_t i = 0; i < row.size() && i < widths.size(); ++i)
            widths[i] = std::max(widths[i], width(row[i]));
    std::string out;
    for (size_t i = 0; i < columns.size(); ++i)
        pad(out, columns[i].title, widths[i], columns[i].right, i + 1 == columns.size());
    out += '\n';
    for (size_t i = 0; i < columns.size(); ++i)
        pad(out, std::string(widths[i], '-'), widths[i], false, i + 1 == columns.size());
    out += '\n';
    for (const auto& row : rows) {
        for (size_t i = 0; i < columns.size(); ++i)
            pad(out, i < row.size() ? row[i] : std::string(), widths[i], columns[i].right,
                i + 1 == columns.size());
        out += '\n';
    }
    return out;
}

} // namespace waypost::app
