// A rule file of the operator: whatever its bytes, it is read or refused; what is read keeps its limits.
#include "reply/matcher.h"
#include "reply/rule.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    using namespace waypost::reply;
    const auto rules = parseRules({reinterpret_cast<const char*>(data), size}, "fuzz.json", true);
    if (!rules) return 0;
    if (rules->size() > maxRules) std::abort();
    Matcher together;
    int id = 0;
    for (const auto& r : *rules) {
        if (r.pattern.size() > maxPatternBytes || r.id.empty() || r.samples.empty() || !isAction(r.action))
            std::abort();
        together.add(r.pattern, id++);
    }
    std::vector<int> found;
    together.candidates(rules->empty() ? "" : rules->front().samples.front().text, found);
    for (int f : found) {
        if (f < 0 || f >= id) std::abort();
    }
    return 0;
}
