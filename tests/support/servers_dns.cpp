#include "support/servers_dns.h"

#include "support/paths.h"

#include <sstream>
#include <stdexcept>

namespace waypost::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* nsd = "/usr/sbin/nsd";
constexpr const char* rbldnsd = "/usr/sbin/rbldnsd";
constexpr const char* unbound = "/usr/sbin/unbound";

std::string quoted(const fs::path& p) {
    return "\"" + p.string() + "\"";
}

std::string firstLine(std::string text) {
    return text.substr(0, text.find('\n'));
}

} // namespace

ZoneFile::ZoneFile(std::string name, const std::string& records)
    : name_(std::move(name)), folder_(temporaryFolder()), file_(folder_ / "zone") {
    fs::permissions(folder_, fs::perms(0755));
    writeWhole(file_, "$ORIGIN " + name_ + ".\n$TTL 300\n@ SOA ns." + name_ + ". hostmaster." + name_ +
                          ". 1 3600 600 86400 60\n@ NS ns." + name_ + ".\nns A 127.0.0.1\n" + records);
}

bool ZoneFile::sign(std::string& why) {
    const ProgramEnd key =
        runProgram({"/usr/bin/ldns-keygen", "-k", "-a", "ECDSAP256SHA256", name_}, folder_);
    const std::string base = firstLine(key.output);
    const ProgramEnd end = runProgram(
        {"/usr/bin/ldns-signzone", "-f", (folder_ / "zone.signed").string(), file_.string(), base}, folder_);
    if (key.status != 0 || end.status != 0) {
        why = key.output + end.output;
        return false;
    }
    anchor_ = firstLine(readWhole(folder_ / (base + ".key")));
    anchor_ = anchor_.substr(0, anchor_.find(';'));
    file_ = folder_ / "zone.signed";
    return true;
}

void ZoneFile::falsify(const std::string& from, const std::string& to) {
    std::string text = readWhole(file_);
    const size_t at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("nothing to falsify");
    writeWhole(file_, text.replace(at, from.size(), to));
}

std::string Nsd::absent() {
    return missing("NSD", {nsd, "/usr/bin/ldns-keygen", "/usr/bin/ldns-signzone"});
}

std::unique_ptr<Nsd> Nsd::start(const std::vector<const ZoneFile*>& zones, std::string& why) {
    auto n = std::make_unique<Nsd>();
    n->folder_ = temporaryFolder();
    n->port_ = freeLoopbackPort();
    const fs::path& f = n->folder_;
    std::string config = "server:\n  ip-address: 127.0.0.1@" + std::to_string(n->port_) +
                         "\n  username: \"\"\n  chroot: \"\"\n  server-count: 1\n  database: \"\"\n"
                         "  zonesdir: " +
                         quoted(f) + "\n  pidfile: " + quoted(f / "pid") +
                         "\n  xfrdfile: " + quoted(f / "xfrd") + "\n  xfrdir: " + quoted(f) +
                         "\n  zonelistfile: " + quoted(f / "zonelist") + "\n  logfile: " + quoted(f / "log") +
                         "\n  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n";
    for (const ZoneFile* z : zones)
        config += "zone:\n  name: " + z->name() + "\n  zonefile: " + quoted(z->file()) + "\n";
    writeWhole(f / "nsd.conf", config);
    n->server_.emplace(std::vector<std::string>{nsd, "-d", "-c", (f / "nsd.conf").string()}, f / "out");
    if (waitUntil([&] { return !n->server_->running() || listensOn(n->port_); }, 10) && n->server_->running())
        return n;
    why = "NSD did not come up: " + readWhole(f / "out") + n->log();
    return nullptr;
}

std::string Rbldnsd::absent() {
    return missing("RBLDNSD", {rbldnsd});
}

std::unique_ptr<Rbldnsd> Rbldnsd::start(const std::vector<Zone>& zones, std::string& why) {
    auto r = std::make_unique<Rbldnsd>();
    r->folder_ = temporaryFolder();
    r->port_ = freeLoopbackPort();
    const fs::path& f = r->folder_;
    std::vector<std::string> words{
        rbldnsd, "-n", "-q", "-b", "127.0.0.1/" + std::to_string(r->port_), "-w", f.string(), "-l", "+asked"};
    for (const Zone& z : zones) {
        writeWhole(f / z.name, "$SOA 60 ns." + z.name + " hostmaster." + z.name +
                                   " 1 60 60 60 60\n$NS 60 ns." + z.name + "\n" + z.data);
        words.push_back(z.name + ":" + z.type + ":" + z.name);
    }
    fs::permissions(f, fs::perms(0755));
    handTo(f, "rbldns");
    r->server_.emplace(words, f / "out");
    // It speaks UDP alone, so a port that listens cannot be seen; its words can.
    const auto up = [&] { return readWhole(f / "out").find(" started (") != std::string::npos; };
    if (waitUntil([&] { return !r->server_->running() || up(); }, 10) && r->server_->running()) return r;
    why = "rbldnsd did not come up: " + readWhole(f / "out");
    return nullptr;
}

std::vector<Rbldnsd::Asked> Rbldnsd::asked(const std::string& zone) const {
    std::vector<Asked> out;
    std::istringstream log(readWhole(folder_ / "asked"));
    for (std::string line; std::getline(log, line);) {
        std::istringstream words(line); // time, client, name, type, class: result
        Asked a;
        std::string client;
        words >> a.second >> client >> a.name >> a.type;
        if (a.name == zone || a.name.ends_with("." + zone)) out.push_back(std::move(a));
    }
    return out;
}

std::string Unbound::absent() {
    return missing("UNBOUND", {unbound});
}

std::unique_ptr<Unbound> Unbound::prepared() {
    auto u = std::make_unique<Unbound>();
    u->folder_ = temporaryFolder();
    u->port_ = freeLoopbackPort();
    return u;
}

std::unique_ptr<Unbound> Unbound::start(const std::vector<const ZoneFile*>& zones, std::uint16_t upstream,
                                        std::string& why) {
    auto u = prepared();
    const fs::path& f = u->folder_;
    std::string anchors, stubs, local;
    for (const ZoneFile* z : zones) {
        if (!z->anchor().empty()) {
            writeWhole(f / (z->name() + ".anchor"), z->anchor() + "\n");
            anchors += "  trust-anchor-file: " + quoted(f / (z->name() + ".anchor")) + "\n";
        }
        local += "  local-zone: \"" + z->name() + ".\" nodefault\n";
        stubs += "stub-zone:\n  name: \"" + z->name() + ".\"\n  stub-addr: 127.0.0.1@" +
                 std::to_string(upstream) + "\n  stub-prime: no\n";
    }
    const std::string options =
        "  module-config: \"validator iterator\"\n  val-log-level: 2\n" + local + anchors;
    return startWith(std::move(u), options, stubs, why);
}

std::unique_ptr<Unbound> Unbound::startForwarding(std::uint16_t upstream, std::string& why) {
    const std::string options = "  module-config: \"iterator\"\n  unblock-lan-zones: yes\n"
                                "  infra-host-ttl: 0\n"
                                "  local-zone: \"invalid.\" nodefault\n"
                                "  local-zone: \"localhost.\" nodefault\n"
                                "  local-zone: \"127.in-addr.arpa.\" nodefault\n";
    const std::string zones =
        "forward-zone:\n  name: \".\"\n  forward-addr: 127.0.0.1@" + std::to_string(upstream) + "\n";
    return startWith(prepared(), options, zones, why);
}

std::unique_ptr<Unbound> Unbound::startBetween(const std::vector<std::string>& zones, std::uint16_t upstream,
                                               std::uint16_t rest, std::string& why) {
    std::string clauses;
    const auto stub = [&clauses](const std::string& name, std::uint16_t port) {
        clauses += "stub-zone:\n  name: \"" + name + "\"\n  stub-addr: 127.0.0.1@" + std::to_string(port) +
                   "\n  stub-prime: no\n";
    };
    for (const std::string& zone : zones) stub(zone + ".", upstream);
    stub("test.", rest);
    const std::string options = "  module-config: \"iterator\"\n  unblock-lan-zones: yes\n"
                                "  local-zone: \"invalid.\" nodefault\n";
    return startWith(prepared(), options, clauses, why);
}

std::unique_ptr<Unbound> Unbound::startWith(std::unique_ptr<Unbound> u, const std::string& options,
                                            const std::string& zones, std::string& why) {
    const fs::path& f = u->folder_;
    writeWhole(f / "unbound.conf",
               "server:\n  interface: 127.0.0.1\n  port: " + std::to_string(u->port_) +
                   "\n  username: \"\"\n  chroot: \"\"\n  directory: " + quoted(f) + "\n  pidfile: " +
                   quoted(f / "pid") + "\n  use-syslog: no\n  logfile: " + quoted(f / "log") +
                   "\n  verbosity: 1\n  do-ip6: no\n  do-not-query-localhost: no\n"
                   "  access-control: 127.0.0.0/8 allow\n"
                   "  num-threads: 1\n  root-hints: \"\"\n  local-zone: \"test.\" nodefault\n" +
                   options + "remote-control:\n  control-enable: no\n" + zones);
    u->server_.emplace(std::vector<std::string>{unbound, "-d", "-c", (f / "unbound.conf").string()},
                       f / "out");
    if (waitUntil([&] { return !u->server_->running() || listensOn(u->port_); }, 10) && u->server_->running())
        return u;
    why = "Unbound did not come up: " + readWhole(f / "out") + u->log();
    return nullptr;
}

} // namespace waypost::test
