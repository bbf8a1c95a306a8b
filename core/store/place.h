// The place of a workspace file: may it be opened here at all, is it ours, who else has it. Nothing of the
// file is changed before every question is answered. Failure: Error, each with its own sentence.
// Thread rule: free functions are pure or ask the kernel; a FileLock belongs to one owner.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

struct FilesystemKind {
    std::uint32_t magic = 0; // statfs f_type
    std::string type;        // as the mount table names it: "ext4", "fuse.sshfs"; may be empty
};
using FilesystemProbe = std::function<FilesystemKind(const std::filesystem::path& folder)>;

FilesystemKind filesystemOf(const std::filesystem::path& folder);
// "NFS", "a Windows share (SMB)", "sshfs"; empty for a local one. WAL needs every process on one host, and
// file locks of network drives lose databases.
std::string networkFilesystem(const FilesystemKind& kind);

// What the head of the file says; a database without any table counts as empty. Absent and Empty files have
// neither number.
struct FileHead {
    enum class Kind : std::uint8_t { Absent, Empty, Sqlite, Other } kind = Kind::Absent;
    std::uint32_t applicationId = 0;
    std::uint32_t schema = 0;
    // No table and no id yet: a creation that was interrupted (or an empty database, which is as good).
    bool blank = false;
};
Result<FileHead> readHead(const std::filesystem::path& file);

// Refuses a foreign SQLite file and a newer schema. An empty file is not judged here: the log beside it may
// hold the whole workspace.
Result<void> checkHead(const FileHead& head, int latestSchema);
Error newerSchema(int found, int known);
Error foreignFile();
Error emptyFile();

// Folder (made 0700 when absent and `create`) and file modes; what was repaired goes into `notices`.
Result<void> checkFolder(const std::filesystem::path& folder, bool create, const FilesystemProbe& probe,
                         std::vector<std::string>& notices);
Result<void> checkFileMode(const std::filesystem::path& file, bool readOnly,
                           std::vector<std::string>& notices);
// An empty file with mode 0600, so that no other mode ever exists.
Result<void> createPrivate(const std::filesystem::path& file);

// The exclusive lock of the one writing process: flock on "<file>.lock", which names its holder. The kernel
// drops the lock with the process; the text stays behind after a crash and says so to the next one.
class FileLock {
  public:
    static Result<FileLock> take(const std::filesystem::path& workspace);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock(); // without releaseClean() the marker stays

    // The last holder did not close: the file has to be checked.
    [[nodiscard]] bool uncleanBefore() const { return unclean_; }
    void releaseClean();

  private:
    FileLock(int fd, bool unclean) : fd_(fd), unclean_(unclean) {}
    int fd_;
    bool unclean_;
};

} // namespace waypost::store
