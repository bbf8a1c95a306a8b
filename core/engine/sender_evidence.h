// What the workspace knows of a domain beside its DNS: messages that were checked, replies that were
// received, selectors that were seen. Thread rule: that of the Database. Failure: StorageError.
#pragma once

#include "domain/requirements.h"

#include <string>
#include <vector>

namespace waypost::store {
class Database;
}

namespace waypost::engine {

struct SenderEvidence {
    std::vector<domain::MessageFacts> messages; // newest first
    std::vector<domain::ReplyFacts> replies;
};
SenderEvidence senderEvidence(store::Database& db, const std::string& domain, UtcTime now);

// Selectors of a domain that are known to be in use, however they became known.
std::vector<std::string> knownSelectors(store::Database& db, const std::string& domain);

} // namespace waypost::engine
