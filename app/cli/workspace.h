// The workspace of a command: --workspace, or the user's own. Internal to cli/.
#pragma once

#include "cli/globals.h"
#include "store/workspace.h"

#include <memory>

namespace waypost::cli {

// Makes its folder when there is none. `create`: and the file.
Result<std::unique_ptr<store::Workspace>> openWorkspace(const Globals& globals, bool create);
std::filesystem::path workspaceFile(const Globals& globals);
Result<std::string> readWholeFile(const std::string& file, size_t maxBytes); // "-" reads standard input

} // namespace waypost::cli
