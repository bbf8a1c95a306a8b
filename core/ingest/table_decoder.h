// Events as a table: our own export (core/store/event_export), and any CSV or JSON Lines whose columns carry
// those names. One line is one event; the first line of a CSV names its columns, in any order, unknown ones
// are passed over. Time, and a recipient or a domain, must be there, and one of code, outcome, text.
//
// The verdict is made anew by the rules of this workspace: the reply decides. `outcome` says what became of
// the attempt, as a log would; `category` and `provider` are read only by people.
#pragma once

#include "ingest/decoder.h"
#include "ingest/reply_book.h"

#include <array>
#include <string>
#include <vector>

namespace waypost::ingest {

enum class TableField : std::uint8_t {
    At,
    Kind,
    Outcome,
    Source,
    Stream,
    Campaign,
    Sender,
    SendingIp,
    MessageId,
    QueueId,
    Recipient,
    Domain,
    MxHost,
    MxIp,
    Attempt,
    Stage,
    Tls,
    Code,
    Enhanced,
    Text,
    Latency,
    Size,
    Other // of no use to us
};
inline constexpr size_t tableFields = size_t(TableField::Other);
inline constexpr size_t maxTableColumns = 256;
inline constexpr size_t maxTableRecord = 1024 * 1024;

TableField tableField(std::string_view name);

// "1767225600", "1767225600123" or RFC 3339.
bool readTableTime(std::string_view text, UtcTime& out);

class TableDecoder final : public RecordDecoder {
  public:
    explicit TableDecoder(const DecoderOptions& options);
    void begin(const FileFacts& file) override;
    void record(const LineAt& record, store::EventBatch& batch) override;
    void finish(store::EventBatch& batch) override;
    [[nodiscard]] UtcTime lastAt() const override { return last_; }

  private:
    using Fields = std::array<std::string_view, tableFields>;
    const char* split(std::string_view line);
    const char* splitJson(std::string_view line);
    [[nodiscard]] const char* fill(store::NewEvent& e);

    ReplyBook replies_;
    std::vector<TableField> columns_; // of the CSV; empty: JSON Lines
    std::int64_t headerEnd_ = 0;
    Fields fields_{};
    std::string unquoted_, parts_, text_, recipient_;
    UtcTime last_{INT64_MIN};
};

// Empty when `head` begins with such a header, or with such an object; else what it looks like instead.
std::string looksLikeTable(std::string_view head, const DecoderOptions& options);
std::string looksLikeTableLines(std::string_view head, const DecoderOptions& options);

} // namespace waypost::ingest
