// The self-check behind `installer/run --check`: on a lab workspace, one seed placement test through delivery
// and IMAP, one domain inspection and one log import, each printed as a table and compared with what the lab
// is known to do.
#pragma once

#include "engine/engine.h"

#include <filesystem>
#include <string>
#include <vector>

namespace waypost::app {

struct CheckReport {
    std::string text;                  // the three tables
    std::vector<std::string> problems; // empty: everything is as it must be
};

// Takes some seconds (a greylisting host has to be waited for). `resources` holds lab/mail.log.
CheckReport runCheck(engine::Engine& engine, const std::filesystem::path& resources);

} // namespace waypost::app
