// Any bytes as an Exim main log: stamp, line, remote reply, escapes, decoder. What must hold for every input:
// views stay inside the line, unescaping never makes a text longer, and an event has a reply and a recipient
// and lies in its file.
#include "ingest/exim_decoder.h"
#include "ingest/formats.h"

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>

using namespace waypost;
using namespace waypost::ingest;

namespace {

void demandInside(std::string_view part, std::string_view whole) {
    const std::less<> before;
    if (part.empty()) return;
    if (before(part.data(), whole.data())) std::abort();
    if (before(whole.data() + whole.size(), part.data() + part.size())) std::abort();
}

void readLine(std::string_view body) {
    const EximLine line = readEximLine(body);
    for (auto part :
         {line.id, line.address, line.original, line.sender, line.router, line.transport, line.host, line.ip,
          line.localIp, line.tls, line.confirmation, line.messageId, line.text, line.client, line.recipient})
        demandInside(part, body);
    const EximReply said = readEximReply(line);
    for (auto part : {said.host, said.ip, said.text, said.enhanced}) demandInside(part, body);
    std::string plain;
    for (bool quoted : {false, true}) {
        plain.clear();
        unescapeExim(body, quoted, plain);
        if (plain.size() > body.size()) std::abort();
    }
    if (eximDuration(body) < -1) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)detectFormat(bytes);
    DecoderOptions options;
    options.openMessages = 64;
    EximDecoder decoder(options);
    decoder.begin({.path = {}, .head = bytes, .modified = UtcTime{1'767'225'600'000}, .zone = {}});
    store::EventBatch batch;
    for (size_t at = 0; at < size;) {
        const size_t end = std::min(bytes.find('\n', at), size);
        const std::string_view line = bytes.substr(at, end - at);
        readLine(line);
        decoder.record({line, std::int64_t(at)}, batch);
        at = end + 1;
    }
    decoder.finish(batch);
    for (const auto& e : batch.events) {
        if (!e.reply || e.recipient.empty()) std::abort();
        if (e.pos < 0 || size_t(e.pos) + size_t(e.length) > size) std::abort();
    }
    return 0;
}
