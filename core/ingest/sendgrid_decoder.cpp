#include "base/text.h"
#include "ingest/provider_decoders.h"
#include "ingest/record_time.h"
#include "ingest/reply_head.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

enum class What : std::uint8_t { Unknown, Skip, Accepted, Deferred, Bounce, Withheld, Complaint };

What whatIs(std::string_view event) {
    static constexpr std::pair<std::string_view, What> names[] = {{"delivered", What::Accepted},
                                                                  {"deferred", What::Deferred},
                                                                  {"bounce", What::Bounce},
                                                                  {"blocked", What::Bounce},
                                                                  {"dropped", What::Withheld},
                                                                  {"spamreport", What::Complaint},
                                                                  {"processed", What::Skip},
                                                                  {"open", What::Skip},
                                                                  {"click", What::Skip},
                                                                  {"unsubscribe", What::Skip},
                                                                  {"group_unsubscribe", What::Skip},
                                                                  {"group_resubscribe", What::Skip},
                                                                  {"account_status_change", What::Skip}};
    for (const auto& [name, what] : names) {
        if (name == event) return what;
    }
    return What::Unknown;
}

std::string_view campaignOf(JsonValue root) {
    for (std::string_view key : {"marketing_campaign_name", "singlesend_name", "category", "mc_pod_id"}) {
        if (std::string_view text = textOf(root, key); !text.empty()) return text;
    }
    return {};
}

} // namespace

bool SendGridDecoder::looks(JsonValue record) {
    if (record["sg_event_id"] || record["sg_message_id"])
        return whatIs(record["event"].text()) != What::Unknown;
    return whatIs(record["event"].text()) != What::Unknown && record["email"] && record["timestamp"] &&
           !record["event-data"];
}

void SendGridDecoder::object(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    std::string_view event = root["event"].text();
    What what = whatIs(event);
    if (what == What::Unknown) return unknown("event", event, record, batch);
    if (what == What::Skip) {
        ++batch.skipped;
        return;
    }
    Told told;
    if (auto at = timeOf(root["timestamp"], zone_)) told.at = *at;
    told.recipient = root["email"].text();
    told.queueId = told.message = root["sg_message_id"].text();
    told.messageId = unbracketed(root["smtp-id"].text());
    if (told.message.empty()) told.message = told.messageId;
    told.event = root["sg_event_id"].text();
    told.campaign = campaignOf(root);
    told.pool = root["pool"]["name"].text();
    told.sendingIp = root["ip"].text();
    if (root["tls"].integer().value_or(0) == 1) told.tls = "TLS";
    told.attempt = std::int32_t(numberOf(root["attempt"], 0, 0, 100'000));
    text_ = root["response"] ? root["response"].text() : root["reason"].text();
    told.text = withoutDiagnosticType(text_);
    told.enhanced = enhancedOf(root["status"].text());
    switch (what) {
    case What::Deferred: told.end = Told::End::Deferred; break;
    case What::Withheld: told.end = Told::End::Withheld; break;
    case What::Complaint:
        told.end = Told::End::Complained;
        told.kind = reply::Kind::Complaint;
        break;
    case What::Bounce: {
        // "blocked": this message was refused, the address is not at fault; tried no more either way.
        bool temporary = replyHead(told.text).code / 100 == 4;
        told.end = temporary ? Told::End::Deferred : Told::End::Failed;
        told.gaveUp = temporary;
        bool blocked = event == "blocked" || root["type"].text() == "blocked";
        told.opinion = root["bounce_classification"].text();
        if (told.opinion.empty() || told.opinion == "Unclassified")
            told.opinion = blocked ? "blocked" : "bounce";
        break;
    }
    default: break;
    }
    if (what == What::Withheld) told.opinion = "dropped";
    maker_.add(told, record, batch);
}

} // namespace waypost::ingest
