// Files of SNDS, Postmaster Tools and feedback loops from any octets: figures are finite and ordered, words
// are short, a row is counted once.
#include "reputation/sender_data.h"

#include <cmath>
#include <cstdlib>

using namespace waypost::reputation;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto read = readSenderData(text, "fuzz_example.org.csv");
    if (!read) return 0;
    if (read->rejected.size() > read->records) std::abort();
    for (const Figure& f : read->figures) {
        if (f.subject.empty() || f.metric.empty() || f.to < f.from) std::abort();
        if (f.low.has_value() != f.high.has_value()) std::abort();
        if (f.low && (!std::isfinite(*f.low) || !std::isfinite(*f.high) || *f.low > *f.high)) std::abort();
        if (!f.low && f.text.empty()) std::abort();
    }
    return 0;
}
