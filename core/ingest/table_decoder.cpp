#include "ingest/table_decoder.h"

#include "base/json.h"
#include "base/text.h"
#include "store/event_text.h"

#include <algorithm>
#include <charconv>

namespace waypost::ingest {

namespace {

struct Named {
    std::string_view name;
    TableField field;
};
constexpr Named names[] = {
    {"at", TableField::At},
    {"ts", TableField::At},
    {"kind", TableField::Kind},
    {"outcome", TableField::Outcome},
    {"source", TableField::Source},
    {"stream", TableField::Stream},
    {"campaign", TableField::Campaign},
    {"sender", TableField::Sender},
    {"sending_ip", TableField::SendingIp},
    {"ip", TableField::SendingIp},
    {"message_id", TableField::MessageId},
    {"message_key", TableField::MessageId},
    {"queue_id", TableField::QueueId},
    {"recipient", TableField::Recipient},
    {"domain", TableField::Domain},
    {"recipient_domain", TableField::Domain},
    {"mx_host", TableField::MxHost},
    {"mx_ip", TableField::MxIp},
    {"attempt", TableField::Attempt},
    {"stage", TableField::Stage},
    {"tls", TableField::Tls},
    {"code", TableField::Code},
    {"enhanced", TableField::Enhanced},
    {"dsn", TableField::Enhanced},
    {"text", TableField::Text},
    {"latency_ms", TableField::Latency},
    {"latency", TableField::Latency},
    {"size", TableField::Size},
    {"bytes", TableField::Size},
};

constexpr std::int64_t latest = 32'503'680'000'000; // the year 3000

template <class T>
bool readNumber(std::string_view text, T& out) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

// An apostrophe that an export puts before what a spreadsheet would take for a formula.
std::string_view bare(std::string_view cell) {
    bool guarded = cell.size() > 1 && cell[0] == '\'' && std::string_view("=+-@\t\r").contains(cell[1]);
    return guarded ? cell.substr(1) : cell;
}

std::string_view firstLine(std::string_view head) {
    if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
    head = head.substr(0, head.find('\n'));
    if (head.ends_with('\r')) head.remove_suffix(1);
    return head;
}

// Cells of one line; quoted ones may hold commas and doubled quotes. False: a quote does not end.
template <class Each>
bool eachCell(std::string_view line, std::string& unquoted, Each each) {
    unquoted.clear();
    unquoted.reserve(line.size()); // cells point into it
    for (;;) {
        if (!line.starts_with('"')) {
            size_t end = std::min(line.find(','), line.size());
            each(line.substr(0, end));
            if (end == line.size()) return true;
            line.remove_prefix(end + 1);
            continue;
        }
        size_t from = unquoted.size(), i = 1;
        for (;; ++i) {
            if (i >= line.size()) return false;
            if (line[i] != '"')
                unquoted += line[i];
            else if (i + 1 < line.size() && line[i + 1] == '"')
                unquoted += line[i++];
            else
                break;
        }
        each(std::string_view(unquoted).substr(from));
        line.remove_prefix(i + 1);
        if (line.empty()) return true;
        if (!line.starts_with(',')) return false;
        line.remove_prefix(1);
    }
}

bool enough(const std::vector<TableField>& columns) {
    auto has = [&columns](TableField f) {
        return std::find(columns.begin(), columns.end(), f) != columns.end();
    };
    return has(TableField::At) && (has(TableField::Recipient) || has(TableField::Domain)) &&
           (has(TableField::Code) || has(TableField::Outcome) || has(TableField::Text));
}

std::vector<TableField> headerOf(std::string_view head) {
    std::vector<TableField> columns;
    std::string unquoted;
    bool whole = eachCell(firstLine(head), unquoted, [&columns](std::string_view cell) {
        TableField field = tableField(text::trim(cell));
        // Of two columns of one meaning the first counts.
        if (std::find(columns.begin(), columns.end(), field) != columns.end()) field = TableField::Other;
        columns.push_back(field);
    });
    if (!whole || columns.size() > maxTableColumns || !enough(columns)) columns.clear();
    return columns;
}

} // namespace

TableField tableField(std::string_view name) {
    for (const auto& n : names) {
        if (text::iequals(n.name, name)) return n.field;
    }
    return TableField::Other;
}

bool readTableTime(std::string_view text, UtcTime& out) {
    std::int64_t n = 0;
    if (readNumber(text, n)) {
        constexpr std::int64_t secondsEnd = 100'000'000'000; // beyond: milliseconds (1973 and later)
        out.ms = n < secondsEnd ? n * 1000 : n;
        return n >= 0 && out.ms < latest;
    }
    auto t = parseUtc(text);
    if (t) out = *t;
    return t && t->ms >= 0 && t->ms < latest;
}

std::string looksLikeTable(std::string_view head, const DecoderOptions&) {
    return headerOf(head).empty() ? "the first line does not name the columns at, recipient and code" : "";
}

std::string looksLikeTableLines(std::string_view head, const DecoderOptions&) {
    std::string_view line = text::trim(firstLine(head));
    if (!line.starts_with('{')) return "the first line is no JSON object";
    auto parsed = json::parse(line, "the first line");
    if (!parsed || !parsed->is_object()) return "the first line is no whole JSON object";
    std::vector<TableField> columns;
    for (const auto& member : parsed->as_object()) columns.push_back(tableField(member.key()));
    return enough(columns) ? "" : "its objects do not have the fields at, recipient and code";
}

TableDecoder::TableDecoder(const DecoderOptions& options) : replies_(options.classifier, options.providers) {}

void TableDecoder::begin(const FileFacts& file) {
    columns_ = headerOf(file.head);
    last_ = file.lastAt;
    headerEnd_ = 0;
    if (columns_.empty()) return;
    headerEnd_ = std::int64_t(file.head.find('\n'));
}

const char* TableDecoder::split(std::string_view line) {
    size_t column = 0;
    bool whole = eachCell(line, unquoted_, [this, &column](std::string_view cell) {
        if (column < columns_.size() && columns_[column] != TableField::Other)
            fields_[size_t(columns_[column])] = bare(cell);
        ++column;
    });
    if (!whole) return "a quoted cell does not end";
    return column == columns_.size() ? nullptr
                                     : "the line has not as many cells as the first line has columns";
}

const char* TableDecoder::splitJson(std::string_view line) {
    auto parsed = json::parse(line, "line");
    if (!parsed || !parsed->is_object()) return "the line is no JSON object";
    std::vector<std::pair<size_t, std::pair<size_t, size_t>>> places;
    unquoted_.clear();
    for (const auto& member : parsed->as_object()) {
        TableField field = tableField(member.key());
        if (field == TableField::Other || member.value().is_null()) continue;
        size_t from = unquoted_.size();
        if (member.value().is_string())
            unquoted_.append(member.value().as_string());
        else
            unquoted_.append(json::line(member.value()));
        places.push_back({size_t(field), {from, unquoted_.size() - from}});
    }
    for (const auto& [field, place] : places)
        fields_[field] = std::string_view(unquoted_).substr(place.first, place.second);
    return nullptr;
}

const char* TableDecoder::fill(store::NewEvent& e) {
    auto field = [this](TableField f) { return fields_[size_t(f)]; };
    if (!readTableTime(field(TableField::At), e.at)) return "its time cannot be read";
    e.recipient = field(TableField::Recipient);
    if (e.recipient.empty()) {
        // A domain alone: the person is not told.
        if (field(TableField::Domain).empty()) return "it names neither recipient nor domain";
        recipient_.assign("@").append(field(TableField::Domain));
        e.recipient = recipient_;
    }
    if (auto kind = field(TableField::Kind); !kind.empty()) {
        auto known = reply::kindFromName(kind);
        if (!known) return "its kind is not known";
        e.kind = *known;
    }
    auto number = [&field](TableField f, auto& out) {
        return field(f).empty() || (readNumber(field(f), out) && out >= 0);
    };
    if (!number(TableField::Attempt, e.attempt)) return "its attempt is no number";
    if (!number(TableField::Latency, e.latencyMs)) return "its latency is no number";
    if (!number(TableField::Size, e.size)) return "its size is no number";
    e.source = field(TableField::Source);
    if (e.source.empty()) e.source = "table";
    e.stream = field(TableField::Stream);
    e.campaign = field(TableField::Campaign);
    e.sender = field(TableField::Sender);
    e.sendingIp = field(TableField::SendingIp);
    e.messageId = field(TableField::MessageId);
    e.queueId = field(TableField::QueueId);
    e.mxHost = field(TableField::MxHost);
    e.mxIp = field(TableField::MxIp);
    e.tls = field(TableField::Tls);
    if (!e.messageId.empty() || !e.queueId.empty())
        e.message =
            std::int64_t(store::hashOf(e.messageId, store::hashOf(e.queueId)) | (1ULL << 62)) & INT64_MAX;
    return nullptr;
}

void TableDecoder::record(const LineAt& at, store::EventBatch& batch) {
    std::string_view line = at.bytes;
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    bool header = !columns_.empty() && at.offset < headerEnd_;
    if (header || text::trim(line).empty()) return;
    fields_.fill({});
    const char* wrong = columns_.empty() ? splitJson(line) : split(line);
    store::NewEvent e;
    if (!wrong) wrong = fill(e);
    if (wrong) return reject(at, wrong, batch);

    ReplyQuestion q;
    std::string_view code = fields_[size_t(TableField::Code)], outcome = fields_[size_t(TableField::Outcome)];
    if (!code.empty() && (!readNumber(code, q.code) || q.code < 0 || q.code > 999))
        return reject(at, "its code is no reply code", batch);
    q.enhanced = fields_[size_t(TableField::Enhanced)];
    q.text = fields_[size_t(TableField::Text)];
    if (q.text.empty() && q.code > 0) {
        text_.assign(code);
        if (!q.enhanced.empty()) text_.append(1, ' ').append(q.enhanced);
        q.text = text_;
    }
    if (auto stage = reply::stageFromName(fields_[size_t(TableField::Stage)])) q.stage = *stage;
    size_t sign = e.recipient.rfind('@');
    std::string_view domain =
        sign == std::string_view::npos ? std::string_view{} : e.recipient.substr(sign + 1);
    q.mx = e.mxHost;
    q.domain = domain;
    int first = q.code / 100;
    q.accepted = outcome.empty() ? first == 2 : outcome == "accepted";
    bool waits = outcome.empty() ? first == 4 : outcome == "deferred";
    bool failed = outcome.empty() ? first == 5 : outcome == "bounced" || outcome == "blocked";
    q.permanence = waits    ? reply::Permanence::Temporary
                   : failed ? reply::Permanence::Permanent
                            : reply::Permanence::None;
    const auto& reply = replies_.look(q, parts_);
    e.reply = &reply;
    if (e.attempt > 1) e.flags = q.accepted ? store::FirstInClass : 0;
    for (auto* view : {&e.recipient, &e.sender, &e.sendingIp, &e.mxHost, &e.mxIp, &e.tls, &e.stream,
                       &e.campaign, &e.source, &e.messageId, &e.queueId})
        *view = batch.keep(*view);
    e.parts = batch.keep(parts_);
    e.pos = at.offset;
    e.length = std::int32_t(at.bytes.size());
    e.lineHash = std::uint32_t(store::hashOf(at.bytes));
    last_ = e.at;
    batch.events.push_back(e);
}

void TableDecoder::finish(store::EventBatch& batch) {
    replies_.takeOwners(batch.buffers);
}

} // namespace waypost::ingest
