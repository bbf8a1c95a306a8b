#include "cli/classifier.h"

namespace waypost::cli {

std::filesystem::path userRules(const Globals& globals) {
    return globals.paths.config / "reply-rules.json";
}

Result<std::shared_ptr<const reply::Classifier>> loadClassifier(const Globals& globals) {
    std::error_code ec;
    const std::filesystem::path own = userRules(globals);
    return reply::Classifier::load(globals.paths.resources / "rules",
                                   std::filesystem::exists(own, ec) ? own : std::filesystem::path());
}

} // namespace waypost::cli
