// Parts of the "dkim" group that have files of their own. Internal to cli/.
#pragma once

#include "auth/dkim_check.h"
#include "base/json.h"
#include "cli/globals.h"

namespace waypost::cli {

// `dkim sign`, `dkim keygen`.
void addDkimKeys(CLI::App& group, Globals& globals);
// `dkim autopsy`.
void addDkimAutopsy(CLI::App& group, Globals& globals);

// Of a message file, or of standard input for "-".
Result<std::shared_ptr<const mail::HeaderBlock>> openMessage(const std::string& file);
json::object toJson(const auth::DkimSignatureCheck& s);
// The clock of --at, or the time now.
UtcTime judgingTime(const std::optional<std::int64_t>& at);
// 1: a file without a passing signature; 4: a key could not be looked up.
int exitStatusOf(const auth::DkimCheck& check);

} // namespace waypost::cli
