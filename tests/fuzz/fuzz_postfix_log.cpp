// Any bytes as a Postfix log: head, line, decoder, evidence hash. What must hold for every input: views stay
// inside the line, a text split into its constant and variable parts comes back whole, and events have a
// reply.
#include "ingest/formats.h"
#include "ingest/postfix_decoder.h"
#include "store/event_text.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)ingest::detectFormat(bytes);
    ingest::DecoderOptions options;
    options.openMessages = 64;
    ingest::PostfixDecoder decoder(options);
    decoder.begin({.path = {}, .head = {}, .modified = UtcTime{1'767'225'600'000}, .zone = {}});
    store::EventBatch batch;
    std::int64_t offset = 0;
    for (std::string_view rest = bytes; !rest.empty();) {
        size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        decoder.record({line, offset}, batch);
        size_t step = end == std::string_view::npos ? rest.size() : end + 1;
        offset += std::int64_t(step);
        rest.remove_prefix(step);
    }
    decoder.finish(batch);
    for (const auto& e : batch.events) {
        if (!e.reply || e.pos < 0 || size_t(e.pos) + size_t(e.length) > size) std::abort();
    }
    std::string constant, parts;
    store::splitReply(bytes, constant, parts);
    if (store::joinReply(constant, parts) != bytes) std::abort();
    return 0;
}
