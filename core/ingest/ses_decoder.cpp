#include "base/text.h"
#include "ingest/provider_decoders.h"
#include "ingest/record_time.h"
#include "ingest/reply_head.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::ingest {

namespace {

constexpr std::string_view skippedTypes[] = {"Send",         "Open",     "Click",
                                             "Subscription", "Received", "AmazonSnsSubscriptionSucceeded"};

std::string_view typeOf(JsonValue root) {
    std::string_view type = root["eventType"].text();
    return type.empty() ? root["notificationType"].text() : type;
}

bool isEnvelope(JsonValue root) {
    return root["Type"] && root["MessageId"] && (root["TopicArn"] || root["Message"]);
}

// What the suppression list and subscriptions held back at SES.
bool isWithheld(std::string_view subtype) {
    return text::iequals(subtype, "Suppressed") || text::iequals(subtype, "OnAccountSuppressionList") ||
           text::iequals(subtype, "OnTenantSuppressionList") ||
           text::iequals(subtype, "UnsubscribedRecipient");
}

// The system that reports: SES itself when it got the refusal, another one when a bounce came back later.
bool cameBack(JsonValue bounce) {
    std::string_view mta = hostAndIp(bounce["reportingMTA"].text()).host;
    return !mta.empty() && !bounce["remoteMtaIp"] && !text::iendsWith(mta, "amazonses.com") &&
           !text::iendsWith(mta, "amazon.com");
}

} // namespace

bool SesDecoder::looks(JsonValue record) {
    if (isEnvelope(record)) return true;
    if (!typeOf(record).empty() && record["mail"].isObject()) return true;
    JsonValue detail = record["detail"];
    if (!typeOf(detail).empty() && detail["mail"].isObject()) return true;
    JsonValue first = record["Records"].first();
    return first["Sns"]["Message"] || (first["body"] && first["eventSource"].text() == "aws:sqs");
}

void SesDecoder::object(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    if (!typeOf(root).empty()) return event(root, record, batch);
    if (!typeOf(root["detail"]).empty()) return event(root["detail"], record, batch);
    if (root["Records"].isArray()) {
        for (JsonValue one : root["Records"]) {
            JsonValue message = one["Sns"]["Message"] ? one["Sns"]["Message"] : one["body"];
            envelope(message.text(), record, batch);
        }
        return;
    }
    if (!isEnvelope(root)) return unknown("eventType", {}, record, batch);
    std::string_view type = root["Type"].text();
    if (type == "SubscriptionConfirmation" || type == "UnsubscribeConfirmation") {
        ++batch.skipped;
        return;
    }
    envelope(root["Message"].text(), record, batch);
}

// A queue may hold an SNS envelope around the event: one more level is opened.
void SesDecoder::envelope(std::string_view message, const LineAt& record, store::EventBatch& batch) {
    std::string text(message);
    for (int level = 0; level < 2; ++level) {
        // The confirmation SES sends once is a plain sentence.
        if (text.starts_with("Successfully validated SNS topic")) {
            ++batch.skipped;
            return;
        }
        if (auto wrong = inner_.parse(text))
            return EventMaker::reject(record, "the message in its envelope is refused: " + *wrong, batch);
        if (!isEnvelope(inner_.root())) break;
        text = std::string(inner_.root()["Message"].text());
    }
    event(inner_.root(), record, batch);
}

void SesDecoder::event(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    std::string_view type = typeOf(root);
    if (std::find(std::begin(skippedTypes), std::end(skippedTypes), type) != std::end(skippedTypes)) {
        ++batch.skipped;
        return;
    }
    JsonValue mail = root["mail"];
    Told told;
    told.sender = mail["source"].text();
    told.queueId = told.message = mail["messageId"].text();
    told.messageId = unbracketed(mail["commonHeaders"]["messageId"].text());
    JsonValue tags = mail["tags"];
    told.campaign = textOf(tags, "campaign");
    if (told.campaign.empty()) told.campaign = textOf(tags, "ses:configuration-set");
    told.pool = textOf(tags, "ses:dedicated-ip-pool");
    told.sendingIp = textOf(tags, "ses:outgoing-ip");
    std::int32_t destinations = 0;
    for ([[maybe_unused]] JsonValue one : mail["destination"]) ++destinations;
    if (destinations > 0) told.recipients = destinations;
    if (type == "Delivery") return delivery(root, told, record, batch);
    if (type == "Bounce") return bounce(root, told, record, batch);
    if (type == "Complaint") return complaint(root, told, record, batch);
    if (type == "DeliveryDelay") return delay(root, told, record, batch);
    if (type == "Reject" || type == "Rendering Failure") return withheld(root, told, record, batch);
    unknown("eventType", type, record, batch);
}

void SesDecoder::add(Told& told, std::string_view recipient, std::string_view name, const LineAt& record,
                     store::EventBatch& batch) {
    told.recipient = recipient;
    name_ = fmt::format("{}|{}", name, recipient);
    told.event = name_;
    maker_.add(told, record, batch);
}

void SesDecoder::delivery(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch) {
    JsonValue d = root["delivery"];
    if (auto at = timeOf(d["timestamp"], zone_)) told.at = *at;
    told.text = d["smtpResponse"].text();
    told.mxIp = d["remoteMtaIp"].text();
    told.latencyMs = numberOf(d["processingTimeMillis"], -1);
    std::string name = fmt::format("delivery|{}", told.message);
    if (!d["recipients"].first()) return EventMaker::reject(record, "it names no recipient", batch);
    for (JsonValue one : d["recipients"]) add(told, one.text(), name, record, batch);
}

void SesDecoder::bounce(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch) {
    JsonValue b = root["bounce"];
    std::string_view type = b["bounceType"].text(), subtype = b["bounceSubType"].text();
    if (auto at = timeOf(b["timestamp"], zone_)) told.at = *at;
    told.mxIp = b["remoteMtaIp"].text();
    opinion_ = fmt::format("{}/{}", type, subtype);
    told.opinion = opinion_;
    if (cameBack(b)) told.kind = reply::Kind::AsyncBounce;
    if (isWithheld(subtype)) {
        told.end = Told::End::Withheld;
        told.kind = reply::Kind::Attempt;
    } else if (type == "Permanent") {
        told.end = Told::End::Failed;
    } else if (type == "Transient") {
        told.end = Told::End::Deferred;
        told.gaveUp = true;
    } else {
        told.end = Told::End::Undetermined;
    }
    std::string name = fmt::format("bounce|{}", b["feedbackId"] ? b["feedbackId"].text() : told.message);
    if (!b["bouncedRecipients"].first()) return EventMaker::reject(record, "it names no recipient", batch);
    for (JsonValue one : b["bouncedRecipients"]) {
        told.text = withoutDiagnosticType(one["diagnosticCode"].text());
        told.enhanced = enhancedOf(one["status"].text());
        add(told, one["emailAddress"].text(), name, record, batch);
    }
}

// Whoever of this mail's recipients is at the provider that complained is named: usually one.
void SesDecoder::complaint(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch) {
    JsonValue c = root["complaint"];
    std::string_view type = c["complaintFeedbackType"].text();
    if (text::iequals(type, "not-spam") || text::iequals(type, "auth-failure")) {
        ++batch.skipped;
        return;
    }
    if (auto at = timeOf(c["timestamp"], zone_)) told.at = *at;
    bool held = isWithheld(c["complaintSubType"].text());
    told.end = held ? Told::End::Withheld : Told::End::Complained;
    if (!held) told.kind = reply::Kind::Complaint;
    told.text = held ? c["complaintSubType"].text() : type;
    told.opinion = told.text;
    std::string name = fmt::format("complaint|{}", c["feedbackId"] ? c["feedbackId"].text() : told.message);
    if (!c["complainedRecipients"].first()) return EventMaker::reject(record, "it names no recipient", batch);
    for (JsonValue one : c["complainedRecipients"])
        add(told, one["emailAddress"].text(), name, record, batch);
}

void SesDecoder::delay(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch) {
    JsonValue d = root["deliveryDelay"];
    if (auto at = timeOf(d["timestamp"], zone_)) told.at = *at;
    told.end = Told::End::Deferred;
    told.opinion = d["delayType"].text();
    std::string name = fmt::format("delay|{}|{}", told.message, told.at.ms);
    if (!d["delayedRecipients"].first()) return EventMaker::reject(record, "it names no recipient", batch);
    for (JsonValue one : d["delayedRecipients"]) {
        told.text = withoutDiagnosticType(one["diagnosticCode"].text());
        told.enhanced = enhancedOf(one["status"].text());
        add(told, one["emailAddress"].text(), name, record, batch);
    }
}

void SesDecoder::withheld(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch) {
    JsonValue mail = root["mail"];
    if (auto at = timeOf(mail["timestamp"], zone_)) told.at = *at;
    told.end = Told::End::Withheld;
    bool rejected = root["reject"].isObject();
    told.text = rejected ? root["reject"]["reason"].text() : root["failure"]["errorMessage"].text();
    told.opinion = rejected ? "Reject" : "Rendering Failure";
    std::string name = fmt::format("reject|{}", told.message);
    if (!mail["destination"].first()) return EventMaker::reject(record, "it names no recipient", batch);
    for (JsonValue one : mail["destination"]) add(told, one.text(), name, record, batch);
}

} // namespace waypost::ingest
