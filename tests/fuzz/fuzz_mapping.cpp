// Any bytes as a mapping file, and, when it is one, a record read by it.
#include "ingest/mapped_decoder.h"

#include <cstdint>

using namespace waypost;
using namespace waypost::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto value = json::parse(bytes, "fuzz");
    if (!value) return 0;
    auto mapping = readMapping(*value, "fuzz");
    if (!mapping) return 0;
    DecoderOptions options;
    OneMappingDecoder decoder(options, *mapping);
    decoder.begin({});
    store::EventBatch batch;
    // The file itself stands for a record: its members are what its own paths may name.
    decoder.record({bytes, 0}, batch);
    decoder.record(
        {R"({"id":"1","type":"delivered","recipient":"a@b.example","time":1763000005,"code":250})", 0},
        batch);
    decoder.finish(batch);
    return 0;
}
