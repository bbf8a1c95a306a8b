// A second process for tests that kill one or need two: the test program starts itself again as
// "program child ROLE FILE [ARG]". (A fork without exec would carry the test runner's threads along, which
// the thread sanitizer refuses.)
#pragma once

#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

extern char** environ;

namespace waypost::test {

class Child {
  public:
    Child(const std::string& role, const std::string& file, const std::string& argument = "") {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        std::array<std::string, 5> words{"/proc/self/exe", "child", role, file, argument};
        std::array<char*, 6> argv{words[0].data(), words[1].data(), words[2].data(),
                                  words[3].data(), words[4].data(), nullptr};
        int code = posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        out_ = ends[0];
        if (code != 0) throw std::runtime_error("no child");
    }
    ~Child() {
        end(SIGKILL);
        close(out_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    // One byte at a time, until the line ends or the child is gone.
    std::string line() {
        std::string text;
        char c = 0;
        while (read(out_, &c, 1) == 1 && c != '\n') text.push_back(c);
        return text;
    }
    std::string rest() {
        std::string text;
        std::array<char, 4096> buffer{};
        for (ssize_t n; (n = read(out_, buffer.data(), buffer.size())) > 0;)
            text.append(buffer.data(), size_t(n));
        return text;
    }
    void end(int signal) {
        if (pid_ <= 0) return;
        if (signal) kill(pid_, signal);
        waitpid(pid_, &status_, 0);
        pid_ = -1;
    }
    [[nodiscard]] int exitStatus() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

  private:
    pid_t pid_ = -1;
    int out_ = -1;
    int status_ = 0;
};

// For children: whole lines, unbuffered.
inline void say(const std::string& line) {
    auto bytes = line + "\n";
    [[maybe_unused]] auto n = write(STDOUT_FILENO, bytes.data(), bytes.size());
}

} // namespace waypost::test
