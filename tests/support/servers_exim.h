// A real Exim of our own: its own configuration, spool and log folder. Nothing listens and no daemon runs:
// mail is given to it on the command line and delivered before submit() returns; the queue is run by hand.
// Needs root and the account Debian-exim (Exim drops its rights to that); no system configuration is touched.
//
// Exim and Postfix cannot both be installed on Debian. The program is looked for in WAYPOST_EXIM, in
// /usr/sbin and in build/servers, where installer/test unpacks it.
#pragma once

#include "support/servers_process.h"

#include <memory>

namespace waypost::test {

struct EximRoute {
    std::string domain;
    std::uint16_t port = 0; // of 127.0.0.1
    bool verified = false;  // TLS with a certificate that can be verified, or no delivery
};

class Exim {
  public:
    // Why it cannot be had here, in capitals first; empty when it can.
    static std::string absent();
    // Null with the reason in `why` when its configuration does not hold.
    static std::unique_ptr<Exim> make(std::vector<EximRoute> routes, std::string& why);

    // One message; its first delivery has been tried when this returns.
    bool submit(const std::string& sender, const std::string& recipient, std::string& why) const;
    // Tries everything in the queue again, whatever its retry time.
    bool runQueue(std::string& why) const;
    // From now on mail that fails again after a second in the queue goes back to its sender.
    void endPatience() const;

    [[nodiscard]] std::filesystem::path logFile() const { return folder_ / "log" / "exim_mainlog"; }
    [[nodiscard]] std::string log() const { return readWhole(logFile()); }

  private:
    Exim() = default;
    void configure(const std::string& retry) const;
    [[nodiscard]] ProgramEnd run(const std::string& arguments) const;
    std::filesystem::path folder_;
    std::vector<EximRoute> routes_;
};

} // namespace waypost::test
