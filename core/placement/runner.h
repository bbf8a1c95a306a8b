// Runner: one placement run over two injected interfaces, a sender and a mailbox reader. It sends to the
// seeds that were not sent to yet, looks into their mailboxes with growing pauses until all are found or the
// wait is over, and says of each seed what became of it.
//
// Nothing is sent twice: before a message goes out, `intent` must have stored the seed in state Sending; a
// seed whose sending had begun is never sent again (recover()). A cancel ends the run between two steps and
// keeps what is known. Thread rule: loop thread only, except cancel().
#pragma once

#include "base/task.h"
#include "imap/dialogue.h"
#include "placement/run.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waypost::placement {

struct SendOutcome {
    enum class Kind : std::uint8_t {
        Accepted, // 250 after the final dot
        Deferred, // 4xx, or no connection: worth another attempt
        Refused,  // 5xx
        Unable,   // our side cannot: no route, no credentials
        Uncertain // lost behind the final dot
    };
    Kind kind = Kind::Unable;
    int code = 0;      // of the reply; 0: none
    std::string reply; // the server's words, or the system's
    std::shared_ptr<const Transcript> transcript;
};

class Sender {
  public:
    virtual ~Sender() = default;
    virtual Task<SendOutcome> send(Seed seed, std::string envelopeSender, std::string message) = 0;
};

struct ReadRequest {
    Seed account; // any seed of the account
    std::vector<std::string> tokens;
    std::vector<std::string> folders; // empty: everywhere
    UtcTime since;
};

struct ReadOutcome {
    std::vector<Sighting> sightings;
    std::optional<imap::Failure> failure; // then a token that was not seen means nothing
    std::shared_ptr<const Transcript> transcript;
};

class MailboxReader {
  public:
    virtual ~MailboxReader() = default;
    virtual Task<ReadOutcome> look(ReadRequest request) = 0;
};

class Sleeper {
  public:
    virtual ~Sleeper() = default;
    virtual Task<void> sleep(Millis duration) = 0;
};

struct RunHooks {
    // Every change of a seed; the caller batches.
    std::function<void(const SeedResult&)> changed;
    // Must have stored the result durably when it gives true; false: the seed is not sent.
    std::function<Task<bool>(SeedResult)> intent;
};

struct RunOutcome {
    std::vector<SeedResult> results;
    bool cancelled = false;
    int looks = 0; // mailbox sessions
};

class Runner {
  public:
    Runner(Sender& sender, MailboxReader& reader, const Clock& clock, Sleeper& sleeper, RunHooks hooks);
    ~Runner();

    // `results` from planRun(), or as stored by an earlier, interrupted run.
    Task<RunOutcome> run(RunSpec spec, std::vector<SeedResult> results);
    void cancel() { cancelled_ = true; }

  private:
    struct State;
    Task<void> sendWorker(State* state);
    Task<void> sendOne(State* state, size_t index);
    Task<void> readWorker(State* state);
    Task<void> readAccount(State* state, size_t account);
    Task<bool> pause(Millis duration);
    void settle(State& state);
    void takeSendOutcome(SeedResult& r, const SendOutcome& outcome, const RunLimits& limits);
    void changed(const SeedResult& r) const {
        if (hooks_.changed) hooks_.changed(r);
    }

    Sender& sender_;
    MailboxReader& reader_;
    const Clock& clock_;
    Sleeper& sleeper_;
    RunHooks hooks_;
    std::atomic<bool> cancelled_ = false;
};

// True for a failure that another look cannot mend and that repeated tries could make worse (a wrong password
// locks accounts).
bool stopsLooking(imap::FailureKind kind);

} // namespace waypost::placement
