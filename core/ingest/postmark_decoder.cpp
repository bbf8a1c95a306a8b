#include "base/text.h"
#include "ingest/provider_decoders.h"
#include "ingest/record_time.h"
#include "ingest/reply_head.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

struct BounceType {
    int code;
    std::string_view name;
    Told::End end;
    bool gaveUp = false;
};

// https://postmarkapp.com/developer/api/bounce-api, "Bounce types".
constexpr BounceType bounceTypes[] = {
    {1, "HardBounce", Told::End::Failed},
    {2, "Transient", Told::End::Deferred},
    {16, "Unsubscribe", Told::End::Answered},
    {32, "Subscribe", Told::End::Answered},
    {64, "AutoResponder", Told::End::Answered},
    {128, "AddressChange", Told::End::Answered},
    {256, "DnsError", Told::End::Deferred, true},
    {512, "SpamNotification", Told::End::Failed},
    {1024, "OpenRelayTest", Told::End::Answered},
    {2048, "Unknown", Told::End::Undetermined},
    {4096, "SoftBounce", Told::End::Deferred, true},
    {8192, "VirusNotification", Told::End::Failed},
    {16384, "ChallengeVerification", Told::End::Answered},
    {100000, "BadEmailAddress", Told::End::Withheld},
    {100001, "SpamComplaint", Told::End::Complained},
    {100002, "ManuallyDeactivated", Told::End::Withheld},
    {100003, "Unconfirmed", Told::End::Withheld},
    {100006, "Blocked", Told::End::Failed},
    {100007, "SMTPApiError", Told::End::Withheld},
    {100008, "InboundError", Told::End::Answered},
    {100009, "DMARCPolicy", Told::End::Failed},
    {100010, "TemplateRenderingFailed", Told::End::Withheld},
};

const BounceType* bounceType(JsonValue root) {
    auto code = root["TypeCode"].integer();
    for (const auto& t : bounceTypes) {
        if (code ? t.code == *code : t.name == root["Type"].text()) return &t;
    }
    return nullptr;
}

} // namespace

bool PostmarkDecoder::looks(JsonValue record) {
    if (record["RecordType"].type() == JsonNode::Type::Text)
        return record["MessageID"] || record["ID"] || record["Recipient"];
    JsonValue one = record["Bounces"].isArray() ? record["Bounces"].first() : record;
    return one["TypeCode"] && one["BouncedAt"];
}

void PostmarkDecoder::object(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    if (!root["Bounces"].isArray()) return event(root, record, batch);
    for (JsonValue one : root["Bounces"]) event(one, record, batch);
}

void PostmarkDecoder::event(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    std::string_view type = root["RecordType"].text();
    if (type.empty() && root["BouncedAt"]) type = "Bounce";
    for (std::string_view skipped : {"Open", "Click", "SubscriptionChange", "Inbound", "Send"}) {
        if (type != skipped) continue;
        ++batch.skipped;
        return;
    }
    Told told;
    told.queueId = told.message = root["MessageID"].text();
    told.campaign = !root["Tag"].text().empty() ? root["Tag"].text() : root["MessageStream"].text();
    told.pool = root["MessageStream"].text();
    told.text = withoutDiagnosticType(root["Details"].text());
    if (told.text.empty()) told.text = root["Description"].text();
    if (type == "Delivery") {
        if (auto at = timeOf(root["DeliveredAt"], zone_)) told.at = *at;
        told.recipient = root["Recipient"].text();
        name_ = fmt::format("delivery|{}|{}", told.message, told.recipient);
        told.event = name_;
        return maker_.add(told, record, batch);
    }
    if (type != "Bounce" && type != "SpamComplaint") return unknown("RecordType", type, record, batch);
    const BounceType* bounce = bounceType(root);
    if (!bounce && type == "Bounce") return unknown("Type", root["Type"].text(), record, batch);
    if (auto at = timeOf(root["BouncedAt"], zone_)) told.at = *at;
    told.recipient = root["Email"].text();
    told.sender = root["From"].text();
    told.end = bounce && type == "Bounce" ? bounce->end : Told::End::Complained;
    told.gaveUp = bounce && bounce->gaveUp;
    if (told.end == Told::End::Complained) told.kind = reply::Kind::Complaint;
    if (told.end == Told::End::Answered) told.kind = reply::Kind::AutoReply;
    if (bounce) told.opinion = bounce->name;
    if (auto id = root["ID"].integer()) {
        name_ = fmt::format("bounce|{}", *id);
        told.event = name_;
    }
    maker_.add(told, record, batch);
}

} // namespace waypost::ingest
