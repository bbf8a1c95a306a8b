// The SPF record as a tree-table: what each term costs, and what has been spent when it is reached.
#include "base/text.h"
#include "engine/domain_details.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

constexpr int lookupLimit = 10, voidLimit = 2; // RFC 7208 section 4.6.4
constexpr int deepest = 12;

struct Spf {
    const json::array& nodes;
    const Answers& answers;
};

std::string_view qualifierWord(char c) {
    switch (c) {
    case '-': return "- fail";
    case '~': return "~ softfail";
    case '?': return "? neutral";
    default: return "+ pass";
    }
}

std::string addressWords(const json::object& term) {
    const std::int64_t v4 = json::number(term, "ipv4_addresses"), v6 = json::number(term, "ipv6_networks");
    std::string out = v4 > 0 ? fmt::format("{}", v4) : "";
    if (v6 > 0) out += fmt::format("{}{}", out.empty() ? "" : " + ", text::counted(size_t(v6), "IPv6 net"));
    return out;
}

// The question a term begins with, to say how long it took.
int answerOf(const json::object& term, std::string_view mechanism, const Answers& answers) {
    const std::string_view target = json::text(term, "target");
    if (target.empty()) return -1;
    const std::string_view name = mechanism.substr(0, mechanism.find_first_of(":=/"));
    if (name == "mx") return answerTo(answers, target, "MX");
    if (name == "a" || name == "exists") return answerTo(answers, target, "A");
    if (name == "ptr") return -1;
    return answerTo(answers, target, "TXT");
}

std::string nodeFault(std::string_view state) {
    if (state == "no-record") return "leads to no SPF record";
    if (state == "several-records") return "leads to several SPF records";
    if (state == "could-not-look") return "could not look";
    if (state == "loop") return "loop: comes back to a record above";
    if (state == "not-followed") return "not followed";
    return {};
}

struct Remarks {
    std::string text;
    State state = State::Info;
    void add(std::string_view words, State s) {
        if (words.empty()) return;
        text += (text.empty() ? "" : ", ") + std::string(words);
        if (s == State::Error || (s == State::Warning && state != State::Error) ||
            (s == State::Unknown && state == State::Info))
            state = s;
    }
};

Remarks remarksOf(const json::object& term, const json::object* node) {
    Remarks out;
    if (json::boolean(term, "duplicate")) out.add("duplicate", State::Warning);
    if (json::boolean(term, "unreachable")) out.add("unreachable", State::Warning);
    if (json::boolean(term, "dynamic")) out.add("dynamic: depends on the message", State::Info);
    if (json::boolean(term, "could_not_look")) out.add("could not look", State::Unknown);
    if (node) {
        const std::string_view state = json::text(*node, "state");
        if (state == "could-not-look") {
            if (!json::boolean(term, "could_not_look")) out.add("could not look", State::Unknown);
        } else {
            out.add(nodeFault(state), state == "not-followed" ? State::Info : State::Error);
        }
    }
    out.add(json::text(term, "note"), State::Info);
    return out;
}

std::vector<DetailRow> termsOf(const Spf& spf, const json::object& node, std::int64_t spent, int depth);

DetailRow termRow(const Spf& spf, const json::object& term, std::int64_t spent, int depth) {
    std::string mechanism(json::text(term, "term"));
    const bool signedTerm = !mechanism.empty() && std::string_view("+-~?").contains(mechanism.front());
    const bool modifier = mechanism.starts_with("redirect=") || mechanism.starts_with("exp=");
    const std::string_view qualifier =
        modifier ? "" : qualifierWord(mechanism.empty() ? '+' : mechanism.front());
    if (signedTerm) mechanism.erase(0, 1);
    const json::object* child = nullptr;
    if (const json::value* at = term.if_contains("node"); at && at->is_number()) {
        const auto index = size_t(json::number(term, "node"));
        if (index < spf.nodes.size()) child = spf.nodes[index].if_object();
    }
    const std::int64_t cost = json::number(term, "cost"), voids = json::number(term, "voids");
    Remarks remarks = remarksOf(term, child);
    if (cost > 0 && spent + cost > lookupLimit) remarks.add("beyond the limit of 10", State::Error);
    const int answer = answerOf(term, mechanism, spf.answers);
    const std::string took =
        answer >= 0 ? fmt::format("{}", spf.answers[size_t(answer)].tookMs) : std::string();
    DetailRow row =
        detailRow({mechanism, std::string(qualifier), cost > 0 ? std::to_string(cost) : "",
                   cost > 0 ? std::to_string(spent + cost) : "", voids > 0 ? std::to_string(voids) : "", took,
                   addressWords(term), remarks.text},
                  remarks.state, answer);
    if (child && depth < deepest) row.children = termsOf(spf, *child, spent + 1, depth + 1);
    return row;
}

std::vector<DetailRow> termsOf(const Spf& spf, const json::object& node, std::int64_t spent, int depth) {
    std::vector<DetailRow> out;
    const json::array* terms = json::list(node, "terms");
    if (!terms) return out;
    for (const json::value& v : *terms)
        if (const json::object* term = v.if_object()) {
            out.push_back(termRow(spf, *term, spent, depth));
            spent += json::number(*term, "cost");
        }
    return out;
}

std::string budget(std::int64_t lookups, std::int64_t voids, bool complete) {
    std::string out =
        fmt::format("{} of {} lookups, {} of {} void, ", lookups, lookupLimit, voids, voidLimit);
    out += lookups > lookupLimit ? fmt::format("{} too many", lookups - lookupLimit)
                                 : fmt::format("headroom {}", lookupLimit - lookups);
    if (!complete) out += "; at least, for a part could not be looked up";
    return out;
}

} // namespace

DetailTable spfDetails(const json::object& area, const Answers& answers) {
    DetailTable out;
    out.id = "spf";
    if (!lookedAt(area, out)) return out;
    const json::array* nodes = json::list(area, "tree");
    const json::object* root = nodes && !nodes->empty() ? nodes->front().if_object() : nullptr;
    if (!root || json::text(area, "record").empty()) {
        const json::array* records = json::list(area, "records");
        const bool several = records && records->size() > 1;
        out.state = several ? State::Error : State::Absent;
        out.absent =
            several ? "Several SPF records stand here; receivers answer permerror (RFC 7208 section 4.5)."
                    : "No SPF record is published.";
        if (several)
            for (const json::value& r : *records)
                if (r.is_string())
                    out.rows.push_back(detailRow(
                        {std::string(r.get_string()), "", "", "", "", "", "", "one of several records"},
                        State::Error, firstAnswerOf(area)));
        return out;
    }
    const std::int64_t lookups = json::number(area, "lookups"), voids = json::number(area, "void_lookups");
    out.summary = budget(lookups, voids, json::boolean(area, "complete", true));
    out.state = lookups > lookupLimit || voids > voidLimit ? State::Error
                : lookups >= lookupLimit - 1               ? State::Warning
                                                           : State::Ok;
    const Spf spf{*nodes, answers};
    const std::string domain(json::text(*root, "domain"));
    const int answer = answerTo(answers, domain, "TXT");
    DetailRow top =
        detailRow({domain, "", std::to_string(lookups), "", voids > 0 ? std::to_string(voids) : "",
                   answer >= 0 ? std::to_string(answers[size_t(answer)].tookMs) : "",
                   fmt::format("{}", json::number(area, "ipv4_addresses")), ""},
                  State::Info, answer);
    top.children = termsOf(spf, *root, 0, 0);
    out.rows.push_back(std::move(top));
    return out;
}

} // namespace waypost::engine
