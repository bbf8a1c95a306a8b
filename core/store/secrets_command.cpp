#include "base/text.h"
#include "store/secrets.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

extern char** environ;

namespace waypost::store {

namespace {

struct Ran {
    std::string output;
    bool timedOut = false, tooLarge = false;
    int status = -1;
};

void wipe(std::string& bytes) {
    Secret dies(std::move(bytes));
    bytes.clear();
}

// Reads until the end, the cap or the deadline. The buffer never grows, so that no copy stays behind.
void readAll(int fd, Millis limit, Ran& ran) {
    auto until = std::chrono::steady_clock::now() + limit;
    ran.output.reserve(SecretStore::maxValueBytes + 2);
    std::array<char, 4096> buffer{};
    while (true) {
        auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now()).count();
        pollfd wait{fd, POLLIN, 0};
        int ready = left > 0 ? poll(&wait, 1, int(left)) : 0;
        if (ready < 0 && errno == EINTR) continue;
        ran.timedOut = ready <= 0;
        if (ran.timedOut) break;
        auto n = read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        ran.tooLarge = ran.output.size() + size_t(n) > SecretStore::maxValueBytes + 2;
        if (ran.tooLarge) break;
        ran.output.append(buffer.data(), size_t(n));
    }
    buffer.fill('\0');
}

// Nothing when it could not be started.
std::optional<Ran> runCommand(std::vector<std::string> command, Millis limit) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (auto& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    pid_t child = -1;
    int code = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::optional<Ran> ran;
    if (code == 0) {
        ran.emplace();
        readAll(ends[0], limit, *ran);
        if (ran->timedOut || ran->tooLarge) kill(child, SIGKILL);
        while (waitpid(child, &ran->status, 0) < 0 && errno == EINTR) {
        }
    }
    close(ends[0]);
    return ran;
}

class CommandSecrets final : public SecretStore {
  public:
    CommandSecrets(std::vector<std::string> command, Millis limit)
        : command_(std::move(command)), limit_(limit) {}

    Result<Secret> get(std::string_view name) override {
        if (command_.empty()) return fail(ErrorCode::InvalidArgument, "secrets", "No secret command is set.");
        // The name becomes part of an argument; it must not become an option or another path.
        for (char c : name)
            if (!text::isAlnum(c) && std::string_view("-_.@/+").find(c) == std::string_view::npos)
                return refused(name, "its name has a character that is not passed to a command");
        if (name.empty() || name.front() == '-' || name.find("..") != std::string_view::npos)
            return refused(name, "its name is not passed to a command");
        auto command = command_;
        for (auto& word : command)
            if (auto at = word.find("{name}"); at != std::string::npos) word.replace(at, 6, name);
        auto ran = runCommand(std::move(command), limit_);
        if (!ran) return refused(name, "the command could not be started");
        auto value = judged(name, *ran);
        wipe(ran->output);
        return value;
    }
    Result<void> put(std::string_view, const Secret&) override { return readOnly(); }
    Result<void> remove(std::string_view) override { return readOnly(); }

  private:
    std::unexpected<Error> refused(std::string_view name, std::string_view why) const {
        return fail(ErrorCode::Permission, "secrets",
                    fmt::format("The secret \"{}\" could not be had from the command {}: {}.",
                                text::printable(name), text::printable(command_.front()), why));
    }
    static std::unexpected<Error> readOnly() {
        return fail(ErrorCode::Unsupported, "secrets",
                    "Secrets come from a command here; store them where that command reads them.");
    }
    Result<Secret> judged(std::string_view name, const Ran& ran) const {
        if (ran.timedOut) return refused(name, "it did not answer in time");
        if (ran.tooLarge) return refused(name, fmt::format("it printed more than {} bytes", maxValueBytes));
        if (!WIFEXITED(ran.status) || WEXITSTATUS(ran.status) != 0)
            return refused(name, "it ended with an error");
        std::string_view value = ran.output;
        if (value.ends_with('\n')) value.remove_suffix(1);
        if (value.ends_with('\r')) value.remove_suffix(1);
        if (value.empty()) return refused(name, "it printed nothing");
        return Secret(std::string(value));
    }

    std::vector<std::string> command_;
    Millis limit_;
};

} // namespace

std::unique_ptr<SecretStore> commandSecrets(std::vector<std::string> command, Millis limit) {
    return std::make_unique<CommandSecrets>(std::move(command), limit);
}

} // namespace waypost::store
