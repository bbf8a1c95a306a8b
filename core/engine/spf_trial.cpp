// Would these addresses pass SPF, with the published record and with a draft of it?
#include "auth/spf_draft.h"
#include "auth/spf_flatten.h"
#include "base/json.h"
#include "dns/names.h"
#include "engine/answer_list.h"
#include "engine/names.h"
#include "engine/on_loop.h"
#include "store/domain_store.h"
#include "store/sender_ips.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::engine {

namespace {

constexpr size_t shownAddresses = 200;
constexpr Millis longestWait{25'000};

struct Sender {
    net::IpAddress ip;
    std::string source;
};

void addSender(std::vector<Sender>& list, std::string_view ip, std::string source) {
    auto address = net::IpAddress::parse(ip);
    if (!address || list.size() >= shownAddresses) return;
    auto same = std::find_if(list.begin(), list.end(), [&](const Sender& s) { return s.ip == *address; });
    if (same == list.end())
        list.push_back({*address, std::move(source)});
    else
        same->source += ", " + source;
}

// "1204" as "1 204".
std::string grouped(std::uint64_t n) {
    std::string out = std::to_string(n);
    for (auto at = std::ptrdiff_t(out.size()) - 3; at > 0; at -= 3) out.insert(size_t(at), " ");
    return out;
}

// Addresses of the mail hosts and sending addresses whose reverse names the newest inspection looked at.
void addInspected(store::Database& db, const std::string& domain, std::vector<Sender>& out) {
    auto row = store::domains::newest(db, domain);
    if (!row) return;
    auto report = json::parse(row->report, "stored inspection");
    const json::object* root = report ? report->if_object() : nullptr;
    if (!root) return;
    const json::object* ptr = json::child(*root, "ptr");
    const json::array* addresses = ptr ? json::list(*ptr, "addresses") : nullptr;
    if (!addresses) return;
    for (const json::value& v : *addresses) {
        const json::object* o = v.if_object();
        if (!o) continue;
        const std::string host(json::text(*o, "host"));
        addSender(out, json::text(*o, "ip"), host.empty() ? "sending address" : "MX " + host);
    }
}

std::vector<Sender> knownSenders(store::Database& db, const std::string& domain) {
    std::vector<Sender> out;
    for (const store::SenderIp& s : store::senderIps(db, shownAddresses / 2))
        addSender(out, s.ip, grouped(s.events) + (s.events == 1 ? " event" : " events"));
    addInspected(db, domain, out);
    return out;
}

Result<std::vector<Sender>> typedSenders(const std::vector<std::string>& ips) {
    std::vector<Sender> out;
    for (const std::string& ip : ips) {
        if (!net::IpAddress::parse(ip))
            return fail(ErrorCode::InvalidArgument, "spf", "\"" + ip + "\" is not an IP address.");
        addSender(out, ip, "typed");
    }
    return out;
}

State stateOf(auth::SpfResult r) {
    switch (r) {
    case auth::SpfResult::Pass: return State::Ok;
    case auth::SpfResult::Fail:
    case auth::SpfResult::PermError: return State::Error;
    case auth::SpfResult::SoftFail: return State::Warning;
    case auth::SpfResult::TempError: return State::Unknown;
    case auth::SpfResult::None: return State::Absent;
    case auth::SpfResult::Neutral: return State::Info;
    }
    return State::Unknown;
}

// "a.test TXT: ok, TTL 300, 12 ms from 127.0.0.1:53 at …".
std::string answerLine(const dns::Answer& a) {
    std::string out = fmt::format("{}, rcode {}", dns::statusName(a.status), a.rcode);
    if (a.definite()) out += fmt::format(", TTL {}", a.ttl());
    return out + fmt::format(", {} ms from {} at {}", a.took.count(), a.server.empty() ? "nobody" : a.server,
                             formatUtc(a.at));
}

Node stepNode(const auth::SpfStep& step, const auth::SpfCheck& check, AnswerList& answers) {
    Node node;
    node.label = step.term.empty() ? "record of " + step.domain : step.term;
    node.state = step.matched ? State::Ok : State::Info;
    if (step.result) node.state = stateOf(*step.result);
    node.value = fmt::format("{} of 10 lookups, {} void", step.lookups, step.voids);
    if (step.cost > 0) node.value = fmt::format("cost {}; {}", step.cost, node.value);
    if (step.result) node.value = fmt::format("{}; {}", auth::spfResultName(*step.result), node.value);
    if (step.matched) node.value = "matches; " + node.value;
    if (!step.expansion.empty() && step.expansion != step.domain)
        node.children.push_back({"asked about", step.expansion, State::Info, -1, 0, 0, {}});
    if (!step.note.empty()) node.children.push_back({"note", step.note, State::Info, -1, 0, 0, {}});
    for (const size_t index : step.answers) {
        const dns::Answer& a = *check.answers[index];
        Node child;
        child.label = fmt::format("{} {}", a.question.name, dns::recordTypeName(a.question.type));
        child.value = answerLine(a);
        child.state = a.ok() ? State::Info : a.definite() ? State::Absent : State::Unknown;
        child.raw = answers.add(a);
        if (node.raw < 0) node.raw = child.raw;
        node.children.push_back(std::move(child));
    }
    return node;
}

// Steps follow each other with a depth; what an include led to goes below it.
void nest(const auth::SpfCheck& check, size_t& at, int depth, std::vector<Node>& into, AnswerList& answers) {
    while (at < check.trace.size() && check.trace[at].depth >= depth) {
        if (check.trace[at].depth > depth && !into.empty()) {
            Node& above = into.back();
            nest(check, at, check.trace[at].depth, above.children, answers);
            // An include or redirect rests on the record it led to.
            for (const Node& below : above.children)
                if (above.raw < 0) above.raw = below.raw;
            continue;
        }
        into.push_back(stepNode(check.trace[at], check, answers));
        ++at;
    }
}

std::vector<Node> traceOf(const auth::SpfCheck& check, AnswerList& answers) {
    std::vector<Node> out;
    size_t at = 0;
    nest(check, at, 0, out, answers);
    Node result;
    result.label = "result";
    result.value = std::string(auth::spfResultName(check.result));
    if (!check.reason.empty()) result.value += ": " + check.reason;
    if (!check.explanation.empty()) result.value += " (explanation: " + check.explanation + ")";
    result.state = stateOf(check.result);
    out.push_back(std::move(result));
    return out;
}

Node treeNode(const auth::SpfTree& tree, size_t index, AnswerList& answers, int depth) {
    using NodeState = auth::SpfTreeNode::State;
    Node out;
    if (index >= tree.nodes.size() || depth > int(auth::maxTreeNodes)) return out;
    const auth::SpfTreeNode& n = tree.nodes[index];
    out.label = n.domain;
    if (n.answer < tree.answers.size()) out.raw = answers.add(tree.answers[n.answer]);
    switch (n.state) {
    case NodeState::Record: out.value = fmt::format("cost {}: {}", n.cost, n.record->text); break;
    case NodeState::NoRecord: out.value = "no SPF record"; break;
    case NodeState::Several: out.value = fmt::format("{} SPF records", n.all.size()); break;
    case NodeState::CouldNotLook: out.value = "could not look"; break;
    case NodeState::Loop: out.value = "comes back to itself"; break;
    case NodeState::NotFollowed: out.value = "not followed"; break;
    }
    if (n.state == NodeState::CouldNotLook) out.state = State::Unknown;
    if (n.state == NodeState::NoRecord || n.state == NodeState::Several || n.state == NodeState::Loop)
        out.state = State::Error;
    for (const auth::SpfTreeTerm& t : n.terms) {
        Node child;
        child.label = t.written;
        child.value = t.cost > 0 ? fmt::format("cost {}", t.cost) : "";
        for (const auto& [on, word] :
             {std::pair(t.duplicate, "duplicate"), std::pair(t.unreachable, "unreachable"),
              std::pair(t.dynamic, "depends on the message"), std::pair(t.couldNotLook, "could not look")})
            if (on) child.value += (child.value.empty() ? "" : ", ") + std::string(word);
        if (!t.note.empty()) child.value += (child.value.empty() ? "" : ": ") + t.note;
        if (t.duplicate || t.unreachable) child.state = State::Warning;
        if (t.couldNotLook) child.state = State::Unknown;
        if (t.child) child.children.push_back(treeNode(tree, *t.child, answers, depth + 1));
        out.children.push_back(std::move(child));
    }
    return out;
}

Task<auth::SpfDraft> tryOut(Context* c, auth::SpfDraftRequest request) {
    dns::Resolver& chain = resolver(*c);
    auto held = c->names; // a change of the settings meanwhile does not take it away
    auth::SpfOptions options;
    options.clock = &c->clock;
    options.timeLimit = longestWait;
    auto trying = auth::trySpfDraft(chain, std::move(request), options);
    auth::SpfDraft draft = co_await trying;
    co_return draft;
}

SpfTrial trialOf(const auth::SpfDraft& draft, const std::vector<Sender>& senders) {
    SpfTrial out;
    AnswerList answers;
    out.domain = draft.domain;
    out.draft = draft.record;
    const auth::SpfTreeNode& root = draft.now.root();
    out.published = root.record ? root.record->text : "";
    out.lookupsNow = root.cost;
    out.voidsNow = root.voids;
    if (draft.then) {
        out.lookupsThen = draft.then->root().cost;
        out.voidsThen = draft.then->root().voids;
        out.draftTree.push_back(treeNode(*draft.then, 0, answers, 0));
    }
    for (const auth::SpfProblem& p : draft.problems) out.problems.push_back(p.text);
    for (size_t i = 0; i < draft.rows.size() && i < senders.size(); ++i) {
        const auth::SpfDraftRow& row = draft.rows[i];
        SpfTrialRow r{row.ip.toString(),
                      senders[i].source,
                      std::string(auth::spfResultName(row.now.result)),
                      "",
                      row.now.matchedTerm,
                      ""};
        if (row.then) {
            r.then = auth::spfResultName(row.then->result);
            r.matchedThen = row.then->matchedTerm;
        }
        out.rows.push_back(std::move(r));
    }
    if (!draft.rows.empty()) out.trace = traceOf(draft.rows.front().now, answers);
    if (!draft.rows.empty() && draft.rows.front().then)
        out.traceThen = traceOf(*draft.rows.front().then, answers);
    const auth::SpfFlattened flat = auth::flattenSpf(draft.then ? *draft.then : draft.now);
    out.flattened = flat.record;
    out.flattenedPrice = flat.record.empty() ? flat.why : flat.price;
    out.answers = answers.take();
    return out;
}

} // namespace

Snapshot answer(Context& c, const SpfTrialQuery& q) {
    auto domain = dns::toAscii(q.domain);
    if (!domain) return domain.error();
    auto senders = q.ips.empty()
                       ? c.workspace->read([&](store::Database& db) { return knownSenders(db, *domain); })
                       : typedSenders(q.ips);
    if (!senders) return senders.error();
    auth::SpfDraftRequest request;
    request.domain = *domain;
    request.record = q.draft;
    if (!q.localPart.empty()) request.localPart = q.localPart;
    request.helo = q.helo;
    for (const Sender& s : *senders) request.ips.push_back(s.ip);
    auto draft = onLoop<auth::SpfDraft>(c, [&c, request]() { return tryOut(&c, request); }, longestWait);
    if (!draft) return draft.error();
    return trialOf(*draft, *senders);
}

} // namespace waypost::engine
