#include "ingest/csv_record.h"

#include <fmt/format.h>

#include <cstring>

namespace waypost::ingest {

namespace {

size_t findOr(std::string_view in, char c, size_t from) {
    const void* found = from < in.size() ? std::memchr(in.data() + from, c, in.size() - from) : nullptr;
    return found ? size_t(static_cast<const char*>(found) - in.data()) : in.size();
}

} // namespace

std::optional<std::string> CsvRecord::parse(std::string_view in) {
    fields_.clear();
    unquoted_.clear();
    while (in.ends_with('\n') || in.ends_with('\r')) in.remove_suffix(1);
    if (in.size() > maxCsvRecord)
        return fmt::format("it has {} octets, more than the {} allowed", in.size(), maxCsvRecord);
    if (findOr(in, '\0', 0) != in.size()) return "it holds a NUL";
    unquoted_.reserve(in.size()); // views into it must stay
    for (size_t at = 0;;) {
        if (fields_.size() == maxCsvFields) return fmt::format("it has more than {} fields", maxCsvFields);
        if (at < in.size() && in[at] == '"') {
            size_t begin = ++at, close = findOr(in, '"', at);
            if (close + 1 >= in.size() || in[close + 1] != '"') {
                if (close == in.size()) return "a quoted field has no end";
                fields_.push_back(in.substr(begin, close - begin));
            } else {
                size_t start = unquoted_.size();
                while (close + 1 < in.size() && in[close + 1] == '"') {
                    unquoted_.append(in, begin, close + 1 - begin);
                    begin = close + 2;
                    close = findOr(in, '"', begin);
                }
                if (close == in.size()) return "a quoted field has no end";
                unquoted_.append(in, begin, close - begin);
                fields_.push_back(std::string_view(unquoted_).substr(start));
            }
            at = close + 1;
            if (at < in.size() && in[at] != ',') return "text follows a quoted field";
        } else {
            size_t end = findOr(in, ',', at);
            fields_.push_back(in.substr(at, end - at));
            at = end;
        }
        if (at >= in.size()) return std::nullopt;
        ++at;
        if (at == in.size()) {
            fields_.emplace_back();
            return std::nullopt;
        }
    }
}

} // namespace waypost::ingest
