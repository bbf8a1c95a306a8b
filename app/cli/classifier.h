// The rules of a command: the shipped pack and, above it, the operator's own file. Internal to cli/.
#pragma once

#include "cli/globals.h"
#include "reply/classifier.h"

#include <filesystem>
#include <memory>

namespace waypost::cli {

// reply-rules.json in the configuration folder.
std::filesystem::path userRules(const Globals& globals);
Result<std::shared_ptr<const reply::Classifier>> loadClassifier(const Globals& globals);

// The verbs of `reply` that need a workspace or rule files.
void addReplyTemplates(CLI::App& group, Globals& globals);
void addReplyRules(CLI::App& group, Globals& globals);

} // namespace waypost::cli
