#include "base/csv.h"

#include <algorithm>

namespace waypost {

CsvReader::CsvReader(std::string_view text) : in_(text) {
    if (in_.starts_with("\xef\xbb\xbf")) in_.remove_prefix(3);
    std::string_view first = in_.substr(0, in_.find_first_of("\r\n"));
    std::ptrdiff_t most = 0;
    for (char candidate : {',', ';', '\t'}) {
        auto n = std::count(first.begin(), first.end(), candidate);
        if (n > most) {
            most = n;
            separator_ = candidate;
        }
    }
}

bool CsvReader::atLineEnd() const {
    return at_ >= in_.size() || in_[at_] == '\n' || in_[at_] == '\r';
}

void CsvReader::skipLineEnd() {
    if (at_ < in_.size() && in_[at_] == '\r') ++at_;
    if (at_ < in_.size() && in_[at_] == '\n') ++at_;
    ++line_;
}

bool CsvReader::next(CsvRecord& into) {
    while (at_ < in_.size() && atLineEnd()) skipLineEnd();
    if (at_ >= in_.size()) return false;
    into = {};
    into.line = line_;
    for (;;) {
        std::string field;
        if (at_ < in_.size() && in_[at_] == '"') {
            if (!quotedField(field) && into.problem.empty()) into.problem = "a quoted field does not end";
            if (!atLineEnd() && in_[at_] != separator_) {
                if (into.problem.empty()) into.problem = "text follows a closing quote";
                plainField(field);
            }
        } else {
            plainField(field);
        }
        into.fields.push_back(std::move(field));
        if (atLineEnd()) break;
        ++at_;
    }
    skipLineEnd();
    return true;
}

void CsvReader::plainField(std::string& into) {
    size_t begin = at_;
    while (!atLineEnd() && in_[at_] != separator_) ++at_;
    into += in_.substr(begin, at_ - begin);
}

bool CsvReader::quotedField(std::string& into) {
    for (++at_; at_ < in_.size(); ++at_) {
        if (in_[at_] == '\n') ++line_;
        if (in_[at_] != '"') {
            into += in_[at_];
        } else if (at_ + 1 < in_.size() && in_[at_ + 1] == '"') {
            into += '"';
            ++at_;
        } else {
            ++at_;
            return true;
        }
    }
    return false;
}

std::string csvField(std::string_view text) {
    bool quote = text.find_first_of(",;\t\"\r\n") != std::string_view::npos;
    if (!text.empty() && (text.front() == ' ' || text.back() == ' ')) quote = true;
    if (!quote) return std::string(text);
    std::string out = "\"";
    for (char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

} // namespace waypost
