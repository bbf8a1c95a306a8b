// The mechanisms: what each asks and when it matches (RFC 7208 section 5), and the counting of section 4.6.4.
#include "auth/spf_evaluator.h"
#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace waypost::auth {

using dns::Answer;
using dns::RecordType;

namespace {

constexpr size_t maxMxNames = 10;  // more are a permerror
constexpr size_t maxPtrNames = 10; // more are not looked at

SpfStop temporary(const Answer& answer) {
    return {SpfResult::TempError,
            fmt::format("{} {} could not be looked up: {}.", answer.question.name,
                        dns::recordTypeName(answer.question.type), dns::statusName(answer.status))};
}

} // namespace

size_t SpfEvaluator::newStep(int depth, const std::string& domain, const SpfTerm* term,
                             const std::string& written) {
    const size_t index = steps_++;
    if (!options_.trace) return index;
    SpfStep step;
    step.depth = depth;
    step.domain = domain;
    step.term = written;
    if (term) step.span = term->span;
    step.lookups = out.lookups;
    step.voids = out.voids;
    out.trace.push_back(std::move(step));
    return index;
}

SpfStep* SpfEvaluator::stepAt(size_t index) {
    return index < out.trace.size() ? &out.trace[index] : nullptr;
}

void SpfEvaluator::note(size_t step, std::string sentence) {
    if (auto* s = stepAt(step)) s->note = std::move(sentence);
}

bool SpfEvaluator::outOfTime() const {
    return options_.clock && options_.clock->monotonic() - started_ > options_.timeLimit;
}

std::optional<SpfStop> SpfEvaluator::countLookup(size_t step) {
    ++out.lookups;
    if (auto* s = stepAt(step)) s->lookups = out.lookups;
    if (out.lookups <= options_.maxLookups) return std::nullopt;
    return SpfStop{SpfResult::PermError,
                   fmt::format("More than {} terms of the record ask the DNS.", options_.maxLookups)};
}

std::optional<SpfStop> SpfEvaluator::countVoid(size_t step) {
    if (voidStep_ == step) return std::nullopt;
    voidStep_ = step;
    ++out.voids;
    if (auto* s = stepAt(step)) s->voids = out.voids;
    if (out.voids <= options_.maxVoidLookups) return std::nullopt;
    return SpfStop{SpfResult::PermError,
                   fmt::format("More than {} terms of the record lead to nothing.", options_.maxVoidLookups)};
}

Task<Answer> SpfEvaluator::ask(std::string name, RecordType type, size_t step) {
    dns::Question question{std::move(name), type};
    Answer answer;
    if (outOfTime()) {
        answer.question = std::move(question);
        answer.status = dns::Status::Timeout;
        answer.text = "The time for this check was used up.";
    } else {
        auto asking = dns::ask(resolver_, std::move(question));
        answer = co_await asking;
    }
    if (auto* s = stepAt(step)) {
        s->answers.push_back(out.answers.size());
        out.answers.push_back(std::make_shared<const Answer>(answer));
    }
    co_return answer;
}

Task<std::string> SpfEvaluator::expandFor(MacroString macro, std::string domain, size_t step) {
    values_.domain = domain;
    if (macro.needsValidatedName()) {
        auto finding = validatedName(domain, step);
        values_.validatedName = co_await finding;
    }
    co_return expand(macro, values_);
}

Task<SpfMatch> SpfEvaluator::matchTerm(SpfTerm term, std::string written, std::string domain, int depth) {
    const size_t step = newStep(depth, domain, &term, written);
    const int before = out.lookups;
    SpfMatch match = false;
    if (term.kind == TermKind::All) {
        match = true;
    } else if (term.kind == TermKind::Ip4 || term.kind == TermKind::Ip6) {
        const int bits = term.kind == TermKind::Ip4 ? term.prefix4 : term.prefix6;
        match = request_.ip.inPrefix(term.network, bits);
    } else {
        auto asking = matchByAsking(term, domain, step, depth);
        match = co_await asking;
    }
    if (auto* s = stepAt(step)) {
        s->matched = match && *match;
        s->lookups = out.lookups;
        s->voids = out.voids;
        s->cost = out.lookups - before;
        if (!match) {
            s->result = match.error().result;
            s->note = match.error().reason;
        }
    }
    co_return match;
}

Task<SpfMatch> SpfEvaluator::matchByAsking(SpfTerm term, std::string domain, size_t step, int depth) {
    if (auto stop = countLookup(step)) co_return std::unexpected(*stop);
    std::string target = domain;
    if (!term.target.empty()) {
        auto expanding = expandFor(term.macro, domain, step);
        const std::string expansion = co_await expanding;
        target = toTargetName(expansion);
        if (auto* s = stepAt(step)) s->expansion = target.empty() ? expansion : target;
    } else if (auto* s = stepAt(step)) {
        s->expansion = target;
    }
    if (target.empty() && term.kind != TermKind::Include) {
        // Section 4.8: a name that cannot exist is a name that does not.
        note(step, "The expansion is no name that could be asked.");
        co_return false;
    }
    SpfMatch match = false;
    if (term.kind == TermKind::Include) {
        auto matching = matchInclude(target, step, depth);
        match = co_await matching;
    } else if (term.kind == TermKind::A) {
        auto matching = matchA(term, target, step);
        match = co_await matching;
    } else if (term.kind == TermKind::Mx) {
        auto matching = matchMx(term, target, step);
        match = co_await matching;
    } else if (term.kind == TermKind::Ptr) {
        auto matching = matchPtr(target, step);
        match = co_await matching;
    } else {
        auto matching = matchExists(target, step);
        match = co_await matching;
    }
    co_return match;
}

Task<SpfMatch> SpfEvaluator::matchInclude(std::string target, size_t step, int depth) {
    Verdict verdict;
    if (!target.empty()) {
        auto evaluating = evaluate(target, depth + 1);
        verdict = co_await evaluating;
    }
    if (auto* s = stepAt(step)) s->result = verdict.result;
    switch (verdict.result) {
    case SpfResult::Pass: co_return true;
    case SpfResult::Fail:
    case SpfResult::SoftFail:
    case SpfResult::Neutral: co_return false;
    case SpfResult::None: {
        SpfStop stop{SpfResult::PermError, fmt::format("The included {} has no SPF record.",
                                                       target.empty() ? "name cannot be asked and" : target)};
        co_return std::unexpected(std::move(stop));
    }
    default: {
        SpfStop stop{verdict.result, verdict.reason};
        co_return std::unexpected(std::move(stop));
    }
    }
}

bool SpfEvaluator::addressMatches(const Answer& answer, const SpfTerm& term) const {
    const bool v4 = request_.ip.isV4();
    const int bits = v4 ? term.prefix4 : term.prefix6;
    for (const auto* r : answer.ofType(v4 ? RecordType::A : RecordType::AAAA)) {
        auto ip = net::IpAddress::parse(std::get<dns::AddressData>(r->data).text);
        // An AAAA record with a mapped address prints as one; it is of the client's family all the same.
        if (ip && request_.ip.inPrefix(*ip, bits)) return true;
    }
    return false;
}

Task<SpfMatch> SpfEvaluator::matchA(SpfTerm term, std::string target, size_t step) {
    const RecordType type = request_.ip.isV4() ? RecordType::A : RecordType::AAAA;
    auto asking = ask(target, type, step);
    Answer answer = co_await asking;
    if (!answer.definite()) co_return std::unexpected(temporary(answer));
    if (!answer.ok()) {
        if (auto stop = countVoid(step)) co_return std::unexpected(*stop);
        co_return false;
    }
    co_return addressMatches(answer, term);
}

Task<SpfMatch> SpfEvaluator::matchMx(SpfTerm term, std::string target, size_t step) {
    auto asking = ask(target, RecordType::MX, step);
    Answer answer = co_await asking;
    if (!answer.definite()) co_return std::unexpected(temporary(answer));
    if (!answer.ok()) {
        if (auto stop = countVoid(step)) co_return std::unexpected(*stop);
        co_return false;
    }
    std::vector<dns::MxData> hosts;
    for (const auto* r : answer.ofType(RecordType::MX)) hosts.push_back(std::get<dns::MxData>(r->data));
    if (hosts.size() > maxMxNames) {
        SpfStop stop{SpfResult::PermError, fmt::format("{} has {} mail exchangers; mx may look at {}.",
                                                       target, hosts.size(), maxMxNames)};
        co_return std::unexpected(std::move(stop));
    }
    std::sort(hosts.begin(), hosts.end(), [](const auto& a, const auto& b) {
        return std::tie(a.preference, a.exchange) < std::tie(b.preference, b.exchange);
    });
    for (const auto& host : hosts) {
        if (host.exchange.empty()) continue; // null MX: no host
        auto matching = matchA(term, host.exchange, step);
        SpfMatch match = co_await matching;
        if (!match || *match) co_return match;
    }
    co_return false;
}

Task<SpfMatch> SpfEvaluator::matchExists(std::string target, size_t step) {
    // Always A, whatever the client (section 5.7).
    auto asking = ask(target, RecordType::A, step);
    Answer answer = co_await asking;
    if (!answer.definite()) co_return std::unexpected(temporary(answer));
    if (answer.ok()) co_return true;
    if (auto stop = countVoid(step)) co_return std::unexpected(*stop);
    co_return false;
}

Task<SpfMatch> SpfEvaluator::matchPtr(std::string target, size_t step) {
    auto finding = validatedNames(target, step);
    const std::vector<std::string> names = co_await finding;
    if (!names.empty()) co_return true;
    if (pointers_ && pointers_->definite() && !pointers_->ok())
        if (auto stop = countVoid(step)) co_return std::unexpected(*stop);
    co_return false;
}

Task<std::vector<std::string>> SpfEvaluator::validatedNames(std::string only, size_t step) {
    std::vector<std::string> names;
    if (!pointers_) {
        auto reverse = dns::reverseName(request_.ip.toString());
        auto asking = ask(reverse.value_or(std::string()), RecordType::PTR, step);
        pointers_ = co_await asking;
    }
    const auto records = pointers_->ofType(RecordType::PTR);
    std::vector<std::string> candidates;
    for (size_t i = 0; i < records.size() && i < maxPtrNames; ++i)
        candidates.push_back(std::get<dns::NameData>(records[i]->data).name);
    const RecordType type = request_.ip.isV4() ? RecordType::A : RecordType::AAAA;
    SpfTerm exact; // full prefixes: the address itself
    exact.prefix6 = 128;
    for (const auto& name : candidates) {
        // Only a name under the wanted one can decide; the others need no question.
        if (!only.empty() && !dns::isAtOrUnder(name, only)) continue;
        auto asking = ask(name, type, step);
        Answer answer = co_await asking;
        if (answer.ok() && addressMatches(answer, exact)) names.push_back(name);
    }
    co_return names;
}

Task<std::string> SpfEvaluator::validatedName(std::string domain, size_t step) {
    // Section 7.3: the domain itself, else a name under it, else any, else "unknown".
    auto finding = validatedNames({}, step);
    const std::vector<std::string> names = co_await finding;
    for (const auto& name : names)
        if (text::iequals(name, domain)) co_return name;
    for (const auto& name : names)
        if (dns::isAtOrUnder(name, domain)) co_return name;
    if (!names.empty()) co_return names.front();
    co_return "unknown";
}

} // namespace waypost::auth
