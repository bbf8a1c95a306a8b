#include "base/text.h"
#include "ingest/provider_decoders.h"
#include "ingest/record_time.h"
#include "ingest/reply_head.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

enum class What : std::uint8_t { Unknown, Skip, Accepted, Failed, Withheld, Complaint };

What whatIs(std::string_view event) {
    static constexpr std::pair<std::string_view, What> names[] = {{"delivered", What::Accepted},
                                                                  {"failed", What::Failed},
                                                                  {"rejected", What::Withheld},
                                                                  {"complained", What::Complaint},
                                                                  {"accepted", What::Skip},
                                                                  {"opened", What::Skip},
                                                                  {"clicked", What::Skip},
                                                                  {"unsubscribed", What::Skip},
                                                                  {"stored", What::Skip},
                                                                  {"list_member_uploaded", What::Skip},
                                                                  {"list_member_upload_error", What::Skip},
                                                                  {"list_uploaded", What::Skip}};
    for (const auto& [name, what] : names) {
        if (name == event) return what;
    }
    return What::Unknown;
}

} // namespace

bool MailgunDecoder::looks(JsonValue record) {
    JsonValue data = record["event-data"] ? record["event-data"] : record;
    if (record["items"].isArray()) data = record["items"].first();
    if (whatIs(data["event"].text()) == What::Unknown) return false;
    return record["event-data"].isObject() || data["log-level"] || data["delivery-status"].isObject();
}

void MailgunDecoder::object(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    if (root["items"].isArray()) {
        for (JsonValue one : root["items"]) event(one, {}, record, batch);
        return;
    }
    if (JsonValue data = root["event-data"]; data.isObject())
        return event(data, root["signature"]["token"].text(), record, batch);
    event(root, {}, record, batch);
}

void MailgunDecoder::fillStatus(JsonValue data, Told& told) {
    JsonValue status = data["delivery-status"];
    std::string_view message = status["message"].text();
    if (message.empty()) message = status["description"].text();
    // Mailgun's own numbers (498, 499, 605, …) are no replies.
    std::int64_t code = numberOf(status["code"], 0, 200, 599);
    if (code % 100 >= 80) code = 0;
    text_ = message;
    if (code != 0 && replyHead(text_).code == 0) text_.insert(0, fmt::format("{} ", code));
    told.text = text_;
    told.enhanced = enhancedOf(status["enhanced-code"].text());
    told.mxHost = status["mx-host"].text();
    if (status["tls"].isTrue()) told.tls = "TLS";
    told.attempt = std::int32_t(numberOf(status["attempt-no"], 0, 0, 100'000));
}

void MailgunDecoder::event(JsonValue data, std::string_view token, const LineAt& record,
                           store::EventBatch& batch) {
    std::string_view event = data["event"].text();
    What what = whatIs(event);
    if (what == What::Unknown) return unknown("event", event, record, batch);
    if (what == What::Skip) {
        ++batch.skipped;
        return;
    }
    Told told;
    if (auto at = timeOf(data["timestamp"], zone_)) told.at = *at;
    JsonValue envelope = data["envelope"], message = data["message"];
    told.recipient = data["recipient"].text();
    told.sender = envelope["sender"].text();
    told.sendingIp = envelope["sending-ip"].text();
    told.messageId = unbracketed(message["headers"]["message-id"].text());
    told.message = told.messageId;
    told.queueId = data["id"].text();
    told.size = numberOf(message["size"], -1, 1);
    JsonValue campaign = data["campaigns"].first();
    told.campaign = campaign.isObject() ? campaign["name"].text() : textOf(data, "tags");
    fillStatus(data, told);
    std::string_view reason = data["reason"].text();
    if (what == What::Failed) {
        bool temporary = data["severity"].text() == "temporary";
        told.end = temporary ? Told::End::Deferred : Told::End::Failed;
        told.opinion = reason;
        if (data["flags"]["is-delayed-bounce"].isTrue() ||
            data["delivery-status"]["bounce-type"].text() == "async")
            told.kind = reply::Kind::AsyncBounce;
        if (reason == "old") told.attempted = false;
        if (reason.starts_with("suppress-")) what = What::Withheld;
    }
    if (what == What::Withheld) {
        told.end = Told::End::Withheld;
        told.kind = reply::Kind::Attempt;
        told.opinion = event == "rejected" ? "rejected" : reason;
        if (JsonValue reject = data["reject"]; told.text.empty()) told.text = reject["reason"].text();
    }
    if (what == What::Complaint) {
        told.end = Told::End::Complained;
        told.kind = reply::Kind::Complaint;
    }
    // The id is unique within a day only; the signature's token always is.
    name_ = !token.empty() ? std::string(token) : fmt::format("{}|{}", data["id"].text(), told.at.ms);
    if (!token.empty() || data["id"]) told.event = name_;
    maker_.add(told, record, batch);
}

} // namespace waypost::ingest
