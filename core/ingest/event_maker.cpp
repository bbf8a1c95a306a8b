#include "ingest/event_maker.h"

#include "base/text.h"
#include "ingest/reply_head.h"
#include "ingest/source_book.h"
#include "ingest/streams.h"
#include "store/event_text.h"
#include "store/import_store.h"

namespace waypost::ingest {

namespace {

// Longer ones are no addresses (RFC 5321 allows 254), and names tables are for names.
constexpr size_t maxAddress = 320, maxName = 255, maxText = 16 * 1024;

bool hasControl(std::string_view in) {
    for (char c : in) {
        if (std::uint8_t(c) < 0x20 || c == 0x7f) return true;
    }
    return false;
}

std::string_view name(std::string_view in) {
    return in.size() > maxName || hasControl(in) ? std::string_view{} : in;
}

std::string_view bare(std::string_view address) {
    address = text::trim(address);
    if (address.size() >= 2 && address.front() == '<' && address.back() == '>')
        address = address.substr(1, address.size() - 2);
    return address;
}

reply::Permanence permanenceOf(Told::End end) {
    if (end == Told::End::Deferred) return reply::Permanence::Temporary;
    if (end == Told::End::Failed) return reply::Permanence::Permanent;
    return reply::Permanence::None;
}

} // namespace

EventMaker::EventMaker(const DecoderOptions& options, std::string_view source)
    : options_(options), source_(source), sourceHash_(store::hashOf(source)),
      replies_(options.classifier, options.providers), attempts_(source, options.openMessages) {}

void EventMaker::reject(const LineAt& record, std::string reason, store::EventBatch& batch) {
    batch.rejected.push_back({record.offset, std::int32_t(std::min<size_t>(record.bytes.size(), INT32_MAX)),
                              std::move(reason),
                              batch.keep(record.bytes.substr(0, store::rejectedBytesKept))});
}

const store::StoredReply& EventMaker::replyTo(const Told& told) {
    std::string_view text = text::trim(told.text).substr(0, maxText);
    ReplyQuestion q;
    q.text = text;
    ReplyHead head = replyHead(text);
    q.code = told.code != 0 ? told.code : head.code;
    q.enhanced = !told.enhanced.empty() ? told.enhanced : head.enhanced;
    q.stage = told.stage;
    q.mx = name(told.mxHost);
    q.domain = domain_;
    q.accepted = told.end == Told::End::Accepted;
    q.permanence = permanenceOf(told.end);
    if (told.end == Told::End::Withheld) q.about = ReplyQuestion::About::Withheld;
    if (told.end == Told::End::Answered) q.about = ReplyQuestion::About::Answer;
    if (told.end == Told::End::Complained) q.about = ReplyQuestion::About::Complaint;
    opinion_.clear();
    if (!name(told.opinion).empty()) {
        opinion_.append(source_).append(1, ':').append(told.opinion);
        q.opinion = opinion_;
        const auto* means = options_.sources ? options_.sources->opinion(opinion_) : nullptr;
        if (means) {
            q.otherwise = told.end == Told::End::Deferred ? means->deferred : means->failed;
            q.otherwiseCause = means->cause;
        }
    }
    return replies_.look(q, parts_);
}

void EventMaker::assignStream(const Told& told, store::NewEvent& event) const {
    StreamSubject subject;
    subject.sender = event.sender;
    subject.instance = told.pool;
    subject.messageId = told.messageId;
    subject.relay = event.mxHost;
    subject.sendingIp = event.sendingIp;
    subject.campaign = event.campaign;
    const StreamRule* rule = streamOf(options_.streams, subject);
    if (!rule) return;
    event.stream = rule->stream;
    if (event.sendingIp.empty()) event.sendingIp = rule->sendingIp;
}

void EventMaker::add(const Told& told, const LineAt& record, store::EventBatch& batch) {
    std::string_view recipient = bare(told.recipient);
    if (told.at.ms == INT64_MIN) return reject(record, "it has no time that can be read", batch);
    if (recipient.empty() || recipient.size() > maxAddress || hasControl(recipient))
        return reject(record, "it has no recipient that can be an address", batch);
    size_t sign = recipient.rfind('@');
    domain_.assign(sign == std::string_view::npos ? std::string_view{} : recipient.substr(sign + 1));
    for (char& c : domain_) c = text::lower(c);

    store::NewEvent e;
    e.at = told.at;
    e.kind = told.kind;
    e.reply = &replyTo(told);
    e.parts = batch.keep(parts_);
    e.source = source_;
    e.attempt = told.attempt;
    std::uint64_t message = told.message.empty() ? 0 : store::hashOf(told.message, sourceHash_);
    if (message != 0) e.message = std::int64_t((message >> 2) | (1ULL << 62));
    bool counted = told.kind == reply::Kind::Attempt && told.end != Told::End::Withheld;
    bool waits = told.end == Told::End::Deferred && !told.gaveUp;
    if (counted && message != 0)
        attempts_.count(store::hashOf(recipient, message), waits, told.attempted, e);
    else
        e.flags = std::uint8_t(store::FirstInClass | (counted ? store::FirstOfMessage : 0) |
                               (told.attempted && told.end != Told::End::Withheld ? 0 : store::NoAttempt));
    e.recipient = batch.keep(recipient);
    e.sender = batch.keep(bare(told.sender).substr(0, maxAddress));
    e.campaign = batch.keep(name(told.campaign));
    e.sendingIp = batch.keep(name(told.sendingIp.empty() ? told.pool : told.sendingIp));
    e.mxHost = batch.keep(name(told.mxHost));
    e.mxIp = batch.keep(name(told.mxIp));
    e.tls = batch.keep(name(told.tls));
    e.queueId = batch.keep(name(told.queueId));
    e.messageId = batch.keep(told.messageId.substr(0, 998));
    assignStream(told, e);
    e.size = told.size;
    e.recipients = told.recipients;
    e.latencyMs = told.latencyMs;
    e.pos = record.offset;
    e.length = std::int32_t(record.bytes.size());
    e.lineHash = std::uint32_t(store::hashOf(record.bytes));
    if (!told.event.empty()) {
        name_.assign(source_).append(1, ':').append(told.event);
        e.dedupe = batch.keep(name_);
    }
    batch.events.push_back(e);
}

void EventMaker::finish(store::EventBatch& batch) {
    attempts_.takeChanges(batch.joins);
    replies_.takeOwners(batch.buffers);
}

} // namespace waypost::ingest
