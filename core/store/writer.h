// Writer: the one thread that writes. Jobs that wait together share one transaction (group commit): up to
// maxJobs of them or maxBatch of work, each under its own savepoint, so a failing job undoes itself only. A
// job is acknowledged after the commit it was in, and a failed commit fails all jobs of it. When the disk is
// full SQLite may undo the whole transaction; then every job of it is told so.
//
// Thread rule: post() from any thread; jobs and `done` run on the writer thread and must not wait for another
// write. Failure: what a job throws or returns becomes the Error given to `done`. The destructor runs what
// was posted before it, then joins.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace waypost::store {

class Writer {
  public:
    static constexpr size_t maxJobs = 100;
    static constexpr Millis maxBatch{5};

    using Job = std::move_only_function<Result<void>(Database&)>;
    using Done = std::move_only_function<void(Result<void>)>;

    explicit Writer(std::unique_ptr<Database> db);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void post(Job job, Done done);
    // No more jobs after this: those that come are answered with Cancelled. Returns when all are done.
    void stop();
    // After stop(): the file showed an I/O error or damage.
    [[nodiscard]] bool sawDamage() const { return damage_; }

  private:
    struct Entry {
        Job job;
        Done done;
        Result<void> result;
    };

    void loop();
    bool waitForWork();
    bool takeNext(Entry& out);
    void runBatch();
    void runJobs(std::vector<Entry>& batch);
    Result<void> runOne(Job& job);
    Result<void> guarded(const std::function<void()>& action);
    void failAll(std::vector<Entry>& batch, const Error& error);

    std::unique_ptr<Database> db_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Entry> queue_;
    bool stopping_ = false;
    bool damage_ = false;
    std::thread thread_;
};

} // namespace waypost::store
