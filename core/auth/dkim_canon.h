// Canonicalization of headers and bodies (RFC 6376 section 3.4). Streaming, one pass, a few kilobytes of
// memory. A bare LF counts as CRLF (a file on disk); a CR that is not part of
// a line end is content. Pure; any thread, an object on one at a time.
#pragma once

#include "auth/dkim_signature.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::auth {

class ByteSink {
  public:
    virtual ~ByteSink() = default;
    virtual void take(std::string_view bytes) = 0;
};

// The result does not depend on how the body is cut into pieces.
class BodyCanonicalizer {
  public:
    explicit BodyCanonicalizer(Canonicalization kind) : relaxed_(kind == Canonicalization::Relaxed) {}
    void feed(std::string_view in, ByteSink& out);
    void finish(ByteSink& out);

  private:
    void feedSimple(std::string_view in, ByteSink& out);
    void feedRelaxed(std::string_view in, ByteSink& out);
    void content(std::string_view bytes, ByteSink& out);
    void heldCr(ByteSink& out);
    void put(std::string_view bytes, ByteSink& out);
    void flush(ByteSink& out);

    bool relaxed_;
    bool any_ = false;           // there was content
    bool cr_ = false;            // a CR that is content or half a line end
    bool space_ = false;         // relaxed: white space that is dropped if the line ends
    std::uint64_t newlines_ = 0; // line ends that are dropped if nothing follows
    size_t used_ = 0;
    std::array<char, 4096> buffer_;
};

std::string canonicalBody(std::string_view body, Canonicalization kind);

// `field` is name, colon and value with its folds, without the final line end. A CRLF is added.
void appendCanonicalField(std::string& out, std::string_view field, Canonicalization kind);

} // namespace waypost::auth
