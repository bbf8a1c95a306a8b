// The mechanisms: what each asks and when it matches (RFC 7208 section 5), the counting of section 4.6.4, and
// the explanation (section 6.2).
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

std::string couldNotLook(const Answer& answer) {
    return fmt::format("{} {} could not be looked up: {}.", answer.question.name,
                       dns::recordTypeName(answer.question.type), dns::statusName(answer.status));
}

} // namespace

size_t SpfEvaluator::newStep(int depth, const std::string& domain) {
    const size_t index = steps_++;
    if (!options_.trace) return index;
    SpfStep& step = out.trace.emplace_back();
    step.depth = depth;
    step.domain = domain;
    step.lookups = out.lookups;
    step.voids = out.voids;
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

bool SpfEvaluator::countLookup() {
    if (++out.lookups <= options_.maxLookups) return true;
    stop(SpfResult::PermError,
         fmt::format("More than {} terms of the record ask the DNS.", options_.maxLookups));
    return false;
}

// Counts the term once, however many of its queries were void.
bool SpfEvaluator::countVoid() {
    if (termIsVoid_) return true;
    termIsVoid_ = true;
    if (++out.voids <= options_.maxVoidLookups) return true;
    stop(SpfResult::PermError,
         fmt::format("More than {} terms of the record lead to nothing.", options_.maxVoidLookups));
    return false;
}

RecordType SpfEvaluator::addressType() const {
    return request_.ip.isV4() ? RecordType::A : RecordType::AAAA;
}

// `exact`: the address itself, whatever the prefix of the term.
bool SpfEvaluator::addressMatches(const SpfTerm& term, bool exact) const {
    const bool v4 = request_.ip.isV4();
    const int bits = exact ? (v4 ? 32 : 128) : v4 ? term.prefix4 : term.prefix6;
    const RecordType type = addressType();
    return std::any_of(answer_->records.begin(), answer_->records.end(), [&](const dns::Record& r) {
        const auto* data = r.type == type ? std::get_if<dns::AddressData>(&r.data) : nullptr;
        const auto ip = data ? net::IpAddress::parse(data->text) : std::nullopt;
        return ip && request_.ip.inPrefix(*ip, bits);
    });
}

bool SpfEvaluator::needsNames(const MacroString& macro) {
    return macro.needsValidatedName();
}

std::string SpfEvaluator::expandFor(const MacroString& macro, const std::string& domain) {
    if (macro.parts.size() == 1 && macro.parts.front().letter == 0) return macro.parts.front().literal;
    values_.domain = domain;
    values_.validatedName = validatedName_.empty() ? "unknown" : validatedName_;
    return expand(macro, values_);
}

void SpfEvaluator::askingTerm() {
    Frame& f = frames_.back();
    if (outOfTime()) return stop(SpfResult::TempError, "The time for this check was used up.");
    if (!countLookup()) return;
    at_ = At::Target;
    if (needsNames(f.term->macro)) findNames(f.domain, false, At::Target);
}

void SpfEvaluator::target() {
    Frame& f = frames_.back();
    const SpfTerm& term = *f.term;
    // RFC 8616 section 4: such a local part matches nothing, because it is no label.
    const bool unsayable = !asciiLocalPart_ && term.macro.usesLocalPart();
    if (term.target.empty()) {
        target_ = f.domain;
    } else if (unsayable) {
        target_.clear();
        note(f.step, "The local part of the sender is not ASCII and cannot stand in a name.");
    } else {
        const std::string expansion = expandFor(term.macro, f.domain);
        target_ = targetName(expansion);
        if (target_.empty()) {
            if (auto* s = stepAt(f.step)) s->expansion = expansion;
            note(f.step, "The expansion is no name that could be asked.");
        }
    }
    if (!target_.empty())
        if (auto* s = stepAt(f.step)) s->expansion = target_;
    if (!target_.empty()) return askFor(term);
    if (term.kind == TermKind::Redirect || (term.kind == TermKind::Include && !unsayable))
        return stop(SpfResult::PermError, fmt::format("{} leads to no name that could have a record.",
                                                      text::printable(f.record->at(term.span))));
    // Section 4.8: a name that cannot exist is a name that does not.
    matched(false);
}

void SpfEvaluator::askFor(const SpfTerm& term) {
    const Frame& f = frames_.back();
    switch (term.kind) {
    case TermKind::Include:
    case TermKind::Redirect: return fetch(std::move(target_), f.depth + 1);
    case TermKind::A: return ask(toQuestionName(target_), addressType(), f.step, At::GotAddress);
    case TermKind::Mx: return ask(toQuestionName(target_), RecordType::MX, f.step, At::GotExchangers);
    case TermKind::Ptr: return findNames(toQuestionName(target_), true, At::PtrDone);
    default:
        // Always A, whatever the client (section 5.7).
        return ask(toQuestionName(target_), RecordType::A, f.step, At::GotExists);
    }
}

namespace {

// The questions of the whole check are used up: no outcome of the DNS, but a limit of ours.
constexpr std::string_view tooManyQuestions = "The record makes more questions than a check may ask.";

} // namespace

void SpfEvaluator::gotAddress() {
    const Frame& f = frames_.back();
    if (!answer_->definite())
        return tooMany_ ? stop(SpfResult::PermError, std::string(tooManyQuestions))
                        : stop(SpfResult::TempError, couldNotLook(*answer_));
    if (!answer_->ok() && !countVoid()) return;
    matched(answer_->ok() && addressMatches(*f.term, false));
}

void SpfEvaluator::gotExists() {
    if (!answer_->definite())
        return tooMany_ ? stop(SpfResult::PermError, std::string(tooManyQuestions))
                        : stop(SpfResult::TempError, couldNotLook(*answer_));
    if (!answer_->ok() && !countVoid()) return;
    matched(answer_->ok());
}

void SpfEvaluator::gotExchangers() {
    if (!answer_->definite())
        return tooMany_ ? stop(SpfResult::PermError, std::string(tooManyQuestions))
                        : stop(SpfResult::TempError, couldNotLook(*answer_));
    if (!answer_->ok()) {
        if (countVoid()) matched(false);
        return;
    }
    std::vector<dns::MxData> hosts;
    for (const auto* r : answer_->ofType(RecordType::MX)) hosts.push_back(std::get<dns::MxData>(r->data));
    if (hosts.size() > maxMxNames)
        return stop(SpfResult::PermError, fmt::format("{} has {} mail exchangers; mx may look at {}.",
                                                      answer_->question.name, hosts.size(), maxMxNames));
    std::sort(hosts.begin(), hosts.end(), [](const auto& a, const auto& b) {
        return std::tie(a.preference, a.exchange) < std::tie(b.preference, b.exchange);
    });
    exchangers_.clear();
    for (auto& host : hosts)
        if (!host.exchange.empty())
            exchangers_.push_back(std::move(host.exchange)); // empty: null MX, no host
    exchanger_ = 0;
    at_ = At::NextExchanger;
}

void SpfEvaluator::nextExchanger() {
    if (exchanger_ == exchangers_.size()) return matched(false);
    ask(exchangers_[exchanger_++], addressType(), frames_.back().step, At::GotExchangerAddress);
}

void SpfEvaluator::gotExchangerAddress() {
    const Frame& f = frames_.back();
    if (!answer_->definite())
        return tooMany_ ? stop(SpfResult::PermError, std::string(tooManyQuestions))
                        : stop(SpfResult::TempError, couldNotLook(*answer_));
    if (!answer_->ok() && !countVoid()) return;
    if (answer_->ok() && addressMatches(*f.term, false)) return matched(true);
    at_ = At::NextExchanger;
}

void SpfEvaluator::ptrDone() {
    // Section 5.5: an error of the DNS is no match; used-up time and questions are ends of their own.
    if (!validatedName_.empty()) return matched(true);
    if (tooMany_) return stop(SpfResult::PermError, std::string(tooManyQuestions));
    if (outOfTime()) return stop(SpfResult::TempError, "The time for this check was used up.");
    const bool nothing = pointerStatus_ == dns::Status::NxDomain || pointerStatus_ == dns::Status::NoData;
    if (nothing && !countVoid()) return;
    matched(false);
}

// Looks for the best name that leads back to the client: the domain itself, else one below it, else, unless
// `onlyBelow`, any (section 7.3). The step of the term, or of the explanation, gets the answers.
void SpfEvaluator::findNames(std::string_view domain, bool onlyBelow, At then) {
    namesFor_ = domain;
    onlyBelow_ = onlyBelow;
    afterNames_ = then;
    validatedName_.clear();
    const size_t step = frames_.empty() ? explainStep_ : frames_.back().step;
    if (pointersKnown_) {
        at_ = At::NextName;
        return;
    }
    auto reverse = dns::reverseName(request_.ip.toString());
    ask(reverse.value_or(std::string()), RecordType::PTR, step, At::GotPointers);
}

void SpfEvaluator::gotPointers() {
    pointersKnown_ = true;
    pointerStatus_ = answer_->status;
    for (const auto* r : answer_->ofType(RecordType::PTR)) {
        if (names_.size() == maxPtrNames) break;
        names_.push_back({std::get<dns::NameData>(r->data).name, NameState::Unknown});
    }
    at_ = At::NextName;
}

// 0: the domain itself, 1: below it, 2: any other; 3: need not be looked at.
int SpfEvaluator::rankOf(const PointerName& name) const {
    if (text::iequals(name.name, namesFor_)) return 0;
    if (dns::isAtOrUnder(name.name, namesFor_)) return 1;
    return onlyBelow_ ? 3 : 2;
}

void SpfEvaluator::nextName() {
    for (int rank = 0; rank < 3; ++rank) {
        for (size_t i = 0; i < names_.size(); ++i) {
            if (names_[i].state == NameState::Invalid || rankOf(names_[i]) != rank) continue;
            if (names_[i].state == NameState::Valid) {
                validatedName_ = names_[i].name;
                at_ = afterNames_;
                return;
            }
            name_ = i;
            const size_t step = frames_.empty() ? explainStep_ : frames_.back().step;
            return ask(names_[i].name, addressType(), step, At::GotName);
        }
    }
    at_ = afterNames_;
}

void SpfEvaluator::gotName() {
    const bool leadsBack = answer_->ok() && addressMatches(SpfTerm(), true);
    names_[name_].state = leadsBack ? NameState::Valid : NameState::Invalid;
    at_ = At::NextName;
}

// Any trouble on the way means that there is no explanation, and changes nothing else.
void SpfEvaluator::explain() {
    const SpfTerm* exp = failRecord_->find(TermKind::Exp);
    if (explainStep_ == SIZE_MAX) {
        explainStep_ = newStep(0, failDomain_);
        if (auto* s = stepAt(explainStep_)) {
            s->term = failRecord_->at(exp->span);
            s->span = exp->span;
        }
        if (needsNames(exp->macro)) return findNames(failDomain_, false, At::Explain);
    }
    at_ = At::Done;
    if (!asciiLocalPart_ && exp->macro.usesLocalPart()) return;
    const std::string target = targetName(expandFor(exp->macro, failDomain_));
    if (target.empty()) return note(explainStep_, "The name of the explanation cannot be asked.");
    if (auto* s = stepAt(explainStep_)) s->expansion = target;
    ask(toQuestionName(target), RecordType::TXT, explainStep_, At::GotExplanation);
}

void SpfEvaluator::gotExplanation() {
    at_ = At::Done;
    const auto records = answer_->ofType(RecordType::TXT);
    if (!answer_->ok() || records.size() != 1)
        return note(explainStep_, "There is not exactly one explanation text.");
    const std::string joined = std::get<dns::TxtData>(records.front()->data).joined();
    auto macro = parseMacroString(joined, MacroUse::Explanation);
    if (!macro)
        return note(explainStep_, fmt::format("The explanation text has a fault: {}.", macro.error().text));
    explanation_ = std::move(*macro);
    at_ = At::ExplanationText;
    if (needsNames(explanation_)) findNames(failDomain_, false, At::ExplanationText);
}

void SpfEvaluator::explanationText() {
    at_ = At::Done;
    std::string said = expandFor(explanation_, failDomain_);
    // It goes into an SMTP reply, which is ASCII; a macro may have brought anything else.
    const bool sayable = std::all_of(said.begin(), said.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (!sayable) return note(explainStep_, "The explanation would hold other octets than printable ASCII.");
    if (said.size() > maxSpfExplanation) {
        said.resize(maxSpfExplanation);
        note(explainStep_, fmt::format("The explanation was cut at {} octets.", maxSpfExplanation));
    }
    out.explanation = std::move(said);
}

} // namespace waypost::auth
