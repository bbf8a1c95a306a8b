#include "bounce/delivery_status.h"

#include "base/text.h"
#include "bounce/field_groups.h"
#include "bounce/words.h"

namespace waypost::bounce {

namespace {

bool namesRecipient(const FieldGroup& g) {
    return findField(g, "final-recipient") || findField(g, "original-recipient") ||
           findField(g, "x-actual-recipient");
}

// Fields that begin a recipient when the open one has them already.
bool begins(std::string_view name) {
    return name == "final-recipient" || name == "original-recipient";
}

// One group for each recipient, whatever the empty lines say.
std::vector<FieldGroup> recipientGroups(std::vector<FieldGroup> groups, FieldGroup& message) {
    std::vector<FieldGroup> out;
    for (FieldGroup& g : groups) {
        FieldGroup rest;
        bool inRecipient = false;
        for (StatusField& f : g) {
            const bool again = begins(f.name) && inRecipient && findField(out.back(), f.name) != nullptr;
            if ((begins(f.name) && !inRecipient) || again) {
                const bool continues = !again && !out.empty() && !namesRecipient(out.back());
                if (!continues && out.size() < Report::maxRecipients) out.emplace_back();
                inRecipient = true;
            }
            (inRecipient ? out.back() : rest).push_back(std::move(f));
        }
        if (rest.empty()) continue;
        // A group without an address: fields before the address, or behind an empty line too many.
        const bool ofRecipient = findField(rest, "action") || findField(rest, "status") ||
                                 findField(rest, "diagnostic-code") || findField(rest, "x-actual-recipient");
        FieldGroup& to = inRecipient && ofRecipient    ? out.back()
                         : ofRecipient && !out.empty() ? out.back()
                                                       : message;
        if (ofRecipient && out.empty() && findField(rest, "x-actual-recipient")) {
            out.push_back(std::move(rest));
            continue;
        }
        for (StatusField& f : rest) to.push_back(std::move(f));
    }
    return out;
}

bool isAddress(std::string_view a) {
    return a.find('@') != std::string_view::npos && a.find_first_of(" \t\n|") == std::string_view::npos;
}

void takeAddress(const FieldGroup& g, StatusRecipient& r) {
    static constexpr std::string_view names[] = {"final-recipient", "original-recipient",
                                                 "x-actual-recipient"};
    const StatusField* chosen = nullptr;
    for (auto name : names) {
        const StatusField* f = findField(g, name);
        if (!f || !isAddress(addressValue(f->value))) continue;
        chosen = f;
        break;
    }
    for (auto name : names) {
        if (!chosen) chosen = findField(g, name);
    }
    if (!chosen) return;
    r.recipient.address = addressValue(chosen->value);
    r.addressAt = chosen->at;
    r.addressWords = r.recipient.address;
    for (auto name : {"original-recipient", "x-actual-recipient"}) {
        const std::string other = addressValue(fieldIn(g, name));
        if (!r.recipient.original.empty() || !isAddress(other)) continue;
        if (!text::iequals(other, r.recipient.address)) r.recipient.original = other;
    }
}

StatusRecipient recipientFrom(const FieldGroup& g) {
    StatusRecipient r;
    takeAddress(g, r);
    r.recipient.action = actionFrom(fieldIn(g, "action"));
    r.recipient.status = statusFrom(fieldIn(g, "status"));
    r.recipient.remoteMta = hostValue(fieldIn(g, "remote-mta"));
    static constexpr std::string_view words[] = {"diagnostic-code", "x-supplementary-info", "x-diagnostic"};
    for (auto name : words) {
        const StatusField* d = findField(g, name);
        if (!d || !r.recipient.diagnostic.empty()) continue;
        r.recipient.diagnostic = withoutType(d->value);
        r.diagnosticAt = d->at;
        r.diagnosticWords = r.recipient.diagnostic.substr(0, r.recipient.diagnostic.find('\n'));
    }
    const std::string_view status = fieldIn(g, "status");
    if (const size_t open = status.find('('); open != std::string_view::npos)
        r.comment = status.substr(open + 1, status.rfind(')') - open - 1);
    return r;
}

} // namespace

Action actionFrom(std::string_view value) {
    std::string word = text::lowered(text::trim(value));
    word.resize(std::min(word.size(), word.find_first_of(" \t\n;(,")));
    if (word == "failed" || word == "failure" || word == "fail") return Action::Failed;
    if (word == "delayed" || word == "deferred") return Action::Delayed;
    if (word == "delivered" || word == "deliverable") return Action::Delivered;
    if (word == "relayed") return Action::Relayed;
    if (word == "expanded") return Action::Expanded;
    if (word == "expired") return Action::Failed;
    return Action::Unknown;
}

std::string statusFrom(std::string_view value) {
    size_t length = 0;
    const size_t at = findStatusCode(value, 0, length);
    return at == std::string_view::npos ? std::string() : std::string(value.substr(at, length));
}

DeliveryStatus readDeliveryStatus(std::string_view in) {
    DeliveryStatus out;
    FieldGroup message;
    for (const FieldGroup& g : recipientGroups(readFieldGroups(in), message)) {
        StatusRecipient r = recipientFrom(g);
        if (!r.recipient.address.empty()) out.recipients.push_back(std::move(r));
    }
    out.reportingMta = hostValue(fieldIn(message, "reporting-mta"));
    out.envelopeId = fieldIn(message, "original-envelope-id");
    return out;
}

} // namespace waypost::bounce
