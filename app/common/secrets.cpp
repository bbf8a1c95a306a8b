#include "common/secrets.h"

#include "base/random.h"
#include "base/text.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

namespace waypost::app {

namespace fs = std::filesystem;

namespace {

constexpr size_t keyCharacters = 52; // of 36: more than 256 bits
constexpr size_t maxPassphrase = 4096;

Result<Secret> readSecret(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(in)), {});
    if (!in && content.empty())
        return fail(ErrorCode::Permission, file.string(), "The passphrase cannot be read.");
    Secret secret{std::string(text::trimRight(content))};
    if (secret.empty() || content.size() > maxPassphrase)
        return fail(ErrorCode::Permission, file.string(), "The file holds no passphrase of 1 to 4096 bytes.");
    return secret;
}

Result<Secret> makeKey(const fs::path& file) {
    std::error_code ec;
    fs::create_directories(file.parent_path(), ec);
    SystemRandom random;
    const std::string key = random.token(keyCharacters) + "\n";
    const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool written =
        fd >= 0 && ::write(fd, key.data(), key.size()) == ssize_t(key.size()) && ::fsync(fd) == 0;
    const std::string reason = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    if (!written)
        return fail(ErrorCode::Permission, file.string(),
                    "The key of the secret file cannot be made: " + reason + ".");
    return Secret(std::string(text::trimRight(key)));
}

} // namespace

Result<SecretFile> personalSecrets(const Paths& paths) {
    SecretFile out;
    out.file = paths.workspace.parent_path() / "secrets.box";
    std::error_code ec;
    fs::create_directories(out.file.parent_path(), ec);
    Result<Secret> passphrase = Secret();
    const fs::path key = paths.config / "secrets.key";
    struct stat st{};
    if (const char* named = std::getenv("WAYPOST_PASSPHRASE_FILE"))
        passphrase = readSecret(named);
    else if (::stat(key.c_str(), &st) != 0)
        passphrase = makeKey(key);
    else if ((st.st_mode & 077) != 0)
        passphrase =
            fail(ErrorCode::Permission, key.string(), "Others may read this key; set its mode to 0600.");
    else
        passphrase = readSecret(key);
    if (!passphrase) return fail(passphrase.error());
    out.passphrase = std::move(*passphrase);
    return out;
}

} // namespace waypost::app
