#include "auth/dkim_hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace waypost::auth {

namespace {

// Fetched once: a fetch by name costs more than hashing a header.
const EVP_MD* algorithm(DkimHash hash) {
    static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    const EVP_MD* md = hash == DkimHash::Sha1 ? sha1 : sha256;
    if (!md) throw std::runtime_error("OpenSSL has no such hash");
    return md;
}

void check(int result) {
    if (result != 1) throw std::runtime_error("OpenSSL could not hash");
}

std::string finished(EVP_MD_CTX* context) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context, out.data(), &size));
    return {reinterpret_cast<const char*>(out.data()), size};
}

} // namespace

std::string dkimDigest(DkimHash hash, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    check(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm(hash), nullptr));
    return {reinterpret_cast<const char*>(out.data()), size};
}

struct RunningHash::State {
    State() : context(EVP_MD_CTX_new()) {
        if (!context) throw std::bad_alloc();
    }
    ~State() { EVP_MD_CTX_free(context); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    EVP_MD_CTX* context;
};

RunningHash::RunningHash(DkimHash hash) : state_(std::make_unique<State>()) {
    check(EVP_DigestInit_ex2(state_->context, algorithm(hash), nullptr));
}

RunningHash::RunningHash(const RunningHash& other) : state_(std::make_unique<State>()) {
    check(EVP_MD_CTX_copy_ex(state_->context, other.state_->context));
}

RunningHash::RunningHash(RunningHash&&) noexcept = default;
RunningHash& RunningHash::operator=(RunningHash&&) noexcept = default;
RunningHash::~RunningHash() = default;

void RunningHash::update(std::string_view bytes) {
    check(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::string RunningHash::value() const {
    const RunningHash copy(*this);
    return finished(copy.state_->context);
}

struct BodyHasher::Wish {
    Wanted wanted;
    Stream* stream = nullptr;
    std::string digest;
};

// One canonicalization, and up to two hashes over it.
struct BodyHasher::Stream final : ByteSink {
    struct Hash {
        DkimHash kind;
        RunningHash running;
        std::vector<Wish*> limits; // smallest last
    };

    explicit Stream(Canonicalization k) : kind(k), canonicalizer(k) {}

    void take(std::string_view bytes) override {
        for (Hash& h : hashes) feedOne(h, bytes);
        total += bytes.size();
    }

    // The value at a limit is taken where the limit lies; the hash goes on for longer ones.
    void feedOne(Hash& h, std::string_view bytes) const {
        std::uint64_t at = total;
        while (!h.limits.empty()) {
            const auto limit = h.limits.back()->wanted.limit;
            if (!limit || *limit > at + bytes.size()) break;
            h.running.update(bytes.substr(0, size_t(*limit - at)));
            bytes.remove_prefix(size_t(*limit - at));
            at = *limit;
            h.limits.back()->digest = h.running.value();
            h.limits.pop_back();
        }
        if (!h.limits.empty()) h.running.update(bytes);
    }

    Canonicalization kind;
    BodyCanonicalizer canonicalizer;
    std::vector<Hash> hashes;
    std::uint64_t total = 0;
};

BodyHasher::BodyHasher() = default;
BodyHasher::~BodyHasher() = default;

size_t BodyHasher::want(Wanted wanted) {
    for (size_t i = 0; i < wishes_.size(); ++i)
        if (wishes_[i].wanted == wanted) return i;
    wishes_.push_back({wanted, nullptr, {}});
    return wishes_.size() - 1;
}

void BodyHasher::feed(std::string_view body) {
    if (streams_.empty()) {
        for (Wish& w : wishes_) {
            auto s = std::find_if(streams_.begin(), streams_.end(),
                                  [&](const auto& x) { return x->kind == w.wanted.canonicalization; });
            if (s == streams_.end())
                s = streams_.insert(streams_.end(), std::make_unique<Stream>(w.wanted.canonicalization));
            w.stream = s->get();
            auto& hashes = w.stream->hashes;
            auto h = std::find_if(hashes.begin(), hashes.end(),
                                  [&](const auto& x) { return x.kind == w.wanted.hash; });
            if (h == hashes.end())
                h = hashes.insert(hashes.end(), {w.wanted.hash, RunningHash(w.wanted.hash), {}});
            h->limits.push_back(&w);
        }
        for (auto& s : streams_)
            for (auto& h : s->hashes) {
                ++passes_;
                std::sort(h.limits.begin(), h.limits.end(), [](const Wish* a, const Wish* b) {
                    return a->wanted.limit.value_or(UINT64_MAX) > b->wanted.limit.value_or(UINT64_MAX);
                });
            }
    }
    for (auto& s : streams_) s->canonicalizer.feed(body, *s);
}

void BodyHasher::finish() {
    feed({});
    for (auto& s : streams_) {
        s->canonicalizer.finish(*s);
        for (auto& h : s->hashes)
            for (Wish* w : h.limits) w->digest = h.running.value();
    }
}

const std::string& BodyHasher::digest(size_t number) const {
    return wishes_[number].digest;
}

std::uint64_t BodyHasher::canonicalBytes(size_t number) const {
    return wishes_[number].stream->total;
}

} // namespace waypost::auth
