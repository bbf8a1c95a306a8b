#include "store/workspace.h"

#include "base/text.h"
#include "store/job_store.h"
#include "store/migrations.h"
#include "store/readers.h"
#include "store/settings_store.h"
#include "store/storage_error.h"
#include "store/workspace_open.h"

#include <fmt/format.h>

namespace waypost::store {

struct Workspace::Impl {
    std::filesystem::path file;
    WorkspaceOptions options;
    std::vector<std::string> notices;
    SystemClock systemClock;
    std::optional<FileLock> lock;
    std::unique_ptr<Readers> readers;
    std::unique_ptr<Writer> writer; // absent when read-only

    [[nodiscard]] const Clock& clock() const { return options.clock ? *options.clock : systemClock; }
    [[nodiscard]] DatabaseOptions database() const {
        DatabaseOptions o;
        o.readOnly = options.readOnly;
        o.durability = options.durability.value_or(Durability::Full);
        o.vfs = options.vfs;
        return o;
    }

    Result<void> checkPlace();
    Result<void> openForReading();
    Result<void> openForWriting();
    Result<std::unique_ptr<Database>> prepared();
    Result<void> upgrade(Database& db);
    Result<void> openAny();
    void giveUp();
    void close();
};

Result<void> Workspace::Impl::checkPlace() {
    auto folder = file.parent_path();
    if (auto ok = checkFolder(folder, options.create, options.filesystem, notices); !ok) return ok;
    auto head = readHead(file);
    if (!head) return fail(std::move(head.error()));
    bool absent = head->kind == FileHead::Kind::Absent;
    if (absent && (!options.create || options.readOnly))
        return fail(ErrorCode::NotFound, "workspace",
                    fmt::format("There is no workspace {}.", text::printable(file.string())));
    std::error_code ignored;
    bool logBeside = std::filesystem::exists(file.string() + "-wal", ignored);
    bool empty = head->kind == FileHead::Kind::Empty && !logBeside;
    if (empty && !options.create) return fail(emptyFile());
    if (auto ok = checkHead(*head, latestSchema()); !ok) return ok;
    return {};
}

Result<void> Workspace::Impl::openForReading() {
    if (auto ok = checkFileMode(file, true, notices); !ok) return ok;
    readers = std::make_unique<Readers>(file, database(), maxReaders);
    return readers->run(
        [](Database& db) -> Result<void> {
            if (auto ok = checkIdentity(db, false); !ok) return ok;
            int version = schemaOf(db);
            if (version < latestSchema())
                return fail(
                    ErrorCode::Unsupported, "workspace",
                    fmt::format("This workspace has schema {} and this program reads {}; open it once "
                                "for writing to bring it up to date.",
                                version, latestSchema()));
            return checkSchema(db);
        },
        {});
}

// Brings an older schema up to date, behind a backup.
Result<void> Workspace::Impl::upgrade(Database& db) {
    int version = schemaOf(db);
    if (version == latestSchema()) return {};
    if (version > 0) {
        auto backup = backupBeforeMigration(db, file, clock().now(), keptBackups);
        if (!backup) return fail(std::move(backup.error()));
        notices.push_back(
            fmt::format("The workspace was brought from schema {} to {}; the old one is kept as {}.", version,
                        latestSchema(), text::printable(backup->filename().string())));
    }
    migrate(db, latestSchema(), options.afterMigrationStatement);
    return {};
}

// The writing connection, checked and up to date.
Result<std::unique_ptr<Database>> Workspace::Impl::prepared() {
    auto opened = Database::open(file, database());
    if (!opened) return opened;
    Database& db = **opened;
    if (auto ok = checkIdentity(db, options.create); !ok) return fail(std::move(ok.error()));
    if (lock->uncleanBefore()) {
        if (auto ok = checkIntegrity(db); !ok) return fail(std::move(ok.error()));
        notices.emplace_back("The workspace was not closed the last time; it was checked and is sound.");
    }
    if (auto ok = checkSchema(db); !ok) return fail(std::move(ok.error()));
    if (auto ok = upgrade(db); !ok) return fail(std::move(ok.error()));
    bool relaxed = !options.durability && settings::text(db, "store.durability") == "normal";
    if (relaxed) db.setDurability(Durability::Normal);
    return opened;
}

Result<void> Workspace::Impl::openForWriting() {
    auto taken = FileLock::take(file);
    if (!taken) return fail(std::move(taken.error()));
    lock.emplace(std::move(*taken));
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        if (auto ok = createPrivate(file); !ok) return ok;
    }
    if (auto ok = checkFileMode(file, false, notices); !ok) return ok;
    auto db = prepared();
    if (!db) return fail(std::move(db.error()));
    job::interruptUnfinished(**db, clock().now());
    writer = std::make_unique<Writer>(std::move(*db));
    readers = std::make_unique<Readers>(file, database(), maxReaders);
    return {};
}

Result<void> Workspace::Impl::openAny() {
    try {
        return options.readOnly ? openForReading() : openForWriting();
    } catch (const StorageError& e) {
        return fail(e.toError());
    }
}

// A refused opening leaves the marker as it was found.
void Workspace::Impl::giveUp() {
    if (lock && !lock->uncleanBefore()) lock->releaseClean();
}

void Workspace::Impl::close() {
    bool sound = true;
    if (writer) {
        writer->stop();
        sound = !writer->sawDamage();
    }
    readers.reset(); // before the writer: the last connection to close folds the log into the file
    writer.reset();
    if (lock && sound) lock->releaseClean();
}

Workspace::Workspace(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Workspace::~Workspace() {
    impl_->close();
}

Result<std::unique_ptr<Workspace>> Workspace::open(const std::filesystem::path& file,
                                                   const WorkspaceOptions& options) {
    auto impl = std::make_unique<Impl>();
    std::error_code failed;
    impl->file = std::filesystem::weakly_canonical(std::filesystem::absolute(file), failed);
    if (failed) impl->file = std::filesystem::absolute(file);
    impl->options = options;
    if (auto ok = impl->checkPlace(); !ok) return fail(std::move(ok.error()));
    auto opened = impl->openAny();
    if (!opened) {
        impl->giveUp();
        return fail(std::move(opened.error()));
    }
    return std::unique_ptr<Workspace>(new Workspace(std::move(impl)));
}

void Workspace::post(Writer::Job job, Writer::Done done) {
    if (!impl_->writer) {
        done(fail(ErrorCode::Refused, "workspace", "The workspace is open for reading only."));
        return;
    }
    impl_->writer->post(std::move(job), std::move(done));
}

Result<void> Workspace::readWith(const std::function<Result<void>(Database&)>& fn,
                                 const std::stop_token& stop) {
    return impl_->readers->run(fn, stop);
}

const std::filesystem::path& Workspace::file() const {
    return impl_->file;
}
bool Workspace::readOnly() const {
    return impl_->options.readOnly;
}
const std::vector<std::string>& Workspace::notices() const {
    return impl_->notices;
}

std::int64_t Workspace::bytesOnDisk() const {
    std::int64_t total = 0;
    for (const char* suffix : {"", "-wal"}) {
        std::error_code failed;
        auto size = std::filesystem::file_size(impl_->file.string() + suffix, failed);
        if (!failed) total += std::int64_t(size);
    }
    return total;
}

} // namespace waypost::store
