// Decoders of the events that sending services report: webhook posts as they were saved, event exports, lines
// or arrays. One object is one record. What the service did by itself (its suppression list, its policy) is
// kept as withheld: no receiver has refused anything. Opens, clicks, subscriptions and the like are skipped.
// Events are named by the service's own id, so the same post twice counts once. Thread rule: one thread.
#pragma once

#include "ingest/json_decoder.h"

#include <memory>

namespace waypost::ingest {

// Amazon SES: event publishing and notifications, raw, in an SNS envelope, in an EventBridge event, or in the
// Records of a Lambda or queue.
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
class SesDecoder final : public JsonDecoder {
  public:
    explicit SesDecoder(const DecoderOptions& options) : JsonDecoder(options, "ses") {}
    static bool looks(JsonValue record);

  protected:
    void object(JsonValue root, const LineAt& record, store::EventBatch& batch) override;

  private:
    void envelope(std::string_view message, const LineAt& record, store::EventBatch& batch);
    void event(JsonValue root, const LineAt& record, store::EventBatch& batch);
    void bounce(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch);
    void complaint(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch);
    void delivery(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch);
    void delay(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch);
    void withheld(JsonValue root, Told told, const LineAt& record, store::EventBatch& batch);
    void add(Told& told, std::string_view recipient, std::string_view name, const LineAt& record,
             store::EventBatch& batch);

    JsonDocument inner_;
    std::string name_, opinion_;
};

// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
class SendGridDecoder final : public JsonDecoder {
  public:
    explicit SendGridDecoder(const DecoderOptions& options) : JsonDecoder(options, "sendgrid") {}
    static bool looks(JsonValue record);

  protected:
    void object(JsonValue root, const LineAt& record, store::EventBatch& batch) override;

  private:
    std::string text_;
};

// https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads, and the events API's
// items.
class MailgunDecoder final : public JsonDecoder {
  public:
    explicit MailgunDecoder(const DecoderOptions& options) : JsonDecoder(options, "mailgun") {}
    static bool looks(JsonValue record);

  protected:
    void object(JsonValue root, const LineAt& record, store::EventBatch& batch) override;

  private:
    void event(JsonValue data, std::string_view token, const LineAt& record, store::EventBatch& batch);
    void fillStatus(JsonValue data, Told& told);
    std::string text_, name_;
};

// https://postmarkapp.com/developer/webhooks/webhooks-overview, and the bounce API's list.
class PostmarkDecoder final : public JsonDecoder {
  public:
    explicit PostmarkDecoder(const DecoderOptions& options) : JsonDecoder(options, "postmark") {}
    static bool looks(JsonValue record);

  protected:
    void object(JsonValue root, const LineAt& record, store::EventBatch& batch) override;

  private:
    void event(JsonValue root, const LineAt& record, store::EventBatch& batch);
    std::string name_;
};

// https://developers.sparkpost.com/api/webhooks/ and the events API's results.
class SparkPostDecoder final : public JsonDecoder {
  public:
    explicit SparkPostDecoder(const DecoderOptions& options) : JsonDecoder(options, "sparkpost") {}
    static bool looks(JsonValue record);

  protected:
    void object(JsonValue root, const LineAt& record, store::EventBatch& batch) override;

  private:
    void event(JsonValue root, const LineAt& record, store::EventBatch& batch);
};

} // namespace waypost::ingest
