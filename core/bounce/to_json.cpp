#include "bounce/to_json.h"

namespace waypost::bounce {

namespace {

json::value orNull(std::string_view s) {
    return s.empty() ? json::value(nullptr) : json::foreign(s);
}

json::value placeJson(const Place& p) {
    if (p.span.length == 0) return nullptr;
    json::object o{{"offset", p.span.offset}, {"length", p.span.length}};
    if (!p.exact) o["exact"] = false;
    return o;
}

json::object recipientJson(const Recipient& r, bool judged) {
    json::object o;
    o["address"] = json::foreign(r.address);
    o["action"] = orNull(actionName(r.action));
    o["status"] = orNull(r.status);
    o["diagnostic"] = orNull(r.diagnostic);
    o["category"] = judged ? json::value(reply::categoryName(r.category)) : json::value(nullptr);
    o["permanence"] = orNull(reply::permanenceName(r.permanence));
    if (!r.original.empty()) o["original"] = json::foreign(r.original);
    if (!r.remoteMta.empty()) o["remote_mta"] = json::foreign(r.remoteMta);
    if (judged) {
        o["code"] = r.code == 0 ? json::value(nullptr) : json::value(r.code);
        o["cause"] = reply::causeName(r.cause);
        o["advice"] = orNull(r.advice);
        o["rule"] = orNull(r.rule);
    }
    o["evidence"] =
        json::object{{"address", placeJson(r.addressAt)}, {"diagnostic", placeJson(r.diagnosticAt)}};
    return o;
}

// Fields that a report may have several times.
bool repeats(std::string_view name) {
    static constexpr std::string_view names[] = {"authentication-results", "original-rcpt-to",
                                                 "reported-domain", "reported-uri"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

json::object feedbackJson(const Feedback& f) {
    json::object o;
    for (const auto& [name, value] : f.fields) {
        json::value* known = o.if_contains(name);
        if (!known) {
            o[name] = json::foreign(value);
        } else if (repeats(name)) {
            if (!known->is_array()) *known = json::array{*known};
            known->as_array().push_back(json::foreign(value));
        }
    }
    return o;
}

} // namespace

json::object toJson(std::string_view file, const Report& r) {
    json::object o;
    o["file"] = json::foreign(file);
    o["kind"] = kindName(r.kind);
    json::array recipients;
    for (const Recipient& one : r.recipients) recipients.push_back(recipientJson(one, r.kind == Kind::Dsn));
    o["recipients"] = std::move(recipients);
    if (!r.format.empty()) o["format"] = r.format;
    if (!r.reportingMta.empty()) o["reporting_mta"] = json::foreign(r.reportingMta);
    if (r.feedback) o["feedback"] = feedbackJson(*r.feedback);
    if (r.kind != Kind::NotABounce && !r.original.messageId.empty())
        o["original_message_id"] = json::foreign(r.original.messageId);
    if (!r.problems.empty()) {
        json::array problems;
        for (const std::string& p : r.problems) problems.push_back(json::foreign(p));
        o["problems"] = std::move(problems);
    }
    return o;
}

} // namespace waypost::bounce
