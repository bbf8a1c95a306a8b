// DMARC discovery as the walk it was, both readings of the organizational domain, and what the record asks.
#include "auth/dmarc_record.h"
#include "base/text.h"
#include "engine/domain_details.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

std::string orNone(std::string_view text, std::string_view otherwise = "none") {
    return std::string(text.empty() ? otherwise : text);
}

// Why the walk went on, or stopped, at a step (RFC 9989 section 4.10).
std::string whatFollows(const json::object& area, const json::object& step, bool last, bool first) {
    const std::string_view found = json::text(step, "found");
    const std::string name = "_dmarc." + std::string(json::text(area, "record_domain"));
    if (found == "could-not-look") return "Unknown from here on: the question got no definite answer.";
    if (found == "several") return "Several records: none of them counts.";
    if (found == "record") {
        std::string out(json::text(step, "record"));
        if (json::text(step, "name") == name) out = "Speaks for the domain: " + out;
        if (last && !first) out += " The walk ends here.";
        return out;
    }
    return last ? "No record; the walk ends here." : "No record; one label shorter is asked next.";
}

DetailTable walkTable(const json::object& area, const Answers& answers) {
    DetailTable out;
    out.id = "dmarc-walk";
    if (!lookedAt(area, out)) return out;
    const json::array* walk = json::list(area, "walk");
    for (size_t i = 0; walk && i < walk->size(); ++i) {
        const json::object* step = (*walk)[i].if_object();
        if (!step) continue;
        const std::string name(json::text(*step, "name"));
        const std::string_view found = json::text(*step, "found");
        const State state = found == "record"           ? State::Ok
                            : found == "several"        ? State::Error
                            : found == "could-not-look" ? State::Unknown
                                                        : State::Absent;
        const std::string word = found == "could-not-look" ? "could not look"
                                 : found == "several"      ? "several records"
                                                           : std::string(found);
        out.rows.push_back(detailRow({std::to_string(i + 1), name + " TXT", word,
                                      whatFollows(area, *step, i + 1 == walk->size(), i == 0)},
                                     state, answerTo(answers, name, "TXT")));
    }
    out.summary = text::counted(out.rows.size(), "question");
    if (const std::string_view why = json::text(area, "org_reason"); !why.empty())
        out.summary += ". " + std::string(why);
    if (out.rows.empty()) {
        out.state = State::Unknown;
        out.absent = "The report holds no step of the walk.";
    }
    return out;
}

DetailTable readingTable(const json::object& area) {
    DetailTable out;
    out.id = "dmarc-reading";
    if (!lookedAt(area, out)) return out;
    const bool differ = json::boolean(area, "readings_differ");
    out.state = differ ? State::Warning : State::Ok;
    const std::string_view psl = json::text(area, "org_domain_psl");
    out.summary = psl.empty() ? "The public suffix list gives no reading of this name."
                  : differ    ? "The two readings differ: receivers of the two standards may act differently."
                              : "Both readings agree.";
    const State mark = differ ? State::Warning : State::Info;
    out.rows.push_back(
        detailRow({"Organizational domain", orNone(json::text(area, "org_domain"), "not known"),
                   orNone(psl, "no reading")},
                  mark));
    out.rows.push_back(detailRow({"Record taken from", orNone(json::text(area, "record_domain"), "no record"),
                                  orNone(json::text(area, "psl_policy_domain"),
                                         psl.empty() ? "no reading"
                                         : differ    ? "not said"
                                                     : json::text(area, "record_domain", "no record"))},
                                 mark));
    out.rows.push_back(detailRow(
        {"Policy", orNone(json::text(area, "policy"), "not known"),
         orNone(json::text(area, "psl_policy"), psl.empty() ? "no reading"
                                                : differ    ? "not said"
                                                            : json::text(area, "policy", "not known"))},
        mark));
    return out;
}

std::string policyWord(const std::optional<auth::DmarcPolicy>& p) {
    return p ? std::string(auth::dmarcPolicyName(*p)) : "not there";
}

DetailRow effectiveRow(const json::object& area) {
    const std::string_view effective = json::text(area, "effective"), policy = json::text(area, "policy");
    std::string reason = fmt::format("from {}= of the record at {}", json::text(area, "policy_tag", "p"),
                                     json::text(area, "record_domain"));
    if (effective != policy) reason += fmt::format("; {} weakened by t=y", policy);
    if (effective.empty()) reason = "the record that decides could not be read";
    const State state = effective.empty() ? State::Unknown : effective == "none" ? State::Warning : State::Ok;
    return detailRow({"Policy that applies", orNone(effective, "not known"), std::move(reason)}, state,
                     firstAnswerOf(area));
}

DetailRow group(std::string title) {
    return detailRow({std::move(title), "", ""});
}

DetailRow tagRows(const auth::DmarcRecord& record) {
    DetailRow out = group("Policies as published");
    out.children.push_back(detailRow({"p", policyWord(record.p), "the domain itself"}));
    out.children.push_back(detailRow(
        {"sp", policyWord(record.sp), record.sp ? "names below that exist" : "names below take p"}));
    out.children.push_back(
        detailRow({"np", policyWord(record.np),
                   record.np ? "names below that do not exist" : "names that do not exist take sp"}));
    if (record.testing)
        out.children.push_back(detailRow({"t", "y", "testing: one step weaker"}, State::Warning));
    if (record.psd != auth::DmarcPsd::Unknown)
        out.children.push_back(
            detailRow({"psd", record.psd == auth::DmarcPsd::Yes ? "y" : "n", "says where the walk stops"}));
    return out;
}

DetailRow alignmentRows(const auth::DmarcRecord& record) {
    DetailRow out = group("Alignment");
    const char* strict = "strict: the same domain";
    const char* relaxed = "relaxed: the same organizational domain";
    out.children.push_back(
        detailRow({"adkim", record.strictDkim ? "s" : "r", record.strictDkim ? strict : relaxed}));
    out.children.push_back(
        detailRow({"aspf", record.strictSpf ? "s" : "r", record.strictSpf ? strict : relaxed}));
    return out;
}

DetailRow oddRows(const auth::DmarcRecord& record) {
    DetailRow out = group("Tags to look at");
    for (const std::string& tag : record.obsoleteTags)
        out.children.push_back(detailRow(
            {tag, "obsolete", "removed by RFC 9989; receivers of before 2026 may heed it"}, State::Warning));
    for (const std::string& tag : record.unknownTags)
        out.children.push_back(detailRow({tag, "unknown", "ignored by receivers"}, State::Warning));
    for (const auto& problem : record.problems)
        out.children.push_back(detailRow({"fault", "", problem.text}, State::Error));
    return out;
}

DetailRow targetRows(const json::object& area, const Answers& answers) {
    DetailRow out = group("Reports go to");
    const json::array* targets = json::list(area, "rua");
    for (size_t i = 0; targets && i < targets->size(); ++i) {
        const json::object* t = (*targets)[i].if_object();
        if (!t) continue;
        const std::string uri(json::text(*t, "uri"));
        if (!json::boolean(*t, "external")) {
            out.children.push_back(detailRow({uri, "own domain", "needs no authorization"}, State::Ok));
            continue;
        }
        const size_t at = uri.find('@');
        std::string host = at == std::string::npos ? "" : uri.substr(at + 1);
        host.resize(std::min(host.size(), host.find_first_of("!?")));
        const std::string name = fmt::format("{}._report._dmarc.{}", json::text(area, "record_domain"), host);
        const bool looked = json::text(*t, "state") == "checked", may = json::boolean(*t, "authorised");
        out.children.push_back(detailRow({uri,
                                          !looked ? "could not look"
                                          : may   ? "external, authorized"
                                                  : "external, not authorized",
                                          !looked ? "whether it may be sent there is not known"
                                          : may   ? name + " says so"
                                                  : name + " has no record: reports are not sent"},
                                         !looked ? State::Unknown
                                         : may   ? State::Ok
                                                 : State::Error,
                                         answerTo(answers, name, "TXT")));
    }
    if (out.children.empty())
        out.children.push_back(
            detailRow({"rua", "none", "nobody is told what receivers see"}, State::Warning));
    return out;
}

DetailTable policyTable(const json::object& area, const Answers& answers) {
    DetailTable out;
    out.id = "dmarc-policy";
    if (!lookedAt(area, out)) return out;
    const std::string_view text = json::text(area, "record");
    if (text.empty()) {
        out.state = State::Absent;
        out.absent = "No DMARC record speaks for this domain.";
        return out;
    }
    const auth::DmarcRecord record = auth::parseDmarc(text);
    out.summary = text;
    out.rows.push_back(effectiveRow(area));
    out.rows.push_back(tagRows(record));
    out.rows.push_back(alignmentRows(record));
    out.rows.push_back(targetRows(area, answers));
    if (DetailRow odd = oddRows(record); !odd.children.empty()) out.rows.push_back(std::move(odd));
    return out;
}

} // namespace

std::vector<DetailTable> dmarcDetails(const json::object& area, const Answers& answers) {
    return {walkTable(area, answers), readingTable(area), policyTable(area, answers)};
}

} // namespace waypost::engine
