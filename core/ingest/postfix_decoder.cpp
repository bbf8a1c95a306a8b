#include "ingest/postfix_decoder.h"

#include "base/text.h"
#include "store/event_text.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

reply::Permanence permanenceOf(std::string_view status) {
    if (status == "deferred") return reply::Permanence::Temporary;
    if (status == "bounced" || status == "expired") return reply::Permanence::Permanent;
    return reply::Permanence::None;
}

bool isProbe(std::string_view status) {
    return status == "deliverable" || status == "undeliverable";
}

} // namespace

PostfixDecoder::PostfixDecoder(DecoderOptions options)
    : options_(std::move(options)), joins_(options_.openMessages),
      replies_(options_.classifier, options_.providers) {}

void PostfixDecoder::begin(const FileFacts& file) {
    heads_ = HeadReader(file.modified, file.zone);
    if (file.lastAt.ms != INT64_MIN) heads_.resumeAfter(file.lastAt);
}

void PostfixDecoder::restore(std::string_view key, std::string_view state) {
    // Its keys begin with a host; those of other decoders do not.
    if (!key.starts_with(JoinTable::separator)) joins_.restore(key, state);
}

void PostfixDecoder::record(const LineAt& at, store::EventBatch& batch) {
    SyslogHead head;
    if (!heads_.read(at.bytes, head)) {
        // Blank lines say nothing; anything else should have had a head.
        if (!text::trim(at.bytes).empty())
            reject(at, "no syslog head: neither \"Nov  1 03:02:01 host program:\" nor RFC 3339", batch);
        return;
    }
    if (head.instance.empty()) return; // another program
    if (!mayConcernDelivery(head.body)) return;
    PostfixLine line = readPostfixLine(head.service, head.body);
    switch (line.kind) {
    case PostfixKind::Other: return;
    case PostfixKind::Delivery:
    case PostfixKind::Expired:
        if (isPostfixService(head.service)) delivery(at, head, line, batch);
        return;
    case PostfixKind::Malformed:
        if (isPostfixService(head.service))
            reject(at,
                   fmt::format("a delivery of postfix/{}: {}", text::printable(head.service), line.reason),
                   batch);
        return;
    case PostfixKind::Refusal:
        batch.refusals.push_back({head.at, at.offset, std::int32_t(at.bytes.size()), batch.keep(line.client),
                                  batch.keep(line.from), batch.keep(line.to), batch.keep(line.text)});
        return;
    default: queueMove(head, line);
    }
}

void PostfixDecoder::queueMove(const SyslogHead& head, const PostfixLine& line) {
    std::uint32_t origin = joins_.origin(head.host, head.instance);
    switch (line.kind) {
    case PostfixKind::Client:
    case PostfixKind::Pickup: {
        OpenMessage& m = joins_.begin(origin, line.queueId);
        if (line.kind == PostfixKind::Pickup) m.sender.assign(line.from);
        return;
    }
    case PostfixKind::MessageId: {
        OpenMessage* old = joins_.find(origin, line.queueId);
        // A second message id under one queue id is another message.
        OpenMessage& m =
            !old || old->named ? joins_.begin(origin, line.queueId) : joins_.at(origin, line.queueId);
        m.messageId.assign(line.messageId);
        m.named = true;
        return;
    }
    case PostfixKind::Active: {
        OpenMessage& m = joins_.at(origin, line.queueId);
        m.sender.assign(line.from);
        m.size = line.size;
        m.recipients = line.recipients;
        return;
    }
    case PostfixKind::Removed: joins_.end(origin, line.queueId); return;
    default: return;
    }
}

void PostfixDecoder::delivery(const LineAt& at, const SyslogHead& head, const PostfixLine& line,
                              store::EventBatch& batch) {
    OpenMessage& m = joins_.at(joins_.origin(head.host, head.instance), line.queueId);
    PostfixReply said = readPostfixReply(line);
    store::NewEvent e;
    e.at = head.at;
    e.source = "postfix";
    e.recipient = line.to;
    if (line.kind == PostfixKind::Expired) {
        if (m.sender.empty()) m.sender.assign(line.from);
        // The queue manager names no recipient: with a single one it is that.
        e.recipient = m.recipients == 1 ? std::string_view(m.recipient) : std::string_view{};
    } else if (m.recipients == 1 && line.status == "deferred") {
        m.recipient.assign(line.to);
    }
    e.mxHost = !said.host.empty() ? said.host : line.relay == "none" ? std::string_view{} : line.relay;
    e.mxIp = !said.ip.empty() ? said.ip : line.relayIp;
    size_t sign = e.recipient.rfind('@');
    domain_.assign(sign == std::string_view::npos ? std::string_view{} : e.recipient.substr(sign + 1));
    for (char& c : domain_) c = text::lower(c);
    ReplyQuestion q{said.text,
                    said.code,
                    said.enhanced.empty() ? line.dsn : said.enhanced,
                    said.stage,
                    e.mxHost,
                    domain_,
                    line.status == "sent",
                    isProbe(line.status),
                    permanenceOf(line.status)};
    const auto& reply = replies_.look(q, parts_);
    e.reply = &reply;
    e.parts = batch.keep(parts_);
    countAttempt(m,
                 {line.to, line.status == "deferred", said.attempted && line.kind == PostfixKind::Delivery},
                 reply.category, e);
    if (const auto* rule = streamRule(m, head.instance, e, options_)) {
        e.stream = rule->stream;
        e.sendingIp = rule->sendingIp;
    }
    e.tls = batch.keep(line.tls);
    e.message = keys_.of(m, *this);
    e.recipient = batch.keep(e.recipient);
    e.mxHost = batch.keep(e.mxHost);
    e.mxIp = batch.keep(e.mxIp);
    e.queueId = batch.keep(line.queueId);
    e.messageId = batch.keep(m.messageId);
    e.sender = batch.keep(m.sender);
    e.size = m.size;
    e.recipients = m.recipients;
    e.latencyMs = line.delayMs;
    e.pos = at.offset;
    e.length = std::int32_t(at.bytes.size());
    e.lineHash = std::uint32_t(store::hashOf(at.bytes));
    batch.events.push_back(e);
}

void PostfixDecoder::finish(store::EventBatch& batch) {
    joins_.takeChanges(batch.joins);
    replies_.takeOwners(batch.buffers);
}

} // namespace waypost::ingest
