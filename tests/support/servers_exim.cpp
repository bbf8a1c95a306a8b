#include "support/servers_exim.h"

#include "support/paths.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace waypost::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* account = "Debian-exim";

fs::path program() {
    if (const char* named = std::getenv("WAYPOST_EXIM")) return named;
    const fs::path unpacked = fs::path(WAYPOST_UNPACKED) / "usr/sbin/exim4";
    return fs::exists(unpacked) ? unpacked : fs::path("/usr/sbin/exim4");
}

} // namespace

std::string Exim::absent() {
    if (geteuid() != 0) return "EXIM NEEDS ROOT: run this test as root";
    if (std::string why = missing("EXIM", {program().string()}); !why.empty())
        return why + "; installer/test unpacks it in build/servers";
    if (!getpwnam(account)) return "EXIM ABSENT: there is no account Debian-exim, which installer/test makes";
    return {};
}

void Exim::configure(const std::string& retry) const {
    std::string plain, verified;
    for (const EximRoute& r : routes_)
        (r.verified ? verified : plain) += r.domain + " 127.0.0.1::" + std::to_string(r.port) + " ; ";
    const auto router = [](const std::string& name, const std::string& routes) {
        return routes.empty() ? std::string()
                              : name + ":\n driver = manualroute\n transport = " + name +
                                    "\n route_list = " + routes + "\n self = send\n";
    };
    const std::string transport =
        ":\n driver = smtp\n allow_localhost\n connection_max_messages = 1\n connect_timeout = 5s\n";
    writeWhole(folder_ / "conf",
               "primary_hostname = relay.interop.test\nexim_path = " + program().string() +
                   "\nspool_directory = " + (folder_ / "spool").string() +
                   "\nlog_file_path = " + (folder_ / "log").string() +
                   "/exim_%slog\nkeep_environment =\ndisable_ipv6 = true\nnever_users =\n"
                   "delay_warning =\nqueue_run_max = 1\nbegin routers\n" +
                   router("plain", plain) + router("verified", verified) + "begin transports\nplain" +
                   transport + " hosts_avoid_tls = *\nverified" + transport +
                   " hosts_require_tls = *\n tls_verify_hosts = *\nbegin retry\n* * " + retry + "\n");
}

ProgramEnd Exim::run(const std::string& arguments) const {
    return runProgram(
        {"/bin/sh", "-c",
         "exec '" + program().string() + "' -C '" + (folder_ / "conf").string() + "' " + arguments},
        folder_);
}

std::unique_ptr<Exim> Exim::make(std::vector<EximRoute> routes, std::string& why) {
    std::unique_ptr<Exim> e(new Exim);
    e->folder_ = temporaryFolder();
    fs::permissions(e->folder_, fs::perms(0755));
    e->routes_ = std::move(routes);
    for (const char* part : {"spool", "log"}) {
        fs::create_directories(e->folder_ / part);
        handTo(e->folder_ / part, account);
    }
    e->configure("F,1d,1h");
    const ProgramEnd check = e->run("-bV");
    if (check.status == 0) return e;
    why = "Exim refuses its configuration: " + check.output;
    return nullptr;
}

bool Exim::submit(const std::string& sender, const std::string& recipient, std::string& why) const {
    const fs::path mail = folder_ / "mail";
    writeWhole(mail, "From: <" + sender + ">\nTo: <" + recipient + ">\nSubject: one of a set\n\nHello\n");
    const ProgramEnd end = run("-odf -f '" + sender + "' '" + recipient + "' <'" + mail.string() + "'");
    why = end.output;
    return end.status == 0;
}

bool Exim::runQueue(std::string& why) const {
    const ProgramEnd end = run("-qff");
    why = end.output;
    return end.status == 0;
}

void Exim::endPatience() const {
    configure("F,1s,1s");
}

} // namespace waypost::test
