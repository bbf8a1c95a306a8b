// Engine: the facade in front of the whole core. Questions and commands go in and return at once; answers and
// changes come out as events. Nothing here blocks the caller, nothing calls back into it but the wake.
//
// Threads: one network loop, the workspace's writer, one worker for queries and one for long jobs; ask(),
// run() and drain() are callable from any thread. The wake function is called from engine threads and must
// only post. Failure: a request that cannot be done is answered with an Error in its Snapshot. Shutdown: the
// destructor stops intake, cancels jobs (their partial results stay and are marked), joins, closes the
// workspace.
#pragma once

#include "base/result.h"
#include "engine/values.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace waypost::engine {

struct OpenOptions {
    std::filesystem::path workspace; // the SQLite file; its folder is made when it does not exist
    std::filesystem::path resources; // rules, lists, lab profiles
    std::filesystem::path secrets;   // passphrase-protected file; empty: secrets live in memory only
    std::filesystem::path userRules; // rules of the operator; empty: none can be kept
    Secret passphrase;
    bool lab = false; // start the embedded lab and use its resolver, routes and seeds
    bool readOnly = false;
    std::string actor = "operator";
    Millis scheduleTick{60'000};         // how often it is looked whether a watched domain is due
    std::filesystem::path ownMappings{}; // folder of the operator's mapping files; may be empty or absent
};

class Engine {
  public:
    static Result<std::unique_ptr<Engine>> open(OpenOptions options);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    void onWake(std::function<void()> wake);
    // All events since the last call, oldest first; bounded: progress events of one job are merged.
    std::vector<Event> drain();

    Ticket ask(Query query);
    Ticket run(Command command);

    // For the CLI and tests: run and wait for the answer.
    Snapshot askAndWait(Query query);
    Snapshot runAndWait(Command command);
    // Waits until the job ended; its last state.
    JobView waitForJob(const std::string& id);

  private:
    struct Impl;
    explicit Engine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace waypost::engine
