#include "ingest/mapped_decoder.h"

#include "base/text.h"
#include "ingest/json_formats.h"
#include "ingest/record_time.h"
#include "ingest/reply_head.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace waypost::ingest {

void MappedDecoder::begin(const FileFacts& facts) {
    running_ = nullptr;
    const Mapping* mapping = mappingFor(facts.head, options_.sources);
    if (!mapping) return;
    auto& decoder = byName_[mapping->name];
    if (!decoder) {
        decoder = std::make_unique<OneMappingDecoder>(options_, *mapping);
        for (const auto& [key, state] : restored_) decoder->restore(key, state);
    }
    running_ = decoder.get();
    running_->begin(facts);
}

void MappedDecoder::record(const LineAt& record, store::EventBatch& batch) {
    if (!running_) return EventMaker::reject(record, "no mapping file knows the members of this log", batch);
    running_->record(record, batch);
}

void MappedDecoder::finish(store::EventBatch& batch) {
    for (auto& [name, decoder] : byName_) decoder->finish(batch);
}

void MappedDecoder::restore(std::string_view key, std::string_view state) {
    if (key.starts_with("tried:")) restored_.emplace_back(key, state);
}

void OneMappingDecoder::begin(const FileFacts& facts) {
    zone_ = mapping_.localTime ? facts.zone : LogZone{};
}

JsonValue OneMappingDecoder::find(JsonValue root, const std::vector<std::string>& paths) const {
    for (const auto& path : paths) {
        JsonValue v = root.at(path);
        if (v.type() != JsonNode::Type::Missing && v.type() != JsonNode::Type::Null &&
            !(v.type() == JsonNode::Type::Text && v.text().empty()))
            return v;
    }
    return {};
}

JsonValue OneMappingDecoder::value(JsonValue root, MappedField field) const {
    return find(root, mapping_.fields[size_t(field)]);
}

std::string_view OneMappingDecoder::text(JsonValue root, MappedField field) const {
    JsonValue v = value(root, field).first();
    return v.text().empty() ? std::string_view(mapping_.constants[size_t(field)]) : v.text();
}

MappedOutcome OneMappingDecoder::outcomeOf(JsonValue root, std::string_view& word) const {
    word = find(root, mapping_.outcomePaths).text();
    auto found = mapping_.outcomes.find(text::lowered(word));
    return found == mapping_.outcomes.end() ? mapping_.otherwise : found->second;
}

// The reply as one text that begins with its code, as far as the record knows it.
void OneMappingDecoder::fillReply(JsonValue root, Told& told) {
    JsonValue said = value(root, MappedField::Text);
    text_.clear();
    if (said.isArray()) {
        for (JsonValue line : said) text_.append(text_.empty() ? "" : "\n").append(line.text());
    } else {
        text_ = said.text();
    }
    text_ = std::string(withoutDiagnosticType(text_));
    told.code = std::int32_t(numberOf(value(root, MappedField::Code), 0, 200, 599));
    told.enhanced = enhancedOf(text(root, MappedField::Enhanced));
    ReplyHead head = replyHead(text_);
    if (told.code == 0) told.code = head.code;
    if (head.code == 0 && told.code != 0)
        text_.insert(0, head.enhanced.empty() && !told.enhanced.empty()
                            ? fmt::format("{} {} ", told.code, told.enhanced)
                            : fmt::format("{} ", told.code));
    told.text = text_;
    told.stage = stageOfCommand(text(root, MappedField::Command));
}

void OneMappingDecoder::fill(JsonValue root, Told& told) {
    if (auto at = timeOf(find(root, mapping_.timePaths), zone_)) told.at = *at;
    told.recipient = text(root, MappedField::Recipient);
    told.sender = text(root, MappedField::Sender);
    told.campaign = text(root, MappedField::Campaign);
    told.pool = text(root, MappedField::Pool);
    told.sendingIp = text(root, MappedField::SendingIp);
    HostAndIp mx = hostAndIp(text(root, MappedField::MxHost));
    told.mxHost = mx.host;
    told.mxIp = text(root, MappedField::MxIp);
    if (told.mxIp.empty()) told.mxIp = mx.ip;
    told.tls = text(root, MappedField::Tls);
    told.queueId = text(root, MappedField::QueueId);
    told.messageId = unbracketed(text(root, MappedField::MessageId));
    told.message = told.queueId.empty() ? told.messageId : told.queueId;
    told.event = text(root, MappedField::EventId);
    told.opinion = text(root, MappedField::Opinion);
    told.size = numberOf(value(root, MappedField::Size), -1, 1);
    told.attempt = std::int32_t(numberOf(value(root, MappedField::Attempt), 0, 0, 100'000));
    told.latencyMs = numberOf(value(root, MappedField::LatencyMs), -1);
    if (auto seconds = value(root, MappedField::LatencySeconds).real();
        seconds && *seconds >= 0 && *seconds < 1e9)
        told.latencyMs = std::llround(*seconds * 1000);
    auto queued = timeOf(value(root, MappedField::Queued), zone_);
    if (told.latencyMs < 0 && queued && told.at >= *queued) told.latencyMs = told.at.ms - queued->ms;
}

// False: the outcome is left to a reply code that is not there.
bool OneMappingDecoder::settle(MappedOutcome outcome, Told& told) const {
    using End = Told::End;
    switch (outcome) {
    case MappedOutcome::Accepted: told.end = End::Accepted; return true;
    case MappedOutcome::Deferred: told.end = End::Deferred; return true;
    case MappedOutcome::Failed: told.end = End::Failed; return true;
    case MappedOutcome::Withheld: told.end = End::Withheld; return true;
    case MappedOutcome::AsyncBounce:
        told.end = End::Failed;
        told.kind = reply::Kind::AsyncBounce;
        return true;
    case MappedOutcome::Complaint:
        told.end = End::Complained;
        told.kind = reply::Kind::Complaint;
        return true;
    case MappedOutcome::ByCode:
        if (told.code < 200 || told.code >= 600 || told.code / 100 == 3) return false;
        told.end = told.code < 300 ? End::Accepted : told.code < 500 ? End::Deferred : End::Failed;
        return true;
    case MappedOutcome::Reject:
    case MappedOutcome::Skip: break;
    }
    return false;
}

void OneMappingDecoder::object(JsonValue root, const LineAt& record, store::EventBatch& batch) {
    std::string_view word;
    MappedOutcome outcome = outcomeOf(root, word);
    if (outcome == MappedOutcome::Skip) {
        ++batch.skipped;
        return;
    }
    if (outcome == MappedOutcome::Reject) return unknown("outcome", word, record, batch);
    Told told;
    fillReply(root, told);
    fill(root, told);
    if (!settle(outcome, told))
        return EventMaker::reject(record, "it has no reply code, which would say what became of it", batch);
    if (told.end == Told::End::Accepted) told.opinion = {};
    JsonValue recipients = value(root, MappedField::Recipient);
    if (!recipients.isArray()) return maker_.add(told, record, batch);
    for (JsonValue one : recipients) {
        told.recipient = one.isObject() ? one["address"].text() : one.text();
        maker_.add(told, record, batch);
    }
}

} // namespace waypost::ingest
