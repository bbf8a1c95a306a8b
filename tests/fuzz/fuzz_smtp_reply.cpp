// Replies: whole and in pieces must give the same, caps hold, capabilities always parse.
#include "smtp/capabilities.h"
#include "smtp/parser.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost::smtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string_view in(reinterpret_cast<const char*>(data), size);
    ReplyParser whole;
    ReplyParser pieces;
    whole.feed(in);
    for (char c : in) pieces.feed({&c, 1});
    while (true) {
        auto a = whole.next();
        auto b = pieces.next();
        if (a != b) std::abort();
        if (!a) break;
        if (a->code < 200 || a->code > 599 || a->lines.empty() || a->lines.size() > ReplyParser::maxLines)
            std::abort();
        for (const std::string& line : a->lines)
            if (line.size() > ReplyParser::maxLine) std::abort();
        (void)parseCapabilities(*a);
        (void)a->summary();
    }
    if (whole.error() != pieces.error() ||
        whole.unfinished().size() > ReplyParser::maxReply + ReplyParser::maxLine)
        std::abort();
    return 0;
}
