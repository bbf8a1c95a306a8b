#include "auth/logotype.h"

#include "base/text.h"

#include <fmt/format.h>

#include <zlib.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr int sequence = 0x30, octetString = 0x04, objectId = 0x06, ia5String = 0x16;
constexpr int context0 = 0xa0, context2 = 0xa2;
constexpr size_t maxItems = 16;

// One element after the other; stops for good at the first fault.
class DerReader {
  public:
    explicit DerReader(std::string_view in) : in_(in) {}
    [[nodiscard]] bool done() const { return in_.empty(); }
    [[nodiscard]] int tag() const { return in_.empty() ? -1 : int(static_cast<unsigned char>(in_[0])); }
    // The content of the next element when it has this tag.
    std::optional<std::string_view> take(int wanted) {
        if (tag() != wanted) return std::nullopt;
        return any();
    }
    std::optional<std::string_view> any() {
        if (in_.size() < 2 || (in_[0] & 0x1f) == 0x1f) return std::nullopt; // long tags do not occur here
        size_t length = static_cast<unsigned char>(in_[1]);
        size_t head = 2;
        if (length & 0x80) {
            const size_t octets = length & 0x7f;
            if (octets == 0 || octets > 4 || in_.size() < 2 + octets) return std::nullopt;
            length = 0;
            for (size_t i = 0; i < octets; ++i) length = length << 8 | static_cast<unsigned char>(in_[2 + i]);
            head += octets;
        }
        if (length > in_.size() - head) return std::nullopt;
        const std::string_view content = in_.substr(head, length);
        in_.remove_prefix(head + length);
        return content;
    }

  private:
    std::string_view in_;
};

std::string dotted(std::string_view oid) {
    std::string out;
    std::uint64_t value = 0;
    bool first = true;
    for (char c : oid) {
        const auto octet = static_cast<unsigned char>(c);
        if (value > (UINT64_MAX >> 7)) return {};
        value = value << 7 | (octet & 0x7f);
        if (octet & 0x80) continue;
        if (first) {
            const std::uint64_t top = std::min<std::uint64_t>(value / 40, 2);
            out = fmt::format("{}.{}", top, value - top * 40);
        } else {
            out += fmt::format(".{}", value);
        }
        first = false;
        value = 0;
    }
    return out;
}

bool readHashes(std::string_view content, LogotypeImage& image) {
    DerReader list(content);
    while (!list.done()) {
        const auto pair = list.take(sequence);
        if (!pair) return false;
        DerReader fields(*pair);
        const auto algorithm = fields.take(sequence);
        const auto value = fields.take(octetString);
        if (!algorithm || !value) return false;
        const auto oid = DerReader(*algorithm).take(objectId);
        if (!oid) return false;
        if (image.hashes.size() < maxItems) image.hashes.push_back({dotted(*oid), std::string(*value)});
    }
    return true;
}

// LogotypeImage ::= SEQUENCE { imageDetails LogotypeDetails, imageInfo OPTIONAL }
bool readImage(std::string_view content, LogotypeImage& image) {
    const auto details = DerReader(content).take(sequence);
    if (!details) return false;
    DerReader fields(*details);
    const auto type = fields.take(ia5String);
    const auto hashes = fields.take(sequence);
    const auto uris = fields.take(sequence);
    if (!type || !hashes || !uris || !readHashes(*hashes, image)) return false;
    image.mediaType = std::string(*type);
    DerReader list(*uris);
    while (!list.done()) {
        const auto uri = list.take(ia5String);
        if (!uri) return false;
        if (image.uris.size() < maxItems) image.uris.emplace_back(*uri);
    }
    return true;
}

std::optional<std::string> gunzip(const std::string& bytes) {
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return std::nullopt;
    std::string out(maxEmbeddedLogo + 1, '\0');
    std::string in = bytes; // zlib takes no const
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = uInt(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = uInt(out.size());
    const int end = inflate(&stream, Z_FINISH);
    const size_t size = stream.total_out;
    inflateEnd(&stream);
    if (end != Z_STREAM_END || size > maxEmbeddedLogo) return std::nullopt;
    out.resize(size);
    return out;
}

} // namespace

std::optional<std::vector<LogotypeImage>> parseLogotype(std::string_view der) {
    std::vector<LogotypeImage> out;
    const auto extension = DerReader(der).take(sequence);
    if (!extension) return std::nullopt;
    DerReader fields(*extension);
    // communityLogos [0], issuerLogo [1], subjectLogo [2] EXPLICIT LogotypeInfo, otherLogos [3]
    while (!fields.done()) {
        const int tag = fields.tag();
        const auto field = fields.any();
        if (!field) return std::nullopt;
        if (tag != context2) continue;
        // LogotypeInfo: direct [0] LogotypeData, whose first field is the images.
        const auto direct = DerReader(*field).take(context0);
        if (!direct) continue;
        const auto images = DerReader(*direct).take(sequence);
        if (!images) continue;
        DerReader list(*images);
        while (!list.done()) {
            const auto image = list.take(sequence);
            LogotypeImage read;
            if (!image || !readImage(*image, read)) return std::nullopt;
            if (out.size() < maxLogotypeImages) out.push_back(std::move(read));
        }
    }
    return out;
}

EmbeddedLogo embeddedLogo(std::string_view uri) {
    EmbeddedLogo out;
    const size_t comma = uri.find(',');
    if (!text::istartsWith(uri, "data:") || comma == std::string_view::npos) {
        out.problem = "The logo is not embedded as a data: address.";
        return out;
    }
    const std::string_view kind = uri.substr(5, comma - 5);
    if (!text::istartsWith(kind, "image/svg+xml") || !text::iendsWith(kind, ";base64")) {
        out.problem = fmt::format("The embedded logo is \"{}\", not image/svg+xml in base64.",
                                  text::printable(kind.substr(0, 60)));
        return out;
    }
    const std::string_view encoded = uri.substr(comma + 1);
    auto bytes = encoded.size() > 2 * maxEmbeddedLogo ? std::nullopt : text::base64Decode(encoded);
    if (!bytes || bytes->empty()) {
        out.problem = "The embedded logo is empty, broken or too large.";
        return out;
    }
    out.encoded = std::move(*bytes);
    if (!out.encoded.starts_with("\x1f\x8b")) {
        out.svg = out.encoded;
        return out;
    }
    auto plain = gunzip(out.encoded);
    if (plain)
        out.svg = std::move(*plain);
    else
        out.problem = fmt::format("The embedded logo cannot be decompressed, or is larger than {} bytes.",
                                  maxEmbeddedLogo);
    return out;
}

} // namespace waypost::auth
