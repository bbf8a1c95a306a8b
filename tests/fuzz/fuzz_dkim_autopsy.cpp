// The autopsy of any message: it ends, what it names lies inside the message, and a signature that passes is
// left alone. The resolver answers every name with one Ed25519 key.
#include "auth/dkim_autopsy.h"
#include "auth/dkim_autopsy_search.h"

#include <cstdlib>

using namespace waypost;
using namespace waypost::auth;

namespace {

class OneKey final : public dns::Resolver {
  public:
    void resolve(dns::Question question, Done done) override {
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
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    if (size > 4096) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const auto& r : autopsy::textRewrites())
        if (auto out = r.undo(bytes); out && out->size() > 4 * size + 1024) std::abort();
    auto message = std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(bytes));
    OneKey resolver;
    DkimVerifyOptions options;
    options.now = UtcTime{1'700'000'000'000};
    options.maxSignatures = 1; // each costs a search
    auto all = runReady(autopsyDkim(resolver, message, options));
    if (!all) std::abort();
    for (const DkimAutopsy& a : *all) {
        if (a.check.result == DkimResult::Pass && (!a.found.empty() || !a.tried.empty())) std::abort();
        if (a.conclusion.empty()) std::abort();
        for (const DkimMutation& m : a.found)
            if (m.span.end() > size || m.sentence.empty()) std::abort();
    }
    return 0;
}
