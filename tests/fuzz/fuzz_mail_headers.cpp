// Headers: spans must lie inside the input and the readers of their values must end.
#include "base/text.h"
#include "mail/address.h"
#include "mail/date.h"
#include "mail/encoded_word.h"
#include "mail/headers.h"
#include "mail/raw.h"
#include "mail/received.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    std::string_view in(reinterpret_cast<const char*>(data), size);
    auto block = mail::HeaderBlock::parse(in);
    if (block.bodyOffset() > size) std::abort();
    size_t end = 0;
    for (const mail::HeaderField& f : block.fields()) {
        if (f.whole.offset < end || f.whole.end() > size) std::abort();
        if (f.name.offset != f.whole.offset || f.value.end() > f.whole.end()) std::abort();
        end = f.whole.end();
        const std::string value = block.unfolded(f);
        const std::string decoded = mail::decodeHeader(value);
        if (text::toValidUtf8(decoded) != decoded) std::abort();
        for (const auto& m : mail::parseAddressList(value).mailboxes) {
            const std::string wire = m.address.wire();
            if (wire.find_first_of("\r\n") != std::string::npos) std::abort();
            if (!m.address.isNull() && !mail::MailAddress::parse(wire)) std::abort();
        }
        (void)mail::parseReceived(value);
        (void)mail::parseMailDate(value);
        if (auto t = mail::HeaderText::make(value)) {
            auto name = mail::HeaderName::make("X");
            const std::string line = mail::renderHeader(*name, *t);
            auto again = mail::HeaderBlock::parse(line);
            if (again.fields().size() != 1 || mail::decodeHeader(*again.value("X")) != t->utf8())
                std::abort();
        }
    }
    return 0;
}
