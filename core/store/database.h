// Database: one SQLite connection with the settings we rely on (WAL, synchronous FULL, foreign keys,
// defensive mode, untrusted schema, no memory mapping, lowered limits), and Transaction on it.
//
// Thread rule: a Database and its statements belong to one thread at a time; interrupt() is callable from
// any. Failure: open() answers with Error; everything else throws StorageError. Nested borrowing of the same
// statement is fine (the second one is prepared afresh).
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "store/statement.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;

namespace waypost::store {

enum class Durability : std::uint8_t {
    Full,   // every commit is on the disk before it is acknowledged
    Normal, // a power cut may lose the last commits, never the file's consistency
};

struct DatabaseOptions {
    bool readOnly = false;
    bool create = false;
    Durability durability = Durability::Full;
    Millis busyTimeout{5000};
    std::string vfs{}; // SQLite VFS name; empty: the default (tests inject failing ones)
};

class Database {
  public:
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                  const DatabaseOptions& options = {});
    // An empty one that is never written anywhere.
    static std::unique_ptr<Database> inMemory();
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // From the cache, or compiled. `sql` is one statement.
    Statement prepare(std::string_view sql);
    // Runs one statement with its parameters to the end.
    template <class... Args>
    void run(std::string_view sql, const Args&... args) {
        prepare(sql).run(args...);
    }
    // Runs a script of several statements; `after` is called behind each of them.
    void script(std::string_view sql, const std::function<void()>& after = {});
    // First column of the first row, or 0.
    std::int64_t integer(std::string_view sql);
    // As above for text, or "".
    std::string text(std::string_view sql);

    [[nodiscard]] std::int64_t lastInsertId() const;
    // Rows changed by the last INSERT, UPDATE or DELETE.
    [[nodiscard]] int changes() const;
    [[nodiscard]] bool inTransaction() const;

    // Stops the running statement with StorageError::interrupted(). Callable from any thread.
    void interrupt();
    // Asked every few thousand steps of a running statement; true stops it. Empty: never.
    void cancelWhen(std::function<bool()> asked);

    void setDurability(Durability durability);

    // A consistent copy into `target`, which must not exist.
    void backupTo(const std::filesystem::path& target);
    // Empty when the file is sound, else what is wrong with it (at most a few lines).
    std::string quickCheck();
    void checkpoint();

    [[nodiscard]] sqlite3* handle() { return handle_; }

  private:
    friend class Statement;
    struct Cache;
    explicit Database(sqlite3* handle);
    void configure(const DatabaseOptions& options);
    void giveBack(sqlite3_stmt* statement) noexcept;

    sqlite3* handle_;
    std::unique_ptr<Cache> cache_;
    std::function<bool()> asked_;
};

// BEGIN IMMEDIATE … COMMIT; rolled back when it dies before commit(). Inside another transaction it becomes a
// savepoint, so a function that needs all-or-nothing works at every level.
class Transaction {
  public:
    explicit Transaction(Database& db);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& db_;
    bool nested_;
    bool open_ = true;
};

} // namespace waypost::store
