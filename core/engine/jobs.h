// Jobs: long work that outlives the screen that started it. Each has a row in the workspace (a job that was
// running when the program died is "interrupted" at the next open), a stop source, and progress merged into
// the event queue. Thread rule: callable from any thread.
#pragma once

#include "base/random.h"
#include "engine/event_queue.h"
#include "store/workspace.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

namespace waypost::engine {

class JobBook {
  public:
    JobBook(store::Workspace& workspace, EventQueue& events, const Clock& clock)
        : workspace_(workspace), events_(events), clock_(clock) {}

    // The new job's id; it is running from now on.
    std::string begin(std::string kind, std::string title, std::string command);
    void progress(const std::string& id, std::int64_t done, std::int64_t total, std::string text);
    void end(const std::string& id, JobState state, std::string text);
    // False: no such job is running.
    bool cancel(const std::string& id);
    void cancelAll();
    [[nodiscard]] bool anyRunning();
    [[nodiscard]] bool isRunning(std::string_view kind, std::string_view title);
    [[nodiscard]] std::stop_token stopToken(const std::string& id);
    // Waits until it has ended; its last state.
    JobView wait(const std::string& id);
    // Running ones from memory, ended ones from the workspace, newest first.
    Result<Jobs> list();

  private:
    struct Live {
        JobView view;
        std::stop_source stop;
    };
    void store(const JobView& view);

    store::Workspace& workspace_;
    EventQueue& events_;
    const Clock& clock_;
    SystemRandom random_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::map<std::string, Live> live_;
    std::map<std::string, JobView> recent_; // ended ones somebody may still wait for
};

} // namespace waypost::engine
