// libopendkim as a peer: signs and verifies one message at a time, keys come from a table. For differential
// tests and benchmarks. Not thread safe; one object at a time (the library's key callback has no context).
#pragma once

// The library's header speaks C.
#define _Bool bool
#include <opendkim/dkim.h>
#undef _Bool

#include <cctype>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::test {

struct PeerSignature {
    std::string domain;
    bool pass = false;
    std::string error; // the library's words
};

class OpenDkim {
  public:
    // `now` 0: the clock.
    explicit OpenDkim(std::uint64_t now = 0) : lib_(dkim_init(nullptr, nullptr)) {
        unsigned flags = DKIM_LIBFLAGS_NONE;
        dkim_options(lib_, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof flags);
        if (now != 0) dkim_options(lib_, DKIM_OP_SETOPT, DKIM_OPTS_FIXEDTIME, &now, sizeof now);
        dkim_set_key_lookup(lib_, &OpenDkim::lookup);
    }
    ~OpenDkim() { dkim_close(lib_); }
    OpenDkim(const OpenDkim&) = delete;
    OpenDkim& operator=(const OpenDkim&) = delete;

    static std::map<std::string, std::string>& keys() {
        static std::map<std::string, std::string> table; // "selector._domainkey.domain" to the TXT data
        return table;
    }

    // The DKIM-Signature field for a message with CRLF line ends, without its name's line end; empty: failed.
    std::string sign(std::string_view message, const std::string& pem, const std::string& selector,
                     const std::string& domain, bool relaxedHeader, bool relaxedBody, bool ed25519 = false) {
        DKIM_STAT stat = DKIM_STAT_OK;
        DKIM* d = dkim_sign(lib_, octets("id"), nullptr, octets(pem.c_str()), octets(selector.c_str()),
                            octets(domain.c_str()), relaxedHeader ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE,
                            relaxedBody ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE,
                            ed25519 ? DKIM_SIGN_ED25519SHA256 : DKIM_SIGN_RSASHA256, -1, &stat);
        if (!d) return {};
        std::string out;
        unsigned char* text = nullptr;
        size_t size = 0;
        if (feed(d, message) == DKIM_STAT_OK && dkim_getsighdr_d(d, 16, &text, &size) == DKIM_STAT_OK)
            out = "DKIM-Signature: " + std::string(reinterpret_cast<const char*>(text), size);
        dkim_free(d);
        return out;
    }

    // Every signature that the library looked at, topmost first.
    std::vector<PeerSignature> verify(std::string_view message) {
        DKIM_STAT stat = DKIM_STAT_OK;
        DKIM* d = dkim_verify(lib_, octets("id"), nullptr, &stat);
        if (!d) return {};
        last_ = feed(d, message);
        DKIM_SIGINFO** all = nullptr;
        int count = 0;
        std::vector<PeerSignature> out;
        if (dkim_getsiglist(d, &all, &count) == DKIM_STAT_OK) {
            for (int i = 0; i < count; ++i) {
                const bool processed = (dkim_sig_getflags(all[i]) & DKIM_SIGFLAG_PROCESSED) != 0;
                // The library judges only as many as it needs; the others are judged here.
                if (!processed && (last_ == DKIM_STAT_OK || last_ == DKIM_STAT_BADSIG))
                    dkim_sig_process(d, all[i]);
                PeerSignature s;
                if (const auto* name = dkim_sig_getdomain(all[i]))
                    s.domain = reinterpret_cast<const char*>(name);
                const int error = dkim_sig_geterror(all[i]);
                s.pass = (dkim_sig_getflags(all[i]) & DKIM_SIGFLAG_PASSED) != 0 &&
                         dkim_sig_getbh(all[i]) == DKIM_SIGBH_MATCH && error == DKIM_SIGERROR_OK;
                const char* words = dkim_sig_geterrorstr(error);
                s.error = words ? words : "";
                if (dkim_sig_getbh(all[i]) == DKIM_SIGBH_MISMATCH) s.error += ", body hash differs";
                out.push_back(std::move(s));
            }
        }
        dkim_free(d);
        return out;
    }
    [[nodiscard]] const char* lastResult() const { return dkim_getresultstr(last_); }
    [[nodiscard]] bool knowsEd25519() const { return dkim_libfeature(lib_, DKIM_FEATURE_ED25519) != 0; }

  private:
    static unsigned char* octets(const char* text) {
        return reinterpret_cast<unsigned char*>(const_cast<char*>(text)); // the library takes them so
    }
    // Field by field, then the body, as a mail filter gets them.
    static DKIM_STAT feed(DKIM* d, std::string_view message) {
        size_t at = 0;
        while (at < message.size()) {
            size_t end = message.find("\r\n", at);
            if (end == at) break;
            while (end != message.npos && end + 2 < message.size() &&
                   (message[end + 2] == ' ' || message[end + 2] == '\t'))
                end = message.find("\r\n", end + 2);
            if (end == message.npos) end = message.size();
            auto* field = octets(message.data() + at);
            if (auto stat = dkim_header(d, field, end - at); stat != DKIM_STAT_OK) return stat;
            at = std::min(end + 2, message.size());
        }
        if (auto stat = dkim_eoh(d); stat != DKIM_STAT_OK) return stat;
        if (at < message.size()) at += 2;
        if (at < message.size()) {
            const auto stat = dkim_body(d, octets(message.data() + at), message.size() - at);
            if (stat != DKIM_STAT_OK) return stat;
        }
        bool test = false;
        return dkim_eom(d, &test);
    }
    static DKIM_CBSTAT lookup(DKIM*, DKIM_SIGINFO* sig, unsigned char* buffer, size_t size) {
        std::string name = std::string(reinterpret_cast<const char*>(dkim_sig_getselector(sig))) +
                           "._domainkey." +
                           std::string(reinterpret_cast<const char*>(dkim_sig_getdomain(sig)));
        for (char& c : name) c = char(std::tolower(static_cast<unsigned char>(c)));
        const auto it = keys().find(name);
        if (it == keys().end()) return DKIM_CBSTAT_NOTFOUND;
        const size_t n = std::min(it->second.size(), size - 1);
        std::memcpy(buffer, it->second.data(), n);
        buffer[n] = '\0';
        return DKIM_CBSTAT_CONTINUE;
    }

    DKIM_LIB* lib_;
    DKIM_STAT last_ = DKIM_STAT_OK;
};

} // namespace waypost::test
