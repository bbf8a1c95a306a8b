// Whole messages with ARC headers: verification ends, a pass has whole sets, a failure has its reason, and a
// chain that is read whole has one field of each kind for each number from 1.
#include "auth/arc_check.h"
#include "auth/arc_set.h"

#include <cstdlib>

using namespace waypost;
using namespace waypost::auth;

namespace {

// Answers everything with the same key.
class OneKey final : public dns::Resolver {
  public:
    void resolve(dns::Question question, Done done) override {
        if (++asked > 100) std::abort();
        dns::Answer a;
        a.status = dns::Status::Ok;
        dns::Record r;
        r.type = dns::RecordType::TXT;
        r.name = question.name;
        r.data = dns::TxtData{{"k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}};
        a.question = std::move(question);
        a.records.push_back(std::move(r));
        done(std::move(a));
    }
    int asked = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto message = std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(bytes));
    const ArcChain chain = readArcChain(*message);
    if (chain.sets.size() > size_t(maxArcSets)) std::abort();
    if (chain.fault.empty()) {
        for (const auto& s : chain.sets)
            for (size_t f : {s.results, s.message, s.seal})
                if (f >= message->fields().size()) std::abort();
        if (arcSealDigests(*message, chain).size() != chain.sets.size()) std::abort();
    }
    OneKey resolver;
    DkimVerifyOptions options;
    options.now = UtcTime{1'700'000'000'000};
    auto check = runReady(verifyArc(resolver, message, options));
    if (!check) std::abort();
    if ((check->result == ArcResult::None) == chain.any) std::abort();
    if (check->reason.empty()) std::abort();
    if (check->result == ArcResult::Pass)
        for (const ArcSet& s : check->sets)
            if (!s.sealOk.value_or(false)) std::abort();
    auto dkim = runReady(verifyDkim(resolver, message, options));
    if (!dkim) std::abort();
    for (const auto& s : dkim->signatures)
        if (s.result == DkimResult::None || (s.result != DkimResult::Pass && s.reason.empty())) std::abort();
    return 0;
}
