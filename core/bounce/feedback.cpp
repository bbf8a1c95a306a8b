#include "bounce/feedback.h"

#include "base/text.h"
#include "bounce/field_groups.h"

#include <array>

namespace waypost::bounce {

namespace {

void addRecipient(Report& report, const std::string& address, Place at) {
    if (address.empty() || report.recipients.size() >= Report::maxRecipients) return;
    for (const Recipient& r : report.recipients) {
        if (text::iequals(r.address, address)) return;
    }
    Recipient r;
    r.address = address;
    r.addressAt = at;
    report.recipients.push_back(std::move(r));
}

void takeFields(const MailView& view, const mail::MimePart& part, Report& report) {
    Feedback feedback;
    const std::string content = view.tree().content(part);
    for (const FieldGroup& g : readFieldGroups(std::string_view(content).substr(0, MailView::maxText))) {
        for (const StatusField& f : g) {
            const std::string unfolded =
                mail::unfold(std::string_view(content).substr(f.at, std::min(f.end - f.at, maxStatusValue)));
            std::string value(text::trim(unfolded));
            if (f.name == "original-rcpt-to" || f.name == "x-original-rcpt-to") {
                for (const std::string& a : allAddresses(f.value, 100))
                    addRecipient(report, a, view.placeIn(part, a, f.at));
            }
            if (f.name == "reporting-mta") report.reportingMta = hostValue(f.value);
            if (f.name == "original-envelope-id") report.original.envelopeId = value;
            feedback.fields.emplace_back(f.name, std::move(value));
        }
    }
    if (report.recipients.empty()) {
        for (const auto& name : {"removal-recipient", "original-recipient", "final-recipient"}) {
            for (const auto& [field, value] : feedback.fields) {
                if (field == name)
                    addRecipient(report, addressValue(value), view.placeIn(part, addressValue(value), 0));
            }
        }
    }
    report.feedback = std::move(feedback);
}

void takeReturned(const MailView& view, Report& report) {
    // Delivered-To and its like name the reporter's own mailbox when it stands behind a list.
    static constexpr std::array<std::string_view, 2> hidden = {"X-HmXmrOriginalRecipient", "X-Rcpt-To"};
    const mail::HeaderBlock& h = view.returned();
    for (auto name : hidden) {
        if (!report.recipients.empty()) return;
        if (auto value = h.value(name)) addRecipient(report, firstAddress(*value), {});
    }
    if (report.recipients.empty()) {
        if (auto to = h.value("To")) {
            for (const std::string& a : allAddresses(*to, Report::maxRecipients)) addRecipient(report, a, {});
        }
    }
}

// JMRP: from staff@hotmail.com (staff@outlook.com), "complaint about message from IP", the message attached.
bool isThinReport(const MailView& view) {
    const std::string from = text::lowered(firstAddress(view.field("From")));
    const bool sender = from == "staff@hotmail.com" || from == "staff@outlook.com";
    const bool subject = text::istartsWith(text::trim(view.field("Subject")), "complaint about message from");
    return subject && (sender || !view.returned().fields().empty());
}

std::string lastWord(std::string_view s) {
    const auto words = text::words(s);
    return words.empty() ? std::string() : std::string(words.back());
}

} // namespace

bool readFeedback(const MailView& view, Report& report) {
    auto parts = view.ownParts({"message/feedback-report"});
    if (!parts.empty()) {
        takeFields(view, *parts.front(), report);
        report.format = "rfc5965";
    } else if (isThinReport(view)) {
        report.format = "jmrp";
        Feedback feedback;
        feedback.fields.emplace_back("feedback-type", "abuse");
        feedback.fields.emplace_back("source-ip", lastWord(view.field("Subject")));
        report.feedback = std::move(feedback);
    } else {
        return false;
    }
    report.kind = Kind::Arf;
    takeReturned(view, report);
    return true;
}

} // namespace waypost::bounce
