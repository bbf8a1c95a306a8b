// PmtaDecoder: PowerMTA accounting files. The header row names the columns, in any order; a header row in the
// middle (files put together) is taken as the new one. Records: d delivered, b bounced, t transient:
// attempts. rb: a bounce that came back for a message counted as d. rs: a remote status; only a failed one is
// a bounce. f: a feedback report. r (received) and tq (a whole queue was put off) are skipped. bounceCat is
// PowerMTA's opinion. Sources: PowerMTA user's guide, "Accounting records". Thread rule: one thread.
#pragma once

#include "ingest/csv_record.h"
#include "ingest/event_maker.h"

#include <array>

namespace waypost::ingest {

class PmtaDecoder final : public RecordDecoder {
  public:
    explicit PmtaDecoder(const DecoderOptions& options) : options_(options), maker_(options_, "pmta") {}

    void begin(const FileFacts& facts) override;
    void record(const LineAt& record, store::EventBatch& batch) override;
    void finish(store::EventBatch& batch) override { maker_.finish(batch); }
    void restore(std::string_view key, std::string_view state) override { maker_.restore(key, state); }
    // How many columns of an accounting file a header row names; 0 when one that must be there is missing.
    static int looks(std::string_view headerRow);

    enum Column : std::uint8_t {
        Type,
        TimeLogged,
        TimeQueued,
        TotalSeconds,
        Orig,
        Rcpt,
        Orcpt,
        DsnAction,
        DsnStatus,
        DsnDiag,
        DsnMta,
        BounceCat,
        DlvSourceIp,
        DlvDestinationIp,
        DlvSize,
        DlvTls,
        Vmta,
        VmtaPool,
        JobId,
        EnvId,
        MessageId,
        OriginalRcpt,
        OriginalFrom,
        FeedbackType,
        ReportFormat,
        SourceIp,
        columnCount,
    };

  private:
    bool header(const CsvRecord& row);
    void attempt(std::string_view type, const LineAt& record, store::EventBatch& batch);
    void feedback(const LineAt& record, store::EventBatch& batch);
    bool fillCommon(Told& told);
    void fillReply(Told& told);
    [[nodiscard]] std::string_view at(Column column) const { return row_.field(columns_[column]); }

    DecoderOptions options_;
    EventMaker maker_;
    LogZone zone_;
    CsvRecord row_;
    std::array<int, columnCount> columns_{};
    bool known_ = false; // a header row was read
    std::string message_, text_;
};

} // namespace waypost::ingest
