#include "base/text.h"
#include "store/atomic_file.h"
#include "store/sealed_box.h"
#include "store/secrets.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <mutex>

namespace waypost::store {

namespace {

using Values = std::map<std::string, Secret, std::less<>>;

void appendSized(std::string& out, std::string_view piece) {
    auto size = std::uint32_t(piece.size());
    for (int shift : {24, 16, 8, 0}) out.push_back(char(size >> shift & 0xff));
    out += piece;
}

bool takeSized(std::string_view& in, std::string_view& piece) {
    if (in.size() < 4) return false;
    std::uint32_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8 | std::uint8_t(in[size_t(i)]);
    if (in.size() - 4 < size) return false;
    piece = in.substr(4, size);
    in.remove_prefix(4 + size_t(size));
    return true;
}

Secret packed(const Values& values) {
    size_t total = 0;
    for (const auto& [name, value] : values) total += 8 + name.size() + value.reveal().size();
    std::string out;
    out.reserve(total); // growing would leave copies behind
    for (const auto& [name, value] : values) {
        appendSized(out, name);
        appendSized(out, value.reveal());
    }
    return Secret(std::move(out));
}

Result<Values> unpacked(const Secret& plain) {
    Values values;
    auto in = plain.reveal();
    while (!in.empty()) {
        std::string_view name;
        std::string_view value;
        if (!takeSized(in, name) || !takeSized(in, value))
            return fail(ErrorCode::Corrupt, "secrets", "The secrets file is damaged.");
        values.insert_or_assign(std::string(name), Secret(std::string(value)));
    }
    return values;
}

// Keeps other processes from writing between our reading and our writing.
class Exclusive {
  public:
    explicit Exclusive(const std::filesystem::path& file)
        : fd_(open((file.string() + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600)) {
        held_ = fd_ >= 0 && flock(fd_, LOCK_EX) == 0;
    }
    ~Exclusive() {
        if (fd_ >= 0) close(fd_);
    }
    Exclusive(const Exclusive&) = delete;
    Exclusive& operator=(const Exclusive&) = delete;
    [[nodiscard]] bool held() const { return held_; }

  private:
    int fd_;
    bool held_ = false;
};

Result<void> checkPair(std::string_view name, const Secret& value) {
    if (name.empty() || name.size() > SecretStore::maxNameBytes)
        return fail(ErrorCode::InvalidArgument, "secrets",
                    fmt::format("A secret needs a name of 1 to {} bytes.", SecretStore::maxNameBytes));
    if (value.reveal().size() > SecretStore::maxValueBytes)
        return fail(ErrorCode::TooLarge, "secrets",
                    fmt::format("A secret may have {} bytes.", SecretStore::maxValueBytes));
    return {};
}

class PassphraseFile final : public SecretStore {
  public:
    PassphraseFile(std::filesystem::path file, Secret key, sealed::Parameters parameters)
        : file_(std::move(file)), key_(std::move(key)), parameters_(std::move(parameters)) {}

    Result<Secret> get(std::string_view name) override {
        std::lock_guard lock(mutex_);
        auto values = load();
        if (!values) return fail(std::move(values.error()));
        auto found = values->find(name);
        if (found == values->end())
            return fail(ErrorCode::NotFound, "secrets",
                        fmt::format("There is no secret \"{}\".", text::printable(name)));
        return std::move(found->second);
    }

    Result<void> put(std::string_view name, const Secret& value) override {
        if (auto ok = checkPair(name, value); !ok) return ok;
        return change([&](Values& values) { values.insert_or_assign(std::string(name), value); });
    }

    Result<void> remove(std::string_view name) override {
        return change([&](Values& values) {
            if (auto found = values.find(name); found != values.end()) values.erase(found);
        });
    }

  private:
    Result<Values> load() {
        auto bytes = readWhole(file_, sealed::maxFileBytes);
        if (!bytes) return fail(std::move(bytes.error()));
        if (!*bytes) return Values();
        auto plain = sealed::unseal(**bytes, key_);
        if (!plain) return fail(std::move(plain.error()));
        return unpacked(*plain);
    }

    Result<void> change(const std::function<void(Values&)>& edit) {
        std::lock_guard lock(mutex_);
        Exclusive exclusive(file_);
        if (!exclusive.held())
            return fail(ErrorCode::Io, "secrets", "The secrets file cannot be locked for writing.");
        auto values = load();
        if (!values) return fail(std::move(values.error()));
        edit(*values);
        auto bytes = sealed::seal(packed(*values), key_, parameters_);
        if (!bytes) return fail(std::move(bytes.error()));
        if (bytes->size() > sealed::maxFileBytes)
            return fail(ErrorCode::TooLarge, "secrets", "The secrets file is full.");
        return replaceFile(file_, *bytes);
    }

    std::mutex mutex_;
    std::filesystem::path file_;
    Secret key_;
    sealed::Parameters parameters_;
};

Result<void> checkMode(const std::filesystem::path& file) {
    struct stat st{};
    if (stat(file.c_str(), &st) != 0 || (st.st_mode & 0077) == 0) return {};
    return fail(ErrorCode::Permission, "secrets",
                fmt::format("Others may read the secrets file {} (mode {:04o}); set it to 0600 first.",
                            text::printable(file.string()), unsigned(st.st_mode & 0777)));
}

} // namespace

Result<std::unique_ptr<SecretStore>> openPassphraseFile(const std::filesystem::path& file,
                                                        const Secret& passphrase) {
    if (passphrase.empty())
        return fail(ErrorCode::Permission, "secrets", "The secrets file needs a passphrase.");
    if (auto ok = checkMode(file); !ok) return fail(std::move(ok.error()));
    Exclusive exclusive(file);
    if (!exclusive.held())
        return fail(ErrorCode::Io, "secrets",
                    fmt::format("{} cannot be locked.", text::printable(file.string())));
    auto bytes = readWhole(file, sealed::maxFileBytes);
    if (!bytes) return fail(std::move(bytes.error()));
    bool fresh = !bytes->has_value();
    auto parameters =
        fresh ? Result<sealed::Parameters>(sealed::freshParameters()) : sealed::parametersOf(**bytes);
    if (!parameters) return fail(std::move(parameters.error()));
    auto key = sealed::deriveKey(passphrase, *parameters);
    if (!key) return fail(std::move(key.error()));
    if (fresh) {
        auto sealedBytes = sealed::seal(Secret(), *key, *parameters);
        if (!sealedBytes) return fail(std::move(sealedBytes.error()));
        if (auto ok = replaceFile(file, *sealedBytes); !ok) return fail(std::move(ok.error()));
    } else if (auto opened = sealed::unseal(**bytes, *key); !opened) {
        return fail(std::move(opened.error()));
    }
    return std::make_unique<PassphraseFile>(file, std::move(*key), std::move(*parameters));
}

} // namespace waypost::store
