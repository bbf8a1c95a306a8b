// Any octets as a BIMI logo: the report keeps its caps, and what is called sound has a title and is square.
#include "auth/bimi_svg.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

using namespace waypost::auth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const SvgReport r = checkBimiSvg(bytes);
    if (r.problems.size() > maxSvgProblems || r.remarks.size() > maxSvgProblems) std::abort();
    if (r.elements > maxSvgElements + 1) std::abort();
    if (!r.wellFormed && r.problems.empty()) std::abort();
    if (r.valid() && (r.title.empty() || !(r.width > 0) || !std::isfinite(r.width) || size > maxSvgBytes))
        std::abort();
    if (r.valid() && bytes.find("<script") != std::string_view::npos &&
        bytes.find("metadata") == bytes.npos && bytes.find("<!--") == bytes.npos &&
        bytes.find("CDATA") == bytes.npos)
        std::abort();
    return 0;
}
