#include "store/event_export.h"

#include "store/database.h"
#include "store/event_lines.h"
#include "store/event_text.h"
#include "store/import_store.h"

#include <array>
#include <charconv>

namespace waypost::store {

namespace {

constexpr std::array<std::string_view, 34> columns{"at",
                                                   "kind",
                                                   "source",
                                                   "stream",
                                                   "campaign",
                                                   "sender",
                                                   "sending_ip",
                                                   "message_key",
                                                   "queue_id",
                                                   "recipient",
                                                   "recipient_domain",
                                                   "mx_host",
                                                   "mx_ip",
                                                   "tls",
                                                   "attempt",
                                                   "latency_ms",
                                                   "size",
                                                   "recipients",
                                                   "provider",
                                                   "outcome",
                                                   "stage",
                                                   "code",
                                                   "enhanced",
                                                   "category",
                                                   "cause",
                                                   "permanence",
                                                   "action",
                                                   "rule",
                                                   "rule_version",
                                                   "template",
                                                   "text",
                                                   "file",
                                                   "offset",
                                                   "transcript"};
enum Column : std::uint8_t {
    CAt,
    CKind,
    CSource,
    CStream,
    CCampaign,
    CSender,
    CSendingIp,
    CMessageKey,
    CQueueId,
    CRecipient,
    CRecipientDomain,
    CMxHost,
    CMxIp,
    CTls,
    CAttempt,
    CLatency,
    CSize,
    CRecipients,
    CProvider,
    COutcome,
    CStage,
    CCode,
    CEnhanced,
    CCategory,
    CCause,
    CPermanence,
    CAction,
    CRule,
    CRuleVersion,
    CTemplate,
    CText,
    CFile,
    COffset,
    CTranscript
};

constexpr size_t blockBytes = 256 * 1024;

// The columns before a cell: its comma, or its comma and its name.
class Cells {
  public:
    explicit Cells(ExportFormat format) : json_(format == ExportFormat::JsonLines) {
        for (size_t i = 0; i < columns.size(); ++i) {
            std::string& p = prefix_[i];
            p = json_ ? (i == 0 ? "{\"" : ",\"") + std::string(columns[i]) + "\":" : i == 0 ? "" : ",";
        }
    }
    [[nodiscard]] bool json() const { return json_; }
    void text(std::string& out, Column column, std::string_view value) const {
        out += prefix_[column];
        if (json_)
            appendJson(out, value);
        else
            appendCsv(out, value);
    }
    void number(std::string& out, Column column, std::int64_t value, bool known) const {
        out += prefix_[column];
        if (!known) {
            if (json_) out += "null";
            return;
        }
        std::array<char, 24> digits{};
        out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    }
    void end(std::string& out) const { out += json_ ? "}\n" : "\r\n"; }

  private:
    bool json_;
    std::array<std::string, columns.size()> prefix_;
};

// A reply's own columns, made once.
struct ReplyCells {
    std::string verdict; // provider … template
    std::string text;    // the whole text, when it has no variable part
    std::string constant;
    bool whole = false;
};

class Exporter {
  public:
    Exporter(Database& db, const ExportAsk& ask)
        : db_(db), ask_(ask), predicate_(db, ask.filter), lines_(db), cells_(ask.format) {}

    ExportDone run(const ExportSink& sink) {
        ExportDone done;
        if (!cells_.json()) {
            for (size_t i = 0; i < columns.size(); ++i) (out_ += i > 0 ? "," : "") += columns[i];
            out_ += "\r\n";
        }
        const EventRange range = predicate_.narrow(ask_.range);
        eachSegment(db_, range.since, range.until, INT64_MAX, ask_.newestFirst,
                    [&](const Segment&, const ColumnReader& reader) {
                        columns_.load(reader);
                        predicate_.matches(columns_, range, mask_);
                        return segment(done, sink);
                    });
        if (!out_.empty() && !done.stopped) done.stopped = !sink(out_);
        return done;
    }

  private:
    bool segment(ExportDone& done, const ExportSink& sink) {
        const size_t rows = mask_.size();
        for (size_t n = 0; n < rows && done.rows < ask_.limit; ++n) {
            const size_t i = ask_.newestFirst ? rows - 1 - n : n;
            if (!mask_[i]) continue;
            row(i);
            ++done.rows;
            if (out_.size() < blockBytes) continue;
            done.stopped = !sink(out_);
            out_.clear();
            if (done.stopped) return false;
        }
        return done.rows < ask_.limit;
    }

    void row(size_t i) {
        const auto number = [&](EventNumber c) { return columns_.number(c)[i]; };
        const auto text = [&](EventTextColumn c) { return columns_.text(c).at(i); };
        at(number(At));
        cells_.text(out_, CKind, reply::kindName(reply::Kind(number(EventKind))));
        name(CSource, number(Source));
        name(CStream, number(Stream));
        name(CCampaign, number(Campaign));
        cells_.text(out_, CSender, text(Sender));
        name(CSendingIp, number(Ip));
        cells_.text(out_, CMessageKey, text(MessageId));
        cells_.text(out_, CQueueId, text(QueueId));
        address_.assign(text(Recipient));
        if (const std::string& domain = lines_.name(number(Domain)); !domain.empty())
            address_.append("@").append(domain);
        cells_.text(out_, CRecipient, address_);
        name(CRecipientDomain, number(Domain));
        name(CMxHost, number(Mx));
        name(CMxIp, number(MxIp));
        name(CTls, number(Tls));
        cells_.number(out_, CAttempt, number(Attempt), number(Attempt) > 0);
        cells_.number(out_, CLatency, number(Latency), number(Latency) >= 0);
        cells_.number(out_, CSize, number(Size), number(Size) >= 0);
        cells_.number(out_, CRecipients, number(Recipients), number(Recipients) >= 0);
        const ReplyCells& r = reply(number(Reply));
        out_ += r.verdict;
        if (r.whole)
            out_ += r.text;
        else
            cells_.text(out_, CText, joinReply(r.constant, text(Parts)));
        const bool hasFile = number(File) != 0;
        file(number(File));
        cells_.number(out_, COffset, number(Position), hasFile && number(Position) >= 0);
        cells_.text(out_, CTranscript, text(TranscriptId));
        cells_.end(out_);
    }

    void at(std::int64_t ms) {
        constexpr std::int64_t minute = 60'000;
        const std::int64_t start = ms >= 0 ? ms / minute * minute : INT64_MIN;
        if (start == INT64_MIN) return cells_.text(out_, CAt, formatUtc({ms}));
        if (start != minute_) {
            minute_ = start;
            minuteText_ = formatUtc({start}).substr(0, 17); // "2026-05-01T10:00:"
        }
        const auto rest = int(ms - start);
        std::array<char, 7> tail{};
        tail[0] = char('0' + rest / 10'000);
        tail[1] = char('0' + rest / 1000 % 10);
        tail[2] = '.';
        tail[3] = char('0' + rest / 100 % 10);
        tail[4] = char('0' + rest / 10 % 10);
        tail[5] = char('0' + rest % 10);
        tail[6] = 'Z';
        if (cells_.json()) out_ += "{\"at\":\"";
        out_ += minuteText_;
        out_.append(tail.data(), tail.size());
        if (cells_.json()) out_ += '"';
    }

    // A name stands in columns of one kind only, so its cell is made once; the empty name is the same
    // everywhere.
    void name(Column column, std::int64_t id) {
        if (id == 0) return cells_.text(out_, column, {});
        if (id < 0 || size_t(id) >= maxNames) return cells_.text(out_, column, lines_.name(id));
        if (size_t(id) >= names_.size()) names_.resize(size_t(id) + 1);
        std::string& cell = names_[size_t(id)];
        if (cell.empty()) cells_.text(cell, column, lines_.name(id));
        out_ += cell;
    }

    void file(std::int64_t id) {
        auto found = files_.find(id);
        if (found == files_.end()) {
            std::string cell;
            const auto f = id == 0 ? std::nullopt : importFile(db_, id);
            cells_.text(cell, CFile, f ? std::string_view(f->path) : std::string_view());
            found = files_.emplace(id, std::move(cell)).first;
        }
        out_ += found->second;
    }

    const ReplyCells& reply(std::int64_t id) {
        auto& slot = replies_[id];
        if (!slot.verdict.empty()) return slot;
        const StoredReplyRow& r = lines_.reply(id);
        std::string& v = slot.verdict;
        cells_.text(v, CProvider, r.provider);
        cells_.text(v, COutcome, reply::outcomeName(r.outcome));
        cells_.text(v, CStage, reply::stageName(r.stage));
        cells_.number(v, CCode, r.code, r.code != 0);
        cells_.text(v, CEnhanced, r.enhanced);
        cells_.text(v, CCategory, reply::categoryName(r.category));
        cells_.text(v, CCause, reply::causeName(r.cause));
        cells_.text(v, CPermanence, reply::permanenceName(r.permanence));
        cells_.text(v, CAction, r.action);
        cells_.text(v, CRule, r.rule);
        cells_.number(v, CRuleVersion, r.ruleVersion, !r.rule.empty());
        cells_.text(v, CTemplate, r.templateKey);
        slot.whole = !r.text.contains(partMark);
        if (slot.whole)
            cells_.text(slot.text, CText, r.text);
        else
            slot.constant = r.text;
        return slot;
    }

    static constexpr size_t maxNames = 4'000'000;
    Database& db_;
    const ExportAsk& ask_;
    EventPredicate predicate_;
    LineMaker lines_;
    Cells cells_;
    SegmentColumns columns_;
    RowMask mask_;
    std::string out_, address_, minuteText_;
    std::int64_t minute_ = INT64_MIN;
    std::vector<std::string> names_;
    std::unordered_map<std::int64_t, std::string> files_;
    std::unordered_map<std::int64_t, ReplyCells> replies_;
};

} // namespace

std::span<const std::string_view> exportColumns() {
    return columns;
}

ExportDone exportEvents(Database& db, const ExportAsk& ask, const ExportSink& sink) {
    return Exporter(db, ask).run(sink);
}

} // namespace waypost::store
