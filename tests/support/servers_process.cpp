#include "support/servers_process.h"

#include "support/paths.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
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

namespace fs = std::filesystem;

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    return at;
}

bool bindable(int kind, std::uint16_t& port) {
    const int fd = socket(AF_INET, kind | SOCK_CLOEXEC, 0);
    sockaddr_in at = loopback(port);
    socklen_t size = sizeof at;
    const bool ok = bind(fd, reinterpret_cast<sockaddr*>(&at), size) == 0 &&
                    getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0;
    port = ntohs(at.sin_port);
    close(fd);
    return ok;
}

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(const std::vector<std::string>& words, const char* folder, int output) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (folder && chdir(folder) != 0) _exit(126);
    dup2(output, 1);
    dup2(output, 2);
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (const std::string& w : words) argv.push_back(const_cast<char*>(w.c_str()));
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
}

} // namespace

std::uint16_t freeLoopbackPort() {
    for (int i = 0; i < 50; ++i) {
        std::uint16_t port = 0;
        if (bindable(SOCK_STREAM, port) && bindable(SOCK_DGRAM, port)) return port;
    }
    throw std::runtime_error("no free port");
}

bool listensOn(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at = loopback(port);
    const bool up = connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    close(fd);
    return up;
}

bool waitUntil(const std::function<bool()>& done, double seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!done()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
}

std::string readWhole(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void writeWhole(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

void handTo(const fs::path& folder, const char* account) {
    const passwd* p = getpwnam(account);
    if (geteuid() != 0 || !p) return;
    const auto give = [p](const fs::path& at) {
        if (chown(at.c_str(), p->pw_uid, p->pw_gid) != 0)
            throw std::runtime_error("cannot give away " + at.string());
    };
    give(folder);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) give(entry.path());
}

ProgramEnd runProgram(const std::vector<std::string>& words, const fs::path& folder) {
    const fs::path log = temporaryFolder() / "output";
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const pid_t pid = fork();
    if (pid == 0) become(words, folder.c_str(), output);
    close(output);
    int status = 0;
    waitpid(pid, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, readWhole(log)};
}

std::string missing(const std::string& name, const std::vector<std::string>& programs) {
    for (const std::string& p : programs)
        if (!fs::exists(p)) return name + " ABSENT: " + p + " is not installed";
    return {};
}

ServerProcess::ServerProcess(const std::vector<std::string>& words, const fs::path& log) {
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    pid_ = fork();
    if (pid_ == 0) become(words, nullptr, output);
    close(output);
}

bool ServerProcess::running() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

void ServerProcess::stop() {
    if (!running()) return;
    const pid_t group = pid_;
    kill(pid_, SIGTERM);
    if (!waitUntil([this] { return !running(); }, 5)) {
        kill(-group, SIGKILL);
        waitpid(group, nullptr, 0);
        pid_ = -1;
    }
    kill(-group, SIGKILL); // stragglers of the group
}

} // namespace waypost::test
