#include "ingest/pmta_decoder.h"

#include "base/text.h"
#include "ingest/record_time.h"
#include "ingest/reply_head.h"

#include <fmt/format.h>

#include <charconv>

namespace waypost::ingest {

namespace {

struct ColumnName {
    std::string_view name; // in lower case
    PmtaDecoder::Column column;
    bool sign = true; // says that this is an accounting file
};

constexpr ColumnName names[] = {
    {"type", PmtaDecoder::Type, false},
    {"timelogged", PmtaDecoder::TimeLogged},
    {"timequeued", PmtaDecoder::TimeQueued},
    {"totalsecondsqueued", PmtaDecoder::TotalSeconds},
    {"orig", PmtaDecoder::Orig},
    {"rcpt", PmtaDecoder::Rcpt},
    {"orcpt", PmtaDecoder::Orcpt},
    {"dsnaction", PmtaDecoder::DsnAction},
    {"dsnstatus", PmtaDecoder::DsnStatus},
    {"dsndiag", PmtaDecoder::DsnDiag},
    {"dsnmta", PmtaDecoder::DsnMta},
    {"bouncecat", PmtaDecoder::BounceCat},
    {"dlvsourceip", PmtaDecoder::DlvSourceIp},
    {"dlvdestinationip", PmtaDecoder::DlvDestinationIp},
    {"dlvsize", PmtaDecoder::DlvSize},
    {"dlvtlsprotocol", PmtaDecoder::DlvTls},
    {"vmta", PmtaDecoder::Vmta},
    {"vmtapool", PmtaDecoder::VmtaPool},
    {"jobid", PmtaDecoder::JobId},
    {"envid", PmtaDecoder::EnvId},
    {"header_message-id", PmtaDecoder::MessageId, false},
    {"originalrcptto", PmtaDecoder::OriginalRcpt},
    {"original-rcpt-to", PmtaDecoder::OriginalRcpt},
    {"originalmailfrom", PmtaDecoder::OriginalFrom},
    {"original-mail-from", PmtaDecoder::OriginalFrom},
    {"feedbacktype", PmtaDecoder::FeedbackType, false},
    {"feedback-type", PmtaDecoder::FeedbackType, false},
    {"format", PmtaDecoder::ReportFormat, false},
    {"sourceip", PmtaDecoder::SourceIp, false},
    {"source-ip", PmtaDecoder::SourceIp, false},
};

const ColumnName* columnOf(std::string_view cell) {
    cell = text::trim(cell);
    if (cell.starts_with("\xef\xbb\xbf")) cell.remove_prefix(3);
    for (const auto& n : names) {
        if (text::iequals(n.name, cell)) return &n;
    }
    return nullptr;
}

// The short name of a record's type: the long ones are written too.
std::string_view shortType(std::string_view type) {
    static constexpr std::pair<std::string_view, std::string_view> longNames[] = {
        {"delivery", "d"},         {"delivered", "d"},      {"bounce", "b"},        {"bounced", "b"},
        {"transient", "t"},        {"receipt", "r"},        {"received", "r"},      {"feedback", "f"},
        {"transient-queue", "tq"}, {"remote-bounce", "rb"}, {"remote-status", "rs"}};
    type = text::trim(type);
    for (const auto& [name, letter] : longNames) {
        if (text::iequals(type, name)) return letter;
    }
    return type;
}

std::int64_t wholeOr(std::string_view in, std::int64_t otherwise) {
    auto number = text::parseUnsigned(text::trim(in));
    return number && *number < (1ULL << 53) ? std::int64_t(*number) : otherwise;
}

bool isPmtaType(std::string_view type) {
    for (std::string_view known : {"d", "b", "t", "tq", "r", "f", "rb", "rs"}) {
        if (type == known) return true;
    }
    return false;
}

} // namespace

int PmtaDecoder::looks(std::string_view headerRow) {
    CsvRecord row;
    if (row.parse(headerRow)) return 0;
    int signs = 0;
    bool type = false, logged = false;
    for (std::string_view cell : row.fields()) {
        const auto* name = columnOf(cell);
        if (!name) continue;
        type = type || name->column == Type;
        logged = logged || name->column == TimeLogged;
        signs += name->sign ? 1 : 0;
    }
    return type && logged && signs >= 3 ? signs : 0;
}

bool PmtaDecoder::header(const CsvRecord& row) {
    std::array<int, columnCount> found{};
    found.fill(-1);
    int signs = 0;
    const auto& cells = row.fields();
    for (size_t i = 0; i < cells.size(); ++i) {
        const auto* name = columnOf(cells[i]);
        if (!name) continue;
        if (found[name->column] < 0) found[name->column] = int(i);
        signs += name->sign ? 1 : 0;
    }
    if (found[Type] < 0 || found[TimeLogged] < 0 || signs < 3) return false;
    columns_ = found;
    known_ = true;
    return true;
}

void PmtaDecoder::begin(const FileFacts& facts) {
    zone_ = facts.zone;
    known_ = false;
    if (!row_.parse(facts.head.substr(0, facts.head.find('\n')))) header(row_);
}

void PmtaDecoder::record(const LineAt& record, store::EventBatch& batch) {
    if (text::trim(record.bytes).empty()) return;
    if (auto wrong = row_.parse(record.bytes))
        return EventMaker::reject(record, "the record is refused: " + *wrong, batch);
    std::string_view type = shortType(known_ ? at(Type) : row_.field(0));
    if (!isPmtaType(type)) {
        if (header(row_)) return;
        return EventMaker::reject(record,
                                  fmt::format("its type \"{}\" is none of d, b, t, tq, r, f, rb, rs",
                                              text::printable(type.substr(0, 40))),
                                  batch);
    }
    if (!known_) return EventMaker::reject(record, "no header row names its columns", batch);
    if (row_.fields().size() > size_t(columns_[Type]) + 1 && at(TimeLogged).empty())
        return EventMaker::reject(record, "it has no timeLogged", batch);
    if (type == "f") return feedback(record, batch);
    bool failedStatus = type == "rs" && text::iequals(text::trim(at(DsnAction)), "failed");
    if (type == "r" || type == "tq" || (type == "rs" && !failedStatus)) {
        ++batch.skipped;
        return;
    }
    attempt(type, record, batch);
}

bool PmtaDecoder::fillCommon(Told& told) {
    auto logged = timeOf(at(TimeLogged), zone_);
    if (logged) told.at = *logged;
    told.sender = at(Orig);
    told.campaign = at(JobId);
    told.pool = !at(VmtaPool).empty() ? at(VmtaPool) : at(Vmta);
    told.sendingIp = at(DlvSourceIp);
    told.queueId = at(EnvId);
    told.messageId = at(MessageId);
    if (told.messageId.starts_with('<') && told.messageId.ends_with('>'))
        told.messageId = told.messageId.substr(1, told.messageId.size() - 2);
    return logged.has_value();
}

void PmtaDecoder::fillReply(Told& told) {
    HostAndIp mta = hostAndIp(at(DsnMta));
    told.mxHost = mta.host;
    told.mxIp = !mta.ip.empty() ? mta.ip : at(DlvDestinationIp);
    told.enhanced = enhancedOf(at(DsnStatus));
    told.text = withoutDiagnosticType(at(DsnDiag));
    if (told.text.empty()) told.text = at(DsnStatus);
    for (char c : told.text) {
        if (std::uint8_t(c) < 0x80) continue;
        text_ = text::toValidUtf8(told.text);
        told.text = text_;
        return;
    }
}

void PmtaDecoder::attempt(std::string_view type, const LineAt& record, store::EventBatch& batch) {
    Told told;
    bool back = type == "rb" || type == "rs";
    told.end = type == "d" ? Told::End::Accepted : type == "t" ? Told::End::Deferred : Told::End::Failed;
    if (back) told.kind = reply::Kind::AsyncBounce;
    bool timed = fillCommon(told);
    fillReply(told);
    told.recipient = at(Rcpt);
    told.tls = at(DlvTls);
    told.size = wholeOr(at(DlvSize), -1);
    if (type != "d") told.opinion = text::trim(at(BounceCat));
    // Nobody was asked when the queue's time ran out: the last attempt was a record of its own.
    if (type == "b" && told.opinion == "message-expired") told.attempted = false;
    auto queued = timeOf(at(TimeQueued), zone_);
    if (timed && queued && told.at >= *queued && !back) told.latencyMs = told.at.ms - queued->ms;
    if (told.latencyMs < 0 && !back) {
        std::int64_t seconds = wholeOr(at(TotalSeconds), -1);
        if (seconds >= 0) told.latencyMs = seconds * 1000;
    }
    // There is no message id: sender, time of arrival, job and envelope id tell messages apart.
    message_.clear();
    if (queued || !at(EnvId).empty())
        for (Column c : {Orig, TimeQueued, JobId, EnvId}) message_.append(at(c)).append(1, '\x1f');
    told.message = message_;
    maker_.add(told, record, batch);
}

void PmtaDecoder::feedback(const LineAt& record, store::EventBatch& batch) {
    std::string_view type = text::trim(at(FeedbackType));
    if (text::iequals(type, "not-spam") || text::iequals(type, "auth-failure")) {
        ++batch.skipped;
        return;
    }
    Told told;
    told.end = Told::End::Complained;
    told.kind = reply::Kind::Complaint;
    fillCommon(told);
    // rcpt is the mailbox of the feedback loop when the report names the original recipient.
    told.recipient = withoutDiagnosticType(!at(OriginalRcpt).empty() ? at(OriginalRcpt) : at(Rcpt));
    if (!at(OriginalFrom).empty()) told.sender = at(OriginalFrom);
    if (told.sendingIp.empty()) told.sendingIp = at(SourceIp);
    told.text = !type.empty() ? type : at(ReportFormat);
    told.opinion = type;
    maker_.add(told, record, batch);
}

} // namespace waypost::ingest
