#include "auth/tag_list.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

bool isTagName(std::string_view name) {
    if (name.empty() || !text::isAlpha(name.front())) return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return text::isAlnum(c) || c == '_' || c == '-'; });
}

} // namespace

const Tag* TagList::find(std::string_view name) const {
    auto it = std::find_if(tags.begin(), tags.end(), [&](const Tag& t) { return t.name == name; });
    return it == tags.end() ? nullptr : &*it;
}

bool TagList::repeated(std::string_view name) const {
    return std::count_if(tags.begin(), tags.end(), [&](const Tag& t) { return t.name == name; }) > 1;
}

TagList parseTags(std::string_view in) {
    TagList list;
    size_t at = 0;
    while (at <= in.size()) {
        size_t end = in.find(';', at);
        if (end == std::string_view::npos) end = in.size();
        const std::string_view piece = text::trim(in.substr(at, end - at));
        const bool last = end == in.size();
        const Span span{piece.empty() ? at : size_t(piece.data() - in.data()), piece.size()};
        at = end + 1;
        if (piece.empty()) {
            if (!last) list.problems.push_back({span, "There is an empty tag between two semicolons."});
            continue;
        }
        const std::string shown = text::printable(piece.substr(0, 60));
        if (list.tags.size() >= maxTags) {
            list.problems.push_back({span, fmt::format("There are more than {} tags.", maxTags)});
            break;
        }
        const size_t equals = piece.find('=');
        if (equals == std::string_view::npos) {
            list.problems.push_back({span, fmt::format("\"{}\" has no \"=\".", shown)});
            continue;
        }
        const std::string_view name = text::trimRight(piece.substr(0, equals));
        if (!isTagName(name)) {
            list.problems.push_back({span, fmt::format("\"{}\" does not begin with a tag name.", shown)});
            continue;
        }
        if (list.find(name))
            list.problems.push_back({span, fmt::format("The tag {}= stands more than once.", name)});
        list.tags.push_back({std::string(name), std::string(text::trim(piece.substr(equals + 1))), span});
    }
    return list;
}

} // namespace waypost::auth
