// An evidence bundle from any octets: refused, or read within the caps and judged again without a question to
// anybody. An input that is no zip is taken as the answers of a bundle that is otherwise sound.
#include "message/bundle.h"
#include "message/bundle_answers.h"
#include "message/zip.h"

#include <cstdlib>

using namespace waypost;
using namespace waypost::message;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static const SystemClock clock;
    if (auto bundle = readBundle(bytes)) {
        if (bundle->answers.size() > maxBundleAnswers || bundle->message->size() > maxMessageBytes)
            std::abort();
        const Replay replay = replayBundle(*bundle, clock, nullptr);
        if (replay.check.steps.empty()) std::abort();
    }
    auto parsed = json::parse(bytes, "answers.json");
    const auto* list = parsed ? parsed->if_array() : nullptr;
    if (!list) return 0;
    if (auto answers = answersFromJson(*list)) {
        for (const auto& a : *answers)
            if (a.ok() && a.records.empty()) std::abort();
        auto again = answersFromJson(answersToJson(*answers));
        if (!again || again->size() != answers->size()) std::abort();
    }
    return 0;
}
