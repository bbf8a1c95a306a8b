// A real Dovecot of our own on loopback: IMAP (plain with STARTTLS, and implicit TLS) and an LMTP socket,
// over maildirs in a temporary folder. Started and stopped by the test; no system configuration is touched.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace waypost::test {

struct DovecotUser {
    std::string name; // "seed1@example.org"
    std::string password;
    std::string sieve; // a script for this user; empty: none
};

struct DovecotOptions {
    std::vector<DovecotUser> users;
    std::string certificatePem, keyPem; // empty: no TLS
    bool lmtp = false;                  // with Sieve when a user has a script
    // "Junk" with \Junk, "Trash", "Archive" and "Sent" exist for everyone; further ones here.
    std::vector<std::string> mailboxes;
};

class Dovecot {
  public:
    // Null with the reason in `why` when Dovecot is not installed or does not come up.
    static std::unique_ptr<Dovecot> start(const DovecotOptions& options, std::string& why);
    ~Dovecot();
    Dovecot(const Dovecot&) = delete;
    Dovecot& operator=(const Dovecot&) = delete;

    [[nodiscard]] std::uint16_t imapPort() const { return imapPort_; }
    [[nodiscard]] std::uint16_t imapsPort() const { return imapsPort_; } // 0 without TLS
    [[nodiscard]] std::filesystem::path lmtpSocket() const { return folder_ / "lmtp"; }
    [[nodiscard]] std::string log() const;

    // Puts a message into a mailbox as delivered now, unseen.
    void put(const std::string& user, const std::string& mailbox, const std::string& message);
    // The maildir file names of a mailbox; flags stand behind ":2," (S: seen).
    [[nodiscard]] std::vector<std::string> files(const std::string& user, const std::string& mailbox) const;

  private:
    Dovecot() = default;
    void writeConfiguration(const DovecotOptions& options);
    [[nodiscard]] std::filesystem::path maildir(const std::string& user, const std::string& mailbox) const;

    std::filesystem::path folder_;
    std::uint16_t imapPort_ = 0, imapsPort_ = 0;
    int pid_ = -1;
    int count_ = 0;
};

} // namespace waypost::test
