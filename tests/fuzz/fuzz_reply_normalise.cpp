// The normaliser and the reading of codes on any bytes: bounded output, idempotent.
#include "reply/flatten.h"
#include "reply/normalise.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    using namespace waypost::reply;
    const std::string_view in(reinterpret_cast<const char*>(data), size);
    const FlatText flat = flatten(in);
    if (flat.text.size() != flat.offsets.size()) std::abort();
    const ReplyCodes codes = readCodes(flat.text);
    if (codes.code != 0 && (codes.code < 200 || codes.code > 599)) std::abort();
    const std::string once = normalise(in);
    if (once.size() > maxReplyBytes || normalise(once) != once) std::abort();
    return 0;
}
