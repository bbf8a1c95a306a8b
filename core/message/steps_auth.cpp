// Connection, SPF, alignment, DMARC, ARC and what receivers claimed.
#include "base/text.h"
#include "message/steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::message {

namespace {

StepState stateOf(auth::SpfResult r) {
    switch (r) {
    case auth::SpfResult::Pass: return StepState::Ok;
    case auth::SpfResult::Fail:
    case auth::SpfResult::PermError: return StepState::Error;
    case auth::SpfResult::SoftFail:
    case auth::SpfResult::Neutral:
    case auth::SpfResult::None: return StepState::Warning;
    case auth::SpfResult::TempError: return StepState::Unknown;
    }
    return StepState::Unknown;
}

// "about a minute": a delay as people say it.
std::string delayText(Millis delay) {
    const auto seconds = std::abs(delay.count()) / 1000;
    std::string text = seconds < 120      ? fmt::format("{} s", seconds)
                       : seconds < 7200   ? fmt::format("{} min", seconds / 60)
                       : seconds < 172800 ? fmt::format("{} h", seconds / 3600)
                                          : fmt::format("{} days", seconds / 86400);
    return delay.count() < 0 ? text + " before the hop below it" : text;
}

Item hopItem(const MessageCheck& check, const Hop& hop) {
    const mail::Received& r = hop.received;
    std::string text = fmt::format("from {}{}", r.rdns.value_or(r.helo.value_or("an unnamed client")),
                                   r.ip ? " [" + *r.ip + "]" : "");
    if (r.with) text += " with " + *r.with;
    if (r.date)
        text += ", " + formatUtc(*r.date);
    else
        text += ", no readable date";
    if (hop.delay) text += ", " + delayText(*hop.delay);
    if (hop.skewed) text += "; the clocks disagree";
    Item i = item("Received by " + text::printable(r.by.value_or("an unnamed host")), text::printable(text),
                  hop.skewed ? StepState::Warning : StepState::Info);
    i.bytes = check.headers->fields()[hop.field].whole;
    return i;
}

// Steps of the trace as a tree by their depth.
std::vector<Item> traceItems(const MessageCheck& check, const auth::SpfCheck& spf, size_t& at, int depth) {
    std::vector<Item> out;
    while (at < spf.trace.size() && spf.trace[at].depth >= depth) {
        const auth::SpfStep& s = spf.trace[at];
        if (s.depth > depth && !out.empty()) {
            auto below = traceItems(check, spf, at, s.depth);
            std::move(below.begin(), below.end(), std::back_inserter(out.back().children));
            continue;
        }
        std::string value = s.expansion;
        if (s.matched) value += value.empty() ? "matches" : ", matches";
        if (!s.note.empty()) value += (value.empty() ? "" : ": ") + s.note;
        value += fmt::format("{}{}, {}", value.empty() ? "" : "; ",
                             text::counted(std::uint64_t(s.lookups), "lookup"),
                             text::counted(std::uint64_t(s.voids), "void lookup"));
        Item i = item(text::printable(s.term.empty() ? "record of " + s.domain : s.term),
                      text::printable(value), s.matched ? StepState::Ok : StepState::Info);
        if (!s.answers.empty()) i.answer = answerTo(check, plain(spf.answers[s.answers.front()]).question);
        out.push_back(std::move(i));
        ++at;
    }
    return out;
}

Item spfItem(const MessageCheck& check, const auth::SpfCheck& spf, const std::string& identity) {
    Item i = item(identity + " " + text::printable(spf.domain),
                  text::printable(fmt::format("{}: {}", auth::spfResultName(spf.result), spf.reason)),
                  stateOf(spf.result));
    size_t at = 0;
    i.children = traceItems(check, spf, at, spf.trace.empty() ? 0 : spf.trace.front().depth);
    if (!spf.explanation.empty())
        i.children.push_back(item("explanation of the domain", text::printable(spf.explanation)));
    return i;
}

} // namespace

Step connectionStep(const StepInput& in) {
    const Connection& c = in.check.connection;
    Step s{"connection", "Connection", StepState::Info, {}, {}, {}};
    s.rule = "SPF judges the client address, the HELO name and the MAIL FROM address of the connection "
             "(RFC 7208 section 2).";
    s.items.push_back(item("client address", c.ip ? c.ip->toString() : "not known",
                           c.ip ? StepState::Info : StepState::Unknown));
    s.items.push_back(item("HELO", c.helo.empty() ? "not known" : text::printable(c.helo),
                           c.helo.empty() ? StepState::Unknown : StepState::Info));
    s.items.push_back(item("MAIL FROM",
                           !c.mailFromKnown     ? "not known"
                           : c.mailFrom.empty() ? "<> (the null sender)"
                                                : text::printable(c.mailFrom),
                           c.mailFromKnown ? StepState::Info : StepState::Unknown));
    if (auto path = fieldOf(*in.check.headers, "Return-Path"))
        s.items.push_back(fieldItem(*in.check.headers, *path));
    bool skewed = false;
    for (const auto& hop : in.check.hops) {
        s.items.push_back(hopItem(in.check, hop));
        skewed = skewed || hop.skewed;
    }
    s.items.insert(s.items.begin(), item("where this is from", text::printable(c.origin)));
    s.state = !c.ip ? StepState::Unknown : skewed ? StepState::Warning : StepState::Ok;
    s.headline = c.ip ? fmt::format("{}, {}", c.ip->toString(), text::counted(in.check.hops.size(), "hop"))
                      : "the client address is not known, so SPF cannot be judged";
    if (skewed) s.headline += "; clocks on the way disagree";
    return s;
}

Step spfStep(const StepInput& in) {
    const MessageCheck& c = in.check;
    Step s{"spf", "SPF", StepState::Unknown, {}, {}, {}};
    s.rule = "The domain of MAIL FROM, and that of HELO, name the addresses that may send for them "
             "(RFC 7208 sections 2.3, 2.4 and 4).";
    if (!c.spf && !c.spfHelo) {
        s.headline = c.connection.ip ? "unknown: neither MAIL FROM nor a HELO name is known"
                                     : "unknown: the client address is not known";
        return s;
    }
    if (c.spf) s.items.push_back(spfItem(c, *c.spf, "MAIL FROM"));
    if (c.spfHelo) s.items.push_back(spfItem(c, *c.spfHelo, "HELO"));
    if (c.spf) {
        s.state = stateOf(c.spf->result);
        s.headline =
            text::printable(fmt::format("{}: {}", auth::spfResultName(c.spf->result), c.spf->reason));
    } else {
        s.headline = text::printable(
            fmt::format("MAIL FROM is not known; HELO: {}", auth::spfResultName(c.spfHelo->result)));
    }
    return s;
}

Step alignmentStep(const StepInput& in) {
    const auth::DmarcCheck& d = in.check.dmarc;
    Step s{"alignment", "Alignment", StepState::Unknown, {}, {}, {}};
    s.rule =
        "A domain that SPF or DKIM passes for must have the organisational domain of From, or be the same "
        "when the record asks for strict alignment (RFC 9989 section 4.4).";
    if (auto from = fieldOf(*in.check.headers, "From"))
        s.items.push_back(fieldItem(*in.check.headers, *from));
    if (d.authorDomain.empty()) {
        s.state = StepState::Error;
        s.headline = text::printable(in.fromFault);
        return s;
    }
    size_t aligned = 0, passing = 0;
    for (const auto& id : d.identifiers) {
        const bool pass = id.result == "pass";
        const bool counts = pass && id.aligned.value_or(false);
        aligned += counts ? 1 : 0;
        passing += pass ? 1 : 0;
        std::string value = fmt::format("{}, {}, {}", id.result, id.strict ? "strict" : "relaxed",
                                        !id.aligned   ? "alignment not known"
                                        : *id.aligned ? "aligned with " + d.authorDomain
                                                      : "not aligned with " + d.authorDomain);
        if (id.alignedPsl && id.aligned && *id.alignedPsl != *id.aligned)
            value +=
                *id.alignedPsl ? "; aligned by the public suffix list" : "; not by the public suffix list";
        s.items.push_back(item(text::printable((id.mechanism == "spf" ? "SPF " : "DKIM ") + id.domain),
                               text::printable(value),
                               counts        ? StepState::Ok
                               : !id.aligned ? StepState::Unknown
                                             : StepState::Warning));
    }
    s.state = aligned > 0                                                 ? StepState::Ok
              : d.walk.result == auth::DmarcResult::TempError             ? StepState::Unknown
              : !in.check.spf && d.walk.result != auth::DmarcResult::Pass ? StepState::Unknown
                                                                          : StepState::Error;
    s.headline = fmt::format("{} of {} aligned with {}", aligned,
                             text::counted(passing, "passing identifier"), text::printable(d.authorDomain));
    return s;
}

namespace {

StepState stateOf(const auth::DmarcReading& r, bool spfKnown) {
    switch (r.result) {
    case auth::DmarcResult::Pass: return StepState::Ok;
    case auth::DmarcResult::None: return StepState::Warning;
    case auth::DmarcResult::Fail: return spfKnown ? StepState::Error : StepState::Unknown;
    case auth::DmarcResult::PermError: return StepState::Error;
    case auth::DmarcResult::TempError: return StepState::Unknown;
    }
    return StepState::Unknown;
}

std::string readingText(const auth::DmarcReading& r) {
    std::string out = std::string(auth::dmarcResultName(r.result));
    if (r.policy) out += fmt::format(", policy {}", auth::dmarcPolicyName(*r.policy));
    if (r.disposition) out += fmt::format(", applied {}", auth::dmarcPolicyName(*r.disposition));
    if (!r.orgDomain.empty()) out += ", organisational domain " + r.orgDomain;
    return text::printable(out + ". " + r.reason);
}

Item walkItem(const MessageCheck& check, const auth::DmarcDiscovery& d) {
    Item walk = item("tree walk", text::printable(d.orgReason));
    for (const auto& step : d.steps) {
        using Found = auth::DmarcStep::Found;
        Item i = item("_dmarc." + text::printable(step.domain), {});
        switch (step.found) {
        case Found::Record: i.value = text::printable(step.record->text); break;
        case Found::None: i.value = "no record"; break;
        case Found::Several:
            i.value = "several records, so none counts";
            i.state = StepState::Error;
            break;
        case Found::CouldNotLook:
            i.value = "could not be looked up";
            i.state = StepState::Unknown;
            break;
        }
        i.answer = answerTo(check, d.answers[step.answer].question);
        walk.children.push_back(std::move(i));
    }
    return walk;
}

} // namespace

Step dmarcStep(const StepInput& in) {
    const auth::DmarcCheck& d = in.check.dmarc;
    Step s{"dmarc", "DMARC", stateOf(d.walk, in.check.spf.has_value()), {}, {}, {}};
    s.rule = "A message passes when SPF or DKIM passes for an aligned domain; otherwise the policy of the "
             "domain in "
             "From says what is wanted (RFC 9989 sections 4.10 and 5.3).";
    s.headline = readingText(d.walk);
    if (!in.check.spf && d.walk.result == auth::DmarcResult::Fail)
        s.headline = "unknown: DKIM does not pass aligned, and SPF could not be judged. " + s.headline;
    if (d.authorDomain.empty()) return s;
    s.items.push_back(item("RFC 9989, tree walk", readingText(d.walk), s.state));
    s.items.push_back(item("RFC 7489, public suffix list", readingText(d.list),
                           d.readingsDiffer ? StepState::Warning : StepState::Info));
    s.items.push_back(walkItem(in.check, d.discovery));
    if (const auth::DmarcRecord* record = d.discovery.record()) {
        for (const auto& p : record->problems)
            s.items.push_back(item("fault of the record", text::printable(p.text), StepState::Warning));
        if (!record->obsoleteTags.empty())
            s.items.push_back(item("removed tags", text::printable(text::join(record->obsoleteTags, ", ")) +
                                                       ": RFC 9989 ignores them, older receivers do not"));
    }
    return s;
}

Step arcStep(const StepInput& in) {
    const auth::ArcCheck& a = in.check.arc;
    Step s{"arc", "ARC", StepState::Absent, {}, {}, {}};
    s.rule = "Each forwarder seals what it saw; the chain must be whole and the newest signature must fit "
             "(RFC 8617 section 5.2).";
    if (a.result == auth::ArcResult::Pass) s.state = StepState::Ok;
    if (a.result == auth::ArcResult::Fail) s.state = StepState::Error;
    s.headline = a.result == auth::ArcResult::None
                     ? "the message has no ARC chain"
                     : text::printable(fmt::format("{}: {}", auth::arcResultName(a.result), a.reason));
    const auto& headers = *in.check.headers;
    for (const auto& set : a.sets) {
        const bool wrong = !set.reason.empty() || set.sealOk == false;
        Item i = item(fmt::format("set {} of {}", set.instance, text::printable(set.domain)),
                      text::printable(fmt::format("cv={}{}", set.chainValidation,
                                                  set.reason.empty() ? "" : "; " + set.reason)),
                      wrong ? StepState::Error : StepState::Info);
        for (size_t field : {set.results, set.message, set.seal})
            if (field < headers.fields().size()) i.children.push_back(fieldItem(headers, field));
        s.items.push_back(std::move(i));
    }
    return s;
}

Step resultsStep(const StepInput& in) {
    Step s{"results", "What receivers wrote", StepState::Absent, {}, {}, {}};
    s.rule =
        "Authentication-Results says what a receiver found; only the field of one's own receiver is to be "
        "trusted (RFC 8601 sections 5 and 7.1).";
    size_t differences = 0;
    for (const auto& claim : in.check.claimed) {
        const std::string& server = claim.results.authservId;
        Item i = fieldItem(*in.check.headers, claim.field,
                           claim.differences.empty() ? StepState::Info : StepState::Warning);
        i.label = "written by " + text::printable(server.empty() ? "an unnamed server" : server);
        for (const auto& d : claim.differences)
            i.children.push_back(item("difference", text::printable(d), StepState::Warning));
        for (const auto& p : claim.results.problems) {
            Item fault = item("against the grammar", text::printable(p.text));
            fault.bytes = inValue(*in.check.headers, claim.field, p.span);
            i.children.push_back(std::move(fault));
        }
        differences += claim.differences.size();
        s.items.push_back(std::move(i));
    }
    if (s.items.empty()) {
        s.headline = "no Authentication-Results field";
        return s;
    }
    s.state = differences ? StepState::Warning : StepState::Ok;
    s.headline = differences ? text::counted(differences, "difference") + " to what we find now"
                             : "nothing differs from what we find now";
    return s;
}

} // namespace waypost::message
