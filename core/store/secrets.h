// SecretStore: passwords, tokens and keys by name, behind one interface. Values are never listed, never in
// the workspace, the settings, a log or an argument. Thread rule: callable from any thread. Failure: Error
// with code Permission (wrong passphrase, file mode), NotFound, Unsupported (a back end that only reads) or
// Io; its text never holds a value.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class SecretStore {
  public:
    static constexpr size_t maxNameBytes = 256;
    static constexpr size_t maxValueBytes = 64 * 1024;

    virtual ~SecretStore() = default;
    virtual Result<Secret> get(std::string_view name) = 0;
    virtual Result<void> put(std::string_view name, const Secret& value) = 0;
    virtual Result<void> remove(std::string_view name) = 0;
    [[nodiscard]] bool has(std::string_view name) { return get(name).has_value(); }
};

// Forgotten when it dies: the lab and the tests.
std::unique_ptr<SecretStore> memorySecrets();

// One file, mode 0600, sealed with AES-256-GCM under a key made from the passphrase by scrypt (RFC 7914).
// Each change replaces the file as a whole: new bytes on the disk first, then the name. Made when absent. Two
// processes may use it; the values are read from the file each time and not kept.
Result<std::unique_ptr<SecretStore>> openPassphraseFile(const std::filesystem::path& file,
                                                        const Secret& passphrase);

// A command that prints the secret, such as {"pass", "show", "mail/{name}"}: "{name}" is replaced, no shell
// is involved, the last line end is cut off. Read only.
std::unique_ptr<SecretStore> commandSecrets(std::vector<std::string> command, Millis limit = Millis(30'000));

} // namespace waypost::store
