// A real Postfix of our own on loopback: its own configuration, queue and data folders, an SMTP port with
// STARTTLS, its own log written by postlogd. Needs root (Postfix does); no system configuration is touched.
#pragma once

#include "support/servers_process.h"

#include <memory>
#include <optional>

namespace waypost::test {

struct PostfixOptions {
    std::string certificatePem, keyPem; // empty: no TLS
    // Domains we are the last stop of, and who exists there: anybody else is refused at RCPT.
    std::vector<std::string> domains;
    std::vector<std::string> mailboxes;
    std::filesystem::path lmtpSocket; // where their mail goes
    // Other domains: "refuses.test" -> "smtp:[127.0.0.1]:2525".
    std::vector<std::pair<std::string, std::string>> transports;
    std::string settings; // further lines of main.cf; they win over ours
};

class Postfix {
  public:
    // Why it cannot be had here, in capitals first; empty when it can.
    static std::string absent();
    // Null with the reason in `why` when it does not come up.
    static std::unique_ptr<Postfix> start(const PostfixOptions& options, std::string& why);
    ~Postfix();
    Postfix(const Postfix&) = delete;
    Postfix& operator=(const Postfix&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::filesystem::path logFile() const { return folder_ / "log" / "mail.log"; }
    [[nodiscard]] std::string log() const;
    // Lines of the log with this word.
    [[nodiscard]] size_t lines(const std::string& word) const;
    // Mails that wait for another attempt.
    [[nodiscard]] size_t deferred() const;
    // Tries all deferred mail again, now. False with what it said when it does not.
    bool flush(std::string& why) const;
    // More lines of main.cf, in force when this returns.
    bool change(const std::string& settings, std::string& why) const;

  private:
    Postfix() = default;
    void configure(const PostfixOptions& options);
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    std::optional<ServerProcess> master_;
};

} // namespace waypost::test
