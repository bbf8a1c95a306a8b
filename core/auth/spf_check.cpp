#include "auth/spf_check.h"

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

Identity identityOf(const SpfRequest& request) {
    std::string_view from = request.mailFrom;
    if (from.empty()) return {"postmaster", request.helo};
    const size_t at = from.rfind('@');
    if (at == std::string_view::npos) return {"postmaster", std::string(from)};
    std::string local(from.substr(0, at));
    return {local.empty() ? "postmaster" : local, std::string(from.substr(at + 1))};
}

// RFC 8616 section 4: an internationalised domain is checked in its ASCII form.
std::string asciiDomain(std::string domain) {
    auto isAscii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::all_of(domain.begin(), domain.end(), isAscii)) return domain;
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

// Section 4.3: a name of two labels or more that can be asked.
std::string checkableDomain(std::string_view domain) {
    std::string name = toTargetName(domain);
    return name.find('.') == std::string::npos || domain.starts_with('[') ? std::string() : name;
}

} // namespace

std::string_view spfResultName(SpfResult r) {
    switch (r) {
    case SpfResult::None: return "none";
    case SpfResult::Neutral: return "neutral";
    case SpfResult::Pass: return "pass";
    case SpfResult::Fail: return "fail";
    case SpfResult::SoftFail: return "softfail";
    case SpfResult::TempError: return "temperror";
    case SpfResult::PermError: return "permerror";
    }
    return "none";
}

SpfEvaluator::SpfEvaluator(dns::Resolver& resolver, SpfRequest request, SpfOptions options)
    : resolver_(resolver), request_(std::move(request)), options_(std::move(options)) {
    request_.ip = unmapped(request_.ip);
    Identity who = identityOf(request_);
    who.domain = asciiDomain(std::move(who.domain));
    out.domain = who.domain;
    out.sender = who.local + "@" + who.domain;
    values_.localPart = std::move(who.local);
    values_.senderDomain = std::move(who.domain);
    values_.helo = request_.helo;
    values_.ip = request_.ip;
    values_.receiver = options_.receiver;
    if (options_.clock) {
        values_.now = options_.clock->now();
        started_ = options_.clock->monotonic();
    }
}

Task<void> SpfEvaluator::run() {
    const std::string domain = checkableDomain(out.domain);
    if (domain.empty()) {
        out.reason =
            fmt::format("\"{}\" is not a domain name that could have a record.", text::printable(out.domain));
        co_return;
    }
    auto evaluating = evaluate(domain, 0);
    Verdict verdict = co_await evaluating;
    out.result = verdict.result;
    out.reason = verdict.reason;
    out.matchedTerm = verdict.term;
    if (verdict.result != SpfResult::Fail || !verdict.hasExp) co_return;
    auto explaining = explain(verdict, domain);
    co_await explaining;
}

Task<SpfEvaluator::Fetched> SpfEvaluator::fetchRecord(std::string domain, int depth) {
    const size_t step = newStep(depth, domain, nullptr, {});
    auto asking = ask(domain, RecordType::TXT, step);
    Answer answer = co_await asking;
    Fetched fetched;
    if (!answer.definite()) {
        fetched.verdict = {SpfResult::TempError, fmt::format("The record of {} could not be fetched: {}.",
                                                             domain, dns::statusName(answer.status))};
        co_return fetched;
    }
    std::vector<std::string> records;
    for (const auto* r : answer.ofType(RecordType::TXT)) {
        std::string joined = std::get<dns::TxtData>(r->data).joined();
        if (isSpfRecord(joined)) records.push_back(std::move(joined));
    }
    if (records.empty())
        fetched.verdict = {SpfResult::None, fmt::format("{} has no SPF record.", domain)};
    else if (records.size() > 1)
        fetched.verdict = {SpfResult::PermError, fmt::format("{} has {} SPF records; only one is allowed.",
                                                             domain, records.size())};
    else
        fetched.record = parseSpf(records.front());
    co_return fetched;
}

Task<SpfEvaluator::Verdict> SpfEvaluator::evaluate(std::string domain, int depth) {
    auto fetching = fetchRecord(domain, depth);
    Fetched fetched = co_await fetching;
    if (!fetched.record) co_return fetched.verdict;
    const SpfRecord record = std::move(*fetched.record);
    // Section 4.6: a fault anywhere in the record is found before anything is evaluated.
    if (!record.problems.empty()) {
        Verdict bad{SpfResult::PermError,
                    fmt::format("The record of {} has a fault: {}", domain, record.problems.front().text)};
        co_return bad;
    }
    for (const auto& term : record.terms) {
        if (!term.mechanism()) continue;
        const std::string written(record.at(term.span));
        auto matching = matchTerm(term, written, domain, depth);
        SpfMatch match = co_await matching;
        if (match && !*match) continue;
        Verdict verdict;
        verdict.term = written;
        verdict.result = match ? resultOf(term.qualifier) : match.error().result;
        verdict.reason =
            match ? fmt::format("\"{}\" in the record of {} matches.", text::printable(verdict.term), domain)
                  : match.error().reason;
        const SpfTerm* exp = match ? record.find(TermKind::Exp) : nullptr;
        if (exp && verdict.result == SpfResult::Fail) {
            auto expanding = expandFor(exp->macro, domain, SIZE_MAX);
            verdict.expTarget = co_await expanding;
            verdict.hasExp = true;
        }
        co_return verdict;
    }
    if (const SpfTerm* redirect = record.find(TermKind::Redirect)) {
        auto following = follow(*redirect, domain, depth);
        Verdict verdict = co_await following;
        co_return verdict;
    }
    Verdict neutral{SpfResult::Neutral, fmt::format("Nothing in the record of {} matches.", domain)};
    co_return neutral;
}

Task<SpfEvaluator::Verdict> SpfEvaluator::follow(SpfTerm term, std::string domain, int depth) {
    const size_t step = newStep(depth, domain, &term, "redirect=" + term.target);
    Verdict verdict;
    if (auto stop = countLookup(step)) {
        verdict = {stop->result, stop->reason};
        co_return verdict;
    }
    auto expanding = expandFor(term.macro, domain, step);
    const std::string expansion = co_await expanding;
    const std::string target = toTargetName(expansion);
    if (auto* s = stepAt(step)) s->expansion = target.empty() ? expansion : target;
    if (target.empty()) {
        verdict = {SpfResult::PermError, fmt::format("redirect= leads to \"{}\", which is no name to ask.",
                                                     text::printable(expansion))};
    } else {
        auto evaluating = evaluate(target, depth + 1);
        verdict = co_await evaluating;
        // Section 6.1: no record there is a fault of this one.
        if (verdict.result == SpfResult::None)
            verdict = {SpfResult::PermError,
                       fmt::format("redirect= leads to {}, which has no SPF record.", target)};
    }
    if (auto* s = stepAt(step)) s->result = verdict.result;
    co_return verdict;
}

Task<void> SpfEvaluator::explain(Verdict verdict, std::string domain) {
    // Section 6.2: any trouble on the way means that there is no explanation, and changes nothing else.
    const std::string target = toTargetName(verdict.expTarget);
    const size_t step = newStep(0, domain, nullptr, "exp=" + verdict.expTarget);
    if (target.empty()) {
        note(step, "The name of the explanation cannot be asked.");
        co_return;
    }
    auto asking = ask(target, RecordType::TXT, step);
    Answer answer = co_await asking;
    const auto records = answer.ofType(RecordType::TXT);
    if (!answer.ok() || records.size() != 1) {
        note(step, "There is not exactly one explanation text.");
        co_return;
    }
    const std::string joined = std::get<dns::TxtData>(records.front()->data).joined();
    auto macro = parseMacroString(joined, MacroUse::Explanation);
    if (!macro) {
        note(step, fmt::format("The explanation text has a fault: {}.", macro.error().text));
        co_return;
    }
    auto expanding = expandFor(*macro, values_.domain, step);
    out.explanation = co_await expanding;
}

Task<SpfCheck> checkSpf(dns::Resolver& resolver, SpfRequest request, SpfOptions options) {
    SpfEvaluator evaluator(resolver, std::move(request), std::move(options));
    auto running = evaluator.run();
    co_await running;
    co_return std::move(evaluator.out);
}

} // namespace waypost::auth
