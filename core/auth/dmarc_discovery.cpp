#include "auth/dmarc_discovery.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

using dns::Answer;
using dns::RecordType;
using Found = DmarcStep::Found;

namespace {

constexpr size_t maxWalkLabels = 7; // after the start the walk goes on with the right-most seven

DmarcStep readStep(std::string domain, const Answer& answer) {
    DmarcStep step;
    step.domain = std::move(domain);
    if (!answer.definite()) {
        step.found = Found::CouldNotLook;
        return step;
    }
    int count = 0;
    for (const auto* r : answer.ofType(RecordType::TXT)) {
        const std::string joined = std::get<dns::TxtData>(r->data).joined();
        if (!isDmarcRecord(joined)) continue;
        if (++count == 1) step.record = parseDmarc(joined);
    }
    if (count > 1) step.record.reset(); // several: none of them counts
    step.found = count == 0 ? Found::None : count == 1 ? Found::Record : Found::Several;
    return step;
}

// Section 4.10 steps 2 and 6.
bool endsWalk(const DmarcStep& step) {
    return step.record && step.record->psd != DmarcPsd::Unknown;
}

// An alias to a name that does not exist exists itself (RFC 8020 section 2).
bool saysNoSuchName(const Answer& answer) {
    return answer.status == dns::Status::NxDomain && answer.ofType(RecordType::CNAME).empty();
}

class Discovery {
  public:
    Discovery(dns::Resolver& resolver, std::string_view domain, DmarcOptions options)
        : resolver_(resolver), options_(std::move(options)) {
        out.domain = dns::normalName(domain);
    }
    DmarcDiscovery out;

    Task<void> walk() {
        const std::vector<std::string> names = dmarcWalk(out.domain);
        for (const auto& name : names) {
            auto looking = look(name);
            DmarcStep step = co_await looking;
            // Behind a name that could not be looked up nothing above decides anything.
            const bool end = endsWalk(step) || step.found == Found::CouldNotLook;
            out.steps.push_back(std::move(step));
            if (end) break;
        }
        findOrganization();
    }
    Task<void> run() {
        auto walking = walk();
        co_await walking;
        findPolicyStep();
        auto applying = applyPolicy();
        co_await applying;
        auto reading = readByList();
        co_await reading;
    }

  private:
    Task<Answer> ask(std::string name, RecordType type) {
        dns::Question question{std::move(name), type};
        Answer answer;
        if (dns::isAskable(question.name)) {
            auto asking = dns::ask(resolver_, std::move(question));
            answer = co_await asking;
        } else {
            // Below a long name "_dmarc." has no room: nothing can be published there.
            answer.question = std::move(question);
            answer.status = dns::Status::NxDomain;
            answer.text = "The name is too long to exist.";
        }
        out.answers.push_back(answer);
        co_return answer;
    }
    Task<DmarcStep> look(std::string name) {
        const std::string asked = "_dmarc." + name;
        auto asking = ask(asked, RecordType::TXT);
        Answer answer = co_await asking;
        DmarcStep step = readStep(name, answer);
        step.answer = out.answers.size() - 1;
        co_return step;
    }

    void organization(std::string domain, std::string reason) {
        out.orgDomain = std::move(domain);
        out.orgReason = std::move(reason);
    }

    void findOrganization() {
        const DmarcStep* fewest = nullptr;
        for (const auto& step : out.steps) {
            // Anything above could have been decided here: from an unknown step on nothing is known.
            if (step.found == Found::CouldNotLook)
                return organization({}, fmt::format("_dmarc.{} could not be looked up.", step.domain));
            if (!step.record) continue;
            fewest = &step;
            if (step.record->psd == DmarcPsd::No)
                return organization(step.domain, fmt::format("The record of {} says psd=n.", step.domain));
            if (step.record->psd == DmarcPsd::Yes && &step != out.steps.data()) {
                std::string below(dns::lastLabels(out.domain, dns::labelCount(step.domain) + 1));
                return organization(
                    below, fmt::format("{} says psd=y, so the domain is one label below it.", step.domain));
            }
        }
        if (!fewest) return organization(out.domain, "No record was found on the walk.");
        organization(fewest->domain, fmt::format("{} is the shortest name with a record.", fewest->domain));
    }

    [[nodiscard]] std::optional<size_t> recordAt(std::string_view domain) const {
        for (size_t i = 0; i < out.steps.size(); ++i)
            if (out.steps[i].domain == domain && out.steps[i].record) return i;
        return std::nullopt;
    }

    void findPolicyStep() {
        if (out.steps.empty() || out.steps.front().found == Found::CouldNotLook) return;
        out.policyStep = recordAt(out.domain);
        out.policyKnown = out.policyStep || !out.orgDomain.empty();
        if (out.policyStep || !out.policyKnown) return;
        out.policyStep = recordAt(out.orgDomain);
        // Last, the record of the public suffix domain above the organisational domain.
        if (!out.policyStep && out.steps.back().record && out.steps.back().record->psd == DmarcPsd::Yes)
            out.policyStep = out.steps.size() - 1;
    }

    Task<void> applyPolicy() {
        if (!out.policyStep) co_return;
        const DmarcStep& step = out.steps[*out.policyStep];
        const DmarcRecord record = *step.record;
        out.policyTag = "p";
        out.use = record.use();
        if (out.use != DmarcUse::AsWritten) co_return; // none, whatever the tags say
        out.declared = record.policy();
        if (step.domain != out.domain) {
            if (record.np) {
                auto checking = checkExistence();
                co_await checking;
            }
            if (record.np && out.nonExistent.value_or(false)) {
                out.declared = *record.np;
                out.policyTag = "np";
            } else if (record.sp) {
                out.declared = *record.sp;
                out.policyTag = "sp";
            }
            // np= could decide, and it is not known whether the name exists.
            if (record.np && !out.nonExistent) out.policyKnown = *record.np == out.declared;
        }
        out.effective = record.testing ? relaxed(out.declared) : out.declared;
    }

    // One answer is enough; other types are asked when the first could not be.
    Task<void> checkExistence() {
        for (RecordType type : {RecordType::A, RecordType::AAAA, RecordType::MX}) {
            auto asking = ask(out.domain, type);
            Answer answer = co_await asking;
            if (!answer.definite()) continue;
            out.nonExistent = saysNoSuchName(answer);
            co_return;
        }
    }

    Task<void> readByList() {
        if (!options_.publicSuffixes || out.steps.empty()) co_return;
        out.orgDomainPsl = options_.publicSuffixes->organizationalDomain(out.domain);
        DmarcStep step = out.steps.front();
        if (step.found == Found::None || step.found == Found::Several) {
            const std::string organization = out.orgDomainPsl;
            if (!organization.empty() && organization != out.domain) {
                auto sameName = [&](const DmarcStep& s) { return s.domain == organization; };
                auto walked = std::find_if(out.steps.begin(), out.steps.end(), sameName);
                if (walked != out.steps.end()) {
                    step = *walked;
                } else {
                    auto looking = look(organization);
                    step = co_await looking;
                }
            }
        }
        out.pslPolicyKnown = step.found != Found::CouldNotLook;
        if (step.record) {
            out.pslPolicyDomain = step.domain;
            out.pslRecord = step.record;
            const bool inherited = step.domain != out.domain;
            if (step.record->use() == DmarcUse::AsWritten)
                out.pslDeclared = inherited && step.record->sp ? *step.record->sp : step.record->policy();
        }
        const std::string walked = out.policyStep ? out.steps[*out.policyStep].domain : std::string();
        const bool bothOrgs = !out.orgDomain.empty() && !out.orgDomainPsl.empty();
        const bool bothPolicies = out.policyKnown && out.pslPolicyKnown;
        out.readingsDiffer =
            (bothOrgs && out.orgDomain != out.orgDomainPsl) ||
            (bothPolicies && (walked != out.pslPolicyDomain || out.declared != out.pslDeclared));
    }

    dns::Resolver& resolver_;
    DmarcOptions options_;
};

} // namespace

std::vector<std::string> dmarcWalk(std::string_view domain) {
    std::vector<std::string> names;
    std::string_view name = domain;
    if (name.empty()) return names;
    names.emplace_back(name);
    name = dns::labelCount(name) > maxWalkLabels ? dns::lastLabels(name, maxWalkLabels) : dns::parentOf(name);
    for (; !name.empty(); name = dns::parentOf(name)) names.emplace_back(name);
    return names;
}

Task<DmarcDiscovery> walkDmarc(dns::Resolver& resolver, std::string domain) {
    Discovery discovery(resolver, domain, {});
    auto walking = discovery.walk();
    co_await walking;
    co_return std::move(discovery.out);
}

Task<DmarcDiscovery> discoverDmarc(dns::Resolver& resolver, std::string domain, DmarcOptions options) {
    Discovery discovery(resolver, domain, std::move(options));
    auto running = discovery.run();
    co_await running;
    co_return std::move(discovery.out);
}

} // namespace waypost::auth
