// A resolver over the lab's zone without a socket: what the lab's own receivers ask.
#pragma once

#include "dns/resolver.h"
#include "lab/zone.h"

namespace waypost::lab {

class ZoneView final : public dns::Resolver {
  public:
    ZoneView(const Zone& zone, const Clock& clock) : zone_(zone), clock_(clock) {}
    void resolve(dns::Question question, Done done) override;

  private:
    const Zone& zone_;
    const Clock& clock_;
};

} // namespace waypost::lab
