#include "ingest/exim_decoder.h"

#include "base/text.h"
#include "store/event_text.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

constexpr int maxLines = 2000;

// Exim's main log names no host: ids are unique on one.
constexpr std::string_view instance = "exim";

reply::Permanence permanenceOf(EximKind kind) {
    if (kind == EximKind::Deferred) return reply::Permanence::Temporary;
    if (kind == EximKind::Failed) return reply::Permanence::Permanent;
    return reply::Permanence::None;
}

// Words of Exim itself that name no message.
bool isOfDaemon(std::string_view body) {
    return (body.starts_with("exim ") && body.find(" daemon started: pid=") != std::string_view::npos) ||
           body.starts_with("Start queue run: pid=") || body.starts_with("End queue run: pid=");
}

// Who the event is about: where it was delivered; for a file, a pipe or a local account the address the
// message came with.
std::string_view recipientOf(const EximLine& line) {
    const std::string_view a = line.address;
    const bool account = a.find('@') == std::string_view::npos;
    const bool special = a.starts_with('|') || a.starts_with('/') || a.starts_with(':') || a.starts_with(">");
    return (account || special) && !line.original.empty() ? line.original : a;
}

} // namespace

EximDecoder::EximDecoder(DecoderOptions options)
    : options_(std::move(options)), joins_(options_.openMessages), origin_(joins_.origin({}, instance)),
      replies_(options_.classifier, options_.providers) {}

void EximDecoder::begin(const FileFacts& file) {
    heads_ = EximHead(file.modified, file.zone);
    if (file.lastAt.ms != INT64_MIN) heads_.resumeAfter(file.lastAt);
}

void EximDecoder::restore(std::string_view key, std::string_view state) {
    if (key.starts_with(JoinTable::separator) && key.substr(1).starts_with(instance))
        joins_.restore(key, state);
}

void EximDecoder::record(const LineAt& at, store::EventBatch& batch) {
    UtcTime time;
    std::string_view body;
    if (!heads_.read(at.bytes, time, body)) {
        if (text::trim(at.bytes).empty() || at.bytes[0] == ' ' || at.bytes[0] == '\t') return;
        reject(at, "no Exim stamp: \"2026-11-01 03:02:01 \" is how a line begins", batch);
        return;
    }
    const EximLine line = readEximLine(body);
    switch (line.kind) {
    case EximKind::Other: return;
    case EximKind::Arrival: return arrival(time, line);
    case EximKind::Completed: return joins_.end(origin_, line.id);
    case EximKind::Malformed: return reject(at, "a delivery that names no address", batch);
    case EximKind::Refusal:
        batch.refusals.push_back({time, at.offset, std::int32_t(at.bytes.size()), batch.keep(line.client),
                                  batch.keep(line.address), batch.keep(line.recipient),
                                  batch.keep(line.text)});
        return;
    default: delivery(at, time, line, batch);
    }
}

void EximDecoder::arrival(UtcTime at, const EximLine& line) {
    OpenMessage& m = joins_.begin(origin_, line.id);
    m.sender.assign(line.address);
    m.messageId.assign(line.messageId);
    m.size = line.size;
    m.recipients = line.recipients;
    m.arrivedMs = at.ms;
}

// The reply as the remote said it; of a delivery on this machine Exim logs none.
std::string_view EximDecoder::textOf(const EximLine& line, const EximReply& said) {
    if (!said.text.empty()) {
        if (said.text.find('\\') == std::string_view::npos) return said.text;
        unescapeExim(said.text, line.kind == EximKind::Delivered, text_);
        return text_;
    }
    text_.clear();
    if (line.kind != EximKind::Delivered) return text_;
    if (line.address == ":blackhole:")
        text_ = "discarded (:blackhole:)";
    else if (!line.transport.empty())
        text_.assign("delivered by transport ").append(line.transport);
    return text_;
}

void EximDecoder::delivery(const LineAt& record, UtcTime at, const EximLine& line, store::EventBatch& batch) {
    OpenMessage& m = joins_.at(origin_, line.id);
    if (m.sender.empty() && line.senderKnown) m.sender.assign(line.sender);
    const EximReply said = readEximReply(line);
    store::NewEvent e;
    e.at = at;
    e.source = instance;
    e.recipient = recipientOf(line);
    e.mxHost = !line.host.empty() ? line.host : said.host;
    e.mxIp = !line.ip.empty() ? line.ip : said.ip;
    size_t sign = e.recipient.rfind('@');
    domain_.assign(sign == std::string_view::npos ? std::string_view{} : e.recipient.substr(sign + 1));
    for (char& c : domain_) c = text::lower(c);
    const ReplyQuestion q{textOf(line, said),
                          said.code,
                          said.enhanced,
                          said.stage,
                          e.mxHost,
                          domain_,
                          line.kind == EximKind::Delivered,
                          false,
                          permanenceOf(line.kind)};
    const auto& reply = replies_.look(q, parts_);
    e.reply = &reply;
    e.parts = batch.keep(parts_);
    countAttempt(m, {e.recipient, line.kind == EximKind::Deferred, said.attempted}, reply.category, e);
    e.sendingIp = line.localIp;
    if (const auto* rule = streamRule(m, instance, e, options_)) {
        e.stream = rule->stream;
        if (!rule->sendingIp.empty()) e.sendingIp = rule->sendingIp;
    }
    e.message = keys_.of(m, *this);
    e.queueId = line.id;
    e.tls = line.tls;
    e.size = line.size >= 0 && m.size < 0 ? line.size : m.size;
    e.recipients = m.recipients;
    e.latencyMs = line.queueMs;
    if (e.latencyMs < 0 && m.arrivedMs != INT64_MIN && at.ms >= m.arrivedMs)
        e.latencyMs = at.ms - m.arrivedMs;
    for (std::string_view* v : {&e.recipient, &e.mxHost, &e.mxIp, &e.sendingIp, &e.queueId, &e.tls})
        *v = batch.keep(*v);
    e.messageId = batch.keep(m.messageId);
    e.sender = batch.keep(m.sender);
    e.pos = record.offset;
    e.length = std::int32_t(record.bytes.size());
    e.lineHash = std::uint32_t(store::hashOf(record.bytes));
    batch.events.push_back(e);
}

void EximDecoder::finish(store::EventBatch& batch) {
    joins_.takeChanges(batch.joins);
    replies_.takeOwners(batch.buffers);
}

// A line with a message id says it for certain. A log without any (refusals, a daemon's start, words of the
// operator's own ACLs) is known by every line having the stamp, which has neither "T" nor comma.
bool looksLikeExim(std::string_view head, std::string& why) {
    EximHead heads(UtcTime{4'102'444'800'000});
    int lines = 0, stamped = 0, other = 0;
    UtcTime at;
    std::string_view body;
    const bool whole = head.find('\n') != std::string_view::npos;
    while (!head.empty() && lines < maxLines) {
        size_t end = head.find('\n');
        std::string_view line = head.substr(0, end);
        const bool cut = end == std::string_view::npos && whole; // the head may end inside of a line
        head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
        if (size_t text = line.find_first_not_of('\0'); text != std::string_view::npos)
            line.remove_prefix(text);
        if (line.ends_with('\r')) line.remove_suffix(1);
        ++lines;
        if (!heads.read(line, at, body)) {
            other += !cut && !text::trim(line).empty() && line[0] != ' ';
            continue;
        }
        ++stamped;
        if (isEximId(body.substr(0, body.find(' '))) || isOfDaemon(body)) return true;
    }
    if (stamped > 0 && other == 0) return true;
    why = stamped == 0
              ? fmt::format("none of the first {} lines begins with a stamp like 2026-11-01 03:02:01", lines)
              : fmt::format("{} of the first {} lines have its stamp, none a message id", stamped, lines);
    return false;
}

} // namespace waypost::ingest
