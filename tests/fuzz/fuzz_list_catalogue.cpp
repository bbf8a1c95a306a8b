// Any octets as a catalogue file: it is refused with its place, or every list of it can be checked, asked
// about and judged by.
#include "reputation/catalogue.h"
#include "reputation/judge.h"
#include "reputation/quoted_lists.h"
#include "reputation/target.h"

#include <cstdlib>

using namespace waypost;
using namespace waypost::reputation;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto read = readCatalogue(bytes, "lists.json");
    if (!read) {
        if (read.error().text.empty() || !read.error().stage.starts_with("lists.json")) std::abort();
        return 0;
    }
    (void)problemsOf(read->lists);
    const auto targets = parseTargets("203.0.113.7");
    dns::Answer answer;
    answer.status = dns::Status::Ok;
    answer.records.push_back({"x", dns::RecordType::A, 1, dns::AddressData{"127.0.0.2"}});
    for (const List& list : read->lists) {
        if (list.id.empty() || list.codes.size() > maxCodes) std::abort();
        for (const Code& code : list.codes)
            if (code.answer ? code.answer->low[0] != 127 : code.bit == 0) std::abort();
        (void)judge(list, answer);
        (void)queryName(list, targets->front(), nullptr, Secret("key"));
    }
    const QuotedLists quoted(Catalogue::of(std::move(read->lists)));
    (void)quoted.in("550 blocked using zen.example.org");
    return 0;
}
