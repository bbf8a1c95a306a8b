#include "store/workspace_open.h"

#include "base/text.h"
#include "store/database.h"
#include "store/migrations.h"
#include "store/place.h"
#include "store/storage_error.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>

namespace waypost::store {

namespace {

struct Object {
    std::string type, sql;
    bool operator==(const Object&) const = default;
};

std::map<std::string, Object> objectsOf(Database& db) {
    std::map<std::string, Object> found;
    auto select =
        db.prepare("SELECT name, type, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'");
    while (select.step()) found[select.string(0)] = {select.string(1), select.string(2)};
    return found;
}

bool isCode(const Object& o) {
    return o.type == "trigger" || o.type == "view";
}

void syncPath(const std::filesystem::path& path) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

void removeOldBackups(const std::filesystem::path& file, int keep) {
    auto prefix = file.filename().string() + ".backup-";
    std::vector<std::filesystem::path> found;
    std::error_code ignored;
    auto folder = file.parent_path().empty() ? std::filesystem::path(".") : file.parent_path();
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.path().filename().string().starts_with(prefix)) found.push_back(entry.path());
    // The time stands first in the name.
    std::sort(found.begin(), found.end(), std::greater<>());
    for (size_t i = size_t(keep); i < found.size(); ++i) std::filesystem::remove(found[i], ignored);
}

// "20260101T000000.123Z": sorts by time.
std::string stamp(UtcTime t) {
    auto c = toCivil(t);
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}.{:03}Z", c.year, c.month, c.day, c.hour, c.minute,
                       c.second, t.ms % 1000);
}

} // namespace

Result<void> checkIdentity(Database& db, bool create) {
    int version = schemaOf(db);
    auto id = db.integer("PRAGMA application_id");
    bool blank = id == 0 && version == 0 && db.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (blank) {
        if (create) return {};
        return fail(emptyFile());
    }
    if (id != applicationId) return fail(foreignFile());
    if (version > latestSchema()) return fail(newerSchema(version, latestSchema()));
    return {};
}

Result<void> checkSchema(Database& db) {
    auto pure = Database::inMemory();
    migrate(*pure, schemaOf(db));
    auto expected = objectsOf(*pure);
    auto found = objectsOf(db);
    for (const auto& [name, object] : found) {
        auto ours = expected.find(name);
        if (isCode(object) && (ours == expected.end() || ours->second != object))
            return fail(
                ErrorCode::Refused, "workspace",
                fmt::format("The workspace holds a {} that Waypost did not make (\"{}\"); it would run "
                            "with your data. Nothing was changed.",
                            object.type, text::printable(name)));
    }
    for (const auto& [name, object] : expected)
        if (!found.contains(name))
            return fail(
                ErrorCode::Corrupt, "workspace",
                fmt::format("The workspace is incomplete: the {} \"{}\" is missing. Use a backup copy.",
                            object.type, name));
    return {};
}

Result<void> checkIntegrity(Database& db) {
    std::string problems;
    try {
        problems = db.quickCheck();
    } catch (const StorageError& e) {
        problems = e.what();
    }
    if (problems.empty()) return {};
    return fail(
        ErrorCode::Corrupt, "workspace",
        fmt::format("The workspace file is damaged: {}. Nothing was changed; use a backup copy, or open "
                    "it for reading only to save what can be read.",
                    text::printable(problems)));
}

Result<std::filesystem::path> backupBeforeMigration(Database& db, const std::filesystem::path& file,
                                                    UtcTime now, int keep) {
    auto target =
        std::filesystem::path(fmt::format("{}.backup-{}-schema{}", file.string(), stamp(now), schemaOf(db)));
    auto part = std::filesystem::path(target.string() + ".part");
    std::error_code failed;
    std::filesystem::remove(part, failed);
    if (auto made = createPrivate(part); !made) return fail(std::move(made.error()));
    try {
        db.backupTo(part);
    } catch (const StorageError& e) {
        std::filesystem::remove(part, failed);
        return fail(
            ErrorCode::Storage, "workspace",
            fmt::format("The backup before the upgrade could not be written, so nothing was changed: {}",
                        e.what()));
    }
    syncPath(part);
    std::filesystem::rename(part, target, failed);
    if (failed)
        return fail(ErrorCode::Storage, "workspace",
                    fmt::format("The backup before the upgrade could not be named: {}.", failed.message()));
    syncPath(target.parent_path().empty() ? "." : target.parent_path());
    removeOldBackups(file, keep);
    return target;
}

} // namespace waypost::store
