// MappedDecoder: JSON records by a mapping file (mapping.h). Thread rule: one thread.
#pragma once

#include "ingest/json_decoder.h"
#include "ingest/mapping.h"

#include <map>
#include <memory>
#include <vector>

namespace waypost::ingest {

// Which mapping, the head of each file says (DecoderOptions::sources must outlive the decoder); events of
// each have its name as their source.
class MappedDecoder final : public RecordDecoder {
  public:
    explicit MappedDecoder(const DecoderOptions& options) : options_(options) {}
    void begin(const FileFacts& facts) override;
    void record(const LineAt& record, store::EventBatch& batch) override;
    void finish(store::EventBatch& batch) override;
    void restore(std::string_view key, std::string_view state) override;

  private:
    DecoderOptions options_;
    std::map<std::string, std::unique_ptr<JsonDecoder>> byName_;
    JsonDecoder* running_ = nullptr;
    std::vector<std::pair<std::string, std::string>> restored_; // for decoders that are made later
};

class OneMappingDecoder final : public JsonDecoder {
  public:
    // The mapping must outlive the decoder.
    OneMappingDecoder(const DecoderOptions& options, const Mapping& mapping)
        : JsonDecoder(options, mapping.name), mapping_(mapping) {}
    void begin(const FileFacts& facts) override;

  protected:
    void object(JsonValue root, const LineAt& record, store::EventBatch& batch) override;

  private:
    JsonValue find(JsonValue root, const std::vector<std::string>& paths) const;
    JsonValue value(JsonValue root, MappedField field) const;
    std::string_view text(JsonValue root, MappedField field) const;
    MappedOutcome outcomeOf(JsonValue root, std::string_view& word) const;
    void fill(JsonValue root, Told& told);
    void fillReply(JsonValue root, Told& told);
    bool settle(MappedOutcome outcome, Told& told) const;

    const Mapping& mapping_;
    std::string text_;
};

} // namespace waypost::ingest
