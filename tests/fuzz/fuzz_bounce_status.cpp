// Delivery status and feedback fields: groups and recipients are capped, values lie inside the text.
#include "bounce/delivery_status.h"
#include "bounce/field_groups.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view in(reinterpret_cast<const char*>(data), size);
    const auto groups = bounce::readFieldGroups(in);
    if (groups.size() > bounce::maxFieldGroups) std::abort();
    for (const auto& g : groups) {
        if (g.size() > bounce::maxGroupFields) std::abort();
        for (const auto& f : g) {
            if (f.at > f.end || f.end > size || f.value.size() > bounce::maxStatusValue) std::abort();
        }
    }
    const auto status = bounce::readDeliveryStatus(in);
    if (status.recipients.size() > bounce::Report::maxRecipients) std::abort();
    for (const auto& r : status.recipients) {
        if (r.recipient.address.empty()) std::abort();
    }
    return 0;
}
