// PostfixDecoder: lines of one or more Postfix logs, in their order, become events. Joins by queue id
// (sender, size, recipients, message id, attempt number), asks the ReplyBook what each reply means, and
// assigns the stream by the operator's rules. Knows nothing of files and of SQL: it fills a
// store::EventBatch.
//
// An event is a line with status= (one attempt for one recipient; a queue manager's status=expired too). A
// line whose head cannot be read, or that breaks off inside a delivery, is rejected with its reason; lines of
// other programs are skipped. Thread rule: one thread. The batch's views point into the line blocks: the
// caller keeps those with the batch.
#pragma once

#include "ingest/attempts.h"
#include "ingest/postfix_line.h"
#include "ingest/reply_book.h"
#include "ingest/syslog_head.h"
#include "store/event_batch.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::ingest {

class PostfixDecoder final : public RecordDecoder {
  public:
    explicit PostfixDecoder(DecoderOptions options);

    void begin(const FileFacts& file) override;
    void record(const LineAt& line, store::EventBatch& batch) override;
    void finish(store::EventBatch& batch) override;
    [[nodiscard]] UtcTime lastAt() const override { return heads_.last(); }
    void restore(std::string_view key, std::string_view state) override;
    [[nodiscard]] std::uint64_t classified() const { return replies_.classified(); }

  private:
    void delivery(const LineAt& at, const SyslogHead& head, const PostfixLine& line,
                  store::EventBatch& batch);
    void queueMove(const SyslogHead& head, const PostfixLine& line);

    DecoderOptions options_;
    HeadReader heads_{UtcTime{INT64_MAX}};
    JoinTable joins_;
    ReplyBook replies_;
    MessageKeys keys_;
    std::string parts_, domain_;
};

} // namespace waypost::ingest
