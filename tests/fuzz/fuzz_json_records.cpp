// Any bytes as JSON records: detection, scanner, document, and the decoder of every JSON format. What must
// hold for every input: what our document accepts Boost.JSON accepts too, records lie inside the content, and
// each event has a reply and lies in its record.
#include "base/json.h"
#include "ingest/formats.h"
#include "ingest/json_document.h"
#include "ingest/scanners.h"
#include "ingest/source_book.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;
using namespace waypost::ingest;

namespace {

const SourceBook* book() {
    static const auto loaded = [] {
        const char* resources = std::getenv("WAYPOST_RESOURCES");
        auto found = SourceBook::load(std::filesystem::path(resources ? resources : "resources") / "ingest");
        return found ? *found : nullptr;
    }();
    return loaded.get();
}

void decodeAll(const Format& format, std::string_view content, const DecoderOptions& options) {
    auto decoder = format.decoder(options);
    FileFacts facts;
    facts.head = content;
    decoder->begin(facts);
    store::EventBatch batch;
    auto scanner = makeScanner(format.records);
    std::int64_t offset = 0;
    for (std::string_view rest = content; !rest.empty();) {
        Scan scan = scanner->scan(rest, true);
        if (scan.skip + scan.take > rest.size()) std::abort();
        if (scan.skip + scan.take == 0) break;
        std::string_view record = rest.substr(scan.skip, scan.take);
        if (!record.empty()) decoder->record({record, offset + std::int64_t(scan.skip)}, batch);
        rest.remove_prefix(scan.skip + scan.take);
        offset += std::int64_t(scan.skip + scan.take);
    }
    decoder->finish(batch);
    for (const auto& e : batch.events) {
        if (!e.reply || e.pos < 0 || size_t(e.pos) + size_t(e.length) > content.size()) std::abort();
        if (e.recipient.empty()) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    JsonDocument document;
    if (!document.parse(bytes) && !json::parse(bytes, "fuzz")) std::abort();
    DecoderOptions options;
    options.openMessages = 64;
    options.sources = book();
    (void)detectFormat(bytes, options);
    for (const Format& format : formats()) {
        if (format.records == Records::Json) decodeAll(format, bytes, options);
    }
    return 0;
}
