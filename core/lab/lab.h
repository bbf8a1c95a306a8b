// Lab: a small mail internet on loopback inside the program: name server, one SMTP receiver for each provider
// profile, one IMAP server with the seeds' mailboxes, six blocklist zones. It is the stage on which
// everything works without an account, a key or a network, and a rehearsal before a change; it is never a
// proof about a real provider. Thread rule: open() and the accessors from any thread; the lab has a network
// loop of its own.
#pragma once

#include "base/result.h"
#include "lab/profile.h"
#include "net/address.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace waypost::lab {

struct LabOptions {
    std::filesystem::path resources; // the folder with lab/profiles.json and lab/lab.zone
    std::string scenario; // empty: as the files say; "greylist-slow", "rate-limit": see scenarios()
    std::uint16_t dnsPort = 0, smtpPort = 0, imapPort = 0; // 0: a free one
};

struct LabSeed {
    std::string address, provider, user;
};

class Lab {
  public:
    static Result<std::unique_ptr<Lab>> open(LabOptions options);
    ~Lab();

    [[nodiscard]] net::Endpoint dns() const;
    [[nodiscard]] std::uint16_t
    smtpPort() const; // every MX of the lab listens on this port of its own address
    // The policy host of the operator's domain listens on this port; 0: it could not be opened.
    [[nodiscard]] std::uint16_t httpsPort() const;
    [[nodiscard]] net::Endpoint imap() const;
    [[nodiscard]] const std::string& imapHost() const; // the name in the certificate
    [[nodiscard]] const std::string& caPem() const;
    [[nodiscard]] const std::string& password() const; // of every seed mailbox
    [[nodiscard]] const std::vector<Profile>& profiles() const;
    [[nodiscard]] std::vector<LabSeed> seeds() const;
    // Header and rows as the seed list reader takes them.
    [[nodiscard]] std::string seedsCsv() const;
    // Ports, certificate authority and accounts for other programs: `lab run` prints it.
    [[nodiscard]] std::string describeJson() const;

    static std::vector<std::string> scenarios();

  private:
    struct Impl;
    explicit Lab(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace waypost::lab
