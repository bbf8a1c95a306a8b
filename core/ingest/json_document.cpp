#include "ingest/json_document.h"

#include "base/text.h"

#include <fmt/format.h>

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>

namespace waypost::ingest {

namespace {

namespace dom = simdjson::dom;
using Type = JsonNode::Type;

std::string_view reasonOf(simdjson::error_code code) {
    switch (code) {
    case simdjson::UTF8_ERROR: return "it holds invalid UTF-8";
    case simdjson::DEPTH_ERROR: return "it nests too deep";
    case simdjson::UNESCAPED_CHARS: return "a string holds a raw control character";
    case simdjson::UNCLOSED_STRING: return "a string has no end";
    case simdjson::STRING_ERROR: return "a string has a broken escape";
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE: return "a number is malformed or out of range";
    case simdjson::EMPTY: return "it is empty";
    default: return "its structure is broken";
    }
}

// The flat copy of a parsed value, with the checks simdjson leaves to its caller.
class Flattener {
  public:
    explicit Flattener(std::vector<JsonNode>& nodes) : nodes_(nodes) {}

    bool value(dom::element in, std::string_view key) {
        if (nodes_.size() >= maxJsonNodes) return refuse(fmt::format("more than {} values", maxJsonNodes));
        size_t at = nodes_.size();
        JsonNode& n = nodes_.emplace_back();
        n.key = key;
        switch (in.type()) {
        case dom::element_type::NULL_VALUE: n.type = Type::Null; return true;
        case dom::element_type::BOOL:
            n.type = Type::Bool;
            n.integer = in.get_bool().value_unsafe() ? 1 : 0;
            return true;
        case dom::element_type::INT64:
            n.type = Type::Integer;
            n.integer = in.get_int64().value_unsafe();
            return true;
        case dom::element_type::UINT64:
            n.type = Type::Real;
            n.real = double(in.get_uint64().value_unsafe());
            return true;
        case dom::element_type::DOUBLE:
            n.type = Type::Real;
            n.real = in.get_double().value_unsafe();
            return true;
        case dom::element_type::STRING:
            n.type = Type::Text;
            n.text = in.get_string().value_unsafe();
            return true;
        case dom::element_type::OBJECT:
            n.type = Type::Object;
            return members(in.get_object().value_unsafe(), at);
        case dom::element_type::ARRAY:
            n.type = Type::Array;
            for (dom::element e : in.get_array().value_unsafe()) {
                if (!value(e, {})) return false;
            }
            nodes_[at].span = std::uint32_t(nodes_.size() - at);
            return true;
        }
        return true;
    }
    std::string reason;

  private:
    bool members(const dom::object& in, size_t at) {
        // A bit for each key seen so far: only a key whose bit is taken is compared with those before it.
        std::uint64_t seen[4] = {};
        for (auto field : in) {
            std::string_view key = field.key;
            unsigned h = unsigned(key.size()) * 31u;
            if (!key.empty())
                h += unsigned(std::uint8_t(key.front())) * 7u + unsigned(std::uint8_t(key.back())) * 131u +
                     unsigned(std::uint8_t(key[key.size() / 2])) * 17u;
            std::uint64_t& word = seen[(h >> 6) & 3];
            std::uint64_t bit = 1ULL << (h & 63);
            if ((word & bit) && has(at, key))
                return refuse(fmt::format("the key \"{}\" stands twice in one object",
                                          text::printable(key.substr(0, 40))));
            if (comparisons_ > maxComparisons) return refuse("too many keys that look alike");
            word |= bit;
            if (!value(field.value, key)) return false;
        }
        nodes_[at].span = std::uint32_t(nodes_.size() - at);
        return true;
    }
    [[nodiscard]] bool has(size_t object, std::string_view key) {
        for (size_t i = object + 1; i < nodes_.size() && comparisons_ <= maxComparisons;
             i += nodes_[i].span) {
            if (nodes_[i].key == key) return true;
            ++comparisons_;
        }
        return false;
    }
    static constexpr size_t maxComparisons = 1'000'000; // an object made of keys that share a bit
    bool refuse(std::string why) {
        reason = std::move(why);
        return false;
    }
    std::vector<JsonNode>& nodes_;
    size_t comparisons_ = 0;
};

std::optional<std::int64_t> wholeOf(std::string_view in) {
    in = text::trim(in);
    std::int64_t value = 0;
    auto read = std::from_chars(in.data(), in.data() + in.size(), value);
    if (in.empty() || read.ec != std::errc{} || read.ptr != in.data() + in.size()) return std::nullopt;
    return value;
}

} // namespace

std::optional<std::int64_t> JsonValue::integer() const {
    switch (type()) {
    case Type::Integer: return node_->integer;
    case Type::Real:
        if (std::abs(node_->real) < 9e15 && std::floor(node_->real) == node_->real)
            return std::int64_t(node_->real);
        return std::nullopt;
    case Type::Text: return wholeOf(node_->text);
    default: return std::nullopt;
    }
}

std::optional<double> JsonValue::real() const {
    if (type() == Type::Real) return node_->real;
    if (type() == Type::Integer) return double(node_->integer);
    if (type() != Type::Text) return std::nullopt;
    double value = 0;
    std::string_view in = text::trim(node_->text);
    auto read = std::from_chars(in.data(), in.data() + in.size(), value);
    if (in.empty() || read.ec != std::errc{} || read.ptr != in.data() + in.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

JsonValue JsonValue::operator[](std::string_view key) const {
    if (!isObject()) return {};
    for (JsonValue v : *this) {
        if (v.key() == key) return v;
    }
    return {};
}

JsonValue JsonValue::at(std::string_view path) const {
    JsonValue here = *this;
    for (;;) {
        if (JsonValue whole = here[path]; whole.node_) return whole;
        size_t dot = path.find('.');
        std::string_view step = path.substr(0, dot);
        if (here.isArray()) {
            auto index = text::parseUnsigned(step);
            JsonValue found;
            std::uint64_t i = 0;
            for (JsonValue v : here) {
                if (index && i++ == *index) found = v;
            }
            here = found;
        } else {
            here = here[step];
        }
        if (!here.node_ || dot == std::string_view::npos) return here;
        path.remove_prefix(dot + 1);
    }
}

JsonValue JsonValue::first() const {
    if (!isArray()) return *this;
    return node_->span > 1 ? JsonValue(node_ + 1) : JsonValue{};
}

struct JsonDocument::Parser {
    dom::parser parser{maxJsonBytes};
    std::string padded;
};

JsonDocument::JsonDocument() : parser_(std::make_unique<Parser>()) {}
JsonDocument::~JsonDocument() = default;

std::optional<std::string> JsonDocument::parse(std::string_view bytes) {
    nodes_.clear();
    if (bytes.size() > maxJsonBytes)
        return fmt::format("it has {} octets, more than the {} allowed", bytes.size(), maxJsonBytes);
    std::string& buffer = parser_->padded;
    size_t room = bytes.size() + simdjson::SIMDJSON_PADDING;
    if (buffer.size() < room) buffer.resize(room * 2);
    if (!bytes.empty()) std::memcpy(buffer.data(), bytes.data(), bytes.size());
    std::memset(buffer.data() + bytes.size(), 0, simdjson::SIMDJSON_PADDING);
    if (parser_->parser.capacity() < bytes.size() || parser_->parser.max_depth() != size_t(maxJsonDepth)) {
        size_t capacity = std::max<size_t>(16 * 1024, bytes.size() * 2);
        if (parser_->parser.allocate(std::min(capacity, maxJsonBytes), size_t(maxJsonDepth)))
            return "there is no memory for it";
    }
    dom::element root;
    auto code = parser_->parser.parse(buffer.data(), bytes.size(), false).get(root);
    if (code) return fmt::format("not valid JSON: {}", reasonOf(code));
    Flattener flat(nodes_);
    if (flat.value(root, {})) return std::nullopt;
    nodes_.clear();
    return flat.reason;
}

} // namespace waypost::ingest
