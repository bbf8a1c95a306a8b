#include "auth/spf_json.h"

#include <fmt/format.h>

namespace waypost::auth {

namespace {

using json::array;
using json::object;
using json::value;

object answerJson(const dns::Answer& a) {
    object o;
    o["name"] = json::foreign(a.question.name);
    o["type"] = dns::recordTypeName(a.question.type);
    o["status"] = dns::statusName(a.status);
    o["rcode"] = a.rcode < 0 ? value(nullptr) : value(a.rcode);
    o["ttl"] = a.definite() ? value(a.ttl()) : value(nullptr);
    o["server"] = a.server;
    o["time"] = formatUtc(a.at);
    o["ms"] = a.took.count();
    array records;
    for (const auto& r : a.records)
        records.push_back(json::foreign(
            fmt::format("{}. {} {}", r.name, dns::recordTypeName(r.type), dns::presentation(r))));
    o["records"] = std::move(records);
    if (!a.text.empty()) o["remark"] = json::foreign(a.text);
    return o;
}

object stepJson(const SpfStep& s, const SpfCheck& check) {
    object o;
    o["depth"] = s.depth;
    o["domain"] = json::foreign(s.domain);
    o["term"] = json::foreign(s.term);
    o["offset"] = std::uint64_t(s.span.offset);
    o["expansion"] = json::foreign(s.expansion);
    o["matched"] = s.matched;
    o["result"] = s.result ? value(spfResultName(*s.result)) : value(nullptr);
    o["cost"] = s.cost;
    o["lookups"] = s.lookups;
    o["void_lookups"] = s.voids;
    array answers;
    for (size_t a : s.answers) answers.push_back(answerJson(*check.answers[a]));
    o["answers"] = std::move(answers);
    if (!s.note.empty()) o["note"] = json::foreign(s.note);
    return o;
}

std::string_view stateName(SpfTreeNode::State s) {
    using State = SpfTreeNode::State;
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

array problemsJson(const std::vector<SpfProblem>& problems) {
    array out;
    for (const SpfProblem& p : problems) {
        object o;
        o["offset"] = std::uint64_t(p.span.offset);
        o["length"] = std::uint64_t(p.span.length);
        o["text"] = json::foreign(p.text);
        out.push_back(std::move(o));
    }
    return out;
}

object termJson(const SpfTreeTerm& t) {
    object o;
    o["term"] = json::foreign(t.written);
    if (!t.target.empty()) o["target"] = json::foreign(t.target);
    o["cost"] = t.cost;
    o["void_lookups"] = t.voids;
    o["ipv4_addresses"] = t.addresses4;
    o["ipv6_networks"] = t.networks6;
    o["unreachable"] = t.unreachable;
    o["duplicate"] = t.duplicate;
    o["dynamic"] = t.dynamic;
    o["could_not_look"] = t.couldNotLook;
    if (t.child) o["node"] = std::uint64_t(*t.child);
    if (!t.note.empty()) o["note"] = json::foreign(t.note);
    return o;
}

object nodeJson(const SpfTreeNode& n) {
    object o;
    o["domain"] = json::foreign(n.domain);
    o["state"] = stateName(n.state);
    o["depth"] = n.depth;
    o["record"] = n.record ? json::foreign(n.record->text) : value(nullptr);
    o["lookups"] = n.cost;
    o["void_lookups"] = n.voids;
    o["ipv4_addresses"] = n.addresses4;
    o["ipv6_networks"] = n.networks6;
    o["problems"] = problemsJson(n.record ? n.record->problems : std::vector<SpfProblem>());
    array terms;
    for (const auto& t : n.terms) terms.push_back(termJson(t));
    o["terms"] = std::move(terms);
    return o;
}

object rowJson(const SpfDraftRow& r) {
    object o;
    o["ip"] = r.ip.toString();
    o["now"] = spfResultName(r.now.result);
    o["matched_now"] = json::foreign(r.now.matchedTerm);
    o["then"] = r.then ? value(spfResultName(r.then->result)) : value(nullptr);
    o["matched_then"] = r.then ? json::foreign(r.then->matchedTerm) : value(nullptr);
    o["gains"] = r.gains();
    o["loses"] = r.loses();
    return o;
}

template <class List>
array strings(const List& list) {
    array out;
    for (const auto& s : list) out.push_back(json::foreign(s));
    return out;
}

} // namespace

object toJson(const SpfCheck& check) {
    object o;
    o["result"] = spfResultName(check.result);
    o["explanation"] = json::foreign(check.explanation);
    o["lookups"] = check.lookups;
    o["void_lookups"] = check.voids;
    o["reason"] = json::foreign(check.reason);
    o["domain"] = json::foreign(check.domain);
    o["sender"] = json::foreign(check.sender);
    o["matched"] = json::foreign(check.matchedTerm);
    array steps;
    for (const SpfStep& s : check.trace) steps.push_back(stepJson(s, check));
    o["trace"] = std::move(steps);
    return o;
}

object toJson(const SpfTree& tree) {
    const SpfTreeNode& root = tree.root();
    object o;
    o["domain"] = json::foreign(root.domain);
    o["record"] = root.record ? json::foreign(root.record->text) : value(nullptr);
    o["lookups"] = root.cost;
    o["void_lookups"] = root.voids;
    o["headroom"] = root.headroom();
    o["ipv4_addresses"] = root.addresses4;
    o["ipv6_networks"] = root.networks6;
    o["complete"] = !tree.couldNotLook && !tree.dynamic;
    o["could_not_look"] = tree.couldNotLook;
    o["loop"] = tree.loop;
    o["broken"] = tree.broken;
    array nodes;
    for (const auto& n : tree.nodes) nodes.push_back(nodeJson(n));
    o["nodes"] = std::move(nodes);
    return o;
}

object toJson(const SpfDraft& draft) {
    object o;
    o["domain"] = json::foreign(draft.domain);
    o["record"] = json::foreign(draft.record);
    o["problems"] = problemsJson(draft.problems);
    o["now"] = toJson(draft.now);
    o["then"] = draft.then ? value(toJson(*draft.then)) : value(nullptr);
    array rows;
    for (const auto& r : draft.rows) rows.push_back(rowJson(r));
    o["addresses"] = std::move(rows);
    return o;
}

object toJson(const SpfFlattened& f) {
    object o;
    o["record"] = f.record.empty() ? value(nullptr) : json::foreign(f.record);
    o["strings"] = strings(f.strings);
    o["price"] = json::foreign(f.price);
    o["copied"] = strings(f.copied);
    array kept;
    for (const auto& k : f.kept)
        kept.push_back(object{{"term", json::foreign(k.term)}, {"why", json::foreign(k.why)}});
    o["kept"] = std::move(kept);
    o["networks"] = std::uint64_t(f.networks);
    o["lookups_before"] = f.lookupsBefore;
    o["lookups_after"] = f.lookupsAfter;
    o["shortest_ttl"] = f.shortestTtl;
    if (!f.why.empty()) o["why"] = json::foreign(f.why);
    return o;
}

} // namespace waypost::auth
