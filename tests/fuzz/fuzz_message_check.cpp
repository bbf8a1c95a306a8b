// A whole message check over any octets as message: it ends, every span lies inside, every answer it points
// to is there, and its JSON and Authentication-Results are sound. Names do not exist here.
#include "auth/authentication_results.h"
#include "base/json.h"
#include "message/check.h"
#include "message/recorded_resolver.h"

#include <cstdlib>

using namespace waypost;
using namespace waypost::message;

namespace {

void look(const std::vector<Item>& items, size_t size, size_t answers) {
    for (const auto& i : items) {
        if (i.bytes.end() > size || (i.answer && *i.answer >= answers)) std::abort();
        look(i.children, size, answers);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    static const SystemClock clock;
    RecordedResolver nothing({});
    CheckOptions options;
    options.clock = &clock;
    auto bytes = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
    auto checked = runReady(check(nothing, bytes, options));
    if (!checked) std::abort();
    for (const auto& s : checked->steps) look(s.items, size, checked->answers.size());
    if (!json::parse(toJson(*checked, true), "json")) std::abort();
    const auto results = auth::parseAuthenticationResults(checked->authenticationResults);
    if (results.authservId != options.receiver) std::abort();
    return 0;
}
