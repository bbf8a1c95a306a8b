// A check as one line of JSON: the form of `dmarc check`, and with everything that of `message check`.
#include "auth/spf_json.h"
#include "base/json.h"
#include "base/text.h"
#include "message/steps.h"

#include <fmt/format.h>

namespace waypost::message {

namespace {

using json::array;
using json::object;
using json::value;

value textOrNull(const std::string& s) {
    return s.empty() ? value(nullptr) : json::foreign(s);
}

array span(mail::Span s) {
    return {std::uint64_t(s.offset), std::uint64_t(s.length)};
}

std::string_view stateName(StepState s) {
    switch (s) {
    case StepState::Ok: return "ok";
    case StepState::Info: return "info";
    case StepState::Warning: return "warning";
    case StepState::Error: return "error";
    case StepState::Unknown: return "unknown";
    case StepState::Absent: return "absent";
    }
    return "unknown";
}

object spfJson(const MessageCheck& c, const std::optional<auth::SpfCheck>& spf, std::string_view identity,
               bool whole) {
    object o;
    if (!spf) {
        o["result"] = nullptr;
        o["reason"] = c.connection.ip ? "Neither MAIL FROM nor a HELO name is known."
                                      : "The client address is not known.";
        return o;
    }
    o = auth::toJson(*spf);
    if (!whole) o.erase("trace");
    o["identity"] = identity;
    return o;
}

object dkimJson(const MessageCheck& c, const auth::DkimSignatureCheck& s) {
    object o;
    o["domain"] = json::foreign(s.signature.domain);
    o["selector"] = json::foreign(s.signature.selector);
    o["algorithm"] = json::foreign(s.signature.algorithm);
    o["result"] = auth::dkimResultName(s.result);
    o["reason"] = json::foreign(s.reason);
    o["body_ok"] = s.bodyOk ? value(*s.bodyOk) : value(nullptr);
    o["header_ok"] = s.headerOk ? value(*s.headerOk) : value(nullptr);
    array remarks;
    for (const auto& r : s.remarks) remarks.push_back(object{{"id", r.id}, {"text", json::foreign(r.text)}});
    o["remarks"] = std::move(remarks);
    o["span"] = span(c.headers->fields()[s.field].whole);
    return o;
}

object arcJson(const auth::ArcCheck& a) {
    object o;
    o["result"] = auth::arcResultName(a.result);
    o["oldest_pass"] = a.result == auth::ArcResult::Pass ? value(a.oldestPass) : value(nullptr);
    o["reason"] = textOrNull(a.reason);
    o["sets"] = a.sets.size();
    return o;
}

void addReading(object& o, const auth::DmarcReading& r) {
    o["result"] = auth::dmarcResultName(r.result);
    o["policy"] = r.policy ? value(auth::dmarcPolicyName(*r.policy)) : value(nullptr);
    o["disposition"] = r.disposition ? value(auth::dmarcPolicyName(*r.disposition)) : value(nullptr);
    o["org_domain"] = textOrNull(r.orgDomain);
    o["policy_domain"] = textOrNull(r.policyDomain);
    o["aligned_spf"] = r.alignedSpf;
    o["aligned_dkim"] = r.alignedDkim;
    o["reason"] = json::foreign(r.reason);
}

object dmarcJson(const auth::DmarcCheck& d) {
    object o;
    addReading(o, d.walk);
    o["author_domain"] = textOrNull(d.authorDomain);
    o["org_domain_psl"] = textOrNull(d.list.orgDomain);
    object list;
    addReading(list, d.list);
    o["list"] = std::move(list);
    o["readings_differ"] = d.readingsDiffer;
    array identifiers;
    for (const auto& id : d.identifiers) {
        object i;
        i["mechanism"] = id.mechanism;
        i["domain"] = json::foreign(id.domain);
        if (!id.selector.empty()) i["selector"] = json::foreign(id.selector);
        i["result"] = id.result;
        i["strict"] = id.strict;
        i["aligned"] = id.aligned ? value(*id.aligned) : value(nullptr);
        i["org_domain"] = textOrNull(id.orgDomain);
        i["aligned_psl"] = id.alignedPsl ? value(*id.alignedPsl) : value(nullptr);
        i["org_domain_psl"] = textOrNull(id.orgDomainPsl);
        identifiers.push_back(std::move(i));
    }
    o["identifiers"] = std::move(identifiers);
    return o;
}

object connectionJson(const Connection& c) {
    object o;
    o["ip"] = c.ip ? value(c.ip->toString()) : value(nullptr);
    o["helo"] = textOrNull(c.helo);
    o["mail_from"] = c.mailFromKnown ? json::foreign(c.mailFrom) : value(nullptr);
    o["origin"] = json::foreign(c.origin);
    return o;
}

object itemJson(const Item& i) {
    object o;
    o["label"] = json::foreign(i.label);
    o["value"] = json::foreign(i.value);
    o["state"] = stateName(i.state);
    if (i.bytes.length > 0) o["span"] = span(i.bytes);
    if (i.answer) o["answer"] = std::uint64_t(*i.answer);
    if (!i.children.empty()) {
        array children;
        for (const auto& c : i.children) children.push_back(itemJson(c));
        o["items"] = std::move(children);
    }
    return o;
}

array stepsJson(const MessageCheck& c) {
    array out;
    for (const auto& s : c.steps) {
        object o;
        o["id"] = s.id;
        o["title"] = s.title;
        o["state"] = stateName(s.state);
        o["headline"] = json::foreign(s.headline);
        o["rule"] = s.rule;
        array items;
        for (const auto& i : s.items) items.push_back(itemJson(i));
        o["items"] = std::move(items);
        out.push_back(std::move(o));
    }
    return out;
}

array hopsJson(const MessageCheck& c) {
    const auto word = [](const std::optional<std::string>& s) {
        return s ? json::foreign(*s) : value(nullptr);
    };
    array out;
    for (const auto& h : c.hops) {
        object o;
        o["by"] = word(h.received.by);
        o["from"] = word(h.received.rdns ? h.received.rdns : h.received.helo);
        o["ip"] = word(h.received.ip);
        o["with"] = word(h.received.with);
        o["time"] = h.received.date ? value(formatUtc(*h.received.date)) : value(nullptr);
        o["delay_ms"] = h.delay ? value(h.delay->count()) : value(nullptr);
        o["skewed"] = h.skewed;
        o["span"] = span(c.headers->fields()[h.field].whole);
        out.push_back(std::move(o));
    }
    return out;
}

array claimedJson(const MessageCheck& c) {
    array out;
    for (const auto& claim : c.claimed) {
        object o;
        o["authserv_id"] = textOrNull(claim.results.authservId);
        array results;
        for (const auto& r : claim.results.results) {
            object m{{"method", json::foreign(r.method)}, {"result", json::foreign(r.result)}};
            for (const auto& p : r.properties)
                m[text::printable(p.ptype.empty() ? p.property : p.ptype + "." + p.property)] =
                    json::foreign(p.value);
            results.push_back(std::move(m));
        }
        o["results"] = std::move(results);
        o["well_formed"] = claim.results.wellFormed();
        array differences;
        for (const auto& d : claim.differences) differences.push_back(json::foreign(d));
        o["differences"] = std::move(differences);
        o["span"] = span(c.headers->fields()[claim.field].whole);
        out.push_back(std::move(o));
    }
    return out;
}

array answersJson(const MessageCheck& c) {
    array out;
    for (const auto& a : c.answers) {
        object o;
        o["question"] =
            json::foreign(fmt::format("{} {}", a.question.name, dns::recordTypeName(a.question.type)));
        o["status"] = dns::statusName(a.status);
        o["server"] = textOrNull(a.server);
        o["ttl"] = a.definite() ? value(a.ttl()) : value(nullptr);
        o["time"] = formatUtc(a.at);
        array records;
        for (const auto& r : a.records)
            records.push_back(json::foreign(fmt::format("{}. {} IN {} {}", r.name, r.ttl,
                                                        dns::recordTypeName(r.type), dns::presentation(r))));
        o["records"] = std::move(records);
        if (!a.text.empty()) o["remark"] = json::foreign(a.text);
        out.push_back(std::move(o));
    }
    return out;
}

} // namespace

std::string oneLineResults(const MessageCheck& check) {
    std::string out;
    for (char c : check.authenticationResults)
        if (c != '\r' && c != '\n') out += c == '\t' ? ' ' : c;
    return out;
}

std::string toJson(const MessageCheck& check, bool whole) {
    object o;
    const bool helo = !check.spf && check.spfHelo;
    o["spf"] = spfJson(check, helo ? check.spfHelo : check.spf,
                       helo || check.connection.mailFrom.empty() ? "helo" : "mailfrom", whole);
    array dkim;
    for (const auto& s : check.dkim.signatures) dkim.push_back(dkimJson(check, s));
    o["dkim"] = std::move(dkim);
    o["arc"] = arcJson(check.arc);
    o["dmarc"] = dmarcJson(check.dmarc);
    o["authentication_results"] = json::foreign(oneLineResults(check));
    o["connection"] = connectionJson(check.connection);
    if (!whole) return json::line(o);
    if (check.spfHelo) o["spf_helo"] = spfJson(check, check.spfHelo, "helo", true);
    o["hops"] = hopsJson(check);
    o["claimed"] = claimedJson(check);
    o["steps"] = stepsJson(check);
    o["answers"] = answersJson(check);
    return json::line(o);
}

} // namespace waypost::message
