// Canonicalization: in pieces and in one it gives the same; it is what a plain reading of RFC 6376
// section 3.4 gives; done twice it changes nothing. The first octet seeds where the pieces are cut.
#include "auth/dkim_hash.h"

#include <cstdlib>
#include <vector>

using namespace waypost::auth;

namespace {

struct Collect final : ByteSink {
    void take(std::string_view bytes) override { text += bytes; }
    std::string text;
};

// Line by line, as the RFC says it.
std::string plainly(std::string_view body, bool relaxed) {
    std::vector<std::string> lines;
    size_t at = 0;
    while (at < body.size()) {
        const size_t lf = body.find('\n', at);
        std::string line(body.substr(at, lf == std::string_view::npos ? lf : lf - at));
        if (lf != std::string_view::npos && line.ends_with('\r')) line.pop_back();
        if (relaxed) {
            std::string out;
            bool space = false;
            for (char c : line) {
                if (c == ' ' || c == '\t') {
                    space = true;
                    continue;
                }
                if (space) out += ' ';
                space = false;
                out += c;
            }
            line = out;
        }
        lines.push_back(line);
        if (lf == std::string_view::npos) break;
        at = lf + 1;
    }
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    std::string out;
    for (const auto& line : lines) out += line + "\r\n";
    if (out.empty() && !relaxed) out = "\r\n";
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    if (size == 0) return 0;
    std::uint32_t seed = data[0] + 1u;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    for (auto kind : {Canonicalization::Simple, Canonicalization::Relaxed}) {
        const std::string whole = canonicalBody(body, kind);
        if (whole != plainly(body, kind == Canonicalization::Relaxed)) std::abort();
        Collect out;
        BodyCanonicalizer pieces(kind);
        for (size_t at = 0; at < body.size();) {
            seed = seed * 1664525u + 1013904223u;
            const size_t take = 1 + (seed >> 16) % 40;
            pieces.feed(body.substr(at, take), out);
            at += take;
        }
        pieces.finish(out);
        if (out.text != whole) std::abort();
        if (canonicalBody(whole, kind) != whole) std::abort();

        BodyHasher hasher;
        const size_t limit = seed % (whole.size() + 2);
        const size_t cut = hasher.want({kind, DkimHash::Sha256, limit});
        const size_t all = hasher.want({kind, DkimHash::Sha256, std::nullopt});
        hasher.feed(body.substr(0, body.size() / 2));
        hasher.feed(body.substr(body.size() / 2));
        hasher.finish();
        if (hasher.digest(all) != dkimDigest(DkimHash::Sha256, whole)) std::abort();
        if (hasher.digest(cut) != dkimDigest(DkimHash::Sha256, std::string_view(whole).substr(0, limit)))
            std::abort();
        if (hasher.passes() != 1 || hasher.canonicalBytes(all) != whole.size()) std::abort();

        std::string field;
        appendCanonicalField(field, body, kind);
        if (!field.ends_with("\r\n")) std::abort();
        std::string again;
        appendCanonicalField(again, std::string_view(field).substr(0, field.size() - 2), kind);
        if (again != field) std::abort();
    }
    return 0;
}
