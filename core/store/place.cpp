#include "store/place.h"

#include "base/text.h"
#include "store/migrations.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace waypost::store {

namespace {

constexpr std::uint32_t fuseMagic = 0x65735546;
// SQLite file format: the database header (section 1.3) and the start of the schema's b-tree page (1.6).
constexpr size_t headBytes = 108;

struct NetworkMagic {
    std::uint32_t magic;
    std::string_view name;
};
// linux/magic.h and the file systems' own sources.
constexpr std::array networkMagics{
    NetworkMagic{0x6969, "NFS"},
    NetworkMagic{0x517B, "a Windows share (SMB)"},
    NetworkMagic{0xFF534D42, "a Windows share (CIFS)"},
    NetworkMagic{0xFE534D42, "a Windows share (SMB2)"},
    NetworkMagic{0x01021997, "9P"},
    NetworkMagic{0x00C36400, "Ceph"},
    NetworkMagic{0x5346414F, "AFS"},
    NetworkMagic{0x6B414653, "AFS"},
    NetworkMagic{0x73757245, "Coda"},
    NetworkMagic{0x564C, "NCP"},
    NetworkMagic{0x0BD00BD0, "Lustre"},
    NetworkMagic{0x47504653, "GPFS"},
    NetworkMagic{0x01161970, "GFS2"},
    NetworkMagic{0x7461636F, "OCFS2"},
    NetworkMagic{0x786F4256, "a VirtualBox shared folder"},
    NetworkMagic{0x19830326, "BeeGFS"},
};
// FUSE carries local and remote file systems; the mount table tells them apart.
constexpr std::array<std::string_view, 11> networkFuse{
    "sshfs", "rclone",    "gvfsd-fuse", "s3fs",   "glusterfs", "ceph",
    "davfs", "curlftpfs", "smbnetfs",   "goofys", "mfs",
};

std::string shown(const std::filesystem::path& path) {
    return text::printable(path.string());
}

std::string reason(int code) {
    return std::generic_category().message(code);
}

std::uint32_t bigEndian(const char* bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | std::uint8_t(bytes[i]);
    return value;
}

// One page with an empty schema and no number of anybody: what a crash leaves right after the file was made.
bool isBlank(std::string_view head, std::int64_t fileBytes) {
    std::int64_t pageBytes = std::uint8_t(head[16]) << 8 | std::uint8_t(head[17]);
    if (pageBytes == 1) pageBytes = 65536;
    bool noCells = head[103] == 0 && head[104] == 0;
    return fileBytes <= pageBytes && noCells && bigEndian(&head[68]) == 0 && bigEndian(&head[60]) == 0;
}

std::string mountType(const std::filesystem::path& folder) {
    struct stat st{};
    if (stat(folder.c_str(), &st) != 0) return {};
    auto device = fmt::format("{}:{}", major(st.st_dev), minor(st.st_dev));
    std::ifstream table("/proc/self/mountinfo");
    for (std::string line; std::getline(table, line);) {
        auto words = text::words(line);
        if (words.size() < 9 || words[2] != device) continue;
        for (size_t i = 6; i + 1 < words.size(); ++i)
            if (words[i] == "-") return std::string(words[i + 1]);
    }
    return {};
}

} // namespace

FilesystemKind filesystemOf(const std::filesystem::path& folder) {
    struct statfs info{};
    if (statfs(folder.c_str(), &info) != 0) return {};
    FilesystemKind kind{std::uint32_t(info.f_type), {}};
    if (kind.magic == fuseMagic) kind.type = mountType(folder);
    return kind;
}

std::string networkFilesystem(const FilesystemKind& kind) {
    for (const auto& known : networkMagics)
        if (known.magic == kind.magic) return std::string(known.name);
    std::string_view type = kind.type;
    if (kind.magic != fuseMagic || !type.starts_with("fuse.")) return {};
    type.remove_prefix(5);
    for (auto name : networkFuse)
        if (type == name) return std::string(name);
    return {};
}

Result<FileHead> readHead(const std::filesystem::path& file) {
    struct stat st{};
    if (stat(file.c_str(), &st) != 0) {
        if (errno == ENOENT) return FileHead{};
        return fail(ErrorCode::Storage, "workspace",
                    fmt::format("{} cannot be read: {}.", shown(file), reason(errno)));
    }
    if (S_ISDIR(st.st_mode))
        return fail(ErrorCode::InvalidArgument, "workspace",
                    fmt::format("{} is a folder; a workspace is one file.", shown(file)));
    if (!S_ISREG(st.st_mode))
        return fail(ErrorCode::InvalidArgument, "workspace",
                    fmt::format("{} is not a regular file.", shown(file)));
    std::array<char, headBytes> head{};
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return fail(ErrorCode::Permission, "workspace",
                    fmt::format("{} cannot be read: {}.", shown(file), reason(errno)));
    in.read(head.data(), head.size());
    if (in.gcount() == 0) return FileHead{FileHead::Kind::Empty};
    using namespace std::string_view_literals;
    bool sqlite = in.gcount() == std::streamsize(headBytes) &&
                  std::string_view(head.data(), 16) == "SQLite format 3\0"sv;
    if (!sqlite) return FileHead{FileHead::Kind::Other, 0, 0};
    if (isBlank(std::string_view(head.data(), head.size()), st.st_size))
        return FileHead{FileHead::Kind::Empty, 0, 0};
    return FileHead{FileHead::Kind::Sqlite, bigEndian(&head[68]), bigEndian(&head[60])};
}

Error newerSchema(int found, int known) {
    return {ErrorCode::Unsupported, "workspace",
            fmt::format("This workspace was written by a newer Waypost (schema {}, this program knows {}). "
                        "Nothing was changed.",
                        found, known)};
}

Error emptyFile() {
    return {ErrorCode::NotFound, "workspace", "This file is empty; it is not a Waypost workspace."};
}

Error foreignFile() {
    return {ErrorCode::Refused, "workspace",
            "This is an SQLite database of another program, not a Waypost workspace. Nothing was changed."};
}

Result<void> checkHead(const FileHead& head, int latestSchema) {
    if (head.kind == FileHead::Kind::Other)
        return fail(
            ErrorCode::Refused, "workspace",
            "This file is not a Waypost workspace (it is not an SQLite database). Nothing was changed.");
    if (head.kind != FileHead::Kind::Sqlite) return {};
    if (head.applicationId != std::uint32_t(applicationId)) return fail(foreignFile());
    if (head.schema > std::uint32_t(latestSchema)) return fail(newerSchema(int(head.schema), latestSchema));
    return {};
}

Result<void> checkFolder(const std::filesystem::path& folder, bool create, const FilesystemProbe& probe,
                         std::vector<std::string>& notices) {
    std::error_code failed;
    if (!std::filesystem::exists(folder, failed)) {
        if (!create)
            return fail(ErrorCode::NotFound, "workspace",
                        fmt::format("The folder {} does not exist.", shown(folder)));
        std::filesystem::create_directories(folder, failed);
        if (failed || chmod(folder.c_str(), 0700) != 0)
            return fail(ErrorCode::Permission, "workspace",
                        fmt::format("The folder {} cannot be made: {}.", shown(folder),
                                    failed ? failed.message() : reason(errno)));
    }
    if (auto network = networkFilesystem(probe(folder)); !network.empty())
        return fail(
            ErrorCode::Refused, "workspace",
            fmt::format("{} is on a network file system ({}), where file locks fail and databases are "
                        "lost. Keep the workspace on a local disk.",
                        shown(folder), network));
    struct stat st{};
    if (stat(folder.c_str(), &st) != 0 || !S_ISDIR(st.st_mode))
        return fail(ErrorCode::InvalidArgument, "workspace",
                    fmt::format("{} is not a folder.", shown(folder)));
    if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
        return fail(
            ErrorCode::Permission, "workspace",
            fmt::format("Everybody may write to the folder {}; take that right away (chmod o-w) or use "
                        "another folder.",
                        shown(folder)));
    if ((st.st_mode & S_IWGRP) && !(st.st_mode & S_ISVTX))
        notices.push_back(fmt::format("The group may write to the folder {}.", shown(folder)));
    return {};
}

Result<void> checkFileMode(const std::filesystem::path& file, bool readOnly,
                           std::vector<std::string>& notices) {
    struct stat st{};
    if (stat(file.c_str(), &st) != 0)
        return fail(ErrorCode::Storage, "workspace",
                    fmt::format("{} cannot be read: {}.", shown(file), reason(errno)));
    if ((st.st_mode & 0077) == 0) return {};
    auto mode = unsigned(st.st_mode & 0777);
    if (readOnly) {
        notices.push_back(fmt::format("Others may read {} (mode {:04o}).", shown(file), mode));
        return {};
    }
    if (chmod(file.c_str(), 0600) != 0)
        return fail(ErrorCode::Permission, "workspace",
                    fmt::format("Others may read {} (mode {:04o}) and that cannot be changed: {}.",
                                shown(file), mode, reason(errno)));
    notices.push_back(fmt::format("The mode of {} was {:04o}; it is 0600 now.", shown(file), mode));
    return {};
}

Result<void> createPrivate(const std::filesystem::path& file) {
    int fd = open(file.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fail(ErrorCode::Permission, "workspace",
                    fmt::format("{} cannot be made: {}.", shown(file), reason(errno)));
    close(fd);
    return {};
}

} // namespace waypost::store
