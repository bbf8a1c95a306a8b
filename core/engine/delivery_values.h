// Values of the Delivery screen: what was attempted, in counts, groups and rows, and what is imported and
// exported. Thread rule: values; copy or share as const.
#pragma once

#include "base/clock.h"
#include "engine/evidence_values.h"
#include "reply/event.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waypost::engine {

struct TimeRange {
    UtcTime from, to; // [from, to)
    bool operator==(const TimeRange&) const = default;
};

struct OutcomeBucket {
    UtcTime start;
    std::array<std::uint64_t, 5> counts{}; // reply::Outcome order
};

struct DeliveryFilter {
    // Values inside one field are alternatives; fields narrow each other. Empty field: no restriction.
    std::vector<std::string> providers, categories, outcomes, streams, domains, templates, sources;
    std::string recipientOrMessage; // finds one recipient, queue id or message id
    std::string query;              // in the filter language (filter/query.h), holds as well; days are UTC
    bool operator==(const DeliveryFilter&) const = default;
};
struct FacetValue {
    std::string value, label;
    std::uint64_t events = 0;
};
struct Facet {
    std::string field, title;
    std::vector<FacetValue> values;
};
struct ReplyGroup {
    std::string templateKey, templateText, provider, category;
    std::uint64_t events = 0;
    UtcTime firstSeen, lastSeen;
    std::vector<std::uint32_t> trend; // up to 24 equal parts of the range
};
struct OverviewQuery {
    TimeRange range;
    DeliveryFilter filter;
    int maxBuckets = 72;
};
struct Overview {
    TimeRange range;
    Millis bucket{3'600'000};
    std::vector<OutcomeBucket> buckets;
    std::vector<Facet> facets;
    std::vector<ReplyGroup> groups;
    std::uint64_t events = 0;
    std::uint64_t unclassified = 0;
    std::optional<TimeRange> stored; // extent of all events in the workspace; nothing: no event stored yet
    UtcTime asOf;
};
// What was changed in a range: imports, rules, decisions, rotations, settings. Oldest first.
struct MarksQuery {
    TimeRange range;
};
struct ChangeMark {
    UtcTime at;
    std::string kind, text;
};
struct Marks {
    std::vector<ChangeMark> marks;
};
struct EventsQuery {
    TimeRange range;
    DeliveryFilter filter;
    std::int64_t before = 0; // rows older than this key; 0: from the newest
    int limit = 200;
    std::uint64_t skip = 0; // and so many of them are passed over
};
struct EventRow {
    std::int64_t key = 0;
    UtcTime at;
    std::string provider, recipient, domain, stream, category, enhanced, text, mxHost, queueId;
    reply::Outcome outcome = reply::Outcome::Unknown;
    int code = 0;
    int latencyMs = -1;
};
struct EventPage {
    std::vector<EventRow> rows;
    std::int64_t next = 0; /* 0: the end */
};
struct EventQuery {
    std::int64_t key = 0;
};
struct EventDetail {
    EventRow row;
    reply::ReplyEvent event;
    std::vector<Node> tree; // parsed fields with their spans in raw[0]
    std::vector<RawDocument> raw;
    std::vector<EventRow> history; // other attempts of the same message and recipient
};
struct ExportEvents {
    TimeRange range;
    DeliveryFilter filter;
    std::string file;
};

struct ImportFiles {
    std::vector<std::string> files;
};
struct ImportSummary {
    struct File {
        std::string file, format, text;
        std::uint64_t records = 0, events = 0, duplicates = 0, rejected = 0;
        double seconds = 0;
    };
    std::vector<File> files;
};

} // namespace waypost::engine
