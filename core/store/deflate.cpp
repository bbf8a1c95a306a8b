#include "store/deflate.h"

#include <zlib.h>

#include <stdexcept>

namespace waypost::store {

std::string deflated(std::string_view plain) {
    uLongf size = compressBound(plain.size());
    std::string out(size, '\0');
    if (compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
                  plain.size(), Z_DEFAULT_COMPRESSION) != Z_OK)
        throw std::runtime_error("zlib cannot deflate");
    out.resize(size);
    return out;
}

std::optional<std::string> inflated(std::string_view packed, std::int64_t plainBytes, size_t most) {
    if (plainBytes < 0 || size_t(plainBytes) > most) return std::nullopt;
    uLongf size = uLongf(plainBytes);
    std::string out(size, '\0');
    Bytef empty = 0;
    auto* target = out.empty() ? &empty : reinterpret_cast<Bytef*>(out.data());
    const int code = uncompress(target, &size, reinterpret_cast<const Bytef*>(packed.data()), packed.size());
    if (code != Z_OK || size != out.size()) return std::nullopt;
    return out;
}

} // namespace waypost::store
