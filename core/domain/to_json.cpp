// The report as one line of JSON. Findings carry their evidence whole; areas point into "answers".
#include "base/json.h"
#include "base/text.h"
#include "dns/names.h"
#include "domain/json_parts.h"

#include <fmt/format.h>

namespace waypost::domain {

namespace {

using json::array;
using json::object;
using json::value;

} // namespace

object answerJson(const dns::Answer& a) {
    object o;
    o["question"] =
        json::foreign(fmt::format("{} {}", a.question.name, dns::recordTypeName(a.question.type)));
    o["server"] = a.server;
    o["status"] = dns::statusName(a.status);
    o["rcode"] = a.rcode < 0 ? value(nullptr) : value(a.rcode);
    o["ttl"] = a.definite() ? value(a.ttl()) : value(nullptr);
    o["time"] = formatUtc(a.at);
    o["ms"] = a.took.count();
    o["authenticated"] = a.authenticated;
    array records;
    for (const auto& r : a.records)
        records.push_back(json::foreign(fmt::format("{}. {} IN {} {}", r.name, r.ttl,
                                                    dns::recordTypeName(r.type), dns::presentation(r))));
    o["records"] = std::move(records);
    if (!a.text.empty()) o["remark"] = json::foreign(a.text);
    return o;
}

namespace {

object spfTermJson(const auth::SpfTreeTerm& t) {
    object o;
    o["term"] = json::foreign(t.written);
    if (!t.target.empty()) o["target"] = json::foreign(t.target);
    o["cost"] = t.cost;
    o["voids"] = t.voids;
    o["ipv4_addresses"] = t.addresses4;
    o["ipv6_networks"] = t.networks6;
    for (const auto& [name, on] :
         {std::pair{"dynamic", t.dynamic}, std::pair{"unreachable", t.unreachable},
          std::pair{"duplicate", t.duplicate}, std::pair{"could_not_look", t.couldNotLook}})
        if (on) o[name] = true;
    if (t.child) o["node"] = std::uint64_t(*t.child);
    if (!t.note.empty()) o["note"] = json::foreign(t.note);
    return o;
}

std::string_view nodeStateName(auth::SpfTreeNode::State s) {
    using State = auth::SpfTreeNode::State;
    switch (s) {
    case State::Record: return "record";
    case State::NoRecord: return "no-record";
    case State::Several: return "several-records";
    case State::CouldNotLook: return "could-not-look";
    case State::Loop: return "loop";
    case State::NotFollowed: return "not-followed";
    }
    return "not-followed";
}

object spfNodeJson(const auth::SpfTreeNode& n) {
    object o;
    o["domain"] = json::foreign(n.domain);
    o["state"] = nodeStateName(n.state);
    o["depth"] = n.depth;
    o["cost"] = n.cost;
    o["voids"] = n.voids;
    o["record"] = n.record ? json::foreign(n.record->text) : value(nullptr);
    array terms;
    for (const auto& t : n.terms) terms.push_back(spfTermJson(t));
    o["terms"] = std::move(terms);
    return o;
}

object spfJson(const SpfArea& spf) {
    object o = areaJson(spf);
    const auto* root = spf.root();
    o["record"] = root && root->record ? json::foreign(root->record->text) : value(nullptr);
    if (!root) return o;
    o["records"] = strings(root->all);
    o["lookups"] = root->cost;
    o["void_lookups"] = root->voids;
    o["ipv4_addresses"] = root->addresses4;
    o["complete"] = !spf.tree.couldNotLook;
    array nodes;
    for (const auto& n : spf.tree.nodes) nodes.push_back(spfNodeJson(n));
    o["tree"] = std::move(nodes);
    return o;
}

object dkimKeyJson(const auth::DkimKey& k) {
    object o;
    o["state"] = auth::dkimKeyStateName(k.state);
    o["type"] = json::foreign(k.type);
    o["bits"] = k.bits > 0 ? value(k.bits) : value(nullptr);
    o["testing"] = k.testing;
    o["strict"] = k.strict;
    if (!k.why.empty()) o["why"] = json::foreign(k.why);
    o["record"] = json::foreign(k.text);
    return o;
}

object dkimJson(const DkimArea& dkim) {
    object o = areaJson(dkim);
    o["names_below"] = dkim.namesBelow ? value(*dkim.namesBelow) : value(nullptr);
    o["guesses_tried"] = std::uint64_t(dkim.guessesTried);
    array selectors;
    for (const auto& s : dkim.selectors) {
        object e = areaJson(s);
        e["selector"] = json::foreign(s.selector);
        e["guessed"] = s.guessed;
        array keys;
        for (const auto& k : s.keys.keys) keys.push_back(dkimKeyJson(k));
        e["keys"] = std::move(keys);
        selectors.push_back(std::move(e));
    }
    o["selectors"] = std::move(selectors);
    return o;
}

std::string_view foundName(auth::DmarcStep::Found f) {
    using Found = auth::DmarcStep::Found;
    switch (f) {
    case Found::Record: return "record";
    case Found::None: return "none";
    case Found::Several: return "several";
    case Found::CouldNotLook: return "could-not-look";
    }
    return "none";
}

value orNull(const std::string& s) {
    return s.empty() ? value(nullptr) : json::foreign(s);
}

object dmarcJson(const DmarcArea& dmarc) {
    object o = areaJson(dmarc);
    const auth::DmarcDiscovery& d = dmarc.discovery;
    const auth::DmarcRecord* record = d.record();
    o["record"] = record ? json::foreign(record->text) : value(nullptr);
    o["record_domain"] = record ? json::foreign(d.steps[*d.policyStep].domain) : value(nullptr);
    const bool known = d.policyKnown && record;
    o["policy"] = known ? value(auth::dmarcPolicyName(d.declared)) : value(nullptr);
    o["effective"] = known ? value(auth::dmarcPolicyName(d.effective)) : value(nullptr);
    o["policy_tag"] = orNull(d.policyTag);
    o["org_domain"] = orNull(d.orgDomain);
    o["org_reason"] = orNull(d.orgReason);
    o["org_domain_psl"] = orNull(d.orgDomainPsl);
    o["psl_policy_domain"] = orNull(d.pslPolicyDomain);
    o["psl_policy"] = d.pslPolicyKnown && !d.pslPolicyDomain.empty()
                          ? value(auth::dmarcPolicyName(d.pslDeclared))
                          : value(nullptr);
    o["readings_differ"] = d.readingsDiffer;
    array walk;
    for (const auto& step : d.steps) {
        object e;
        e["name"] = json::foreign("_dmarc." + step.domain);
        e["found"] = foundName(step.found);
        if (step.record) e["record"] = json::foreign(step.record->text);
        walk.push_back(std::move(e));
    }
    o["walk"] = std::move(walk);
    array targets;
    for (const auto& t : dmarc.targets) {
        object e{{"uri", json::foreign(t.uri)}, {"external", t.external}};
        if (t.external) e["state"] = areaStateName(t.state);
        if (t.external && t.state == AreaState::Checked) e["authorised"] = t.authorised;
        targets.push_back(std::move(e));
    }
    o["rua"] = std::move(targets);
    return o;
}

object ptrJson(const PtrArea& ptr) {
    object o = areaJson(ptr);
    array list;
    for (const auto& c : ptr.addresses) {
        object e = areaJson(c);
        e["ip"] = json::foreign(c.ip);
        e["role"] = c.host.empty() ? "sending" : "mx";
        if (!c.host.empty()) e["host"] = json::foreign(c.host);
        e["names"] = strings(c.names);
        e["confirmed"] = strings(c.confirmed);
        list.push_back(std::move(e));
    }
    o["addresses"] = std::move(list);
    return o;
}

object findingJson(const Finding& f, const DomainReport& report) {
    object o;
    o["id"] = f.id;
    o["severity"] = severityName(f.severity);
    o["subject"] = json::foreign(f.subject);
    array evidence;
    for (size_t index : f.evidence)
        if (index < report.evidence.size()) evidence.push_back(answerJson(report.evidence[index]));
    // Conversations are long: the finding names them, the report holds them once.
    for (size_t index : f.conversations)
        if (index < report.conversations.size())
            evidence.push_back(conversationHead(report.conversations[index], index));
    o["evidence"] = std::move(evidence);
    o["seen"] = json::foreign(f.seen);
    o["good"] = json::foreign(f.good);
    o["fix"] = json::foreign(f.fix);
    o["verify"] = json::foreign(f.verify);
    o["section"] = json::foreign(f.section);
    return o;
}

object caaJson(const CaaArea& caa) {
    object o = areaJson(caa);
    array records;
    for (const auto& r : caa.records)
        records.push_back(
            {{"flags", r.flags}, {"tag", json::foreign(r.tag)}, {"value", json::foreign(r.value)}});
    o["records"] = std::move(records);
    return o;
}

} // namespace

std::string toJson(const dns::Answer& answer) {
    return json::line(answerJson(answer));
}

std::string toJson(const DomainReport& r) {
    object o;
    o["domain"] = json::foreign(r.domain);
    o["display"] = json::foreign(r.display);
    o["at"] = formatUtc(r.at);
    array findings;
    for (const auto& f : r.findings) findings.push_back(findingJson(f, r));
    o["findings"] = std::move(findings);
    o["spf"] = spfJson(r.spf);
    o["dkim"] = dkimJson(r.dkim);
    o["dmarc"] = dmarcJson(r.dmarc);
    o["mx"] = mxJson(r.mx);
    o["mta_sts"] = mtaStsJson(r.mtaSts);
    o["tls_rpt"] = tlsRptJson(r.tlsRpt);
    o["bimi"] = bimiJson(r.bimi);
    o["dane"] = daneJson(r.dane);
    o["ptr"] = ptrJson(r.ptr);
    o["zone"] = zoneJson(r.zone);
    o["caa"] = caaJson(r.caa);
    array answers;
    for (const auto& a : r.evidence) answers.push_back(answerJson(a));
    o["answers"] = std::move(answers);
    array conversations;
    for (const auto& c : r.conversations) conversations.push_back(conversationJson(c));
    o["conversations"] = std::move(conversations);
    return json::line(o);
}

} // namespace waypost::domain
