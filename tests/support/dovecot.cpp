#include "support/dovecot.h"

#include "support/paths.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace waypost::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* program = "/usr/sbin/dovecot";

std::uint16_t freePort() {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    bool ok = bind(fd, reinterpret_cast<sockaddr*>(&at), size) == 0 &&
              getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0;
    close(fd);
    if (!ok) throw std::runtime_error("no free port");
    return ntohs(at.sin_port);
}

bool greets(std::uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    char first = 0;
    timeval wait{2, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    bool up = connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 && read(fd, &first, 1) == 1 &&
              first == '*';
    close(fd);
    return up;
}

void write(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

// The account Dovecot's processes run as: they need two that exist; as an ordinary user there is only one.
std::string account(const char* wanted) {
    if (geteuid() == 0) return getpwnam(wanted) ? wanted : "nobody";
    return getpwuid(geteuid())->pw_name;
}

std::string mailUser() {
    return geteuid() == 0 ? account("mail") : account("");
}

void giveOne(const fs::path& at, const std::string& user) {
    const passwd* p = getpwnam(user.c_str());
    if (geteuid() != 0 || !p) return;
    if (chown(at.c_str(), p->pw_uid, p->pw_gid) != 0)
        throw std::runtime_error("cannot give " + at.string() + " to " + user);
}

void giveTo(const fs::path& folder, const std::string& user) {
    giveOne(folder, user);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) giveOne(entry.path(), user);
}

} // namespace

std::unique_ptr<Dovecot> Dovecot::start(const DovecotOptions& options, std::string& why) {
    if (!fs::exists(program)) {
        why = std::string(program) + " is not installed";
        return nullptr;
    }
    std::unique_ptr<Dovecot> d(new Dovecot);
    d->folder_ = temporaryFolder();
    fs::permissions(d->folder_, fs::perms(0755));
    d->imapPort_ = freePort();
    if (!options.certificatePem.empty()) d->imapsPort_ = freePort();
    d->writeConfiguration(options);
    d->pid_ = fork();
    if (d->pid_ == 0) {
        // Its own process group: all of it can be stopped at the end.
        setpgid(0, 0);
        int log = open((d->folder_ / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(log, 1);
        dup2(log, 2);
        std::string config = (d->folder_ / "dovecot.conf").string();
        execl(program, program, "-F", "-c", config.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    for (int i = 0; i < 200; ++i) {
        if (greets(d->imapPort_)) return d;
        if (waitpid(d->pid_, nullptr, WNOHANG) == d->pid_) {
            d->pid_ = -1;
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    why = "Dovecot did not come up: " + d->log();
    return nullptr;
}

Dovecot::~Dovecot() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    for (int i = 0; i < 100; ++i) {
        if (waitpid(pid_, nullptr, WNOHANG) == pid_) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

std::string Dovecot::log() const {
    std::string text;
    for (const char* name : {"out", "log"}) {
        std::ifstream in(folder_ / name, std::ios::binary);
        text.append(std::istreambuf_iterator<char>(in), {});
    }
    return text;
}

fs::path Dovecot::maildir(const std::string& user, const std::string& mailbox) const {
    fs::path root = folder_ / "mail" / user / "Maildir";
    return mailbox == "INBOX" ? root : root / ("." + mailbox);
}

void Dovecot::writeConfiguration(const DovecotOptions& o) {
    std::string base = folder_.string();
    std::string passwords;
    bool sieve = false;
    for (const DovecotUser& u : o.users) {
        passwords += u.name + ":{PLAIN}" + u.password + "::::::\n";
        fs::create_directories(folder_ / "mail" / u.name);
        if (u.sieve.empty()) continue;
        write(folder_ / "mail" / u.name / "rules.sieve", u.sieve);
        sieve = true;
    }
    write(folder_ / "passwd", passwords);
    fs::permissions(folder_ / "passwd", fs::perms(0644));
    std::string boxes;
    for (const char* special : {"Junk", "Trash", "Archive", "Sent"}) {
        boxes += std::string("  mailbox ") + special + " {\n    auto = create\n    special_use = \\" +
                 special + "\n  }\n";
    }
    for (const std::string& name : o.mailboxes)
        boxes += "  mailbox \"" + name + "\" {\n    auto = create\n  }\n";
    std::string tls = "ssl = no\n", imaps;
    if (imapsPort_ != 0) {
        write(folder_ / "cert.pem", o.certificatePem);
        write(folder_ / "key.pem", o.keyPem);
        tls = "ssl = yes\nssl_cert = <" + base + "/cert.pem\nssl_key = <" + base + "/key.pem\n";
        imaps = "  inet_listener imaps {\n    address = 127.0.0.1\n    port = " + std::to_string(imapsPort_) +
                "\n    ssl = yes\n  }\n";
    } else {
        imaps = "  inet_listener imaps {\n    port = 0\n  }\n";
    }
    std::string user = mailUser();
    std::string lmtp =
        "service lmtp {\n  unix_listener " + base +
        "/lmtp {\n    mode = 0666\n  }\n}\n"
        "protocol lmtp {\n  mail_plugins = " +
        std::string(sieve ? "sieve" : "") + "\n}\n" +
        (sieve ? "plugin {\n  sieve = file:" + base + "/mail/%u/rules.sieve\n}\n" : std::string());
    write(folder_ / "dovecot.conf",
          "base_dir = " + base + "/run\nstate_dir = " + base + "/run\nlog_path = " + base +
              "/log\n"
              "protocols = imap" +
              (o.lmtp ? " lmtp" : "") +
              "\nlisten = 127.0.0.1\n"
              "default_login_user = " +
              account("dovenull") + "\ndefault_internal_user = " + account("dovecot") + "\n" +
              (geteuid() == 0 ? "" : "default_internal_group = " + account("") + "\n") +
              "first_valid_uid = 1\nfirst_valid_gid = 1\nmail_uid = " + user + "\nmail_gid = " + user +
              "\n"
              "mail_home = " +
              base +
              "/mail/%u\nmail_location = maildir:~/Maildir\nauth_mechanisms = plain\n"
              "disable_plaintext_auth = no\nauth_username_format = %u\nmail_max_userip_connections = 100\n"
              "passdb {\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%u " +
              base +
              "/passwd\n}\n"
              "userdb {\n  driver = static\n  args = uid=" +
              user + " gid=" + user + " home=" + base +
              "/mail/%u\n}\n"
              "namespace inbox {\n  inbox = yes\n" +
              boxes + "}\n" + tls +
              "service imap-login {\n  inet_listener imap {\n    address = 127.0.0.1\n    port = " +
              std::to_string(imapPort_) + "\n  }\n" + imaps + "}\n" + (o.lmtp ? lmtp : std::string()));
    giveTo(folder_ / "mail", user);
}

void Dovecot::put(const std::string& user, const std::string& mailbox, const std::string& message) {
    fs::path box = maildir(user, mailbox);
    bool fresh = !fs::exists(box / "cur");
    for (const char* part : {"tmp", "new", "cur"}) fs::create_directories(box / part);
    if (fresh && mailbox != "INBOX") write(box / "maildirfolder", "");
    if (fresh) giveTo(folder_ / "mail" / user, mailUser());
    auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    fs::path file = box / "new" / (std::to_string(now) + ".M" + std::to_string(++count_) + ".test");
    write(file, message);
    giveOne(file, mailUser());
}

std::vector<std::string> Dovecot::files(const std::string& user, const std::string& mailbox) const {
    std::vector<std::string> names;
    for (const char* part : {"new", "cur"}) {
        fs::path at = maildir(user, mailbox) / part;
        if (!fs::exists(at)) continue;
        for (const auto& entry : fs::directory_iterator(at))
            names.push_back(entry.path().filename().string());
    }
    return names;
}

} // namespace waypost::test
