// The DNS decoder on any octets: it never crashes, what it reads it can write again, and the second reading
// is the first.
#include "base/text.h"
#include "dns/name_codec.h"
#include "dns/wire.h"

#include <cstdlib>

using namespace waypost::dns;

namespace {

bool sameRecords(const Message& a, const Message& b) {
    return a.answers == b.answers && a.authority == b.authority && a.additional == b.additional;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto message = decodeMessage(bytes);
    Question question{"example.org", RecordType::TXT};
    if (message && !message->questions.empty()) question = message->questions.front();

    const Answer answer = decodeAnswer(question, bytes);
    if (answer.status == Status::Ok && answer.records.empty()) std::abort();
    if (answer.status == Status::Malformed && answer.text.empty()) std::abort();
    if (!message && answer.status != Status::Malformed) std::abort();
    for (const auto& r : answer.records) (void)presentation(r);
    if (!message || message->truncated) return 0;

    auto again = encodeResponse(*message);
    if (!again) std::abort();
    auto second = decodeMessage(*again);
    if (!second) std::abort();
    // Names in data are written without pointers, so that a full message may not fit a second time.
    if (!second->truncated && !sameRecords(*message, *second)) std::abort();
    return 0;
}
