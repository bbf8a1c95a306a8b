#include "common/filter.h"

#include "filter/parser.h"

namespace waypost::app {

Result<store::EventFilter> parseFilter(std::string_view text, UtcTime now) {
    auto query = filter::parseOrFail(text);
    if (!query) return fail(query.error());
    store::EventFilter out;
    out.query = std::move(*query);
    out.moment.now = now;
    return out;
}

} // namespace waypost::app
