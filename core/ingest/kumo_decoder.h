// KumoDecoder: KumoMTA's JSON log (https://docs.kumomta.com/reference/log_record/). Deliveries, bounces and
// transient failures are attempts; OOB is a bounce of a message that was accepted; Feedback is a complaint;
// Rejection is what our own listener refused (kept, no event); receptions and moves between queues are
// skipped. A record may name one recipient or several. Thread rule: one thread.
#pragma once

#include "ingest/json_decoder.h"

namespace waypost::ingest {

class KumoDecoder final : public JsonDecoder {
  public:
    explicit KumoDecoder(const DecoderOptions& options) : JsonDecoder(options, "kumomta") {}
    static bool looks(JsonValue record);

  protected:
    // Every second record of a log is a reception, and says so in its first octets.
    [[nodiscard]] bool skips(std::string_view record) const override {
        return record.starts_with(R"({"type":"Reception",)") && record.ends_with('}');
    }
    void object(JsonValue root, const LineAt& record, store::EventBatch& batch) override;

  private:
    struct Fields;
    void attempt(const Fields& f, const LineAt& record, store::EventBatch& batch);
    void feedback(const Fields& f, const LineAt& record, store::EventBatch& batch);
    void refusal(const Fields& f, const LineAt& record, store::EventBatch& batch);
    void replyOf(const Fields& f, Told& told);

    std::string text_, enhanced_, tls_;
};

} // namespace waypost::ingest
