#include "store/readers.h"

#include "store/storage_error.h"

#include <utility>

namespace waypost::store {

namespace {

// The snapshot begins with the first statement of `fn`; nothing was written, so the end is always a rollback.
Result<void> inSnapshot(Database& db, const std::function<Result<void>(Database&)>& fn) {
    try {
        db.run("BEGIN");
        auto result = fn(db);
        db.run("ROLLBACK");
        return result;
    } catch (const StorageError& e) {
        if (db.inTransaction()) db.run("ROLLBACK");
        return fail(e.toError());
    } catch (const std::exception& e) {
        if (db.inTransaction()) db.run("ROLLBACK");
        return fail(ErrorCode::Internal, "workspace", e.what());
    }
}

} // namespace

Readers::Readers(std::filesystem::path file, DatabaseOptions options, int limit)
    : file_(std::move(file)), options_(std::move(options)), limit_(limit) {
    options_.readOnly = true;
}

Readers::~Readers() {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [this] { return out_ == 0; });
}

Result<std::unique_ptr<Database>> Readers::borrow() {
    {
        std::unique_lock lock(mutex_);
        free_.wait(lock, [this] { return out_ < limit_; });
        ++out_;
        if (!idle_.empty()) {
            auto db = std::move(idle_.back());
            idle_.pop_back();
            return db;
        }
    }
    auto opened = Database::open(file_, options_);
    if (!opened) giveBack(nullptr);
    return opened;
}

void Readers::giveBack(std::unique_ptr<Database> db) {
    std::lock_guard lock(mutex_);
    if (db) idle_.push_back(std::move(db));
    --out_;
    free_.notify_all();
}

Result<void> Readers::run(const std::function<Result<void>(Database&)>& fn, const std::stop_token& stop) {
    auto db = borrow();
    if (!db) return fail(std::move(db.error()));
    if (stop.stop_possible()) (*db)->cancelWhen([stop] { return stop.stop_requested(); });
    auto result = inSnapshot(**db, fn);
    (*db)->cancelWhen({});
    giveBack(std::move(*db));
    return result;
}

} // namespace waypost::store
