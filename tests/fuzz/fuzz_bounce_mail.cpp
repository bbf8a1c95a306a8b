// Whole mails through the bounce parser: caps hold, evidence lies inside the mail, and the answer of a second
// run is the same.
#include "bounce/parser.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;

namespace {

const bounce::Parser& parser() {
    static const auto made = [] {
        const char* resources = std::getenv("WAYPOST_RESOURCES");
        auto loaded = bounce::Parser::load(resources ? resources : "resources", {});
        if (!loaded) std::abort();
        return *loaded;
    }();
    return *made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string mail(reinterpret_cast<const char*>(data), size);
    const bounce::Report a = parser().parse(mail);
    if (a.recipients.size() > bounce::Report::maxRecipients) std::abort();
    for (const bounce::Recipient& r : a.recipients) {
        if (r.addressAt.span.end() > size || r.diagnosticAt.span.end() > size) std::abort();
        if (r.addressAt.exact && r.addressAt.span.length > 0 && r.address.empty()) std::abort();
    }
    const bounce::Report b = parser().parse(mail);
    if (a.kind != b.kind || a.recipients.size() != b.recipients.size()) std::abort();
    return 0;
}
