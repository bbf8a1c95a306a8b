#include "base/secret.h"

#include <openssl/crypto.h>

namespace waypost {

// Copied, then wiped: a moved-from short string keeps its bytes in place with a length of zero, out of
// wipe()'s reach.
Secret::Secret(Secret&& other) noexcept {
    bytes_ = other.bytes_;
    other.wipe();
}

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) {
        wipe();
        bytes_ = other.bytes_;
    }
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = other.bytes_;
        other.wipe();
    }
    return *this;
}

Secret::~Secret() {
    wipe();
}

void Secret::wipe() noexcept {
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
    bytes_.clear();
}

} // namespace waypost
