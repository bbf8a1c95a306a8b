// Any bytes as a compressed stream and as an archive. What must hold for every input: members, octets and
// nesting stay under their limits, a member can be read to its end, and names are labels of it.
#include "ingest/unpack.h"

#include <sys/mman.h>

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

using namespace waypost::ingest;

namespace {

constexpr std::int64_t most = 1 << 20;
constexpr size_t mostMembers = 20;

// One file without a name for all inputs.
int memory() {
    static const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
    return fd;
}

void readLines(const FilePart& part) {
    auto reader = LogReader::open(part);
    if (!reader) return;
    LogBlock block;
    std::int64_t at = 0;
    for (std::int64_t read = 0; read < 8 * most; read += std::int64_t(block.bytes.size())) {
        auto more = (*reader)->next(block, true);
        if (!more || !*more) return;
        if (block.bytes.empty() || block.offset < at || block.next <= block.offset) std::abort();
        at = block.next;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    if (::ftruncate(memory(), 0) != 0 || ::pwrite(memory(), data, size, 0) != ssize_t(size)) return 0;
    FilePart part;
    part.fd = std::make_shared<const int>(memory());
    part.size = std::int64_t(size);
    part.name = "fuzz";
    readLines(part);
    (void)isArchive(part);
    UnpackLimits limits;
    limits.members = mostMembers;
    limits.bytes = most;
    auto unpacked = unpack(part, limits);
    if (!unpacked) return 0;
    std::int64_t sum = 0;
    for (const UnpackedMember& m : unpacked->members) {
        sum += m.part.size;
        readLines(m.part);
    }
    if (unpacked->members.size() > mostMembers || sum > most) std::abort();
    return 0;
}
