// Workspace: one SQLite file with everything the operator's machine knows. It owns the only writing
// connection (on its own thread, see writer.h) and a small pool of reading ones.
//
// Thread rule: write() and read() are callable from any thread; the closures get the Database they may use
// and must not keep it. A closure runs without the caller's locks: a write on the writer thread, a read on
// the calling thread inside one snapshot. Do not wait for a write inside a write, nor read inside a read.
// Failure: open() refuses with one sentence for each cause; reads and writes answer with Error (Conflict,
// Corrupt, Cancelled, Storage); no exception leaves.
// Shutdown: the destructor refuses new writes, finishes the queued ones, waits for readers, folds the log
// into the file and takes the marker away that would otherwise ask for a check at the next open.
//
//   auto stored = ws->write([row](Database& db) { return placement::insertRun(db, row); });   // future
//   Result<std::int64_t> id = stored.get();
//   auto rows = ws->read([](Database& db) { return activity::latest(db, 500); });              // Result
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"
#include "store/place.h"
#include "store/writer.h"

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <type_traits>
#include <vector>

namespace waypost::store {

struct WorkspaceOptions {
    bool create = false;                  // make it when it does not exist
    bool readOnly = false;                // beside a writing process, too
    std::optional<Durability> durability; // nothing: as the setting store.durability says (full)
    const Clock* clock = nullptr;         // nullptr: the system's; must outlive the workspace
    FilesystemProbe filesystem = filesystemOf;
    std::string vfs;                               // SQLite VFS; empty: the default
    std::function<void()> afterMigrationStatement; // see migrations.h
};

namespace detail {
template <class T>
struct ValueOf {
    using type = T;
};
template <class T>
struct ValueOf<Result<T>> {
    using type = T;
};
// What a closure on a Database stands for: T and Result<T> both give T.
template <class F>
using Value = typename ValueOf<std::invoke_result_t<F&, Database&>>::type;

// Runs the closure and keeps its value, if it has one.
template <class F, class T>
Result<void> runInto(F& fn, Database& db, std::optional<T>& slot) {
    if constexpr (std::is_same_v<std::invoke_result_t<F&, Database&>, Result<T>>) {
        auto result = fn(db);
        if (!result) return fail(std::move(result.error()));
        slot.emplace(std::move(*result));
    } else {
        slot.emplace(fn(db));
    }
    return {};
}
template <class F>
Result<void> runVoid(F& fn, Database& db) {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, Database&>>) {
        fn(db);
        return {};
    } else {
        return fn(db);
    }
}
} // namespace detail

class Workspace {
  public:
    static constexpr int maxReaders = 4;
    static constexpr int keptBackups = 3;

    static Result<std::unique_ptr<Workspace>> open(const std::filesystem::path& file,
                                                   const WorkspaceOptions& options = {});
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    // Queues the closure; `done` gets its outcome on the writer thread, after the commit.
    template <class F, class Done>
    void write(F fn, Done done) {
        using T = detail::Value<F>;
        if constexpr (std::is_void_v<T>) {
            post([fn = std::move(fn)](Database& db) mutable { return detail::runVoid(fn, db); },
                 [done = std::move(done)](Result<void> r) mutable { done(std::move(r)); });
        } else {
            auto slot = std::make_shared<std::optional<T>>();
            post([fn = std::move(fn), slot](Database& db) mutable { return detail::runInto(fn, db, *slot); },
                 [done = std::move(done), slot](Result<void> r) mutable {
                     if (r)
                         done(Result<T>(std::move(**slot)));
                     else
                         done(Result<T>(fail(std::move(r.error()))));
                 });
        }
    }
    // The same as a future, for who may wait: never on the writer thread.
    template <class F>
    std::future<Result<detail::Value<F>>> write(F fn) {
        std::promise<Result<detail::Value<F>>> promise;
        auto future = promise.get_future();
        write(std::move(fn), [promise = std::move(promise)](Result<detail::Value<F>> r) mutable {
            promise.set_value(std::move(r));
        });
        return future;
    }

    // Runs the closure now, on this thread; waits while all readers are busy. A requested stop ends a running
    // statement with Cancelled.
    template <class F>
    Result<detail::Value<F>> read(F fn, std::stop_token stop = {}) {
        using T = detail::Value<F>;
        if constexpr (std::is_void_v<T>) {
            return readWith([&](Database& db) { return detail::runVoid(fn, db); }, stop);
        } else {
            std::optional<T> slot;
            auto done = readWith([&](Database& db) { return detail::runInto(fn, db, slot); }, stop);
            if (!done) return fail(std::move(done.error()));
            return std::move(*slot);
        }
    }

    [[nodiscard]] const std::filesystem::path& file() const;
    [[nodiscard]] bool readOnly() const;
    // What the operator should know about this opening: repaired modes, a check after a crash, a backup made.
    [[nodiscard]] const std::vector<std::string>& notices() const;
    [[nodiscard]] std::int64_t bytesOnDisk() const;

  private:
    struct Impl;
    explicit Workspace(std::unique_ptr<Impl> impl);
    void post(Writer::Job job, Writer::Done done);
    Result<void> readWith(const std::function<Result<void>(Database&)>& fn, const std::stop_token& stop);
    std::unique_ptr<Impl> impl_;
};

} // namespace waypost::store
