// DKIM signatures and verdicts a second, one core, keys at hand; dkim_bench.sh drives it.
//   dkim_bench ours|opendkim|limit sign|verify rsa|ed25519 BYTES SECONDS
// RSA-2048 or Ed25519, relaxed/relaxed. "limit" is EVP over the SHA-256 of as many octets, nothing else.
#include "auth/dkim_check.h"
#include "auth/dkim_hash.h"
#include "auth/dkim_sign.h"
#include "base/text.h"
#include "dkim_fixture.h"
#ifdef WAYPOST_OPENDKIM
#include "support/opendkim_peer.h"
#endif

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace waypost;
using namespace waypost::auth;

namespace {

// Text as mail has it: words, folded lines, an empty line now and then.
std::string message(size_t bytes) {
    std::string out = "From: Anna <anna@example.org>\r\nTo: Bert <bert@example.net>\r\n"
                      "Subject: Spring sale, this week alone\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
                      "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
                      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    for (size_t line = 0; out.size() < bytes; ++line) {
        for (size_t word = 0; word < 10; ++word) out += "word" + std::to_string((line * 7 + word) % 97) + ' ';
        out += line % 8 == 7 ? "\r\n\r\n" : "\r\n";
    }
    return out;
}

struct Job {
    bool sign, ed;
    std::string plain, field; // the message, and a signature of it for verification
    [[nodiscard]] const char* pem() const { return ed ? test::ed25519Pem : test::rsa2048Pem; }
    [[nodiscard]] std::string record() const { return ed ? test::ed25519Record : test::rsa2048Record; }
};

// Calls it until the time is over; false ends the program, for a wrong verdict is no benchmark.
int measure(double seconds, const std::function<bool()>& work) {
    if (!work()) {
        std::puts("wrong");
        return 1;
    }
    using Clock = std::chrono::steady_clock;
    const auto begun = Clock::now();
    size_t done = 0;
    double took = 0;
    do {
        for (int i = 0; i < 16; ++i)
            if (!work()) return 1;
        done += 16;
        took = std::chrono::duration<double>(Clock::now() - begun).count();
    } while (took < seconds);
    std::printf("rate=%.0f\n", double(done) / took);
    return 0;
}

// Has the key at hand, as a resolver with a warm cache has.
class KeyAtHand final : public dns::Resolver {
  public:
    explicit KeyAtHand(const std::string& record) {
        answer_.status = dns::Status::Ok;
        answer_.rcode = 0;
        dns::TxtData txt;
        for (size_t at = 0; at < record.size(); at += 200) txt.strings.push_back(record.substr(at, 200));
        answer_.records = {{"sel._domainkey.example.org", dns::RecordType::TXT, 300, txt}};
    }
    void resolve(dns::Question question, Done done) override {
        dns::Answer a = answer_;
        a.question = std::move(question);
        done(std::move(a));
    }

  private:
    dns::Answer answer_;
};

std::shared_ptr<const mail::HeaderBlock> parse(const std::string& bytes) {
    return std::make_shared<const mail::HeaderBlock>(
        mail::HeaderBlock::parse(std::make_shared<const std::string>(bytes)));
}

int ours(const Job& job, double seconds) {
    const auto key = test::privateKey(job.pem());
    if (job.sign) {
        const std::vector<DkimSigningKey> keys{{"example.org", "sel", key}};
        DkimSignOptions options;
        options.now = UtcTime{1'700'000'000'000};
        return measure(seconds, [&] {
            auto field = dkimSignatureFields(parse(job.plain), keys, options);
            return field.has_value() && !field->empty();
        });
    }
    KeyAtHand resolver(job.record());
    const std::string whole = job.field + job.plain;
    return measure(seconds, [&] {
        auto check = runReady(verifyDkim(resolver, parse(whole), {}));
        return check && check->best() == DkimResult::Pass;
    });
}

int opendkim(const Job& job, double seconds) {
#ifdef WAYPOST_OPENDKIM
    test::OpenDkim peer;
    if (job.ed && !peer.knowsEd25519()) return 3;
    test::OpenDkim::keys()["sel._domainkey.example.org"] = job.record();
    const std::string whole = job.field + job.plain;
    return measure(seconds, [&] {
        if (job.sign)
            return !peer.sign(job.plain, job.pem(), "sel", "example.org", true, true, job.ed).empty();
        const auto all = peer.verify(whole);
        return !all.empty() && all.front().pass;
    });
#else
    (void)job, (void)seconds;
    return 3;
#endif
}

int limit(const Job& job, double seconds) {
    BIO* in = BIO_new_mem_buf(job.pem(), -1);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
    std::array<unsigned char, 512> out{};
    size_t size = 0;
    auto sign = [&](const std::string& digest) {
        size = out.size();
        EVP_MD_CTX* c = EVP_MD_CTX_new();
        const auto* d = reinterpret_cast<const unsigned char*>(digest.data());
        const bool ok = EVP_DigestSignInit(c, nullptr, job.ed ? nullptr : EVP_sha256(), nullptr, key) == 1 &&
                        EVP_DigestSign(c, out.data(), &size, d, digest.size()) == 1;
        EVP_MD_CTX_free(c);
        return ok;
    };
    auto verify = [&](const std::string& digest) {
        EVP_MD_CTX* c = EVP_MD_CTX_new();
        const auto* d = reinterpret_cast<const unsigned char*>(digest.data());
        const bool ok =
            EVP_DigestVerifyInit(c, nullptr, job.ed ? nullptr : EVP_sha256(), nullptr, key) == 1 &&
            EVP_DigestVerify(c, out.data(), size, d, digest.size()) == 1;
        EVP_MD_CTX_free(c);
        return ok;
    };
    sign(dkimDigest(DkimHash::Sha256, job.plain));
    return measure(seconds, [&] {
        const std::string digest = dkimDigest(DkimHash::Sha256, job.plain);
        return job.sign ? sign(digest) : verify(digest);
    });
}

} // namespace

int main(int argc, char** argv) {
    const std::string who = argc > 1 ? argv[1] : "", what = argc > 2 ? argv[2] : "",
                      which = argc > 3 ? argv[3] : "";
    if (argc != 6 || (what != "sign" && what != "verify") || (which != "rsa" && which != "ed25519")) {
        std::fprintf(stderr,
                     "usage: dkim_bench ours|opendkim|limit|print sign|verify rsa|ed25519 BYTES SECONDS\n");
        return 2;
    }
    Job job{what == "sign", which == "ed25519", message(std::strtoull(argv[4], nullptr, 10)), {}};
    DkimSignOptions options;
    options.now = UtcTime{1'700'000'000'000};
    job.field = *dkimSignatureFields(parse(job.plain), {{"example.org", "sel", test::privateKey(job.pem())}},
                                     options);
    const double seconds = std::strtod(argv[5], nullptr);
    if (who == "ours") return ours(job, seconds);
    if (who == "opendkim") return opendkim(job, seconds);
    if (who == "limit") return limit(job, seconds);
    // A request for dkimpy_peer.py.
    std::string pem = job.ed ? "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=" : job.pem();
    for (size_t at = 0; (at = pem.find('\n', at)) != pem.npos; at += 2) pem.replace(at, 1, "\\n");
    std::printf("{\"op\":\"bench\",\"what\":\"%s\",\"message\":\"%s\",\"pem\":\"%s\",\"selector\":\"sel\","
                "\"domain\":\"example.org\","
                "\"canon\":\"relaxed/"
                "relaxed\",\"algorithm\":\"%s-sha256\",\"keys\":{\"sel._domainkey.example.org\":\"%s\"},"
                "\"seconds\":%g}\n",
                what.c_str(), text::base64Encode(job.sign ? job.plain : job.field + job.plain).c_str(),
                pem.c_str(), which.c_str(), job.record().c_str(), seconds);
    return 0;
}
