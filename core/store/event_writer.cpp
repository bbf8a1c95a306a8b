#include "store/event_writer.h"

#include "base/text.h"
#include "store/database.h"
#include "store/event_text.h"

namespace waypost::store {

namespace {

// Small commits share a span up to this many events.
constexpr std::int64_t spanEvents = 16'384;

constexpr std::string_view insertEvent = "INSERT INTO event(id, at, reply, domain, mx, mx_ip, ip, stream, "
                                         "source, message, recipient, attempt, flags, latency, "
                                         "file, pos, length, hash, parts, tls, campaign, transcript) "
                                         "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

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

std::optional<std::string_view> orNull(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return text;
}
std::optional<std::int64_t> orNull(std::int64_t id) {
    if (id == 0) return std::nullopt;
    return id;
}

std::int64_t templateId(Database& db, const StoredReply& reply) {
    auto find = db.prepare("SELECT id FROM event_template WHERE key = ?");
    if (find.with(reply.templateKey).step()) return find.integer(0);
    db.run("INSERT INTO event_template(key, text) VALUES(?, ?)", reply.templateKey, reply.templateText);
    return db.lastInsertId();
}

std::int64_t replyHash(const StoredReply& r) {
    std::uint64_t h = hashOf(r.text);
    h = hashOf(r.enhanced, h + std::uint64_t(r.code) * 64 + std::uint64_t(r.stage));
    h = hashOf(r.provider, h + std::uint64_t(r.classNumber()));
    h = hashOf(r.rule, h + std::uint64_t(r.ruleVersion) * 4 + std::uint64_t(r.permanence));
    return std::int64_t(hashOf(r.templateKey, h));
}

} // namespace

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

std::string_view EventBatch::keep(std::string_view bytes) {
    if (bytes.empty()) return {};
    if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < bytes.size()) {
        blocks_.emplace_back();
        blocks_.back().reserve(std::max(blockSize, bytes.size()));
    }
    std::string& block = blocks_.back();
    size_t at = block.size();
    block.append(bytes);
    return {block.data() + at, bytes.size()};
}

void EventWriter::forget() {
    names_.forget();
    known_.clear();
    rollups_ = {};
}

void EventWriter::storeReply(Database& db, const StoredReply& r) {
    r.providerId = names_.id(db, NameKind::Provider, r.provider);
    r.templateId = templateId(db, r);
    std::int64_t hash = replyHash(r);
    auto find =
        db.prepare("SELECT id FROM event_reply WHERE hash = ? AND text = ? AND category = ? AND outcome = ? "
                   "AND provider = ? AND template = ?");
    find.with(hash, r.text, int(r.category), int(r.outcome), r.providerId, r.templateId);
    if (find.step()) {
        r.id = find.integer(0);
    } else {
        db.run("INSERT INTO event_reply(hash, text, sample, code, enhanced, stage, provider, category, "
               "outcome, cause, "
               "permanence, action, rule, rule_version, span_start, span_length, template) "
               "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
               hash, r.text, r.sample, r.code, r.enhanced, int(r.stage), r.providerId, int(r.category),
               int(r.outcome), int(r.cause), int(r.permanence), r.action, r.rule, r.ruleVersion, r.spanStart,
               r.spanLength, r.templateId);
        r.id = db.lastInsertId();
    }
    known_.insert(r.serial);
}

void EventWriter::extendSpan(Database& db, std::int64_t first, std::int64_t last, UtcTime min, UtcTime max) {
    {
        auto newest = db.prepare("SELECT first, last FROM event_span ORDER BY first DESC LIMIT 1");
        if (newest.step() && newest.integer(1) + 1 == first && last - newest.integer(0) < spanEvents) {
            db.run("UPDATE event_span SET last = ?, min_at = min(min_at, ?), max_at = max(max_at, ?) WHERE "
                   "first = ?",
                   last, min, max, newest.integer(0));
            return;
        }
    }
    db.run("INSERT INTO event_span(first, last, min_at, max_at) VALUES(?, ?, ?, ?)", first, last, min, max);
}

void EventWriter::append(Database& db, const EventBatch& batch) {
    {
        auto put = db.prepare("INSERT INTO event_message VALUES(?, ?, ?, ?, ?, ?)");
        for (const auto& m : batch.messages)
            put.run(m.id, m.queueId, m.messageId, m.sender, m.size, m.recipients);
    }
    if (batch.events.empty()) return;
    std::int64_t id = db.integer("SELECT max(id) FROM event"), first = id + 1, spanFirst = first;
    UtcTime min = batch.events[0].at, max = min;
    std::string domainText;
    auto put = db.prepare(insertEvent);
    const StoredReply* lastReply = nullptr;
    for (const auto& e : batch.events) {
        if (e.reply != lastReply && !known_.contains(e.reply->serial)) storeReply(db, *e.reply);
        lastReply = e.reply;
        auto address = splitAddress(e.recipient, domainText);
        RollupInput in{e.at,
                       e.reply->providerId,
                       names_.id(db, NameKind::Domain, address.domain),
                       names_.id(db, NameKind::Stream, e.stream),
                       names_.id(db, NameKind::SendingIp, e.sendingIp),
                       e.reply->templateId,
                       e.reply->classNumber(),
                       e.flags,
                       e.latencyMs};
        put.run(++id, e.at, e.reply->id, in.domain, names_.id(db, NameKind::MxHost, e.mxHost),
                names_.id(db, NameKind::MxIp, e.mxIp), in.ip, in.stream,
                names_.id(db, NameKind::Source, e.source), e.message, address.local, e.attempt, int(e.flags),
                e.latencyMs, e.file, e.pos, e.length, std::int64_t(e.lineHash), orNull(e.parts),
                orNull(names_.id(db, NameKind::Tls, e.tls)),
                orNull(names_.id(db, NameKind::Campaign, e.campaign)), orNull(e.transcript));
        rollups_.addFine(in);
        min = std::min(min, e.at);
        max = std::max(max, e.at);
        if (id - spanFirst + 1 >= spanEvents) {
            extendSpan(db, spanFirst, id, min, max);
            spanFirst = id + 1;
            min = UtcTime{INT64_MAX}, max = UtcTime{INT64_MIN};
        }
    }
    if (spanFirst <= id) extendSpan(db, spanFirst, id, min, max);
    writeRollups(db, rollups_);
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
    r.templateKey = e.template_;
    r.templateText = r.text;
    return r;
}

// A message of ours is known by its queue id and key; attempts of it share the row.
std::int64_t messageFor(Database& db, const reply::ReplyEvent& e, EventBatch& batch, bool& first) {
    auto find = db.prepare(
        "SELECT m.id FROM event_message m WHERE m.id IN (SELECT id FROM event_message ORDER BY id DESC "
        "LIMIT 20000) AND m.queue_id = ? AND m.message_id = ? AND m.sender = ?");
    first = !find.with(e.queueId, e.messageKey, e.sender).step();
    if (!first) return find.integer(0);
    std::int64_t id = reserveMessages(db, 1);
    batch.messages.push_back({id, e.queueId, e.messageKey, e.sender, e.size, -1});
    return id;
}

} // namespace

void appendEvents(Database& db, std::span<const reply::ReplyEvent> events) {
    // One event a batch: messages of earlier ones must be found by later ones. Few, and each is small.
    EventWriter writer;
    std::deque<StoredReply> replies;
    for (const auto& e : events) {
        EventBatch batch;
        std::string parts;
        replies.push_back(replyOf(e, parts));
        replies.back().serial = replies.size();
        bool first = true;
        NewEvent n;
        n.message = messageFor(db, e, batch, first);
        n.at = e.at;
        n.reply = &replies.back();
        n.parts = parts;
        n.source = e.source;
        n.stream = e.stream;
        n.sendingIp = e.sendingIp;
        n.recipient = e.recipient;
        n.mxHost = e.mxHost;
        n.mxIp = e.mxIp;
        n.tls = e.tls;
        n.campaign = e.campaign;
        n.transcript = e.evidence.transcript;
        n.attempt = e.attempt;
        bool retry = e.attempt > 1;
        n.flags = retry ? std::uint8_t(e.category == reply::Category::Accepted ? FirstInClass : 0)
                        : std::uint8_t(FirstOfMessage | FirstInClass);
        n.latencyMs = e.latencyMs;
        batch.events.push_back(n);
        writer.append(db, batch);
    }
}

} // namespace waypost::store
