// Where the program finds its data and keeps the operator's: XDG base directories on Linux. `waypost-cli
// paths` prints them.
#pragma once

#include "base/result.h"

#include <filesystem>

namespace waypost::app {

struct Paths {
    std::filesystem::path resources; // rules, lists, lab profiles
    std::filesystem::path workspace; // the default workspace file
    std::filesystem::path labWorkspace;
    std::filesystem::path config, state;
};

// Resources: WAYPOST_RESOURCES, then beside the program (../share/waypost), then the source tree it was built
// from.
Result<Paths> findPaths();

} // namespace waypost::app
