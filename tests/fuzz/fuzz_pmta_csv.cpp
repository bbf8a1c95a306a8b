// Any bytes as a PowerMTA accounting file. What must hold for every input: records lie inside the content,
// fields inside their record, and each event has a reply and a recipient.
#include "ingest/csv_record.h"
#include "ingest/pmta_decoder.h"
#include "ingest/scanners.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;
using namespace waypost::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    DecoderOptions options;
    options.openMessages = 64;
    PmtaDecoder decoder(options);
    FileFacts facts;
    facts.head = bytes;
    decoder.begin(facts);
    store::EventBatch batch;
    CsvRecord row;
    auto scanner = makeScanner(Records::Csv);
    std::int64_t offset = 0;
    for (std::string_view rest = bytes; !rest.empty();) {
        Scan scan = scanner->scan(rest, true);
        if (scan.skip + scan.take > rest.size()) std::abort();
        if (scan.skip + scan.take == 0) break;
        std::string_view record = rest.substr(scan.skip, scan.take);
        if (!record.empty()) {
            decoder.record({record, offset + std::int64_t(scan.skip)}, batch);
            size_t total = 0;
            if (!row.parse(record)) {
                for (auto field : row.fields()) total += field.size();
            }
            if (total > record.size()) std::abort();
        }
        rest.remove_prefix(scan.skip + scan.take);
        offset += std::int64_t(scan.skip + scan.take);
    }
    decoder.finish(batch);
    for (const auto& e : batch.events) {
        if (!e.reply || e.recipient.empty()) std::abort();
    }
    return 0;
}
