#include "base/text.h"
#include "ingest/provider_decoders.h"
#include "ingest/record_time.h"
#include "ingest/reply_head.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

enum class What : std::uint8_t { Unknown, Skip, Accepted, Deferred, Bounce, OutOfBand, Withheld, Complaint };

What whatIs(std::string_view type) {
    static constexpr std::pair<std::string_view, What> names[] = {{"delivery", What::Accepted},
                                                                  {"delay", What::Deferred},
                                                                  {"bounce", What::Bounce},
                                                                  {"out_of_band", What::OutOfBand},
                                                                  {"policy_rejection", What::Withheld},
                                                                  {"generation_failure", What::Withheld},
                                                                  {"generation_rejection", What::Withheld},
                                                                  {"spam_complaint", What::Complaint},
                                                                  {"injection", What::Skip},
                                                                  {"open", What::Skip},
                                                                  {"initial_open", What::Skip},
                                                                  {"click", What::Skip},
                                                                  {"amp_open", What::Skip},
                                                                  {"amp_initial_open", What::Skip},
                                                                  {"amp_click", What::Skip},
                                                                  {"list_unsubscribe", What::Skip},
                                                                  {"link_unsubscribe", What::Skip},
                                                                  {"sms_status", What::Skip},
                                                                  {"relay_injection", What::Skip},
                                                                  {"relay_rejection", What::Skip},
                                                                  {"relay_delivery", What::Skip},
                                                                  {"relay_tempfail", What::Skip},
                                                                  {"relay_permfail", What::Skip},
                                                                  {"ab_test_completed", What::Skip},
                                                                  {"ab_test_cancelled", What::Skip},
                                                                  {"ingest_success", What::Skip},
                                                                  {"ingest_error", What::Skip}};
    for (const auto& [name, what] : names) {
        if (name == type) return what;
    }
    return What::Unknown;
}

enum BounceClass : std::uint8_t { AutoReply = 60, AdminFailure = 25, Subscribe = 80 };

bool isSoft(std::int64_t bounceClass) {
    for (std::int64_t soft : {20, 21, 22, 23, 24, 40, 70, 100}) {
        if (soft == bounceClass) return true;
    }
    return false;
}

bool isEvent(JsonValue v) {
    return whatIs(v["type"].text()) != What::Unknown &&
           (v["rcpt_to"] || v["raw_rcpt_to"] || v["routing_domain"] || v["transmission_id"] ||
            v["customer_id"]);
}

} // namespace

bool SparkPostDecoder::looks(JsonValue record) {
    if (record["msys"].isObject()) return true;
    if (record["results"].isArray()) return isEvent(record["results"].first());
    return isEvent(record) && (record["event_id"] || record["message_id"]);
}

void SparkPostDecoder::object(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    if (root["results"].isArray()) {
        for (JsonValue one : root["results"]) event(one, record, batch);
        return;
    }
    JsonValue msys = root["msys"];
    if (!msys) return event(root, record, batch);
    // An empty one is the ping that a webhook is tried with.
    if (msys.begin() == msys.end()) ++batch.skipped;
    for (JsonValue one : msys) event(one, record, batch);
}

void SparkPostDecoder::event(JsonValue e, const LineAt& record, store::EventBatch& batch) {
    std::string_view type = e["type"].text();
    What what = whatIs(type);
    if (what == What::Unknown) return unknown("type", type, record, batch);
    if (what == What::Skip) {
        ++batch.skipped;
        return;
    }
    Told told;
    if (auto at = timeOf(e["timestamp"], zone_)) told.at = *at;
    told.recipient = e["rcpt_to"] ? e["rcpt_to"].text() : e["raw_rcpt_to"].text();
    told.sender = e["msg_from"].text();
    told.queueId = told.message = e["message_id"].text();
    told.campaign = e["campaign_id"].text();
    told.pool = e["ip_pool"].text();
    told.sendingIp = e["sending_ip"].text();
    told.mxIp = e["ip_address"].text();
    told.event = e["event_id"].text();
    told.text = e["raw_reason"] ? e["raw_reason"].text() : e["reason"].text();
    told.code = std::int32_t(numberOf(e["error_code"], 0, 200, 599));
    told.size = numberOf(e["msg_size"], -1, 1);
    if (e["num_retries"]) told.attempt = std::int32_t(numberOf(e["num_retries"], -1, 0, 100'000) + 1);
    told.latencyMs = numberOf(e["queue_time"], -1);
    if (e["outbound_tls"].integer().value_or(0) == 1) told.tls = "TLS";
    std::int64_t bounceClass = numberOf(e["bounce_class"], 0, 0, 1000);
    std::string opinion = bounceClass > 0 ? fmt::format("{}", bounceClass) : std::string();
    if (what == What::Deferred) told.end = Told::End::Deferred;
    if (what == What::Complaint) {
        told.end = Told::End::Complained;
        told.kind = reply::Kind::Complaint;
        opinion = e["fbtype"].text();
    }
    if (what == What::Bounce || what == What::OutOfBand) {
        std::int32_t code = told.code != 0 ? told.code : replyHead(told.text).code;
        bool temporary = code != 0 ? code / 100 == 4 : isSoft(bounceClass);
        told.end = temporary ? Told::End::Deferred : Told::End::Failed;
        told.gaveUp = temporary;
        if (what == What::OutOfBand) told.kind = reply::Kind::AsyncBounce;
        if (bounceClass == AdminFailure) what = What::Withheld;
        if (bounceClass == 1 && code == 0) told.end = Told::End::Undetermined;
        if (bounceClass == AutoReply || bounceClass == Subscribe) {
            told.end = Told::End::Answered;
            told.kind = reply::Kind::AutoReply;
        }
    }
    if (what == What::Withheld) {
        told.end = Told::End::Withheld;
        told.kind = reply::Kind::Attempt;
        if (opinion.empty()) opinion = type;
    }
    if (told.end != Told::End::Accepted) told.opinion = opinion;
    maker_.add(told, record, batch);
}

} // namespace waypost::ingest
