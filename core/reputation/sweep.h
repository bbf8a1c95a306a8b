// Sweep: many targets against many lists, each list under its own limits. Cells come as they are known, in no
// order; what cannot be asked comes too, with its reason. A list's health is looked at first, for each family
// that is needed, and a list that is not healthy gives no verdict.
//
// Limits hold for everything that is sent for a list (tests, A, TXT, repeats): in flight, in any second, in a
// day. Lists take turns, so that no list sees a burst. Lookups that failed for want of an answer are repeated
// under the same limits; the resolver itself must not repeat (tries = 1), else the limits do not hold.
//
// Loop thread only. Every sweep ends: onDone() comes once, after the last cell or, when it was stopped, when
// nothing is under way any more.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "dns/public_suffix.h"
#include "dns/resolver.h"
#include "net/loop.h"
#include "reputation/health.h"
#include "reputation/target.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace waypost::reputation {

struct SweepPlan {
    std::vector<List> lists;
    std::vector<Target> targets;
    std::shared_ptr<const dns::PublicSuffixList> suffixes; // may be null
};

struct Cell {
    size_t list = 0, target = 0; // in the plan
    Judgement judgement;
    bool asked = false; // false: nothing below is known
    std::string name;   // as asked, the key as "KEY"
    dns::Status dns = dns::Status::Timeout;
    std::string txt;
    std::int64_t ttl = -1; // seconds; -1: unknown
    std::string server;
    UtcTime at;
    Millis took{0};
    std::string raw, rawTxt; // messages as received, the key overwritten
    int tries = 0;
};

struct SweepOptions {
    static constexpr size_t standardInFlight = 128;
    size_t inFlight = standardInFlight; // of all lists
    int tries = 2;                      // for a lookup without an answer
    bool txt = true;                    // ask for the reason of a listing or refusal
    bool healthOnly = false;            // look at the lists in all they can be asked, and at no target
    // Who answers for a list; must outlive the sweep.
    std::function<dns::Resolver&(const List&)> resolver;
    // Addresses of the name servers that are asked for a list, to leave public ones alone.
    std::function<std::vector<std::string>(const List&)> servers;
    std::function<Secret(const List&)> key;                       // empty: there is none
    std::function<std::int64_t(const List&)> askedToday;          // before this sweep
    std::function<bool(size_t list, size_t target)> known;        // still holds: neither asked nor told
    std::function<const HealthReport*(const List&, Asks)> health; // recent enough to be believed
};

struct SweepEvents {
    std::function<void(Cell)> cell;
    std::function<void(const List&, const HealthReport&)> health; // newly looked at
    std::function<void()> done;
};

struct SweepCounts {
    std::uint64_t asked = 0, repeated = 0; // questions sent, and those among them that were not the first
    std::map<std::string, std::int64_t> byList; // by id
};

class Sweep {
  public:
    Sweep(net::Loop& loop, const Clock& clock, Random& random, SweepPlan plan, SweepOptions options,
          SweepEvents events);
    ~Sweep();
    Sweep(const Sweep&) = delete;
    Sweep& operator=(const Sweep&) = delete;

    void start();
    void stop(); // nothing new is asked
    [[nodiscard]] SweepCounts counts() const;
    [[nodiscard]] size_t cells() const; // how many will be told

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace waypost::reputation
