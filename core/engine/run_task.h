// RunTask: one placement run as a job: sender over a route, mailbox reader over IMAP, everything stored as it
// happens. Lives on the loop until the run has ended; internal to engine/.
#pragma once

#include "delivery/deliver.h"
#include "engine/context.h"
#include "placement/imap_reader.h"
#include "placement/runner.h"
#include "store/placement_store.h"

#include <map>
#include <memory>
#include <set>
#include <stop_token>

namespace waypost::engine {

class RunTask : public std::enable_shared_from_this<RunTask> {
  public:
    struct Parts {
        std::string job, run;
        placement::RunSpec spec;
        delivery::Route route;
        int perSecond = 5;
    };
    RunTask(Context& c, Parts parts);
    // Loop thread. The task holds itself until the job has ended.
    void begin();

  private:
    class RouteSender final : public placement::Sender {
      public:
        explicit RouteSender(RunTask& task) : task_(task) {}
        Task<placement::SendOutcome> send(placement::Seed seed, std::string envelopeSender,
                                          std::string message) override;

      private:
        RunTask& task_;
        Millis nextSlot_{0};
    };
    class LoopSleeper final : public placement::Sleeper {
      public:
        explicit LoopSleeper(net::Loop& loop) : loop_(loop) {}
        Task<void> sleep(Millis duration) override { return loop_.sleep(duration); }

      private:
        net::Loop& loop_;
    };

    Task<void> run();
    Task<Result<std::vector<net::IpAddress>>> addresses(std::string host);
    Task<Result<Secret>> secret(std::string name);
    Task<bool> intent(placement::SeedResult result);
    placement::ImapReaderOptions readerOptions();
    placement::RunHooks hooks();
    void changed(const placement::SeedResult& result);
    store::SeedResultRow row(const placement::SeedResult& result,
                             std::vector<std::pair<std::string, std::shared_ptr<const Transcript>>>* added);
    std::string transcriptId(const std::shared_ptr<const Transcript>& transcript, const char* kind,
                             std::vector<std::pair<std::string, std::shared_ptr<const Transcript>>>* added);
    void record(const placement::Seed& seed, const std::string& sender, const delivery::Attempt& attempt);
    void finish(const placement::RunOutcome& outcome);

    Context& c_;
    Parts parts_;
    SystemRandom random_;
    std::shared_ptr<Context::Names> names_;
    delivery::Deliverer deliverer_;
    RouteSender sender_;
    placement::ImapMailboxReader reader_;
    LoopSleeper sleeper_;
    placement::Runner runner_;
    std::map<const Transcript*, std::pair<std::string, std::shared_ptr<const Transcript>>> transcripts_;
    std::map<std::string, std::string> categories_; // reply category by seed
    int settled_ = 0;
    std::set<std::string> keptMessages_; // seeds whose whole message was stored
    std::map<std::string, bool> settledSeeds_;
    std::unique_ptr<std::stop_callback<std::function<void()>>> onStop_;
};

} // namespace waypost::engine
