// MIME: bodies lie inside their parents, caps hold, every part decodes.
#include "base/text.h"
#include "mail/mime.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string_view in(reinterpret_cast<const char*>(data), size);
    auto tree = mail::MimeTree::parse(in);
    if (tree.parts().empty() || tree.parts().size() > mail::MimeTree::maxParts) std::abort();
    for (const mail::MimePart& p : tree.parts()) {
        if (p.body.end() > size || p.depth > mail::MimeTree::maxDepth) std::abort();
        if (p.parent >= 0) {
            const mail::MimePart& parent = tree.parts()[size_t(p.parent)];
            if (p.body.offset < parent.body.offset || p.body.end() > parent.body.end()) std::abort();
        }
        if (!p.children.empty()) continue;
        auto decoded = tree.text(p);
        if (text::toValidUtf8(decoded.utf8) != decoded.utf8) std::abort();
        (void)tree.fileName(p);
    }
    return 0;
}
