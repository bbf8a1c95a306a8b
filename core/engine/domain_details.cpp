#include "engine/domain_details.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::engine {

int firstAnswerOf(const json::object& part) {
    const json::array* list = json::list(part, "answers");
    return list && !list->empty() && list->front().is_number() ? int(list->front().to_number<std::int64_t>())
                                                               : -1;
}

int firstConversationOf(const json::object& part, size_t answers) {
    const json::array* list = json::list(part, "conversations");
    return list && !list->empty() && list->front().is_number()
               ? int(answers) + int(list->front().to_number<std::int64_t>())
               : -1;
}

int answerTo(const Answers& answers, std::string_view name, std::string_view type) {
    const std::string question = fmt::format("{} {}", name, type);
    for (size_t i = 0; i < answers.size(); ++i)
        if (answers[i].question == question) return int(i);
    return -1;
}

bool lookedAt(const json::object& part, DetailTable& table) {
    const std::string_view state = json::text(part, "state");
    if (state != "could-not-look" && state != "not-checked") return true;
    table.state = State::Unknown;
    table.absent = json::text(part, "reason", "This part was not looked at.");
    return false;
}

std::string joined(const json::object& o, std::string_view list, std::string_view between) {
    std::string out;
    if (const json::array* entries = json::list(o, list))
        for (const json::value& e : *entries)
            if (e.is_string()) {
                if (!out.empty()) out += between;
                out += std::string_view(e.get_string());
            }
    return out;
}

DetailRow detailRow(std::vector<std::string> cells, State state, int answer) {
    DetailRow row;
    row.cells = std::move(cells);
    row.state = state;
    row.answer = answer;
    return row;
}

namespace {

std::string originOf(const json::object& selector) {
    const std::string_view origin = json::text(selector, "origin");
    if (!origin.empty()) return std::string(origin);
    return json::boolean(selector, "guessed") ? "common name, guessed" : "given or seen in mail";
}

State keyState(std::string_view state, std::int64_t bits, std::string_view type) {
    if (state == "weak") return bits < 1024 ? State::Error : State::Warning;
    if (state == "usable") return type == "rsa" && bits > 0 && bits < 2048 ? State::Warning : State::Ok;
    if (state == "revoked") return State::Absent;
    return State::Error;
}

void addKeys(const json::object& selector, DetailTable& table) {
    const std::string name(json::text(selector, "selector"));
    const int answer = firstAnswerOf(selector);
    const json::array* keys = json::list(selector, "keys");
    DetailTable looked;
    if (!lookedAt(selector, looked) || !keys || keys->empty()) {
        const bool unknown = looked.state == State::Unknown;
        table.rows.push_back(detailRow({name, originOf(selector), "–", "–", "–",
                                        unknown ? "could not look: " + looked.absent : "no key", ""},
                                       unknown ? State::Unknown : State::Absent, answer));
        return;
    }
    for (const json::value& v : *keys) {
        const json::object* k = v.if_object();
        if (!k) continue;
        std::string flags;
        if (json::boolean(*k, "testing")) flags = "t=y (testing)";
        if (json::boolean(*k, "strict")) flags += std::string(flags.empty() ? "" : ", ") + "t=s (strict)";
        const std::int64_t bits = json::number(*k, "bits");
        const std::string_view why = json::text(*k, "why");
        const State state = keyState(json::text(*k, "state"), bits, json::text(*k, "type"));
        std::string word(json::text(*k, "state"));
        if (bits > 0 && bits < 2048 && json::text(*k, "type") == "rsa")
            word += fmt::format(", short: {} bits", bits);
        if (!why.empty()) word += ": " + std::string(why);
        table.rows.push_back(detailRow({name, originOf(selector), std::string(json::text(*k, "type")),
                                        bits > 0 ? std::to_string(bits) : "–", flags.empty() ? "–" : flags,
                                        word, std::string(json::text(*k, "record"))},
                                       state, answer));
    }
}

} // namespace

DetailTable dkimDetails(const json::object& area) {
    DetailTable out;
    out.id = "dkim";
    if (!lookedAt(area, out)) return out;
    const auto tried = size_t(json::number(area, "guesses_tried"));
    if (const json::array* selectors = json::list(area, "selectors"))
        for (const json::value& v : *selectors)
            if (const json::object* s = v.if_object()) addKeys(*s, out);
    out.summary = fmt::format("{}, {} tried", text::counted(out.rows.size(), "key"),
                              text::counted(tried, "common selector name"));
    if (const json::value* below = area.if_contains("names_below"); below && below->is_bool())
        out.summary +=
            below->get_bool() ? "; names exist below _domainkey" : "; nothing exists below _domainkey";
    if (!out.rows.empty()) return out;
    out.state = State::Absent;
    out.absent =
        "No selector is known, and none of the common names has a key. A selector is in the s= tag of "
        "a signed message.";
    return out;
}

std::vector<DetailTable> domainDetails(const json::object& report, const Answers& answers) {
    std::vector<DetailTable> out;
    if (const json::object* area = json::child(report, "spf")) out.push_back(spfDetails(*area, answers));
    if (const json::object* area = json::child(report, "dkim")) out.push_back(dkimDetails(*area));
    if (const json::object* area = json::child(report, "dmarc"))
        for (DetailTable& table : dmarcDetails(*area, answers)) out.push_back(std::move(table));
    for (DetailTable& table : transportDetails(report)) out.push_back(std::move(table));
    return out;
}

} // namespace waypost::engine
