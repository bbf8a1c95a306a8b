#include "auth/dkim_canon.h"

#include "base/text.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace waypost::auth {

namespace {

constexpr bool isWsp(char c) {
    return c == ' ' || c == '\t';
}

// Neither white space nor a line end: what may stand behind a space or a line end that is kept.
constexpr bool isOrdinary(char c) {
    return c != ' ' && c != '\t' && c != '\r' && c != '\n';
}

// The first place at or after `at` that relaxed canonicalization may have to change or hold back: TAB, CR,
// LF, and a space before one of them or another space. The last byte is always such a place.
size_t nextToLookAt(std::string_view in, size_t at) {
    const char* p = in.data();
    const size_t n = in.size();
#if defined(__SSE2__)
    const __m128i space = _mm_set1_epi8(' '), tab = _mm_set1_epi8('\t'), cr = _mm_set1_epi8('\r'),
                  lf = _mm_set1_epi8('\n');
    while (at + 17 <= n) {
        const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + at));
        const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + at + 1));
        auto breaks = [&](__m128i v) {
            return _mm_or_si128(_mm_cmpeq_epi8(v, tab),
                                _mm_or_si128(_mm_cmpeq_epi8(v, cr), _mm_cmpeq_epi8(v, lf)));
        };
        const __m128i wide = _mm_and_si128(_mm_cmpeq_epi8(here, space),
                                           _mm_or_si128(breaks(next), _mm_cmpeq_epi8(next, space)));
        const int mask = _mm_movemask_epi8(_mm_or_si128(breaks(here), wide));
        if (mask != 0) return at + size_t(__builtin_ctz(unsigned(mask)));
        at += 16;
    }
#endif
    for (; at + 1 < n; ++at) {
        const char c = p[at];
        if (isOrdinary(c)) continue;
        if (c != ' ' || !isOrdinary(p[at + 1])) return at;
    }
    return at;
}

} // namespace

void BodyCanonicalizer::put(std::string_view bytes, ByteSink& out) {
    if (used_ + bytes.size() > buffer_.size()) flush(out);
    if (bytes.size() > buffer_.size()) return out.take(bytes);
    std::memcpy(buffer_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
}

void BodyCanonicalizer::flush(ByteSink& out) {
    if (used_ != 0) out.take({buffer_.data(), used_});
    used_ = 0;
}

// Content of a line: what was held back is needed now.
void BodyCanonicalizer::content(std::string_view bytes, ByteSink& out) {
    for (; newlines_ != 0; --newlines_) put("\r\n", out);
    if (space_) put(" ", out);
    space_ = false;
    any_ = true;
    put(bytes, out);
}

void BodyCanonicalizer::heldCr(ByteSink& out) {
    if (!cr_) return;
    cr_ = false;
    content("\r", out);
}

void BodyCanonicalizer::feedSimple(std::string_view in, ByteSink& out) {
    size_t at = 0;
    while (at < in.size()) {
        const void* found = std::memchr(in.data() + at, '\n', in.size() - at);
        const size_t lf = found ? size_t(static_cast<const char*>(found) - in.data()) : in.size();
        if (lf != at) heldCr(out);
        const bool endsInCr = lf != at && in[lf - 1] == '\r';
        const size_t end = endsInCr ? lf - 1 : lf;
        if (end != at) content(in.substr(at, end - at), out);
        cr_ = !found && endsInCr;
        if (found) ++newlines_;
        at = lf + 1;
    }
}

void BodyCanonicalizer::feedRelaxed(std::string_view in, ByteSink& out) {
    size_t at = 0;
    while (at < in.size()) {
        if (!cr_ && !space_) {
            const size_t run = at;
            at = nextToLookAt(in, at);
            if (at != run) content(in.substr(run, at - run), out);
        }
        const char c = in[at];
        if (c == '\n') {
            cr_ = false;
            space_ = false;
            ++newlines_;
        } else {
            heldCr(out);
            if (c == '\r')
                cr_ = true;
            else if (isWsp(c))
                space_ = true;
            else
                content(in.substr(at, 1), out);
        }
        ++at;
    }
}

void BodyCanonicalizer::feed(std::string_view in, ByteSink& out) {
    if (relaxed_)
        feedRelaxed(in, out);
    else
        feedSimple(in, out);
}

// Sections 3.4.3 and 3.4.4: no empty lines at the end; a body that is empty then is CRLF in the simple and
// nothing in the relaxed form.
void BodyCanonicalizer::finish(ByteSink& out) {
    heldCr(out);
    if (any_ || !relaxed_) put("\r\n", out);
    flush(out);
}

std::string canonicalBody(std::string_view body, Canonicalization kind) {
    struct Collect final : ByteSink {
        void take(std::string_view bytes) override { text += bytes; }
        std::string text;
    } collect;
    collect.text.reserve(body.size() + 2);
    BodyCanonicalizer canonicalizer(kind);
    canonicalizer.feed(body, collect);
    canonicalizer.finish(collect);
    return std::move(collect.text);
}

namespace {

void appendSimple(std::string& out, std::string_view field) {
    size_t at = 0;
    while (at < field.size()) {
        const size_t lf = std::min(field.find('\n', at), field.size());
        size_t end = lf;
        if (lf < field.size() && end != at && field[end - 1] == '\r') --end;
        out += field.substr(at, end - at);
        if (lf < field.size()) out += "\r\n";
        at = lf + 1;
    }
}

// Section 3.4.2: unfolded, each run of white space one space, none at the ends of the value.
void appendRelaxed(std::string& out, std::string_view field) {
    const size_t colon = std::min(field.find(':'), field.size());
    size_t nameEnd = colon;
    while (nameEnd != 0 && text::isSpace(field[nameEnd - 1])) --nameEnd;
    for (char c : field.substr(0, nameEnd)) out += text::lower(c);
    out += ':';
    const size_t start = out.size();
    bool space = false;
    for (size_t i = colon + 1; i < field.size(); ++i) {
        const char c = field[i];
        const bool lineEnd = c == '\n' || (c == '\r' && i + 1 < field.size() && field[i + 1] == '\n');
        if (lineEnd) continue;
        if (isWsp(c)) {
            space = true;
            continue;
        }
        if (space && out.size() != start) out += ' ';
        space = false;
        out += c;
    }
}

} // namespace

void appendCanonicalField(std::string& out, std::string_view field, Canonicalization kind) {
    if (kind == Canonicalization::Simple)
        appendSimple(out, field);
    else
        appendRelaxed(out, field);
    out += "\r\n";
}

} // namespace waypost::auth
