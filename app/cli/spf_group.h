// The verbs of the spf group that look at records and not at a message. Internal to cli/.
#pragma once

#include "cli/globals.h"

namespace waypost::cli {

void addSpfRecordVerbs(CLI::App& group, Globals& globals);

} // namespace waypost::cli
