#include "mail/raw.h"

#include "base/text.h"
#include "mail/headers.h"

namespace waypost::mail {

Normalized normalizeCrlf(std::string_view raw) {
    Normalized out;
    out.bytes.reserve(raw.size() + raw.size() / 32);
    for (size_t i = 0; i < raw.size(); ++i) {
        const char c = raw[i];
        if (c != '\r' && c != '\n') {
            out.bytes += c;
            continue;
        }
        const bool pair = c == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n';
        if (pair)
            ++i;
        else if (c == '\r')
            ++out.bareCr;
        else
            ++out.bareLf;
        out.bytes += "\r\n";
    }
    return out;
}

namespace {

size_t topOf(std::string_view raw) {
    if (!raw.starts_with("From ")) return 0;
    const size_t lf = raw.find('\n');
    return lf == std::string_view::npos ? raw.size() : lf + 1;
}

} // namespace

std::string addHeader(std::string_view raw, const HeaderName& name, const HeaderText& value) {
    const size_t top = topOf(raw);
    std::string out(raw.substr(0, top));
    out += renderHeader(name, value);
    out += raw.substr(top);
    return out;
}

std::string replaceHeader(std::string_view raw, const HeaderName& name, const HeaderText& value) {
    const HeaderBlock block = HeaderBlock::parse(raw);
    std::string kept;
    size_t from = 0;
    for (const HeaderField* f : block.topDown(name.text())) {
        kept += raw.substr(from, f->whole.offset - from);
        from = f->whole.end();
    }
    kept += raw.substr(from);
    return addHeader(kept, name, value);
}

} // namespace waypost::mail
