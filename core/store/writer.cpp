#include "store/writer.h"

#include "base/log.h"
#include "store/storage_error.h"

#include <exception>
#include <utility>

namespace waypost::store {

Writer::Writer(std::unique_ptr<Database> db) : db_(std::move(db)), thread_([this] { loop(); }) {}

Writer::~Writer() {
    stop();
}

void Writer::post(Job job, Done done) {
    {
        std::lock_guard lock(mutex_);
        if (!stopping_) {
            queue_.push_back({std::move(job), std::move(done), {}});
            wake_.notify_one();
            return;
        }
    }
    done(fail(ErrorCode::Cancelled, "workspace", "The workspace is being closed."));
}

void Writer::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Writer::loop() {
    while (waitForWork()) runBatch();
}

bool Writer::waitForWork() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    return !queue_.empty();
}

bool Writer::takeNext(Entry& out) {
    std::lock_guard lock(mutex_);
    if (queue_.empty()) return false;
    out = std::move(queue_.front());
    queue_.pop_front();
    return true;
}

void Writer::runBatch() {
    std::vector<Entry> batch;
    auto began = guarded([this] { db_->run("BEGIN IMMEDIATE"); });
    if (!began) {
        // The first one is told; the next round tries again for the others.
        batch.resize(1);
        if (takeNext(batch.front())) failAll(batch, began.error());
    } else {
        runJobs(batch);
        auto committed = db_->inTransaction()
                             ? guarded([this] { db_->run("COMMIT"); })
                             : Result<void>(fail(ErrorCode::Storage, "workspace",
                                                 "A change stored together with this one filled the disk; "
                                                 "nothing of this change was stored."));
        if (!committed) {
            failAll(batch, committed.error());
            if (db_->inTransaction()) (void)guarded([this] { db_->run("ROLLBACK"); });
        }
    }
    for (auto& entry : batch) entry.done(std::move(entry.result));
}

void Writer::runJobs(std::vector<Entry>& batch) {
    auto until = std::chrono::steady_clock::now() + maxBatch;
    Entry next;
    while (batch.size() < maxJobs && takeNext(next)) {
        next.result = runOne(next.job);
        batch.push_back(std::move(next));
        if (!db_->inTransaction() || std::chrono::steady_clock::now() >= until) return;
    }
}

Result<void> Writer::runOne(Job& job) {
    Result<void> result;
    auto ran = guarded([&] {
        Transaction own(*db_);
        result = job(*db_);
        if (result) own.commit();
    });
    // What the closure captured dies here, on the thread that used it.
    job = nullptr;
    return ran ? std::move(result) : std::move(ran);
}

Result<void> Writer::guarded(const std::function<void()>& action) {
    try {
        action();
        return {};
    } catch (const StorageError& e) {
        Error error = e.toError();
        log::error("store", error.describe());
        damage_ = damage_ || error.code == ErrorCode::Corrupt;
        return fail(std::move(error));
    } catch (const std::exception& e) {
        log::error("store", e.what());
        return fail(ErrorCode::Internal, "workspace", e.what());
    }
}

void Writer::failAll(std::vector<Entry>& batch, const Error& error) {
    for (auto& entry : batch)
        if (entry.result) entry.result = fail(error);
}

} // namespace waypost::store
