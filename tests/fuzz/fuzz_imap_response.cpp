// Server octets into the parser and into a client that is signed in: no input may crash, hang, or hold more
// than the caps.
#include "imap/dialogue.h"
#include "imap/utf7.h"

#include <cstdlib>

using namespace waypost::imap;

namespace {

void parseInPieces(std::string_view bytes) {
    ParserLimits limits;
    limits.literal = 64 * 1024;
    ResponseParser parser(limits);
    size_t step = bytes.empty() ? 1 : static_cast<unsigned char>(bytes[0]) % 61 + 1;
    for (size_t i = 0; i < bytes.size(); i += step) {
        parser.feed(bytes.substr(i, step));
        for (;;) {
            auto r = parser.next();
            if (!r) return;
            if (!*r) break;
            if (auto m = mailboxFromList(**r)) {
                auto name = decodeMailboxName(m->wireName);
                // What decodes must encode, and decode again to the same.
                if (name && decodeMailboxName(encodeMailboxName(*name).value_or("&")) != name) std::abort();
            }
            searchHits(**r, 100);
            fetchedFrom(std::move(**r));
        }
    }
}

void talk(std::string_view bytes) {
    DialogueOptions options;
    options.tls = TlsMode::Plain;
    options.allowPlainAuth = true;
    options.user = "u";
    options.secret = waypost::Secret("p");
    options.limits.literal = 64 * 1024;
    Dialogue d(std::move(options));
    size_t from = 0;
    for (int turn = 0; turn < 64 && d.need() != Need::Failed && d.need() != Need::Closed; ++turn) {
        if (d.need() == Need::Write) d.takeOutgoing();
        if (d.need() == Need::Tls) d.tlsEstablished();
        if (d.need() == Need::Command) {
            d.submit(examineCommand("INBOX"));
            d.submit(searchCommand({}, true));
            d.submit(fetchCommand("1:*", FetchWhat::Header, {}, true));
            continue;
        }
        size_t line = bytes.find('\n', from);
        size_t end = line == std::string_view::npos ? bytes.size() : line + 1;
        if (from == end) return;
        d.receive(bytes.substr(from, end - from));
        from = end;
        while (d.takeCompleted()) {
        }
        d.takeFetched();
        d.takeReceived();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    parseInPieces(bytes);
    talk(bytes);
    return 0;
}
