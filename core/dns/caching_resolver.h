// CachingResolver: keeps definite answers as long as their TTL says (held between minCacheTtl and
// maxCacheTtl), negative ones by the SOA that came along (RFC 2308; without one they are not kept), and asks
// a question that is already under way only once. What failed (servfail, timeout, …) is never kept: not
// knowing must not last. A kept answer says Transport::Cache and still names its server and its time.
// Loop thread only.
#pragma once

#include "dns/resolver.h"

#include <memory>

namespace waypost::dns {

class CachingResolver final : public Resolver {
  public:
    static constexpr size_t defaultEntries = 200'000;

    struct Counters {
        std::uint64_t hits = 0, misses = 0, joined = 0, evicted = 0;
    };

    // `upstream` and `clock` must outlive this and what is under way. What was not used for longest goes
    // when it is full.
    CachingResolver(Resolver& upstream, const Clock& clock, size_t maxEntries = defaultEntries);
    ~CachingResolver() override;

    void resolve(Question question, Done done) override;
    // What is kept and still holds. It then stays unpacked too: meant for answers that many checks read.
    AnswerPtr known(const Question& question) override;
    void clear();
    [[nodiscard]] size_t size() const;
    [[nodiscard]] const Counters& counters() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace waypost::dns
