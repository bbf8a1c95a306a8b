#include "store/event_lines.h"

#include "store/database.h"
#include "store/event_names.h"
#include "store/event_text.h"
#include "store/import_store.h"

#include <algorithm>

namespace waypost::store {

namespace {

constexpr size_t maxHistory = 200;

std::string address(const std::string& domain, std::string_view local) {
    return domain.empty() ? std::string(local) : std::string(local) + "@" + domain;
}

} // namespace

std::string_view SegmentRows::text(EventTextColumn column, size_t row) {
    TextView& view = texts_[column];
    if (view.ends.empty()) reader_.text(column, view);
    return view.at(row);
}

const std::string& LineMaker::name(std::int64_t id) {
    auto found = names_.find(id);
    if (found == names_.end()) found = names_.emplace(id, nameOf(db_, id)).first;
    return found->second;
}

const StoredReplyRow& LineMaker::reply(std::int64_t id) {
    auto found = replies_.find(id);
    if (found != replies_.end()) return found->second;
    StoredReplyRow r;
    auto row = db_.prepare(
        "SELECT r.text, r.sample, r.code, r.enhanced, r.stage, r.provider, r.category, r.outcome, r.cause, "
        "r.permanence, r.action, r.rule, r.rule_version, r.span_start, r.span_length, r.template, t.key, "
        "t.text, r.opinion, r.list FROM event_reply r LEFT JOIN event_template t ON t.id = r.template WHERE "
        "r.id = "
        "?");
    if (row.with(id).step()) {
        r.text = row.string(0);
        r.sample = row.string(1);
        r.code = std::int32_t(row.integer(2));
        r.enhanced = row.string(3);
        r.stage = reply::Stage(row.integer(4));
        r.provider = name(row.integer(5));
        r.category = reply::Category(row.integer(6));
        r.outcome = reply::Outcome(row.integer(7));
        r.cause = reply::Cause(row.integer(8));
        r.permanence = reply::Permanence(row.integer(9));
        r.action = row.string(10);
        r.rule = row.string(11);
        r.ruleVersion = std::int32_t(row.integer(12));
        r.spanStart = std::int32_t(row.integer(13));
        r.spanLength = std::int32_t(row.integer(14));
        r.templateKey = row.string(16);
        r.templateText = row.string(17);
        r.opinion = row.string(18);
        r.list = row.string(19);
        r.facts = {row.integer(5), row.integer(15), int(row.integer(6) * 8 + row.integer(7))};
    }
    return replies_.emplace(id, std::move(r)).first->second;
}

EventLine LineMaker::make(SegmentRows& rows, size_t row, std::int64_t key) {
    const auto& r = reply(rows.number(Reply, row));
    EventLine line;
    line.key = key;
    line.at.ms = rows.number(At, row);
    line.provider = r.provider;
    line.domain = name(rows.number(Domain, row));
    line.recipient = address(line.domain, rows.text(Recipient, row));
    line.stream = name(rows.number(Stream, row));
    line.category = reply::categoryName(r.category);
    line.enhanced = r.enhanced;
    line.text = joinReply(r.text, rows.text(Parts, row));
    line.mxHost = name(rows.number(Mx, row));
    line.queueId = rows.text(QueueId, row);
    line.outcome = r.outcome;
    line.code = r.code;
    line.attempt = int(rows.number(Attempt, row));
    line.latencyMs = rows.number(Latency, row);
    line.kind = reply::Kind(rows.number(EventKind, row));
    return line;
}

namespace {

void fillEvent(reply::ReplyEvent& e, SegmentRows& rows, size_t i, LineMaker& lines) {
    const auto& r = lines.reply(rows.number(Reply, i));
    e.at.ms = rows.number(At, i);
    e.kind = reply::Kind(rows.number(EventKind, i));
    e.source = lines.name(rows.number(Source, i));
    e.stream = lines.name(rows.number(Stream, i));
    e.campaign = lines.name(rows.number(Campaign, i));
    e.sender = rows.text(Sender, i);
    e.sendingIp = lines.name(rows.number(Ip, i));
    e.queueId = rows.text(QueueId, i);
    e.messageKey = rows.text(MessageId, i);
    e.recipientDomain = lines.name(rows.number(Domain, i));
    e.recipient = address(e.recipientDomain, rows.text(Recipient, i));
    e.provider = r.provider;
    e.mxHost = lines.name(rows.number(Mx, i));
    e.mxIp = lines.name(rows.number(MxIp, i));
    e.attempt = std::int32_t(rows.number(Attempt, i));
    e.stage = r.stage;
    e.tls = lines.name(rows.number(Tls, i));
    e.code = r.code;
    e.enhanced = r.enhanced;
    e.text = joinReply(r.text, rows.text(Parts, i));
    e.category = r.category;
    e.cause = r.cause;
    e.permanence = r.permanence;
    e.action = r.action;
    e.rule = r.rule;
    e.ruleVersion = r.ruleVersion;
    auto span = moveSpan(r.sample, e.text, {r.spanStart, r.spanLength});
    e.spanStart = span.start;
    e.spanLength = span.length;
    e.opinion = r.opinion;
    e.list = r.list;
    e.template_ = r.templateKey;
    e.latencyMs = std::int32_t(std::min<std::int64_t>(rows.number(Latency, i), INT32_MAX));
    e.size = rows.number(Size, i);
    e.evidence.transcript = rows.text(TranscriptId, i);
}

void fillEvidence(Database& db, SegmentRows& rows, size_t i, EventWhole& out) {
    auto file = importFile(db, rows.number(File, i));
    if (!file) return;
    EvidencePlace place{file->path, file->head, rows.number(Position, i),
                        std::int32_t(rows.number(Length, i)), std::uint32_t(rows.number(LineHash, i))};
    out.event.evidence.file = place.path;
    out.event.evidence.offset = place.pos;
    out.event.evidence.length = place.length;
    out.evidence = std::move(place);
}

// Attempts of one message lie near each other in time far more often than not, but a queue may hold one for
// days.
std::vector<EventLine> historyOf(Database& db, LineMaker& lines, std::int64_t key, std::int64_t message,
                                 std::string_view local, std::int64_t domain, UtcTime at) {
    constexpr std::int64_t longestQueue = 8 * 86'400'000LL;
    std::vector<EventLine> out;
    if (message == 0) return out;
    eachSegment(db, {at.ms - longestQueue}, {at.ms + longestQueue}, INT64_MAX, false,
                [&](const Segment& s, const ColumnReader& r) {
                    SegmentRows rows(r);
                    for (size_t i = 0; i < r.rows() && out.size() < maxHistory; ++i) {
                        bool same = rows.number(Message, i) == message && rows.number(Domain, i) == domain &&
                                    s.first + std::int64_t(i) != key && rows.text(Recipient, i) == local;
                        if (same) out.push_back(lines.make(rows, i, s.first + std::int64_t(i)));
                    }
                    return true;
                });
    std::sort(out.begin(), out.end(),
              [](auto& a, auto& b) { return std::pair(a.at, a.key) < std::pair(b.at, b.key); });
    return out;
}

} // namespace

std::optional<EventWhole> eventWhole(Database& db, std::int64_t key) {
    LineMaker lines(db);
    std::optional<EventWhole> out;
    std::int64_t message = 0, domain = 0;
    std::string local;
    if (key <= 0) return out;
    eachSegment(db, {INT64_MIN}, {INT64_MAX}, key + 1, true,
                [&](const Segment& s, const ColumnReader& reader) {
                    if (key < s.first || key > s.last) return false;
                    auto i = size_t(key - s.first);
                    SegmentRows rows(reader);
                    out.emplace();
                    out->key = key;
                    fillEvent(out->event, rows, i, lines);
                    const auto& r = lines.reply(rows.number(Reply, i));
                    out->outcome = r.outcome;
                    out->templateText = r.templateText;
                    out->recipients = std::int32_t(rows.number(Recipients, i));
                    fillEvidence(db, rows, i, *out);
                    message = rows.number(Message, i);
                    domain = rows.number(Domain, i);
                    local = rows.text(Recipient, i);
                    return false;
                });
    if (out) out->history = historyOf(db, lines, key, message, local, domain, out->event.at);
    return out;
}

} // namespace waypost::store
