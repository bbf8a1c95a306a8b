// Real name servers of our own on loopback: NSD serving zone files, Unbound validating in front of it, and
// ldns to sign the zones. No root needed.
#pragma once

#include "support/servers_process.h"

#include <memory>
#include <optional>

namespace waypost::test {

// A zone file in its own folder, signed with a new key when asked for.
class ZoneFile {
  public:
    ZoneFile(std::string name, const std::string& records);
    // False with ldns' words in `why`.
    bool sign(std::string& why);
    // Changes the file behind the signatures' back.
    void falsify(const std::string& from, const std::string& to);
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    [[nodiscard]] const std::string& anchor() const { return anchor_; } // DNSKEY record; empty: unsigned

  private:
    std::string name_, anchor_;
    std::filesystem::path folder_, file_;
};

class Nsd {
  public:
    static std::string absent();
    static std::unique_ptr<Nsd> start(const std::vector<const ZoneFile*>& zones, std::string& why);
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string log() const { return readWhole(folder_ / "log"); }
    void stop() { server_->stop(); }

  private:
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    std::optional<ServerProcess> server_;
};

// rbldnsd: what DNS lists are served with. Every question is logged, so that a test can count them.
class Rbldnsd {
  public:
    struct Zone {
        std::string name, type, data; // "ip4set", "ip4trie", "ip6trie", "dnset"
    };
    struct Asked {
        std::int64_t second = 0; // since 1970
        std::string name, type;
    };
    static std::string absent();
    static std::unique_ptr<Rbldnsd> start(const std::vector<Zone>& zones, std::string& why);
    [[nodiscard]] std::uint16_t port() const { return port_; }
    // Everything under the zone, in order.
    [[nodiscard]] std::vector<Asked> asked(const std::string& zone) const;

  private:
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    std::optional<ServerProcess> server_;
};

class Unbound {
  public:
    static std::string absent();
    // Asks the server at `upstream` for these zones, the one at `rest` for all others; validates nothing.
    static std::unique_ptr<Unbound> startBetween(const std::vector<std::string>& zones,
                                                 std::uint16_t upstream, std::uint16_t rest,
                                                 std::string& why);
    // Asks the server at `upstream` for these zones and trusts the anchors of the signed ones.
    static std::unique_ptr<Unbound> start(const std::vector<const ZoneFile*>& zones, std::uint16_t upstream,
                                          std::string& why);
    // Asks the server at `upstream`, which answers as a recursive resolver, for every name; validates
    // nothing.
    static std::unique_ptr<Unbound> startForwarding(std::uint16_t upstream, std::string& why);
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string log() const { return readWhole(folder_ / "log"); }

  private:
    // `options` for the server clause, `zones` the clauses after it.
    static std::unique_ptr<Unbound> startWith(std::unique_ptr<Unbound> u, const std::string& options,
                                              const std::string& zones, std::string& why);
    static std::unique_ptr<Unbound> prepared();

    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    std::optional<ServerProcess> server_;
};

} // namespace waypost::test
