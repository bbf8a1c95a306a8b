// The operator's own secret file, for the window and the command line alike: sealed under the passphrase in
// the file that WAYPOST_PASSPHRASE_FILE names, or, without it, under a key kept beside the configuration
// (mode 0600): then whoever reads the user's files reads the secrets too, and the file says no more than that
// they are not in the workspace.
#pragma once

#include "base/secret.h"
#include "common/paths.h"

namespace waypost::app {

struct SecretFile {
    std::filesystem::path file;
    Secret passphrase;
};

// Makes the key when there is none. Errors: a passphrase file that cannot be read, a key that others may
// read.
Result<SecretFile> personalSecrets(const Paths& paths);

} // namespace waypost::app
