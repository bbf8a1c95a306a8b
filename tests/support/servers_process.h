// What starters of real servers share: free loopback ports, programs run to their end, and servers that live
// as long as their object. A server runs in a process group of its own and is told to end when the test dies.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace waypost::test {

// A TCP port of 127.0.0.1 that nobody listens on now, free for UDP too.
std::uint16_t freeLoopbackPort();
// Something accepts connections there.
bool listensOn(std::uint16_t port);
// Polls every 20 ms; false after `seconds`.
bool waitUntil(const std::function<bool()>& done, double seconds);

std::string readWhole(const std::filesystem::path& file); // empty when it cannot be read
void writeWhole(const std::filesystem::path& file, const std::string& text);
// Hands a folder and all in it to a system account; does nothing when not root.
void handTo(const std::filesystem::path& folder, const char* account);

struct ProgramEnd {
    int status = -1; // of exit(); -1: killed or not started
    std::string output;
};
ProgramEnd runProgram(const std::vector<std::string>& words, const std::filesystem::path& folder);

// The sentence of a QSKIP: "NSD ABSENT: /usr/sbin/nsd is not installed". Empty when all are there.
std::string missing(const std::string& name, const std::vector<std::string>& programs);

class ServerProcess {
  public:
    // Output goes to `log`.
    ServerProcess(const std::vector<std::string>& words, const std::filesystem::path& log);
    ~ServerProcess() { stop(); }
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;
    [[nodiscard]] bool running();
    void stop(); // TERM, then KILL to the whole group
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_ = -1;
};

} // namespace waypost::test
