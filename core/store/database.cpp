#include "store/database.h"

#include "base/text.h"
#include "store/storage_error.h"

#include <fmt/format.h>

#include <cstring>
#include <sqlite3.h>
#include <unordered_map>

namespace waypost::store {

namespace {

constexpr size_t maxCachedStatements = 256;
constexpr int maxValueBytes = 64 * 1024 * 1024;
constexpr int progressSteps = 4000;

struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

} // namespace

// Idle statements by their text.
struct Database::Cache {
    std::unordered_multimap<std::string, sqlite3_stmt*, Hash, std::equal_to<>> idle;
};

Database::Database(sqlite3* handle) : handle_(handle), cache_(std::make_unique<Cache>()) {}

Database::~Database() {
    for (auto& [sql, statement] : cache_->idle) sqlite3_finalize(statement);
    sqlite3_close_v2(handle_);
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file,
                                                 const DatabaseOptions& options) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
    flags |= options.readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (options.create && !options.readOnly) flags |= SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    // NOFOLLOW refuses symbolic links anywhere in the path: it gets the resolved one.
    std::error_code ignored;
    auto real = std::filesystem::weakly_canonical(file, ignored);
    int code = sqlite3_open_v2((ignored ? file : real).c_str(), &handle, flags,
                               options.vfs.empty() ? nullptr : options.vfs.c_str());
    std::unique_ptr<Database> db(new Database(handle));
    try {
        if (code != SQLITE_OK)
            throw StorageError(code, "open", handle ? sqlite3_errmsg(handle) : "no memory");
        db->configure(options);
    } catch (const StorageError& e) {
        Error error = e.toError();
        return fail(error.code, "workspace",
                    fmt::format("{}: {}", text::printable(file.string()), error.text));
    }
    return db;
}

std::unique_ptr<Database> Database::inMemory() {
    sqlite3* handle = nullptr;
    int code = sqlite3_open_v2(":memory:", &handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    std::unique_ptr<Database> db(new Database(handle));
    if (code != SQLITE_OK) throw StorageError(code, "open", "in memory");
    db->run("PRAGMA foreign_keys = ON");
    return db;
}

void Database::configure(const DatabaseOptions& options) {
    sqlite3_busy_timeout(handle_, int(options.busyTimeout.count()));
    // A workspace may come from somebody else: its schema is data, not code.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, maxValueBytes);
    sqlite3_limit(handle_, SQLITE_LIMIT_TRIGGER_DEPTH, 8);
    run("PRAGMA trusted_schema = OFF");
    run("PRAGMA mmap_size = 0");
    run("PRAGMA cell_size_check = ON");
    run("PRAGMA foreign_keys = ON");
    run("PRAGMA temp_store = MEMORY");
    if (options.readOnly) {
        run("PRAGMA query_only = ON");
        return;
    }
    // Columns of events are blobs of tens of kilobytes: larger pages halve the writes. Only a new file takes
    // the size.
    run("PRAGMA page_size = 16384");
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA wal_autocheckpoint = 1000"); // pages: 16 MB
    run("PRAGMA journal_size_limit = 67108864");
    setDurability(options.durability);
}

void Database::setDurability(Durability durability) {
    run(durability == Durability::Full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
}

Statement Database::prepare(std::string_view sql) {
    auto found = cache_->idle.find(sql);
    if (found != cache_->idle.end()) {
        sqlite3_stmt* statement = found->second;
        cache_->idle.erase(found);
        return {*this, statement};
    }
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v3(handle_, sql.data(), int(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                                  nullptr);
    if (code != SQLITE_OK) throw StorageError::of(handle_, sql);
    if (!statement) throw std::logic_error("empty SQL statement");
    return {*this, statement};
}

void Database::giveBack(sqlite3_stmt* statement) noexcept {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (cache_->idle.size() >= maxCachedStatements) {
        sqlite3_finalize(statement);
        return;
    }
    cache_->idle.emplace(sqlite3_sql(statement), statement);
}

void Database::script(std::string_view sql, const std::function<void()>& after) {
    while (!sql.empty()) {
        sqlite3_stmt* raw = nullptr;
        const char* tail = nullptr;
        if (sqlite3_prepare_v2(handle_, sql.data(), int(sql.size()), &raw, &tail) != SQLITE_OK)
            throw StorageError::of(handle_, sql.substr(0, 200));
        sql.remove_prefix(size_t(tail - sql.data()));
        if (!raw) continue; // a comment or white space
        std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw, sqlite3_finalize);
        int code = SQLITE_ROW;
        while (code == SQLITE_ROW) code = sqlite3_step(raw);
        if (code != SQLITE_DONE) throw StorageError::of(handle_, sqlite3_sql(raw));
        statement.reset();
        if (after) after();
    }
}

std::int64_t Database::integer(std::string_view sql) {
    auto statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(std::string_view sql) {
    auto statement = prepare(sql);
    return statement.step() ? statement.string(0) : std::string();
}

std::int64_t Database::lastInsertId() const {
    return sqlite3_last_insert_rowid(handle_);
}
int Database::changes() const {
    return sqlite3_changes(handle_);
}
bool Database::inTransaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}
void Database::interrupt() {
    sqlite3_interrupt(handle_);
}

void Database::cancelWhen(std::function<bool()> asked) {
    asked_ = std::move(asked);
    auto call = [](void* self) -> int { return static_cast<Database*>(self)->asked_() ? 1 : 0; };
    if (asked_)
        sqlite3_progress_handler(handle_, progressSteps, call, this);
    else
        sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
}

void Database::backupTo(const std::filesystem::path& target) {
    sqlite3* copy = nullptr;
    int code = sqlite3_open_v2(target.c_str(), &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> owner(copy, sqlite3_close_v2);
    if (code != SQLITE_OK) throw StorageError(code, "backup", target.string());
    sqlite3_backup* backup = sqlite3_backup_init(copy, "main", handle_, "main");
    if (!backup) throw StorageError::of(copy, "backup");
    code = sqlite3_backup_step(backup, -1);
    int end = sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) throw StorageError(end != SQLITE_OK ? end : code, "backup", target.string());
}

std::string Database::quickCheck() {
    auto statement = prepare("PRAGMA quick_check(5)");
    std::string problems;
    while (statement.step()) {
        auto line = statement.text(0);
        if (line == "ok") continue;
        if (!problems.empty()) problems += "; ";
        problems += line;
    }
    return problems;
}

void Database::checkpoint() {
    script("PRAGMA wal_checkpoint(TRUNCATE)");
}

Transaction::Transaction(Database& db) : db_(db), nested_(db.inTransaction()) {
    db_.run(nested_ ? "SAVEPOINT waypost" : "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    // After a full disk SQLite may have rolled back already.
    if (!open_ || !db_.inTransaction()) return;
    try {
        if (nested_) {
            db_.run("ROLLBACK TO waypost");
            db_.run("RELEASE waypost");
        } else {
            db_.run("ROLLBACK");
        }
    } catch (const StorageError&) {
        // The connection is broken; the file still holds the last commit, and the next statement reports it.
    }
}

void Transaction::commit() {
    if (nested_ && !db_.inTransaction()) throw StorageError(SQLITE_ABORT, "commit", "already rolled back");
    db_.run(nested_ ? "RELEASE waypost" : "COMMIT");
    open_ = false;
}

} // namespace waypost::store
