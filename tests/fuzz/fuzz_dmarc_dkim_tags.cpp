// Tag lists from any octets, as DMARC record and as DKIM key: spans stay inside, verdicts carry their reason,
// and what is read from a list written again from its tags is the same. The same octets as From.
#include "auth/author_domain.h"
#include "auth/dkim_key.h"
#include "auth/dmarc_record.h"

#include <cstdlib>

using namespace waypost::auth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const TagList list = parseTags(text);
    std::string again;
    for (const auto& tag : list.tags) {
        if (tag.span.offset + tag.span.length > text.size()) std::abort();
        again += tag.name + "=" + tag.value + ";";
    }
    const TagList second = parseTags(again);
    if (second.tags.size() != list.tags.size()) std::abort();
    for (size_t i = 0; i < list.tags.size(); ++i)
        if (second.tags[i].name != list.tags[i].name || second.tags[i].value != list.tags[i].value)
            std::abort();

    const DkimKey key = parseDkimKey(text);
    if ((key.state == DkimKeyState::Usable) != key.why.empty()) std::abort();
    if (key.state == DkimKeyState::Usable && key.type == "rsa" && key.bits < minRsaBits) std::abort();

    const DmarcRecord record = parseDmarc(text);
    if (record.rua.size() > maxReportUris || record.ruf.size() > maxReportUris) std::abort();
    for (const auto& uri : record.rua)
        if (uri.valid && uri.domain.empty()) std::abort();
    (void)isDmarcRecord(text);
    if (record.use() == DmarcUse::AsWritten && !record.p) std::abort();

    const AuthorDomains author = readAuthorDomains(text);
    if (author.domains.size() > maxAuthorDomains) std::abort();
    if (author.fault.empty() && author.domains.size() != 1) std::abort();
    return 0;
}
