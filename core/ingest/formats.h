// The formats we read, one entry each: how its content is known, how it falls into records, and what decodes
// a record. Pure. A new format is one entry in formats.cpp and one decoder (ingest/decoder.h) beside the
// others.
#pragma once

#include "ingest/decoder.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace waypost::ingest {

enum class Records : std::uint8_t {
    Lines, // cut at maxLineBytes, the rest of the line skipped
    Json,  // the values of one array, of several, or one behind the other
    Csv,   // lines, but a quoted field may hold line ends
    Mbox,  // messages that begin with a "From " line behind an empty one
    Whole, // the file is one record, and is never appended to
};

struct Format {
    std::string_view name;  // "postfix": printed and stored
    std::string_view title; // "Postfix log": for sentences
    Records records = Records::Lines;
    size_t maxRecord = 0; // octets; a longer one is rejected (0: for lines, which are cut)
    // Empty when content that begins with `head` is of this format; else what it looks like instead: half a
    // sentence ("none of the first 3 lines has a syslog head").
    std::string (*looks)(std::string_view head, const DecoderOptions& options) = nullptr;
    std::unique_ptr<RecordDecoder> (*decoder)(const DecoderOptions& options) = nullptr;
    // True when a last line without its end can be nothing but whole. Null: it never shows.
    bool (*whole)(std::string_view line) = nullptr;
    // The name of this content's own kind, where one format reads several (mapping files). Null: `name`.
    std::string (*called)(std::string_view head, const DecoderOptions& options) = nullptr;
    // The decoder copies all it puts into a batch: its records need not be kept.
    bool copies = false;
};

std::span<const Format> formats(); // in the order they are tried

struct Detected {
    const Format* format = nullptr; // null: empty content, or none of ours
    std::string name;               // of the format, or of the mapping that reads the content
    bool empty = false;
    std::string tried; // none of ours: what was tried and what the content looks like, one sentence
};
// `head`: the first octets of the (uncompressed) content.
Detected detectFormat(std::string_view head, const DecoderOptions& options = {});

// A line that is one JSON object can be nothing but whole.
bool isWholeJson(std::string_view line);

} // namespace waypost::ingest
