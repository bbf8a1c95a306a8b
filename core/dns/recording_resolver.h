// RecordingResolver: shows every answer to a sink before it is delivered: the evidence of an inspection.
// The sink must not throw and must not ask questions itself. Loop thread only.
#pragma once

#include "dns/resolver.h"

#include <memory>

namespace waypost::dns {

class RecordingResolver final : public Resolver {
  public:
    using Sink = std::function<void(const Answer&)>;
    // `upstream` must outlive this; the sink lives on until the last question under way has ended.
    RecordingResolver(Resolver& upstream, Sink sink)
        : upstream_(upstream), sink_(std::make_shared<Sink>(std::move(sink))) {}

    void resolve(Question question, Done done) override {
        auto recorded = [sink = sink_, done = std::move(done)](Answer answer) mutable {
            (*sink)(answer);
            done(std::move(answer));
        };
        upstream_.resolve(std::move(question), std::move(recorded));
    }

  private:
    Resolver& upstream_;
    std::shared_ptr<Sink> sink_;
};

} // namespace waypost::dns
