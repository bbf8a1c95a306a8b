// Any octets as the answer of a DNS list: what is called listed has records in 127/8 alone and none that
// refuses; a welcome or a score is never a listing; every state but clean says why. The first octet chooses
// the list.
#include "dns/wire.h"
#include "reputation/catalogue.h"
#include "reputation/judge.h"

#include <array>
#include <cstdlib>

using namespace waypost;
using namespace waypost::reputation;

namespace {

constexpr std::string_view catalogue = R"({"schema_version": 1, "lists": [
  {"id": "codes", "zone": "a.test", "name": "A", "asks": ["ipv4"], "operator": "o", "codes": [
    {"answer": "127.0.0.2", "sub": "S", "meaning": "m."}, {"answer": "127.0.1.0-99", "meaning": "n."}]},
  {"id": "bits", "zone": "b.test", "name": "B", "asks": ["domain"], "operator": "o", "codes": [
    {"bit": 1, "kind": "refused", "meaning": "r."}, {"bit": 2, "meaning": "m."}, {"bit": 128, "meaning": "n."}]},
  {"id": "plain", "zone": "c.test", "name": "C", "asks": ["ipv4"], "operator": "o"},
  {"id": "good", "zone": "d.test", "name": "D", "kind": "welcome", "asks": ["ipv4"], "operator": "o", "codes": [
    {"answer": "127.0.*.1", "meaning": "w."}]},
  {"id": "score", "zone": "e.test", "name": "E", "asks": ["ipv4"], "operator": "o", "codes": [
    {"answer": "127.0.4.0-100", "kind": "score", "meaning": "s."}]}]})";

const std::vector<List>& lists() {
    static const auto read = readCatalogue(catalogue, "fuzz");
    if (!read) std::abort();
    return read->lists;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const List& list = lists()[data[0] % lists().size()];
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    auto message = dns::decodeMessage(bytes);
    dns::Question question{"2.0.0.127." + list.zone, dns::RecordType::A};
    if (message && !message->questions.empty()) question.name = message->questions.front().name;
    const dns::Answer answer = dns::decodeAnswer(question, bytes);
    const Judgement j = judge(list, answer);
    if (j.status == Status::NotApplicable) std::abort();
    if (j.status != Status::Clean && j.meaning.empty()) std::abort();
    if ((j.status == Status::Error || j.status == Status::Refused) != (j.reason != Reason::None))
        std::abort();
    if (j.status == Status::Listed) {
        if (j.answers.empty()) std::abort();
        for (const std::string& a : j.answers)
            if (!a.starts_with("127.") || a.starts_with("127.255.255.")) std::abort();
        if (list.welcome) std::abort();
    }
    if (!answer.definite() && j.status != Status::Error) std::abort();
    if (j.status != Status::Clean && j.status != Status::Listed && (j.welcome || j.score)) std::abort();
    question.type = dns::RecordType::TXT;
    if (txtOf(dns::decodeAnswer(question, bytes)).size() > 2000) std::abort();
    return 0;
}
