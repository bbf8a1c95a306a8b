// What an import is going to read: folders walked, archives unpacked, each content's format found, and
// rotated sets put in order. Internal to ingest/. Thread rule: one thread.
#pragma once

#include "ingest/session.h"

#include <deque>

namespace waypost::ingest {

struct Plan {
    std::vector<Source> sources; // oldest first
    struct Refused {
        size_t index = 0;
        std::string path, member, reason, head;
    };
    std::vector<Refused> refused; // kept as rejected, each once
};

// `results` has one for each of `files`, with its name; problems of a whole file stand in it as its error.
Plan makePlan(const std::vector<std::filesystem::path>& files, const ImportOptions& options,
              std::vector<ImportResult>& results);
// Opens what waits. An Error is that of the file.
Result<void> openSource(Source& source, const ImportOptions& options);
// The content of a path that an import stored: a file, or a member of an archive ("logs.zip!mail.log").
Result<std::unique_ptr<LogReader>> openStored(const std::string& path);

} // namespace waypost::ingest
