// Any bytes as a table of events: format, header, lines. What must hold for every input: an event has a reply
// and a place inside the input, and what was read is not kept by its address.
#include "ingest/formats.h"
#include "ingest/table_decoder.h"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace waypost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    (void)ingest::detectFormat(bytes);
    ingest::TableDecoder decoder({});
    decoder.begin({.path = {}, .head = bytes, .modified = {}, .zone = {}});
    store::EventBatch batch;
    for (size_t at = 0; at < bytes.size();) {
        size_t end = std::min(bytes.find('\n', at), bytes.size() - 1) + 1;
        std::string line = bytes.substr(at, end - at); // gone when the next is read
        decoder.record({line, std::int64_t(at)}, batch);
        at = end;
    }
    decoder.finish(batch);
    size_t sum = 0;
    for (const auto& e : batch.events) {
        if (!e.reply || e.pos < 0 || size_t(e.pos) + size_t(e.length) > size) std::abort();
        for (auto text : {e.recipient, e.sender, e.stream, e.source, e.queueId, e.parts})
            for (char c : text) sum += std::uint8_t(c);
    }
    return sum == SIZE_MAX ? 1 : 0;
}
