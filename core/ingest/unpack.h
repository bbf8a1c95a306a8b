// Archives (zip, tar, and a tar in a gzip, bzip2, xz or zstd stream), found by content, with archives inside
// of them: the members are unpacked into one file without a name, and read from there. What is in an archive
// may come from anybody: names are labels and never paths, and members, sizes, ratio and nesting are capped.
// Memory: some buffers. Thread rule: any. Failure: Error when nothing can be read of it; what stopped it
// later is a Problem beside what was unpacked before.
#pragma once

#include "ingest/reader.h"

namespace waypost::ingest {

struct UnpackLimits {
    size_t members = 10'000;                     // folders and links too
    std::int64_t bytes = std::int64_t(16) << 30; // of all members
    std::int64_t ratio = maxStreamRatio;         // of members to archive, past ratioFromBytes
    int nesting = 3;                             // archives in archives
};

struct UnpackedMember {
    std::string name; // "inner.zip!mail.log"
    FilePart part;
};
struct UnpackProblem {
    std::string name; // of the member; empty: the archive
    std::string reason;
};
struct Unpacked {
    std::vector<UnpackedMember> members; // as they stand in the archive
    std::vector<UnpackProblem> problems;
};

// By its first octets (a tar has its sign behind the first 257), behind one stream of compression.
bool isArchive(const FilePart& part);
Result<Unpacked> unpack(const FilePart& part, const UnpackLimits& limits = {});

} // namespace waypost::ingest
