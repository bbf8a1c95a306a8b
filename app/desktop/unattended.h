// Runs nobody watches: the self-check behind the window, and pictures of every screen.
#pragma once

#include "desktop/desktop.h"

namespace waypost::desktop {

// Runs the check while the window lives; prints the tables, and to standard error what was wrong. 0 or 1.
int runSelfCheck(Desktop& desktop, engine::Engine& engine, const std::filesystem::path& resources);

// Fills the workspace by the check, then writes PAGE-light.png and PAGE-dark.png for every screen. 0 or 1.
int takeScreenshots(Desktop& desktop, engine::Engine& engine, const std::filesystem::path& resources,
                    const QString& folder);

} // namespace waypost::desktop
