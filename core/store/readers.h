// Readers: a pool of reading connections. Thread rule: run() from any thread. Failure: Error.
#pragma once

#include "base/result.h"
#include "store/database.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace waypost::store {

class Readers {
  public:
    Readers(std::filesystem::path file, DatabaseOptions options, int limit);
    ~Readers(); // waits for those that run

    // One snapshot for the whole of `fn`.
    Result<void> run(const std::function<Result<void>(Database&)>& fn, const std::stop_token& stop);

  private:
    Result<std::unique_ptr<Database>> borrow();
    void giveBack(std::unique_ptr<Database> db);

    std::filesystem::path file_;
    DatabaseOptions options_;
    int limit_;
    std::mutex mutex_;
    std::condition_variable free_;
    std::vector<std::unique_ptr<Database>> idle_;
    int out_ = 0;
};

} // namespace waypost::store
