// JsonDocument: one JSON value, read with limits, as a flat list of nodes that point into it. Made for
// records of logs and webhooks: thousands a second, foreign, and possibly hostile. Strict (RFC 8259): invalid
// UTF-8, raw control characters, numbers out of range, text behind the value, a key twice in one object and
// more than the limits below are refused with a reason.
//
// A document is used again and again: parse() forgets the value before. Memory is bounded by the largest
// record. Thread rule: one thread at a time. Failure: the reason as text; nothing throws.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ingest {

inline constexpr size_t maxJsonBytes = 1024 * 1024;
inline constexpr int maxJsonDepth = 32;
inline constexpr size_t maxJsonNodes = 65'536;

struct JsonNode {
    enum class Type : std::uint8_t { Missing, Null, Bool, Integer, Real, Text, Object, Array };
    std::string_view key;  // in its object
    std::string_view text; // Text
    union {
        std::int64_t integer = 0; // Integer, Bool
        double real;              // Real
    };
    std::uint32_t span = 1; // this node and all below it
    Type type = Type::Missing;
};

// A node, or nothing. Valid until the document reads the next record. Every accessor answers for the wrong
// type as for nothing.
class JsonValue {
  public:
    JsonValue() = default;
    explicit JsonValue(const JsonNode* node) : node_(node) {}

    [[nodiscard]] JsonNode::Type type() const { return node_ ? node_->type : JsonNode::Type::Missing; }
    explicit operator bool() const { return node_ != nullptr && node_->type != JsonNode::Type::Null; }
    [[nodiscard]] bool isObject() const { return type() == JsonNode::Type::Object; }
    [[nodiscard]] bool isArray() const { return type() == JsonNode::Type::Array; }
    [[nodiscard]] std::string_view key() const { return node_ ? node_->key : std::string_view{}; }
    [[nodiscard]] std::string_view text() const { return node_ ? node_->text : std::string_view{}; }
    // Whole numbers, also when they stand as text ("550") or as 550.0.
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] std::optional<double> real() const;
    [[nodiscard]] bool isTrue() const { return type() == JsonNode::Type::Bool && node_->integer != 0; }
    // Member of an object; nothing when there is none.
    JsonValue operator[](std::string_view key) const;
    // "a.b.0.c": members and, by number, elements. A member whose own name is the whole path comes first.
    [[nodiscard]] JsonValue at(std::string_view path) const;
    // First element of an array; the value itself when it is none.
    [[nodiscard]] JsonValue first() const;

    // Members or elements.
    class Iterator {
      public:
        explicit Iterator(const JsonNode* at) : at_(at) {}
        JsonValue operator*() const { return JsonValue(at_); }
        Iterator& operator++() {
            at_ += at_->span;
            return *this;
        }
        bool operator==(const Iterator&) const = default;

      private:
        const JsonNode* at_;
    };
    [[nodiscard]] Iterator begin() const { return Iterator(holds() ? node_ + 1 : nullptr); }
    [[nodiscard]] Iterator end() const { return Iterator(holds() ? node_ + node_->span : nullptr); }

  private:
    [[nodiscard]] bool holds() const { return isObject() || isArray(); }
    const JsonNode* node_ = nullptr;
};

class JsonDocument {
  public:
    JsonDocument();
    ~JsonDocument();
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;

    // Nothing, or what is wrong: "not valid JSON: …".
    std::optional<std::string> parse(std::string_view bytes);
    [[nodiscard]] JsonValue root() const { return JsonValue(nodes_.empty() ? nullptr : nodes_.data()); }

  private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
    std::vector<JsonNode> nodes_;
};

} // namespace waypost::ingest
