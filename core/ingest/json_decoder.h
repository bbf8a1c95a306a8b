// JsonDecoder: what decoders of JSON records share. A record is one object; what is no JSON, or breaks the
// limits of json_document.h, is rejected with its reason. Thread rule: one thread.
#pragma once

#include "ingest/event_maker.h"
#include "ingest/json_document.h"

#include <string>

namespace waypost::ingest {

class JsonDecoder : public RecordDecoder {
  public:
    JsonDecoder(const DecoderOptions& options, std::string_view source)
        : options_(options), maker_(options_, source) {}

    void begin(const FileFacts& facts) override { zone_ = facts.zone; }
    void record(const LineAt& record, store::EventBatch& batch) final;
    void finish(store::EventBatch& batch) override { maker_.finish(batch); }
    void restore(std::string_view key, std::string_view state) override { maker_.restore(key, state); }

  protected:
    // True: the octets alone say that the record is no event; it is not even parsed.
    [[nodiscard]] virtual bool skips(std::string_view /*record*/) const { return false; }
    // One object. `record` is where it stands.
    virtual void object(JsonValue root, const LineAt& record, store::EventBatch& batch) = 0;
    // A type of record that is no event: "the type \"x\" is not known" when it is none we know of.
    static void unknown(std::string_view what, std::string_view name, const LineAt& record,
                        store::EventBatch& batch);

    DecoderOptions options_;
    EventMaker maker_;
    LogZone zone_;
    JsonDocument document_;
};

// Text of a member, or of the first element when it is a list.
std::string_view textOf(JsonValue object, std::string_view key);
// A whole number in [least, most], or `otherwise`.
std::int64_t numberOf(JsonValue value, std::int64_t otherwise, std::int64_t least = 0,
                      std::int64_t most = INT64_MAX);
// Without < and >.
std::string_view unbracketed(std::string_view id);

} // namespace waypost::ingest
