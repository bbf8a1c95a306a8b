// EximDecoder: lines of Exim main logs, in their order, become events. An event is a line marked => -> >> **
// or == (one attempt for one recipient); sender, size, Message-ID and time of arrival come from the <= line
// of the same id. Refusals of our own server are kept as such. Lines without a stamp that are indented
// continue the one before; any other is rejected with its reason. Thread rule: one thread.
#pragma once

#include "ingest/attempts.h"
#include "ingest/exim_line.h"
#include "ingest/reply_book.h"

#include <string>

namespace waypost::ingest {

class EximDecoder final : public RecordDecoder {
  public:
    explicit EximDecoder(DecoderOptions options);

    void begin(const FileFacts& file) override;
    void record(const LineAt& line, store::EventBatch& batch) override;
    void finish(store::EventBatch& batch) override;
    [[nodiscard]] UtcTime lastAt() const override { return heads_.last(); }
    void restore(std::string_view key, std::string_view state) override;

  private:
    void arrival(UtcTime at, const EximLine& line);
    void delivery(const LineAt& record, UtcTime at, const EximLine& line, store::EventBatch& batch);
    std::string_view textOf(const EximLine& line, const EximReply& said);

    DecoderOptions options_;
    EximHead heads_{UtcTime{INT64_MAX}};
    JoinTable joins_;
    std::uint32_t origin_ = 0;
    ReplyBook replies_;
    MessageKeys keys_;
    std::string text_, parts_, domain_;
};

// True when `head` looks like an Exim main log; what it looks like instead goes to `why`.
bool looksLikeExim(std::string_view head, std::string& why);

} // namespace waypost::ingest
