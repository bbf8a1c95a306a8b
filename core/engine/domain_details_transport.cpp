// Mail hosts with what each offers, reverse names, name servers, and the policies around transport.
#include "base/text.h"
#include "engine/domain_details.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

const char* const notChecked = "not checked";

// The entry of a list of objects whose "host" is this one.
const json::object* entryOf(const json::object* area, std::string_view host) {
    const json::array* hosts = area ? json::list(*area, "hosts") : nullptr;
    if (!hosts) return nullptr;
    for (const json::value& v : *hosts)
        if (const json::object* o = v.if_object(); o && json::text(*o, "host") == host) return o;
    return nullptr;
}

bool isUnknown(const json::object& part) {
    const std::string_view state = json::text(part, "state");
    return state == "could-not-look" || state == "not-checked";
}

struct Said {
    std::string text = notChecked;
    State state = State::Unknown;
};

Said startTls(const json::object* tls) {
    if (!tls || json::text(*tls, "state") == "not-checked") return {};
    if (json::text(*tls, "state") == "could-not-look")
        return {"could not look: " + std::string(json::text(*tls, "reason")), State::Unknown};
    const std::string_view protocol = json::text(*tls, "protocol");
    if (!protocol.empty()) return {fmt::format("{}, {}", protocol, json::text(*tls, "cipher")), State::Ok};
    if (const std::string_view failure = json::text(*tls, "failure"); !failure.empty())
        return {"failed: " + std::string(failure), State::Error};
    const std::string_view word = json::text(*tls, "starttls");
    return {word.empty() ? std::string("not offered") : std::string(word), State::Warning};
}

Said certificate(const json::object* tls) {
    const json::object* c = tls ? json::child(*tls, "certificate") : nullptr;
    if (!c) return {tls && !isUnknown(*tls) ? "none seen" : notChecked, State::Unknown};
    const std::string_view verdict = json::text(*c, "verdict");
    const std::string until = std::string(json::text(*c, "not_after").substr(0, 10));
    if (verdict == "trusted" || verdict == "ok" || verdict == "valid")
        return {fmt::format("trusted until {}", until), State::Ok};
    return {fmt::format("{}, until {}", json::text(*c, "text", verdict), until), State::Warning};
}

Said dane(const json::object* host) {
    if (!host) return {};
    if (isUnknown(*host)) return {std::string(json::text(*host, "reason", notChecked)), State::Unknown};
    const json::array* records = json::list(*host, "records");
    if (!records || records->empty()) return {"no TLSA record", State::Absent};
    const std::string_view match = json::text(*host, "match");
    if (match == "match") return {"matches", State::Ok};
    if (match == "mismatch") return {"does not match", State::Error};
    if (!json::boolean(*host, "authenticated"))
        return {fmt::format("{}, not authenticated", text::counted(records->size(), "record")),
                State::Warning};
    return {fmt::format("{}, {}", text::counted(records->size(), "record"),
                        match.empty() ? "not compared" : match),
            State::Unknown};
}

Said stsMatch(const json::object* sts, std::string_view host) {
    const json::array* records = sts ? json::list(*sts, "records") : nullptr;
    if (!sts || isUnknown(*sts)) return {};
    if (!records || records->empty()) return {"no policy", State::Absent};
    const json::object* policy = json::child(*sts, "policy");
    const json::object* entry = entryOf(policy, host);
    if (!entry) return {"policy not read", State::Unknown};
    if (json::boolean(*entry, "allowed")) return {"listed", State::Ok};
    return {"not listed", json::text(*policy, "mode") == "enforce" ? State::Error : State::Warning};
}

State graver(State a, State b) {
    const auto rank = [](State s) {
        switch (s) {
        case State::Error: return 3;
        case State::Warning: return 2;
        case State::Unknown: return 1;
        default: return 0;
        }
    };
    return rank(b) > rank(a) ? b : a;
}

// The greeting of the server says most; then its addresses, then the MX answer.
int evidenceOfHost(const json::object& report, const json::object& host, const json::object& mx) {
    const json::array* answers = json::list(report, "answers");
    const json::object* tls = json::child(host, "tls");
    const int said = tls ? firstConversationOf(*tls, answers ? answers->size() : 0) : -1;
    if (said >= 0) return said;
    return firstAnswerOf(host) >= 0 ? firstAnswerOf(host) : firstAnswerOf(mx);
}

DetailTable hostTable(const json::object& report) {
    DetailTable out;
    out.id = "mail-hosts";
    const json::object* mx = json::child(report, "mx");
    if (!mx || !lookedAt(*mx, out)) return out;
    const json::object* sts = json::child(report, "mta_sts");
    const json::array* hosts = json::list(*mx, "hosts");
    for (size_t i = 0; hosts && i < hosts->size(); ++i) {
        const json::object* h = (*hosts)[i].if_object();
        if (!h) continue;
        const std::string host(json::text(*h, "host"));
        const json::object* tls = json::child(*h, "tls");
        const Said s = startTls(tls), c = certificate(tls),
                   d = dane(entryOf(json::child(report, "dane"), host)), m = stsMatch(sts, host);
        State state = State::Ok;
        for (const Said* said : {&s, &c, &d, &m}) state = graver(state, said->state);
        std::string name = host;
        if (const std::string_view alias = json::text(*h, "alias"); !alias.empty()) {
            name += " (alias of " + std::string(alias) + ")";
            state = State::Error;
        }
        std::string addresses = joined(*h, "addresses");
        if (addresses.empty()) addresses = isUnknown(*h) ? "could not look" : "none";
        out.rows.push_back(detailRow(
            {name, std::to_string(json::number(*h, "preference")), addresses, s.text, c.text, d.text, m.text},
            state, evidenceOfHost(report, *h, *mx)));
    }
    out.summary = text::counted(out.rows.size(), "mail host");
    if (json::boolean(*mx, "implicit"))
        out.summary += "; no MX record, mail goes to the address of the domain";
    if (!out.rows.empty()) return out;
    out.state = State::Absent;
    out.absent = json::boolean(*mx, "null_mx") ? "Null MX: the domain accepts no mail (RFC 7505)."
                                               : "No mail host is published.";
    return out;
}

DetailTable reverseTable(const json::object& report) {
    DetailTable out;
    out.id = "reverse";
    const json::object* ptr = json::child(report, "ptr");
    if (!ptr || !lookedAt(*ptr, out)) return out;
    const json::array* list = json::list(*ptr, "addresses");
    for (size_t i = 0; list && i < list->size(); ++i) {
        const json::object* a = (*list)[i].if_object();
        if (!a) continue;
        const std::string_view host = json::text(*a, "host");
        const std::string names = joined(*a, "names"), confirmed = joined(*a, "confirmed");
        const bool unknown = isUnknown(*a);
        const State state = unknown             ? State::Unknown
                            : names.empty()     ? State::Error
                            : confirmed.empty() ? State::Warning
                                                : State::Ok;
        out.rows.push_back(detailRow({std::string(json::text(*a, "ip")),
                                      host.empty() ? "sending" : "MX " + std::string(host),
                                      unknown         ? "could not look"
                                      : names.empty() ? "no PTR"
                                                      : names,
                                      unknown             ? "could not look"
                                      : confirmed.empty() ? "no: the name does not lead back"
                                                          : "yes: " + confirmed},
                                     state, firstAnswerOf(*a)));
    }
    out.summary = text::counted(out.rows.size(), "address", "addresses");
    if (out.rows.empty()) {
        out.state = State::Absent;
        out.absent = "There is no address of a mail host to look up.";
    }
    return out;
}

void addServer(const json::object& server, DetailTable& out) {
    const std::string name(json::text(server, "name"));
    const json::array* addresses = json::list(server, "addresses");
    for (size_t i = 0; addresses && i < addresses->size(); ++i) {
        const json::object* a = (*addresses)[i].if_object();
        if (!a) continue;
        const bool good = json::text(*a, "status") == "ok", own = json::boolean(*a, "authoritative");
        const json::value* serial = a->if_contains("serial");
        out.rows.push_back(detailRow({name, std::string(json::text(*a, "ip")),
                                      good && !own ? "ok, not authoritative"
                                      : good       ? "ok, authoritative"
                                                   : std::string(json::text(*a, "status")),
                                      serial && !serial->is_null() ? json::line(*serial) : "–",
                                      std::to_string(json::number(*a, "ms"))},
                                     !good ? State::Error
                                     : own ? State::Ok
                                           : State::Warning));
    }
    if (!addresses || addresses->empty())
        out.rows.push_back(
            detailRow({name, "none", std::string(json::text(server, "reason", notChecked)), "–", "–"},
                      State::Unknown, firstAnswerOf(server)));
}

DetailTable serverTable(const json::object& report) {
    DetailTable out;
    out.id = "name-servers";
    const json::object* zone = json::child(report, "zone");
    if (!zone || !lookedAt(*zone, out)) return out;
    const json::object* direct = json::child(*zone, "direct");
    if (const json::array* servers = direct ? json::list(*direct, "servers") : nullptr)
        for (const json::value& v : *servers)
            if (const json::object* s = v.if_object()) addServer(*s, out);
    if (out.rows.empty())
        if (const json::array* names = json::list(*zone, "name_servers"))
            for (const json::value& n : *names)
                if (n.is_string())
                    out.rows.push_back(
                        detailRow({std::string(n.get_string()), "–", "not asked directly", "–", "–"},
                                  State::Unknown, firstAnswerOf(*zone)));
    out.summary = text::counted(out.rows.size(), "server");
    if (const json::value* serial = zone->if_contains("serial"); serial && serial->is_number())
        out.summary += "; serial " + json::line(*serial);
    if (out.rows.empty()) {
        out.state = State::Absent;
        out.absent = "The domain is no zone of its own: the zone above holds it.";
    }
    return out;
}

// A line for each problem and remark a check left.
void addNotes(DetailRow& into, const json::object& part) {
    for (const auto& [list, state] : {std::pair{"problems", State::Error}, std::pair{"remarks", State::Info}})
        if (const json::array* notes = json::list(part, list))
            for (const json::value& n : *notes)
                if (n.is_string())
                    into.children.push_back(detailRow(
                        {state == State::Error ? "fault" : "remark", "", std::string(n.get_string())},
                        state));
}

DetailRow recordRow(std::string title, const json::object& area, std::string_view missing) {
    const json::array* records = json::list(area, "records");
    const size_t n = records ? records->size() : 0;
    const int answer = firstAnswerOf(area);
    if (isUnknown(area))
        return detailRow({std::move(title), "could not look", std::string(json::text(area, "reason"))},
                         State::Unknown, answer);
    if (n == 0)
        return detailRow({std::move(title), "not published", std::string(missing)}, State::Absent, answer);
    if (n > 1)
        return detailRow({std::move(title), "several records", "receivers take none of them"}, State::Error,
                         answer);
    const bool broken = area.contains("valid") && !json::boolean(area, "valid", true);
    return detailRow({std::move(title), broken ? "faulty record" : "published", joined(area, "records")},
                     broken ? State::Error : State::Ok, answer);
}

void addFile(DetailRow& into, const json::object& file, std::string title, size_t answers) {
    if (isUnknown(file)) {
        into.children.push_back(detailRow(
            {std::move(title), "not read", std::string(json::text(file, "reason"))}, State::Unknown));
        if (into.state == State::Ok) into.state = State::Unknown;
        return;
    }
    const std::string_view outcome = json::text(file, "outcome");
    const bool fine = json::number(file, "status") == 200;
    const bool valid = json::boolean(file, "valid", true);
    const std::int64_t status = json::number(file, "status");
    const std::string state = fine         ? valid ? "read" : "read, faulty"
                              : status > 0 ? fmt::format("{} {}", outcome, status)
                                           : std::string(outcome);
    std::string seen(json::text(file, "url"));
    if (fine)
        seen += fmt::format(", {} bytes, {}", json::number(file, "bytes"),
                            json::text(file, "media_type", "no media type"));
    DetailRow row = detailRow({std::move(title), state, seen}, fine && valid ? State::Ok : State::Error);
    row.answer = firstConversationOf(file, answers);
    if (const std::string_view mode = json::text(file, "mode"); !mode.empty()) {
        row.children.push_back(
            detailRow({"mode", std::string(mode), mode == "testing" ? "failures are only reported" : ""},
                      mode == "enforce" ? State::Ok : State::Warning));
        row.children.push_back(detailRow({"mx", joined(file, "mx"), "hosts that mail may go to"}));
        row.children.push_back(detailRow({"max_age", std::to_string(json::number(file, "max_age")),
                                          fmt::format("{} days", json::number(file, "max_age") / 86'400)}));
    }
    addNotes(row, file);
    if (const json::object* mark = json::child(file, "mark")) {
        row.children.push_back(
            detailRow({"certificate", json::boolean(*mark, "valid") ? "valid" : "not valid",
                       fmt::format("{} of {}, until {}", json::text(*mark, "kind"),
                                   json::text(*mark, "issuer"), json::text(*mark, "not_after"))},
                      json::boolean(*mark, "valid") ? State::Ok : State::Error));
        addNotes(row, *mark);
    }
    into.state = graver(into.state, row.state);
    into.children.push_back(std::move(row));
}

DetailRow caaRow(const json::object& caa) {
    DetailRow row = detailRow({"CAA", "not published", "any authority may issue certificates"}, State::Absent,
                              firstAnswerOf(caa));
    if (isUnknown(caa))
        return detailRow({"CAA", "could not look", std::string(json::text(caa, "reason"))}, State::Unknown);
    const json::array* records = json::list(caa, "records");
    if (!records || records->empty()) return row;
    row.cells = {"CAA", text::counted(records->size(), "record"), ""};
    row.state = State::Ok;
    for (const json::value& v : *records)
        if (const json::object* r = v.if_object())
            row.children.push_back(
                detailRow({std::string(json::text(*r, "tag")), std::string(json::text(*r, "value")),
                           json::number(*r, "flags") >= 128 ? "critical" : ""}));
    return row;
}

bool single(const json::object& area) {
    const json::array* records = json::list(area, "records");
    return records && records->size() == 1;
}

DetailTable policyTable(const json::object& report) {
    DetailTable out;
    out.id = "policies";
    const json::array* dns = json::list(report, "answers");
    const size_t answers = dns ? dns->size() : 0;
    if (const json::object* sts = json::child(report, "mta_sts")) {
        DetailRow row = recordRow("MTA-STS", *sts, "senders do not insist on TLS");
        if (const json::object* policy = json::child(*sts, "policy"); policy && single(*sts))
            addFile(row, *policy, "policy file", answers);
        out.rows.push_back(std::move(row));
    }
    if (const json::object* rpt = json::child(report, "tls_rpt"))
        out.rows.push_back(recordRow("TLS-RPT", *rpt, "nobody reports failed TLS"));
    if (const json::object* bimi = json::child(report, "bimi")) {
        DetailRow row = recordRow("BIMI", *bimi, "no logo is shown");
        if (single(*bimi))
            for (const auto& [key, title] :
                 {std::pair{"logo", "logo"}, std::pair{"certificate", "mark certificate"}})
                if (const json::object* file = json::child(*bimi, key)) addFile(row, *file, title, answers);
        out.rows.push_back(std::move(row));
    }
    if (const json::object* caa = json::child(report, "caa")) out.rows.push_back(caaRow(*caa));
    out.summary = "What is published about transport, and what was found behind it";
    if (out.rows.empty()) {
        out.state = State::Unknown;
        out.absent = "The report holds no transport policy.";
    }
    return out;
}

// The transport layer talked to each host, or the text of a fetched file: shown as text, never rendered.
DetailTable helloTable(const json::object& report) {
    DetailTable out;
    out.id = "greetings";
    const json::object* mx = json::child(report, "mx");
    if (!mx || !lookedAt(*mx, out)) return out;
    const json::array* hosts = json::list(*mx, "hosts");
    for (size_t i = 0; hosts && i < hosts->size(); ++i) {
        const json::object* h = (*hosts)[i].if_object();
        const json::object* tls = h ? json::child(*h, "tls") : nullptr;
        if (!tls || isUnknown(*tls)) continue;
        const json::value* own = tls->if_contains("ehlo_name_has_ptr");
        const bool known = own && own->is_bool();
        out.rows.push_back(
            detailRow({std::string(json::text(*h, "host")), std::string(json::text(*tls, "address")),
                       std::string(json::text(*tls, "ehlo_name")),
                       !known            ? "not known"
                       : own->get_bool() ? "agrees with PTR"
                                         : "differs from PTR",
                       std::to_string(json::number(*tls, "ms"))},
                      !known            ? State::Unknown
                      : own->get_bool() ? State::Ok
                                        : State::Warning));
    }
    if (out.rows.empty()) {
        out.state = State::Unknown;
        out.absent = "No mail host was talked to in this inspection.";
    }
    return out;
}

} // namespace

std::vector<DetailTable> transportDetails(const json::object& report) {
    return {hostTable(report), reverseTable(report), helloTable(report), serverTable(report),
            policyTable(report)};
}

} // namespace waypost::engine
