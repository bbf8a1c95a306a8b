#include "engine/domain_view.h"

#include "base/json.h"
#include "base/text.h"
#include "engine/domain_details.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

struct AreaName {
    const char* id;
    const char* key; // in the report
    const char* title;
    const char* findings; // prefix of its finding ids
};
constexpr AreaName areaNames[] = {
    {"spf", "spf", "SPF", "spf"},
    {"dkim", "dkim", "DKIM", "dkim"},
    {"dmarc", "dmarc", "DMARC", "dmarc"},
    {"mx", "mx", "MX", "mx"},
    {"ptr", "ptr", "PTR", "ptr"},
    {"mta-sts", "mta_sts", "MTA-STS", "mta-sts"},
    {"tls-rpt", "tls_rpt", "TLS-RPT", "tls-rpt"},
    {"bimi", "bimi", "BIMI", "bimi"},
    {"dane", "dane", "DANE", "dane"},
    {"zone", "zone", "Zone", "ns"},
    {"caa", "caa", "CAA", "caa"},
};

std::string scalar(const json::value& v) {
    if (v.is_null()) return "none";
    if (v.is_string()) return std::string(v.get_string());
    if (v.is_bool()) return v.get_bool() ? "yes" : "no";
    return json::line(v);
}

std::string readable(std::string_view key) {
    std::string out(key);
    for (char& c : out)
        if (c == '_') c = ' ';
    return out;
}

int firstOf(const json::object& o, std::string_view key) {
    const json::array* list = json::list(o, key);
    return list && !list->empty() && list->front().is_number() ? int(list->front().to_number<std::int64_t>())
                                                               : -1;
}

// What a part rests on: a conversation, which stands behind the answers of DNS, or an answer.
int evidenceOf(const json::object& o, int answers) {
    const int conversation = firstOf(o, "conversations");
    return conversation >= 0 ? answers + conversation : firstOf(o, "answers");
}

State stateOf(const json::object& o) {
    const std::string_view s = json::text(o, "state");
    return s == "could-not-look" || s == "not-checked" ? State::Unknown : State::Info;
}

Node leaf(std::string label, std::string value) {
    Node n;
    n.label = std::move(label);
    n.value = std::move(value);
    return n;
}

// The name of an entry in a list: what tells it from its neighbours.
std::string entryName(const json::object& o) {
    for (const char* key : {"selector", "host", "ip", "name", "uri", "tag", "type", "term", "domain"})
        if (const json::value* v = o.if_contains(key)) return scalar(*v);
    return "entry";
}

Node treeOf(std::string label, const json::value& v, int answers, int depth);

void addFields(Node& parent, const json::object& o, int answers, int depth) {
    for (const auto& field : o) {
        const std::string_view key = field.key();
        if (key == "answers" || key == "conversations" || key == "state" || (key == "tree" && depth == 0))
            continue;
        if (key == "reason")
            parent.value = scalar(field.value());
        else
            parent.children.push_back(treeOf(readable(key), field.value(), answers, depth + 1));
    }
}

Node treeOf(std::string label, const json::value& v, int answers, int depth) {
    Node n = leaf(std::move(label), {});
    if (const json::object* o = v.if_object()) {
        n.raw = evidenceOf(*o, answers);
        n.state = stateOf(*o);
        addFields(n, *o, answers, depth);
    } else if (const json::array* list = v.if_array()) {
        n.value = fmt::format("{}", list->size());
        for (const json::value& e : *list)
            n.children.push_back(e.is_object() ? treeOf(entryName(e.get_object()), e, answers, depth + 1)
                                               : leaf({}, scalar(e)));
    } else {
        n.value = scalar(v);
    }
    return n;
}

// One node of the SPF tree and what it includes, with the cost of each part.
Node spfNode(const json::array& nodes, size_t index, int depth) {
    Node out;
    const json::object* o = index < nodes.size() ? nodes[index].if_object() : nullptr;
    if (!o || depth > 12) return out;
    out.label = json::text(*o, "domain");
    out.value = fmt::format("cost {} of 10, void {}", json::number(*o, "cost"), json::number(*o, "voids"));
    if (json::text(*o, "state") == "could-not-look")
        out.state = State::Unknown;
    else if (json::text(*o, "state") != "record")
        out.state = State::Error;
    if (const json::array* terms = json::list(*o, "terms"))
        for (const json::value& t : *terms) {
            const json::object* term = t.if_object();
            if (!term) continue;
            std::string value =
                json::number(*term, "cost") > 0 ? fmt::format("cost {}", json::number(*term, "cost")) : "";
            for (const char* flag : {"duplicate", "unreachable", "dynamic", "could_not_look"})
                if (json::boolean(*term, flag)) value += (value.empty() ? "" : ", ") + readable(flag);
            if (!json::text(*term, "note").empty())
                value += (value.empty() ? "" : ": ") + std::string(json::text(*term, "note"));
            Node n = leaf(std::string(json::text(*term, "term")), std::move(value));
            if (json::boolean(*term, "duplicate") || json::boolean(*term, "unreachable"))
                n.state = State::Warning;
            if (term->contains("node"))
                n.children.push_back(spfNode(nodes, size_t(json::number(*term, "node")), depth + 1));
            out.children.push_back(std::move(n));
        }
    return out;
}

std::string listOf(const json::object& o, std::string_view list, std::string_view field) {
    std::string out;
    if (const json::array* entries = json::list(o, list))
        for (const json::value& e : *entries)
            if (const json::object* entry = e.if_object())
                out += (out.empty() ? "" : ", ") + std::string(json::text(*entry, field));
    return out;
}

size_t countOf(const json::object& o, std::string_view list) {
    const json::array* entries = json::list(o, list);
    return entries ? entries->size() : 0;
}

std::string policyHeadline(const json::object& o) {
    const json::array* records = json::list(o, "records");
    if (!records || records->empty()) return "no record";
    // The policy that was fetched says more than the record that leads to it.
    if (const json::object* policy = json::child(o, "policy");
        policy && records->size() == 1 && !json::text(*policy, "mode").empty())
        return fmt::format("mode {}", json::text(*policy, "mode"));
    return records->size() > 1 ? text::counted(records->size(), "record") : scalar(records->front());
}

size_t recordsOfHosts(const json::object& o) {
    size_t n = 0;
    if (const json::array* hosts = json::list(o, "hosts"))
        for (const json::value& h : *hosts)
            if (const json::object* host = h.if_object()) n += countOf(*host, "records");
    return n;
}

// One line for the list of areas; the finding sentences say more.
std::string headline(std::string_view id, const json::object& o) {
    if (id == "spf")
        return o.contains("lookups") && !json::text(o, "record").empty()
                   ? fmt::format("{} of 10 lookups, {} void: {}", json::number(o, "lookups"),
                                 json::number(o, "void_lookups"), json::text(o, "record"))
                   : "no record";
    if (id == "dkim")
        return countOf(o, "selectors") == 0
                   ? fmt::format("no selector known, {} tried",
                                 text::counted(size_t(json::number(o, "guesses_tried")), "common one"))
                   : fmt::format("{}: {}", text::counted(countOf(o, "selectors"), "selector"),
                                 listOf(o, "selectors", "selector"));
    if (id == "dmarc")
        return json::text(o, "record").empty()
                   ? "no record"
                   : fmt::format("policy {}, from {}", json::text(o, "effective", "not known"),
                                 json::text(o, "record_domain"));
    if (id == "mx")
        return json::boolean(o, "null_mx") ? "null MX: accepts no mail"
               : countOf(o, "hosts") == 0  ? "no host"
                                           : listOf(o, "hosts", "host");
    if (id == "ptr")
        return countOf(o, "addresses") == 0 ? "no address to check"
                                            : text::counted(countOf(o, "addresses"), "address", "addresses");
    if (id == "dane")
        return fmt::format("{} at {}", text::counted(recordsOfHosts(o), "TLSA record"),
                           text::counted(countOf(o, "hosts"), "mail host"));
    if (id == "zone") return text::counted(countOf(o, "name_servers"), "name server");
    if (id == "caa") return text::counted(countOf(o, "records"), "record");
    return policyHeadline(o);
}

bool isAbsent(std::string_view id, const json::object& o) {
    if (id == "spf" || id == "dmarc") return json::text(o, "record").empty();
    if (id == "mta-sts" || id == "tls-rpt" || id == "bimi" || id == "caa") return countOf(o, "records") == 0;
    if (id == "dkim") return countOf(o, "selectors") == 0;
    if (id == "dane") return recordsOfHosts(o) == 0;
    return false;
}

// The record is there and the policy behind it was not fetched: nothing is known about what it asks for.
bool policyUnread(std::string_view id, const json::object& o) {
    const json::object* policy = json::child(o, "policy");
    return id == "mta-sts" && countOf(o, "records") == 1 && policy && stateOf(*policy) == State::Unknown;
}

State worst(const DomainView& view, std::string_view area) {
    State out = State::Ok;
    for (const FindingView& f : view.findings) {
        if (f.area != area) continue;
        if (f.severity == "error") return State::Error;
        if (f.severity == "warning") out = State::Warning;
    }
    return out;
}

AnswerView readAnswer(const json::object& o) {
    AnswerView a;
    a.question = json::text(o, "question");
    a.status = json::text(o, "status");
    a.server = json::text(o, "server");
    a.rcode = int(json::number(o, "rcode", -1));
    a.ttl = json::number(o, "ttl", -1);
    a.authenticated = json::boolean(o, "authenticated");
    a.at = parseUtc(json::text(o, "time")).value_or(UtcTime{});
    a.tookMs = int(json::number(o, "ms"));
    if (const json::array* records = json::list(o, "records"))
        for (const json::value& r : *records)
            if (r.is_string()) a.records += std::string(r.get_string()) + "\n";
    return a;
}

// An exchange over HTTPS or SMTP, in the form of an answer: what was said stands where records stand.
AnswerView readConversation(const json::object& o) {
    AnswerView a;
    a.question = fmt::format("{} {}", json::text(o, "protocol"), json::text(o, "subject"));
    a.transport = json::text(o, "protocol");
    a.status = json::text(o, "outcome");
    if (json::number(o, "status") > 0) a.status += fmt::format(" {}", json::number(o, "status"));
    a.server = json::text(o, "server");
    a.rcode = -1;
    a.ttl = -1;
    a.at = parseUtc(json::text(o, "time")).value_or(UtcTime{});
    a.tookMs = int(json::number(o, "ms"));
    a.records = json::text(o, "transcript");
    a.raw = json::text(o, "body");
    return a;
}

int indexOf(const std::vector<AnswerView>& answers, const json::object& evidence) {
    const std::string_view question = json::text(evidence, "question");
    const std::string_view server = json::text(evidence, "server");
    int found = -1;
    for (size_t i = 0; i < answers.size(); ++i) {
        if (answers[i].question != question) continue;
        if (answers[i].server == server) return int(i);
        if (found < 0) found = int(i);
    }
    return found;
}

// A conversation says more than the lookups before it.
int answerOfFinding(const json::array& evidence, const DomainView& view, int answers) {
    for (const json::value& e : evidence)
        if (const json::object* o = e.if_object(); o && o->contains("conversation"))
            return answers + int(json::number(*o, "conversation"));
    return evidence.empty() || !evidence.front().is_object()
               ? -1
               : indexOf(view.answers, evidence.front().get_object());
}

void readFindings(const json::object& root, DomainView& view, int answers) {
    const json::array* list = json::list(root, "findings");
    if (!list) return;
    for (const json::value& v : *list) {
        const json::object* o = v.if_object();
        if (!o) continue;
        FindingView f;
        f.id = json::text(*o, "id");
        f.severity = json::text(*o, "severity");
        f.area = areaOfFinding(f.id);
        f.subject = json::text(*o, "subject");
        f.seen = json::text(*o, "seen");
        f.good = json::text(*o, "good");
        f.fix = json::text(*o, "fix");
        f.section = json::text(*o, "section");
        f.verify = json::text(*o, "verify");
        if (const json::array* evidence = json::list(*o, "evidence"))
            f.answer = answerOfFinding(*evidence, view, answers);
        view.findings.push_back(std::move(f));
    }
}

// What a name that does not exist cannot have. The report finds nothing wrong there because there was nothing
// to look at, which is not the same as good; parts after the first question were not even begun.
bool needsTheName(std::string_view id) {
    return id == "mx" || id == "ptr" || id == "dane" || id == "zone";
}

const FindingView* missingDomain(const DomainView& view) {
    for (const FindingView& f : view.findings)
        if (f.id == "domain-missing") return &f;
    return nullptr;
}

AreaView readArea(const AreaName& name, const json::object& o, const DomainView& view, int answers) {
    AreaView area;
    area.id = name.id;
    area.title = name.title;
    const State looked = stateOf(o);
    area.headline = looked == State::Unknown ? std::string(json::text(o, "reason", "not looked at"))
                                             : headline(name.id, o);
    area.state = looked == State::Unknown ? State::Unknown : worst(view, name.id);
    if (area.state == State::Ok && isAbsent(name.id, o)) area.state = State::Absent;
    if (area.state == State::Ok && policyUnread(name.id, o)) {
        area.state = State::Unknown;
        area.headline += " (the policy behind it was not checked)";
    }
    if (const FindingView* missing = missingDomain(view);
        missing && needsTheName(name.id) &&
        (area.state == State::Ok || json::text(o, "state") == "not-checked")) {
        area.state = State::Absent;
        area.headline = missing->seen;
    }
    Node top = treeOf(name.title, o, answers, 0);
    top.value = area.headline;
    top.state = area.state;
    if (const json::array* nodes = json::list(o, "tree");
        nodes && !nodes->empty() && std::string_view(name.id) == "spf")
        top.children.insert(top.children.begin(), spfNode(*nodes, 0, 0));
    area.tree.push_back(std::move(top));
    return area;
}

} // namespace

std::string areaOfFinding(std::string_view id) {
    for (const AreaName& name : areaNames)
        if (id.starts_with(std::string(name.findings) + "-") || id == name.findings) return name.id;
    return "general";
}

Result<DomainView> domainViewFromJson(std::string_view report) {
    auto parsed = json::parse(report, "stored inspection");
    if (!parsed) return fail(parsed.error());
    const json::object* root = parsed->if_object();
    if (!root) return fail(ErrorCode::Corrupt, "stored inspection", "The stored report is not an object.");
    DomainView view;
    view.name = json::text(*root, "domain");
    view.checked = parseUtc(json::text(*root, "at")).value_or(UtcTime{});
    view.json = report;
    if (const json::array* answers = json::list(*root, "answers"))
        for (const json::value& a : *answers)
            if (a.is_object()) view.answers.push_back(readAnswer(a.get_object()));
    const int answers = int(view.answers.size());
    if (const json::array* conversations = json::list(*root, "conversations"))
        for (const json::value& c : *conversations)
            if (c.is_object()) view.answers.push_back(readConversation(c.get_object()));
    readFindings(*root, view, answers);
    for (const AreaName& name : areaNames)
        if (const json::object* o = json::child(*root, name.key))
            view.areas.push_back(readArea(name, *o, view, answers));
    view.details = domainDetails(*root, view.answers);
    return view;
}

} // namespace waypost::engine
