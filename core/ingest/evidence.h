// The bytes of an event's line, read again from its log. The log is looked for where it was last seen, and
// then, by its first octets, among its rotated brothers in the same folder (mail.log.1, mail.log.2.gz). What
// is returned has been compared with the hash stored at import. Thread rule: any. Failure: NotFound when the
// log is gone, Corrupt when the bytes are others.
#pragma once

#include "base/result.h"
#include "store/event_queries.h"

#include <filesystem>
#include <string>

namespace waypost::ingest {

struct RawLine {
    std::filesystem::path file; // where it is now
    std::int64_t offset = 0;
    std::string bytes;
};
Result<RawLine> rawLine(const store::EvidencePlace& place);

} // namespace waypost::ingest
