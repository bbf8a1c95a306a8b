// What the workspace knows of a domain beside its DNS: messages that were checked, replies that were
// received. Thread rule: that of the Database. Failure: StorageError.
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

} // namespace waypost::engine
