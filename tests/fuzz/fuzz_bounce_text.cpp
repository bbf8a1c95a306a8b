// Words and addresses in prose: positions lie inside the text, replies are negative, nothing recurses.
#include "bounce/mail_view.h"
#include "bounce/parser.h"
#include "bounce/words.h"

#include <cstdint>
#include <cstdlib>

using namespace waypost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view in(reinterpret_cast<const char*>(data), size);
    const size_t reply = bounce::findReply(in);
    if (reply != std::string_view::npos && (reply + 3 > size || (in[reply] != '4' && in[reply] != '5')))
        std::abort();
    size_t length = 0;
    const size_t status = bounce::findStatusCode(in, 0, length);
    if (status != std::string_view::npos && status + length > size) std::abort();
    std::int32_t code = 0;
    if (bounce::replyIn(in, code).size() > size || (code != 0 && (code < 400 || code > 599))) std::abort();
    for (const std::string& a : bounce::allAddresses(in, 100)) {
        if (a.find('@') == std::string::npos) std::abort();
        (void)bounce::verpRecipient(a);
    }
    if (bounce::textOfHtml(in).size() > size + 1) std::abort();
    return 0;
}
