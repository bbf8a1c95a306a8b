// The course of a check: records, terms in order, includes and redirects, the verdict and its explanation.
#include "auth/spf_evaluator.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

using dns::Answer;
using dns::RecordType;

namespace {

struct Identity {
    std::string local, domain;
};

// Section 4.3: without a local part it is "postmaster"; section 2.4: without a sender it is postmaster@helo.
Identity identityOf(const SpfRequest& request) {
    std::string_view from = request.mailFrom;
    if (from.empty()) return {"postmaster", request.helo};
    const size_t at = from.rfind('@');
    if (at == std::string_view::npos) return {"postmaster", std::string(from)};
    std::string local(from.substr(0, at));
    if (local.empty()) local = "postmaster";
    return {std::move(local), std::string(from.substr(at + 1))};
}

bool isAscii(std::string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// RFC 8616 section 4: an internationalised domain is checked in its ASCII form.
std::string asciiDomain(std::string domain) {
    if (isAscii(domain)) return domain;
    auto ascii = dns::toAscii(domain);
    return ascii ? *ascii : domain;
}

net::IpAddress unmapped(const net::IpAddress& ip) {
    if (ip.isV4()) return ip;
    const std::string_view o = ip.octets();
    if (o.substr(0, 10) != std::string_view("\0\0\0\0\0\0\0\0\0\0", 10) || o.substr(10, 2) != "\xff\xff")
        return ip;
    return net::IpAddress::v4({static_cast<std::uint8_t>(o[12]), static_cast<std::uint8_t>(o[13]),
                               static_cast<std::uint8_t>(o[14]), static_cast<std::uint8_t>(o[15])});
}

SpfResult resultOf(Qualifier q) {
    switch (q) {
    case Qualifier::Pass: return SpfResult::Pass;
    case Qualifier::Fail: return SpfResult::Fail;
    case Qualifier::SoftFail: return SpfResult::SoftFail;
    case Qualifier::Neutral: return SpfResult::Neutral;
    }
    return SpfResult::Neutral;
}

// Section 4.3: a name that is malformed or has one label only cannot have a record. One trailing dot is no
// label.
bool isCheckable(std::string_view domain) {
    if (domain.ends_with('.')) domain.remove_suffix(1);
    return domain.size() <= maxTargetName && !domain.starts_with('[') &&
           domain.find('.') != std::string_view::npos && isTargetName(domain);
}

} // namespace

SpfEvaluator::SpfEvaluator(SpfRequest request, SpfOptions options)
    : request_(std::move(request)), options_(std::move(options)) {
    request_.ip = unmapped(request_.ip);
    Identity who = identityOf(request_);
    who.domain = asciiDomain(std::move(who.domain));
    asciiLocalPart_ = isAscii(who.local);
    out.domain = who.domain;
    out.sender = who.local + "@" + who.domain;
    values_.localPart = std::move(who.local);
    values_.senderDomain = std::move(who.domain);
    values_.helo = std::move(request_.helo);
    values_.ip = request_.ip;
    values_.receiver = options_.receiver;
    constexpr size_t usual = 8; // records, answers, twice the steps
    frames_.reserve(usual);
    known_.reserve(usual);
    if (options_.trace) out.trace.reserve(2 * usual);
    if (options_.clock) {
        values_.now = options_.clock->now();
        started_ = options_.clock->monotonic();
    }
    if (!isCheckable(out.domain)) {
        out.reason =
            fmt::format("\"{}\" is not a domain name that could have a record.", text::printable(out.domain));
        return;
    }
    std::string domain = out.domain;
    if (domain.ends_with('.')) domain.pop_back();
    fetch(std::move(domain), 0);
}

const dns::Question* SpfEvaluator::advance() {
    while (!waiting_ && at_ != At::Done) run();
    return waiting_ ? &question_ : nullptr;
}

void SpfEvaluator::take(dns::AnswerPtr answer) {
    waiting_ = false;
    answer_ = std::move(answer);
    known_.push_back(answer_);
    if (auto* s = stepAt(questionStep_)) {
        s->answers.push_back(out.answers.size());
        out.answers.push_back(answer_);
    }
}

void SpfEvaluator::run() {
    switch (at_) {
    case At::FetchRecord:
        return ask(toQuestionName(fetching_), RecordType::TXT, fetchingStep_, At::GotRecord);
    case At::GotRecord: return gotRecord();
    case At::NextTerm: return nextTerm();
    case At::Target: return target();
    case At::GotAddress: return gotAddress();
    case At::GotExchangers: return gotExchangers();
    case At::NextExchanger: return nextExchanger();
    case At::GotExchangerAddress: return gotExchangerAddress();
    case At::GotPointers: return gotPointers();
    case At::NextName: return nextName();
    case At::GotName: return gotName();
    case At::PtrDone: return ptrDone();
    case At::GotExists: return gotExists();
    case At::Explain: return explain();
    case At::GotExplanation: return gotExplanation();
    case At::ExplanationText: return explanationText();
    case At::Done: return;
    }
}

void SpfEvaluator::ask(std::string name, RecordType type, size_t step, At then) {
    at_ = then;
    questionStep_ = step;
    question_.name = std::move(name);
    question_.type = type;
    for (const auto& a : known_) {
        if (a->question.type != type || !text::iequals(a->question.name, question_.name)) continue;
        answer_ = a;
        if (auto* s = stepAt(step)) {
            s->answers.push_back(out.answers.size());
            out.answers.push_back(answer_);
        }
        return;
    }
    const bool late = outOfTime();
    if (!late && questions_ < options_.maxQuestions) {
        ++questions_;
        waiting_ = true;
        return;
    }
    // Never asked: what needs it ends as temperror or permerror, and is not kept.
    if (!late) tooMany_ = true;
    auto none = std::make_shared<Answer>();
    none->question = question_;
    none->status = late ? dns::Status::Timeout : dns::Status::Cancelled;
    none->text = late ? "The time for this check was used up." : "The questions for this check were used up.";
    answer_ = std::move(none);
    if (auto* s = stepAt(step)) {
        s->answers.push_back(out.answers.size());
        out.answers.push_back(answer_);
    }
}

void SpfEvaluator::fetch(std::string domain, int depth) {
    fetchingStep_ = newStep(depth, domain);
    fetching_ = std::move(domain);
    fetchingDepth_ = depth;
    at_ = At::FetchRecord;
}

// Section 4.4 and 4.5: one record, and the whole of it without a fault before anything is evaluated.
void SpfEvaluator::gotRecord() {
    const auto shown = [this] { return text::printable(fetching_); };
    if (!answer_->definite()) {
        Verdict verdict{tooMany_ ? SpfResult::PermError : SpfResult::TempError, {}, {}};
        verdict.reason = fmt::format("The record of {} could not be fetched: {}.", shown(),
                                     dns::statusName(answer_->status));
        return ended(std::move(verdict));
    }
    SpfRecordPtr record;
    int count = 0;
    for (const auto& r : answer_->records) {
        const auto* txt = r.type == RecordType::TXT ? std::get_if<dns::TxtData>(&r.data) : nullptr;
        if (!txt) continue;
        const bool one = txt->strings.size() == 1;
        const std::string joined = one ? std::string() : txt->joined();
        const std::string_view whole =
            one ? std::string_view(txt->strings.front()) : std::string_view(joined);
        if (!isSpfRecord(whole) || ++count > 1) continue;
        record = options_.records ? options_.records->get(whole)
                                  : std::make_shared<const SpfRecord>(parseSpf(whole));
    }
    if (count == 0) return ended({SpfResult::None, fmt::format("{} has no SPF record.", shown()), {}});
    if (count > 1)
        return ended({SpfResult::PermError,
                      fmt::format("{} has {} SPF records; only one is allowed.", shown(), count),
                      {}});
    if (!record->problems.empty())
        return ended({SpfResult::PermError,
                      fmt::format("The record of {} has a fault: {}", shown(), record->problems.front().text),
                      {}});
    Frame f;
    f.record = std::move(record);
    f.domain = std::move(fetching_);
    f.depth = fetchingDepth_;
    frames_.push_back(std::move(f));
    at_ = At::NextTerm;
}

void SpfEvaluator::nextTerm() {
    Frame& f = frames_.back();
    const net::IpAddress& ip = request_.ip;
    while (f.next < f.record->terms.size()) {
        const SpfTerm& term = f.record->terms[f.next++];
        if (!term.mechanism()) continue;
        beginTerm(f, term);
        if (term.costsLookup()) return askingTerm();
        const bool network = term.kind == TermKind::Ip4 || term.kind == TermKind::Ip6;
        const int bits = term.kind == TermKind::Ip4 ? term.prefix4 : term.prefix6;
        if (!network || ip.inPrefix(term.network, bits)) return matched(true);
    }
    afterLast(f);
}

void SpfEvaluator::beginTerm(Frame& f, const SpfTerm& term) {
    f.term = &term;
    f.lookupsBefore = out.lookups;
    f.step = newStep(f.depth, f.domain);
    termIsVoid_ = false;
    if (auto* s = stepAt(f.step)) {
        s->term = f.record->at(term.span);
        s->span = term.span;
    }
}

void SpfEvaluator::afterLast(Frame& f) {
    if (const SpfTerm* redirect = f.record->find(TermKind::Redirect)) {
        beginTerm(f, *redirect);
        return askingTerm();
    }
    Verdict neutral{SpfResult::Neutral,
                    fmt::format("Nothing in the record of {} matches.", text::printable(f.domain)),
                    {}};
    frames_.pop_back();
    ended(std::move(neutral));
}

// The term under evaluation matches or not.
void SpfEvaluator::matched(bool yes) {
    Frame& f = frames_.back();
    if (auto* s = stepAt(f.step)) {
        s->matched = yes;
        s->lookups = out.lookups;
        s->voids = out.voids;
        s->cost = out.lookups - f.lookupsBefore;
    }
    at_ = At::NextTerm;
    if (!yes) return;
    Verdict verdict = verdictOf(f);
    frames_.pop_back();
    ended(std::move(verdict));
}

SpfEvaluator::Verdict SpfEvaluator::verdictOf(const Frame& f) {
    Verdict verdict;
    verdict.result = resultOf(f.term->qualifier);
    if (verdict.result == SpfResult::Fail) {
        failRecord_ = f.record;
        failDomain_ = f.domain;
    }
    // An include asks for the result alone.
    const bool included = frames_.size() > 1 && frames_[frames_.size() - 2].term->kind == TermKind::Include;
    if (included) return verdict;
    verdict.term = f.record->at(f.term->span);
    verdict.reason = fmt::format("\"{}\" in the record of {} matches.", text::printable(verdict.term),
                                 text::printable(f.domain));
    return verdict;
}

// The term under evaluation ends the whole check.
void SpfEvaluator::stop(SpfResult result, std::string reason) {
    Frame& f = frames_.back();
    Verdict verdict{result, std::move(reason), std::string(f.record->at(f.term->span))};
    if (auto* s = stepAt(f.step)) {
        s->result = result;
        s->note = verdict.reason;
        s->lookups = out.lookups;
        s->voids = out.voids;
        s->cost = out.lookups - f.lookupsBefore;
    }
    frames_.pop_back();
    ended(std::move(verdict));
}

// A record has its verdict. The frame on top, if any, holds the include or redirect that led to it.
void SpfEvaluator::ended(Verdict verdict) {
    while (!frames_.empty())
        if (!passedOn(verdict)) return;
    finish(std::move(verdict));
}

// Section 5.2 and 6.1. False: the record above goes on with its terms.
bool SpfEvaluator::passedOn(Verdict& verdict) {
    Frame& f = frames_.back();
    const bool include = f.term->kind == TermKind::Include;
    if (auto* s = stepAt(f.step)) {
        s->result = verdict.result;
        s->lookups = out.lookups;
        s->voids = out.voids;
        s->cost = out.lookups - f.lookupsBefore;
    }
    const bool error = verdict.result == SpfResult::TempError || verdict.result == SpfResult::PermError;
    if (verdict.result == SpfResult::None) {
        const std::string_view what = include ? "The included name" : "redirect= leads to a name that";
        verdict.result = SpfResult::PermError;
        verdict.reason = fmt::format("{} has no SPF record: {}", what, verdict.reason);
    } else if (include && !error) {
        failRecord_.reset();
        const bool pass = verdict.result == SpfResult::Pass;
        if (auto* s = stepAt(f.step)) s->matched = pass;
        at_ = At::NextTerm;
        if (pass) {
            verdict = verdictOf(f);
            frames_.pop_back();
        }
        return pass;
    }
    if (include) verdict.term = f.record->at(f.term->span);
    frames_.pop_back();
    return true;
}

void SpfEvaluator::finish(Verdict verdict) {
    out.result = verdict.result;
    out.reason = std::move(verdict.reason);
    out.matchedTerm = std::move(verdict.term);
    const bool explained = out.result == SpfResult::Fail && failRecord_ && failRecord_->find(TermKind::Exp);
    at_ = explained ? At::Explain : At::Done;
}

} // namespace waypost::auth
