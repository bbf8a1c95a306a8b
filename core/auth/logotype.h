// The logotype extension of a mark certificate (RFC 9399, before it RFC 3709): where the logo stands and what
// its hash is. A reader of DER of its own, because OpenSSL does not know the extension. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

inline constexpr size_t maxEmbeddedLogo = 128 * 1024; // after decompression
inline constexpr size_t maxLogotypeImages = 8;        // read; more are left out

struct LogotypeHash {
    std::string algorithm; // dotted OID
    std::string value;     // octets
};
struct LogotypeImage {
    std::string mediaType;
    std::vector<LogotypeHash> hashes;
    std::vector<std::string> uris;
};

// The images of subjectLogo, from the DER of the extension's value; nothing when it does not parse.
std::optional<std::vector<LogotypeImage>> parseLogotype(std::string_view der);

struct EmbeddedLogo {
    std::string encoded; // the octets of the data: URI
    std::string svg;     // the same, or decompressed when they are gzip
    std::string problem; // unless it could be read; one sentence
};
// A URI "data:image/svg+xml;base64,…".
EmbeddedLogo embeddedLogo(std::string_view uri);

} // namespace waypost::auth
