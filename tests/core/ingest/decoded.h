// Shared by the tests of decoders: a content, taken as the importer takes it (the format by content, records
// by its scanner), as one line of text for each event, rejected record and refusal.
#pragma once

#include "ingest/decoder.h"
#include "ingest/formats.h"
#include "ingest/scanners.h"
#include "ingest/source_book.h"
#include "reply/classifier.h"
#include "support/paths.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace waypost::ingest::test {

struct Decoded {
    std::string format;
    std::vector<std::string> lines; // events, in order
    std::vector<std::string> rejected, refusals;
    std::uint64_t skipped = 0;
    std::vector<store::JoinChange> joins;
};

inline const SourceBook* shippedBook() {
    static auto book = SourceBook::load(waypost::test::resources() / "ingest");
    if (!book) std::fprintf(stderr, "%s\n", book.error().describe().c_str());
    return book ? book->get() : nullptr;
}

inline const reply::Classifier* shippedRules() {
    static auto rules = reply::Classifier::load(waypost::test::resources() / "rules");
    return rules ? rules->get() : nullptr;
}

// "attempt accepted - 250 2.0.0 body <a@b.example>" and what else is known, in a fixed order.
inline std::string lineOf(const store::NewEvent& e) {
    const auto& r = *e.reply;
    std::string_view permanence = reply::permanenceName(r.permanence);
    std::string out =
        fmt::format("{} {} {} {} {} {} <{}>", reply::kindName(e.kind), reply::categoryName(r.category),
                    permanence.empty() ? "-" : permanence, r.code, r.enhanced.empty() ? "-" : r.enhanced,
                    reply::stageName(r.stage), e.recipient);
    auto more = [&out](std::string_view name, std::string_view value) {
        if (!value.empty()) out += fmt::format(" {}={}", name, value);
    };
    more("from", e.sender);
    more("mx", e.mxHost);
    more("mxip", e.mxIp);
    more("ip", e.sendingIp);
    more("tls", e.tls);
    more("campaign", e.campaign);
    more("stream", e.stream);
    more("queue", e.queueId);
    more("id", e.messageId);
    if (e.size >= 0) more("size", fmt::format("{}", e.size));
    if (e.attempt > 0) more("try", fmt::format("{}", e.attempt));
    if (e.latencyMs >= 0) more("ms", fmt::format("{}", e.latencyMs));
    more("opinion", r.opinion);
    more("name", e.dedupe);
    if ((e.flags & store::NoAttempt) != 0) out += " no-attempt";
    if ((e.flags & store::FirstOfMessage) == 0) out += " not-first";
    return out;
}

inline Decoded decode(std::string_view content, DecoderOptions options = {}, LogZone zone = {}) {
    options.sources = shippedBook();
    Decoded out;
    auto found = detectFormat(content, options);
    out.format = found.name;
    if (!found.format) {
        out.rejected.push_back(found.tried);
        return out;
    }
    auto decoder = found.format->decoder(options);
    FileFacts facts;
    facts.head = content;
    facts.zone = zone;
    decoder->begin(facts);
    store::EventBatch batch;
    auto scanner = makeScanner(found.format->records);
    std::int64_t offset = 0;
    while (!content.empty()) {
        Scan scan = scanner->scan(content, true);
        std::string_view record = content.substr(scan.skip, scan.take);
        if (!record.empty()) decoder->record({record, offset + std::int64_t(scan.skip)}, batch);
        if (scan.skip + scan.take == 0) break;
        content.remove_prefix(scan.skip + scan.take);
        offset += std::int64_t(scan.skip + scan.take);
    }
    decoder->finish(batch);
    for (const auto& e : batch.events) out.lines.push_back(lineOf(e));
    for (const auto& r : batch.rejected) out.rejected.push_back(r.reason);
    for (const auto& r : batch.refusals)
        out.refusals.push_back(fmt::format("{} <{}> <{}> {}", r.client, r.sender, r.recipient, r.text));
    out.skipped = batch.skipped;
    out.joins = std::move(batch.joins);
    return out;
}

inline std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& l : lines) out += l + "\n";
    return out;
}

} // namespace waypost::ingest::test
