#include "ingest/kumo_decoder.h"

#include "base/text.h"
#include "ingest/record_time.h"
#include "ingest/reply_head.h"

#include <fmt/format.h>

#include <iterator>

namespace waypost::ingest {

namespace {

enum class Kind : std::uint8_t { Unknown, Attempt, Feedback, Refusal, Skip };

struct TypeName {
    std::string_view name;
    Kind kind;
    Told::End end = Told::End::Accepted;
    bool attempted = true;
    reply::Kind reports = reply::Kind::Attempt;
};

constexpr TypeName types[] = {
    {"Delivery", Kind::Attempt},
    {"TransientFailure", Kind::Attempt, Told::End::Deferred},
    {"Bounce", Kind::Attempt, Told::End::Failed},
    {"Expiration", Kind::Attempt, Told::End::Failed, false},
    {"AdminBounce", Kind::Attempt, Told::End::Withheld, false},
    {"Delayed", Kind::Attempt, Told::End::Deferred, false},
    {"OOB", Kind::Attempt, Told::End::Failed, true, reply::Kind::AsyncBounce},
    {"Feedback", Kind::Feedback, Told::End::Complained, true, reply::Kind::Complaint},
    {"Rejection", Kind::Refusal},
    {"Reception", Kind::Skip},
    {"AdminRebind", Kind::Skip},
    {"DeferredInjectionRebind", Kind::Skip},
    {"XferIn", Kind::Skip},
    {"XferOut", Kind::Skip},
    {"Any", Kind::Skip},
};

const TypeName* typeOf(std::string_view name) {
    for (const auto& t : types) {
        if (t.name == name) return &t;
    }
    return nullptr;
}

// "192.0.2.1:40112", "[2001:db8::1]:40112" without the port.
std::string_view addressOf(std::string_view socket) {
    if (socket.starts_with('[')) {
        size_t end = socket.find(']');
        return end == std::string_view::npos ? socket : socket.substr(1, end - 1);
    }
    size_t colon = socket.find(':');
    return colon == std::string_view::npos || socket.rfind(':') != colon ? socket : socket.substr(0, colon);
}

struct Queue {
    std::string_view campaign, tenant;
};
// campaign:tenant@domain, tenant@domain, domain.
Queue queueOf(std::string_view name) {
    Queue q;
    size_t at = name.find('@');
    size_t colon = name.substr(0, at).find(':');
    if (colon != std::string_view::npos) q.campaign = name.substr(0, colon);
    if (at != std::string_view::npos) {
        size_t from = colon == std::string_view::npos ? 0 : colon + 1;
        q.tenant = name.substr(from, at - from);
    }
    return q;
}

} // namespace

// The members of a record, found in one pass.
struct KumoDecoder::Fields {
    const TypeName* type = nullptr;
    JsonValue id, sender, recipient, queue, size, response, peer, timestamp, eventTime, created, createdTime,
        attempts, classification, pool, source, sourceAddress, feedback, headers, meta, tls;

    explicit Fields(JsonValue root) {
        struct Member {
            std::string_view key;
            JsonValue Fields::* value;
        };
        static constexpr Member members[] = {
            {"id", &Fields::id},
            {"sender", &Fields::sender},
            {"recipient", &Fields::recipient},
            {"queue", &Fields::queue},
            {"size", &Fields::size},
            {"response", &Fields::response},
            {"peer_address", &Fields::peer},
            {"timestamp", &Fields::timestamp},
            {"event_time", &Fields::eventTime},
            {"created", &Fields::created},
            {"created_time", &Fields::createdTime},
            {"num_attempts", &Fields::attempts},
            {"bounce_classification", &Fields::classification},
            {"egress_pool", &Fields::pool},
            {"egress_source", &Fields::source},
            {"source_address", &Fields::sourceAddress},
            {"feedback_report", &Fields::feedback},
            {"headers", &Fields::headers},
            {"meta", &Fields::meta},
            {"tls_protocol_version", &Fields::tls},
        };
        for (JsonValue v : root) {
            std::string_view key = v.key();
            for (const auto& m : members) {
                if (m.key.size() == key.size() && m.key == key) {
                    this->*m.value = v;
                    break;
                }
            }
        }
    }
};

bool KumoDecoder::looks(JsonValue record) {
    if (!typeOf(record["type"].text())) return false;
    int signs = 0;
    for (std::string_view key : {"queue", "site", "num_attempts", "nodeid", "bounce_classification",
                                 "egress_source", "response", "reception_protocol"})
        signs += record[key].type() != JsonNode::Type::Missing ? 1 : 0;
    return signs >= 3;
}

void KumoDecoder::object(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    std::string_view name = root["type"].text();
    const TypeName* type = typeOf(name);
    if (!type) return unknown("type", name, record, batch);
    if (type->kind == Kind::Skip) {
        ++batch.skipped;
        return;
    }
    Fields fields(root);
    fields.type = type;
    if (type->kind == Kind::Feedback) return feedback(fields, record, batch);
    if (type->kind == Kind::Refusal) return refusal(fields, record, batch);
    attempt(fields, record, batch);
}

// "550 5.1.1 no such user", as the peer said it.
void KumoDecoder::replyOf(const Fields& f, Told& told) {
    told.code = std::int32_t(numberOf(f.response["code"], 0, 200, 599));
    JsonValue enhanced = f.response["enhanced_code"];
    std::string_view content = f.response["content"].text();
    enhanced_.clear();
    if (enhanced.isObject())
        fmt::format_to(std::back_inserter(enhanced_), "{}.{}.{}", numberOf(enhanced["class"], 0, 0, 9),
                       numberOf(enhanced["subject"], 0, 0, 999), numberOf(enhanced["detail"], 0, 0, 999));
    text_.clear();
    if (told.code != 0) fmt::format_to(std::back_inserter(text_), "{} ", told.code);
    if (!enhanced_.empty()) text_.append(enhanced_).append(1, ' ');
    text_.append(content);
    told.text = text_;
    told.enhanced = enhanced_;
    told.stage = stageOfCommand(f.response["command"].text());
}

void KumoDecoder::attempt(const Fields& f, const LineAt& record, store::EventBatch& batch) {
    Told told;
    told.end = f.type->end;
    told.attempted = f.type->attempted;
    told.kind = f.type->reports;
    auto at = timeOf(f.eventTime, zone_);
    if (!at) at = timeOf(f.timestamp, zone_);
    if (at) told.at = *at;
    auto created = timeOf(f.createdTime, zone_);
    if (!created) created = timeOf(f.created, zone_);
    if (at && created && *at >= *created && told.kind == reply::Kind::Attempt)
        told.latencyMs = at->ms - created->ms;
    replyOf(f, told);
    Queue queue = queueOf(f.queue.text());
    told.campaign = queue.campaign;
    told.pool = f.pool ? f.pool.text() : f.source ? f.source.text() : queue.tenant;
    told.sendingIp =
        addressOf(f.sourceAddress.isObject() ? f.sourceAddress["address"].text() : f.sourceAddress.text());
    told.mxHost = f.peer["name"].text();
    if (told.mxHost.ends_with('.')) told.mxHost.remove_suffix(1);
    told.mxIp = f.peer["addr"].text();
    tls_ = f.tls.text();
    if (size_t minor = tls_.find('_'); minor != std::string::npos) tls_[minor] = '.'; // "TLSv1_3"
    told.tls = tls_;
    told.queueId = told.message = f.id.text();
    told.messageId = unbracketed(textOf(f.headers, "Message-ID"));
    if (told.messageId.empty()) told.messageId = unbracketed(textOf(f.headers, "Message-Id"));
    told.sender = f.sender.text();
    told.opinion = f.classification.text();
    if (told.opinion == "Uncategorized" || told.end == Told::End::Accepted) told.opinion = {};
    told.size = numberOf(f.size, -1, 1);
    if (f.attempts && told.kind == reply::Kind::Attempt && told.attempted)
        told.attempt = std::int32_t(numberOf(f.attempts, -1, 0, 100'000) + 1);
    if (!f.recipient.isArray()) {
        told.recipient = f.recipient.text();
        return maker_.add(told, record, batch);
    }
    size_t before = batch.events.size();
    for (JsonValue one : f.recipient) {
        told.recipient = one.text();
        maker_.add(told, record, batch);
    }
    if (f.recipient.begin() == f.recipient.end()) EventMaker::reject(record, "it names no recipient", batch);
    auto made = std::int32_t(batch.events.size() - before);
    for (size_t i = before; i < batch.events.size(); ++i) batch.events[i].recipients = made;
}

void KumoDecoder::feedback(const Fields& f, const LineAt& record, store::EventBatch& batch) {
    JsonValue report = f.feedback;
    std::string_view type = report["feedback_type"].text();
    // Reports about authentication and good marks are no complaints.
    if (text::iequals(type, "auth-failure") || text::iequals(type, "not-spam")) {
        ++batch.skipped;
        return;
    }
    Told told;
    told.end = f.type->end;
    told.kind = f.type->reports;
    auto at = timeOf(f.eventTime, zone_);
    if (!at) at = timeOf(f.timestamp, zone_);
    if (at) told.at = *at;
    // Whom the mail was for: as we traced it, as the report says, or whoever the record names.
    JsonValue trace = report["supplemental_trace"];
    told.recipient = textOf(trace, "recipient");
    if (told.recipient.empty()) told.recipient = textOf(report, "original_rcpt_to");
    if (told.recipient.empty()) told.recipient = f.recipient.first().text();
    told.sender = report["original_mail_from"].text();
    told.queueId = f.id.text();
    told.text = type;
    told.opinion = type;
    told.sendingIp = report["source_ip"].text();
    maker_.add(told, record, batch);
}

void KumoDecoder::refusal(const Fields& f, const LineAt& record, store::EventBatch& batch) {
    Told told;
    replyOf(f, told);
    auto at = timeOf(f.eventTime, zone_);
    if (!at) at = timeOf(f.timestamp, zone_);
    if (!at) return EventMaker::reject(record, "it has no time that can be read", batch);
    batch.refusals.push_back({*at, record.offset, std::int32_t(record.bytes.size()),
                              batch.keep(f.peer["addr"].text()), batch.keep(f.sender.text()),
                              batch.keep(f.recipient.first().text()), batch.keep(text_)});
}

} // namespace waypost::ingest
