// Any octets as what somebody opens or pastes: taken or refused, never both; a refusal has a sentence, and
// what is taken is taken again unchanged.
#include "message/input.h"

#include <cstdlib>

using namespace waypost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const auto taken = message::messageInput(bytes);
    if (!taken) {
        if (taken.error().text.empty()) std::abort();
        return 0;
    }
    if (!bytes.ends_with(taken->bytes)) std::abort();
    const auto again = message::messageInput(taken->bytes);
    if (!again || again->bytes != taken->bytes || again->title != taken->title) std::abort();
    return 0;
}
