#include "bounce/notice_json.h"

#include "base/json.h"
#include "base/text.h"
#include "bounce/delivery_status.h"
#include "bounce/field_groups.h"

namespace waypost::bounce {

namespace {

// The first JSON object of a text that may go on behind it (SNS puts its own words below).
std::string firstObject(std::string_view in) {
    int depth = 0;
    bool quoted = false;
    std::string out;
    for (size_t i = 0; i < in.size(); ++i) {
        const char c = in[i];
        // Lines are broken at 1000 octets, inside strings too.
        if (c == '\n' || c == '\r') continue;
        out += c;
        if (quoted) {
            if (c == '\\' && i + 1 < in.size()) {
                out += in[++i];
            } else if (c == '"') {
                quoted = false;
            }
            continue;
        }
        if (c == '"') quoted = true;
        if (c == '{') ++depth;
        if (c == '}' && --depth == 0) return out;
    }
    return {};
}

void addRecipient(const MailView& view, std::string_view address, Recipient r, Report& report) {
    if (address.empty() || report.recipients.size() >= Report::maxRecipients) return;
    r.address = address;
    const size_t at = view.text().find(address);
    if (at != std::string_view::npos) r.addressAt = view.place(at, address.size());
    report.recipients.push_back(std::move(r));
}

void takeBounce(const MailView& view, const json::object& bounce, Report& report) {
    report.reportingMta = hostValue(json::text(bounce, "reportingMTA"));
    const auto* list = json::list(bounce, "bouncedRecipients");
    const bool transient = json::text(bounce, "bounceType") == "Transient";
    if (!list) return;
    for (const auto& v : *list) {
        if (!v.is_object()) continue;
        const json::object& o = v.as_object();
        Recipient r;
        r.action = actionFrom(json::text(o, "action", "failed"));
        r.status = statusFrom(json::text(o, "status"));
        r.diagnostic = withoutType(json::text(o, "diagnosticCode"));
        if (r.diagnostic.empty() && r.status.empty())
            r.diagnostic = std::string(json::text(bounce, "bounceSubType"));
        if (r.status.empty()) r.status = transient ? "4.0.0" : "5.0.0";
        addRecipient(view, json::text(o, "emailAddress"), std::move(r), report);
    }
}

void takeComplaint(const MailView& view, const json::object& complaint, Report& report) {
    Feedback f;
    f.fields.emplace_back("feedback-type", json::text(complaint, "complaintFeedbackType", "abuse"));
    f.fields.emplace_back("user-agent", json::text(complaint, "userAgent"));
    report.feedback = std::move(f);
    if (const auto* list = json::list(complaint, "complainedRecipients")) {
        for (const auto& v : *list) {
            if (v.is_object()) addRecipient(view, json::text(v.as_object(), "emailAddress"), {}, report);
        }
    }
}

} // namespace

bool readSesNotice(const MailView& view, Report& report) {
    const std::string_view text = text::trim(view.text());
    if (!text.starts_with('{') || text.find("notificationType") == std::string_view::npos) return false;
    auto outer = json::parse(firstObject(text), "notice");
    if (!outer || !outer->is_object()) return false;
    json::value inner = *outer;
    if (json::text(outer->as_object(), "Type") == "Notification") {
        auto message = json::parse(json::text(outer->as_object(), "Message"), "notice");
        if (!message || !message->is_object()) return false;
        inner = *message;
    }
    const json::object& o = inner.as_object();
    const std::string_view type = json::text(o, "notificationType");
    if (const json::object* bounce = json::child(o, "bounce"); bounce && type == "Bounce") {
        report.kind = Kind::Dsn;
        takeBounce(view, *bounce, report);
    } else if (const json::object* complaint = json::child(o, "complaint");
               complaint && type == "Complaint") {
        report.kind = Kind::Arf;
        takeComplaint(view, *complaint, report);
    } else {
        return false;
    }
    if (const json::object* mail = json::child(o, "mail")) {
        report.original.from = json::text(*mail, "source");
        if (const json::object* common = json::child(*mail, "commonHeaders")) {
            report.original.messageId = json::text(*common, "messageId");
            report.original.subject = json::text(*common, "subject");
        }
    }
    report.format = "ses-notice";
    return true;
}

} // namespace waypost::bounce
