#include "store/event_writer.h"

#include "base/text.h"
#include "store/database.h"
#include "store/event_keys.h"
#include "store/event_text.h"
#include "store/verdict_store.h"

namespace waypost::store {

namespace {

// Local part and lower-cased domain of an address; a local account has no domain.
struct Split {
    std::string_view local, domain;
};
Split splitAddress(std::string_view address, std::string& scratch) {
    size_t at = address.rfind('@');
    if (at == std::string_view::npos) return {address, {}};
    std::string_view domain = address.substr(at + 1);
    scratch.assign(domain);
    for (char& c : scratch) c = text::lower(c);
    return {address.substr(0, at), scratch};
}

// The template a reply belongs to, where the operator split it by words the part with those words.
std::int64_t templateId(Database& db, const StoredReply& reply) {
    auto find = db.prepare("SELECT id FROM event_template WHERE key = ?");
    if (!find.with(reply.templateKey).step()) {
        db.run("INSERT INTO event_template(key, text) VALUES(?, ?)", reply.templateKey, reply.templateText);
        return db.lastInsertId();
    }
    const std::int64_t id = find.integer(0);
    auto parts = db.prepare("SELECT contains, part FROM template_split WHERE template = ? ORDER BY id");
    parts.with(id);
    while (parts.step()) {
        if (text::lowered(reply.sample).find(parts.text(0)) != std::string::npos) return parts.integer(1);
    }
    return id;
}

} // namespace

std::int64_t storedReplyHash(const StoredReply& r) {
    std::uint64_t h = hashOf(r.text);
    h = hashOf(r.enhanced, h + std::uint64_t(r.code) * 64 + std::uint64_t(r.stage));
    h = hashOf(r.provider, h + std::uint64_t(r.classNumber()));
    h = hashOf(r.rule, h + std::uint64_t(r.ruleVersion) * 4 + std::uint64_t(r.permanence));
    h = hashOf(r.templateKey, h);
    return std::int64_t(r.opinion.empty() ? h : hashOf(r.opinion, h));
}

reply::Outcome outcomeOf(reply::Category category, reply::Permanence permanence) {
    using reply::Category, reply::Outcome, reply::Permanence;
    if (category == Category::Accepted) return Outcome::Accepted;
    Outcome natural = reply::outcomeOf(category);
    if (permanence == Permanence::Temporary) return Outcome::Deferred;
    if (permanence == Permanence::Permanent && natural != Outcome::Blocked) return Outcome::Bounced;
    // Nothing is known about what became of it.
    if (permanence == Permanence::None && category == Category::Other) return Outcome::Unknown;
    return natural;
}

void EventBatch::clear() {
    events.clear();
    rejected.clear();
    refusals.clear();
    skipped = 0;
    joins.clear();
    buffers.clear();
    while (blocks_.size() > 16) blocks_.pop_back();
    for (auto& b : blocks_) b.clear();
    block_ = 0;
}

std::string_view EventBatch::keep(std::string_view bytes) {
    if (bytes.empty()) return {};
    while (block_ < blocks_.size() && blocks_[block_].capacity() - blocks_[block_].size() < bytes.size())
        ++block_;
    if (block_ == blocks_.size()) {
        blocks_.emplace_back();
        blocks_.back().reserve(std::max(blockSize, bytes.size()));
    }
    std::string& block = blocks_[block_];
    size_t at = block.size();
    block.append(bytes);
    return {block.data() + at, bytes.size()};
}

void EventWriter::forget() {
    names_.forget();
    known_.clear();
    rollups_ = {};
    rows_.clear();
}

void EventWriter::storeReply(Database& db, const StoredReply& r) {
    r.providerId = names_.id(db, NameKind::Provider, r.provider);
    r.templateId = templateId(db, r);
    std::int64_t hash = storedReplyHash(r);
    auto find =
        db.prepare("SELECT id FROM event_reply WHERE hash = ? AND text = ? AND category = ? AND outcome = ? "
                   "AND provider = ? AND template = ?");
    find.with(hash, r.text, int(r.category), int(r.outcome), r.providerId, r.templateId);
    if (find.step()) {
        r.id = find.integer(0);
    } else {
        db.run("INSERT INTO event_reply(hash, text, sample, code, enhanced, stage, provider, category, "
               "outcome, cause, "
               "permanence, action, rule, rule_version, span_start, span_length, template, opinion, list) "
               "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
               hash, r.text, r.sample, r.code, r.enhanced, int(r.stage), r.providerId, int(r.category),
               int(r.outcome), int(r.cause), int(r.permanence), r.action, r.rule, r.ruleVersion, r.spanStart,
               r.spanLength, r.templateId, r.opinion, r.list);
        r.id = db.lastInsertId();
    }
    known_.insert(r.serial);
}

void EventWriter::addRow(Database& db, const NewEvent& e) {
    auto address = splitAddress(e.recipient, domain_);
    RollupInput in{e.at,
                   e.reply->providerId,
                   names_.id(db, NameKind::Domain, address.domain),
                   names_.id(db, NameKind::Stream, e.stream),
                   names_.id(db, NameKind::SendingIp, e.sendingIp),
                   e.reply->templateId,
                   e.reply->classNumber(e.kind),
                   e.flags,
                   e.latencyMs,
                   names_.id(db, NameKind::Source, e.source)};
    auto put = [this](EventNumber column, std::int64_t value) { rows_.number(column).push_back(value); };
    put(At, e.at.ms);
    put(Reply, e.reply->id);
    put(Domain, in.domain);
    put(Mx, names_.id(db, NameKind::MxHost, e.mxHost));
    put(MxIp, names_.id(db, NameKind::MxIp, e.mxIp));
    put(Ip, in.ip);
    put(Stream, in.stream);
    put(Source, in.source);
    put(Tls, names_.id(db, NameKind::Tls, e.tls));
    put(Campaign, names_.id(db, NameKind::Campaign, e.campaign));
    put(Message, e.message);
    put(Size, e.size);
    put(Recipients, e.recipients);
    put(Attempt, e.attempt);
    put(Flags, e.flags);
    put(Latency, e.latencyMs);
    put(File, e.file);
    put(Position, e.pos);
    put(Length, e.length);
    put(LineHash, e.lineHash);
    put(EventKind, std::int64_t(e.kind));
    rows_.text(Recipient).add(address.local);
    rows_.text(Parts).add(e.parts);
    rows_.text(QueueId).add(e.queueId);
    rows_.text(MessageId).add(e.messageId);
    rows_.text(Sender).add(e.sender);
    rows_.text(TranscriptId).add(e.transcript);
    rollups_.addFine(in);
}

std::uint64_t EventWriter::append(Database& db, const EventBatch& batch) {
    if (const auto now = verdictGeneration(db); now != generation_) {
        forget(); // replies were judged anew: ids and templates are looked up again
        generation_ = now;
    }
    std::uint64_t dropped = 0;
    const StoredReply* last = nullptr;
    for (const auto& e : batch.events) {
        if (!e.dedupe.empty() && !takeEventKey(db, e.at, e.dedupe)) {
            ++dropped;
            continue;
        }
        if (e.reply != last && !known_.contains(e.reply->serial)) storeReply(db, *e.reply);
        last = e.reply;
        addRow(db, e);
        if (rows_.rows() >= segmentEvents) appendRows(db, rows_);
    }
    if (rows_.rows() > 0) appendRows(db, rows_);
    if (batch.events.size() > dropped) writeRollups(db, rollups_);
    return dropped;
}

std::int64_t reserveMessages(Database& db, std::int64_t count) {
    std::int64_t first = db.integer("SELECT value FROM event_counter WHERE name = 'message'");
    db.run("UPDATE event_counter SET value = value + ? WHERE name = 'message'", count);
    return first;
}

void releaseMessages(Database& db, std::int64_t next, std::int64_t end) {
    db.run("UPDATE event_counter SET value = ? WHERE name = 'message' AND value = ?", next, end);
}

namespace {

StoredReply replyOf(const reply::ReplyEvent& e, std::string& parts) {
    StoredReply r;
    splitReply(e.text, r.text, parts);
    r.sample = e.text;
    r.code = e.code;
    r.enhanced = e.enhanced;
    r.stage = e.stage;
    r.provider = e.provider;
    r.category = e.category;
    r.cause = e.cause;
    r.permanence = e.permanence;
    r.outcome = outcomeOf(e.category, e.permanence);
    r.action = e.action;
    r.rule = e.rule;
    r.ruleVersion = e.ruleVersion;
    r.spanStart = e.spanStart;
    r.spanLength = e.spanLength;
    r.opinion = e.opinion;
    r.list = e.list;
    r.templateKey = e.template_;
    r.templateText = r.text;
    return r;
}

// Attempts of one message of ours share it without being looked up: apart from the numbers imports count.
std::int64_t messageFor(const reply::ReplyEvent& e) {
    if (e.queueId.empty() && e.messageKey.empty()) return 0;
    return std::int64_t(hashOf(e.messageKey, hashOf(e.queueId)) | (1ULL << 62)) & INT64_MAX;
}

} // namespace

void appendEvents(Database& db, std::span<const reply::ReplyEvent> events) {
    EventWriter writer;
    std::deque<StoredReply> replies;
    EventBatch batch;
    for (const auto& e : events) {
        std::string parts;
        replies.push_back(replyOf(e, parts));
        replies.back().serial = replies.size();
        NewEvent n;
        n.kind = e.kind;
        n.kind = e.kind;
        n.at = e.at;
        n.reply = &replies.back();
        n.parts = batch.keep(parts);
        n.source = e.source;
        n.stream = e.stream;
        n.sendingIp = e.sendingIp;
        n.recipient = e.recipient;
        n.mxHost = e.mxHost;
        n.mxIp = e.mxIp;
        n.tls = e.tls;
        n.campaign = e.campaign;
        n.transcript = e.evidence.transcript;
        n.queueId = e.queueId;
        n.messageId = e.messageKey;
        n.sender = e.sender;
        n.message = messageFor(e);
        n.size = e.size;
        n.attempt = e.attempt;
        // A retry is no new message; a retry that is accepted is the first of its category.
        bool retry = e.attempt > 1;
        n.flags = !retry                                    ? FirstOfMessage | FirstInClass
                  : e.category == reply::Category::Accepted ? FirstInClass
                                                            : 0;
        n.latencyMs = e.latencyMs;
        batch.events.push_back(n);
    }
    writer.append(db, batch);
}

} // namespace waypost::store
