#include "base/random.h"

#include <sys/random.h>

#include <stdexcept>
#include <utility>

namespace waypost {

std::uint64_t Random::below(std::uint64_t limit) {
    const std::uint64_t usable = UINT64_MAX - UINT64_MAX % limit;
    std::uint64_t value = next();
    while (value >= usable) value = next();
    return value % limit;
}

std::string Random::token(size_t length) {
    static constexpr char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::string out(length, '0');
    for (char& c : out) c = alphabet[below(36)];
    return out;
}

std::uint64_t SystemRandom::next() {
    if (left_ == 0) {
        if (getrandom(drawn_.data(), sizeof drawn_, 0) != ssize_t(sizeof drawn_))
            throw std::runtime_error("The kernel gave no random bytes.");
        left_ = drawn_.size();
    }
    return std::exchange(drawn_[--left_], 0);
}

std::uint64_t SeededRandom::next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

} // namespace waypost
