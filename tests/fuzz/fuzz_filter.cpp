// A filter from any octets: refused with a place inside the text, or printed to a text that parses to the
// same one; matching and completing it end and stay in bounds.
#include "filter/complete.h"
#include "filter/match.h"
#include "filter/parser.h"

#include <cstdlib>

using namespace waypost;
using namespace waypost::filter;

namespace {

void matchAll(const Node& node, std::string_view text) {
    for (const Node& child : node.children) matchAll(child, text);
    if (node.kind != Node::Kind::Term) return;
    const TermMatcher matcher(node.term);
    (void)matcher.matches(text);
    (void)matcher.matchesCode(421, "4.7.0");
    std::int64_t last = INT64_MIN;
    for (const Interval& i : intervalsOf(node.term, {{1'777'800'000'000}, {}})) {
        if (i.low > i.high || i.low < last) std::abort();
        last = i.high;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Completions completions = complete(text, size / 2, {{"gmail", 2}, {"a b", 1}}, eventFields());
    if (completions.offset + completions.length > size) std::abort();
    auto node = parse(text);
    if (!node) {
        const ParseError& e = node.error();
        if (e.offset + e.length > size || e.sentence.empty()) std::abort();
        return 0;
    }
    const std::string printed = print(*node);
    auto again = parse(printed);
    // Quotes and full names may make the text longer than what is taken.
    if (!again && printed.size() <= maxLength) std::abort();
    if (again && print(*again) != printed) std::abort();
    matchAll(*node, text);
    return 0;
}
