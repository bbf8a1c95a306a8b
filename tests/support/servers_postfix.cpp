#include "support/servers_postfix.h"

#include "support/paths.h"

#include <unistd.h>

namespace waypost::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* programs = "/usr/lib/postfix/sbin";

// service type private unpriv chroot wakeup maxproc command; nothing is chrooted, nothing listens but smtpd.
constexpr const char* services = R"(pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
)";

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& w : words) out += (out.empty() ? "" : ", ") + w;
    return out;
}

} // namespace

std::string Postfix::absent() {
    if (geteuid() != 0) return "POSTFIX NEEDS ROOT: run this test as root";
    return missing("POSTFIX", {std::string(programs) + "/master", "/usr/sbin/postfix"});
}

void Postfix::configure(const PostfixOptions& o) {
    const fs::path etc = folder_ / "etc";
    for (const char* part : {"etc", "log", "queue", "data"}) fs::create_directories(folder_ / part);
    handTo(folder_ / "data", "postfix");
    std::string boxes, transports;
    for (const std::string& m : o.mailboxes) boxes += m + " here\n";
    for (const auto& [domain, transport] : o.transports)
        transports.append(domain).append(" ").append(transport).append("\n");
    writeWhole(etc / "mailboxes", boxes);
    writeWhole(etc / "transport", transports);
    std::string tls = "smtpd_tls_security_level = none\n";
    if (!o.certificatePem.empty()) {
        writeWhole(etc / "cert.pem", o.certificatePem);
        writeWhole(etc / "key.pem", o.keyPem);
        fs::permissions(etc / "key.pem", fs::perms(0600));
        tls = "smtpd_tls_security_level = may\nsmtpd_tls_cert_file = " + (etc / "cert.pem").string() +
              "\nsmtpd_tls_key_file = " + (etc / "key.pem").string() + "\n";
    }
    writeWhole(etc / "main.cf",
               "compatibility_level = 3.6\nmyhostname = relay.interop.test\nmyorigin = interop.test\n"
               "mydestination =\nalias_maps =\nalias_database =\nlocal_recipient_maps =\n"
               "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n"
               "mail_owner = postfix\nsetgid_group = postdrop\nbiff = no\nsmtp_tls_security_level = none\n"
               "smtp_dns_support_level = disabled\nsmtp_host_lookup = native\n"
               "smtpd_peername_lookup = no\nsmtpd_recipient_restrictions = permit_mynetworks, reject\n"
               "smtpd_relay_restrictions = permit_mynetworks, reject\n"
               "smtpd_reject_unlisted_recipient = yes\nenable_long_queue_ids = yes\n"
               "minimal_backoff_time = 3600s\nqueue_run_delay = 3600s\nsmtp_connect_timeout = "
               "5s\nsmtp_connection_cache_on_demand = no\n"
               "command_directory = /usr/sbin\nsyslog_name = postfix\n"
               "daemon_directory = " +
                   std::string(programs) + "\nqueue_directory = " + (folder_ / "queue").string() +
                   "\ndata_directory = " + (folder_ / "data").string() + "\nmaillog_file_prefixes = " +
                   folder_.string() + "\nmaillog_file = " + logFile().string() +
                   "\nvirtual_mailbox_domains = " + joined(o.domains) + "\nvirtual_mailbox_maps = texthash:" +
                   (etc / "mailboxes").string() + "\nvirtual_transport = lmtp:unix:" + o.lmtpSocket.string() +
                   "\ntransport_maps = texthash:" + (etc / "transport").string() + "\n" + tls + o.settings);
    writeWhole(etc / "master.cf",
               "127.0.0.1:" + std::to_string(port_) + " inet n - n - - smtpd\n" + services);
}

std::unique_ptr<Postfix> Postfix::start(const PostfixOptions& options, std::string& why) {
    std::unique_ptr<Postfix> p(new Postfix);
    p->folder_ = temporaryFolder();
    fs::permissions(p->folder_, fs::perms(0755));
    p->port_ = freeLoopbackPort();
    p->configure(options);
    const std::string etc = (p->folder_ / "etc").string();
    // Makes the queue's folders and says what is wrong with the configuration.
    const ProgramEnd check = runProgram({"/usr/sbin/postfix", "-c", etc, "check"}, p->folder_);
    if (check.status == 0) {
        p->master_.emplace(std::vector<std::string>{std::string(programs) + "/master", "-d", "-c", etc},
                           p->folder_ / "out");
        if (waitUntil([&] { return !p->master_->running() || listensOn(p->port_); }, 20) &&
            p->master_->running())
            return p;
    }
    why = "Postfix did not come up: " + check.output + readWhole(p->folder_ / "out") + p->log();
    return nullptr;
}

Postfix::~Postfix() {
    if (master_) master_->stop();
}

std::string Postfix::log() const {
    return readWhole(logFile());
}

size_t Postfix::deferred() const {
    size_t n = 0;
    std::error_code gone; // files move while we look
    fs::recursive_directory_iterator at(folder_ / "queue" / "deferred", gone), end;
    for (; !gone && at != end; at.increment(gone)) n += at->is_regular_file(gone) ? 1 : 0;
    return n;
}

bool Postfix::flush(std::string& why) const {
    const ProgramEnd end =
        runProgram({"/usr/sbin/postqueue", "-c", (folder_ / "etc").string(), "-f"}, folder_);
    why = end.output;
    return end.status == 0;
}

bool Postfix::change(const std::string& settings, std::string& why) const {
    const fs::path etc = folder_ / "etc";
    writeWhole(etc / "main.cf", readWhole(etc / "main.cf") + settings);
    const size_t before = lines("reload -- version");
    const ProgramEnd end = runProgram({"/usr/sbin/postfix", "-c", etc.string(), "reload"}, folder_);
    why = end.output;
    return end.status == 0 && waitUntil([&] { return lines("reload -- version") > before; }, 10);
}

size_t Postfix::lines(const std::string& word) const {
    const std::string text = log();
    size_t n = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
    return n;
}

} // namespace waypost::test
