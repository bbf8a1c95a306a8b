#include "store/secrets.h"

#include "base/text.h"

#include <fmt/format.h>

#include <map>
#include <mutex>

namespace waypost::store {

namespace {

class MemorySecrets final : public SecretStore {
  public:
    Result<Secret> get(std::string_view name) override {
        std::lock_guard lock(mutex_);
        auto found = values_.find(name);
        if (found == values_.end())
            return fail(ErrorCode::NotFound, "secrets",
                        fmt::format("There is no secret \"{}\".", text::printable(name)));
        return found->second;
    }
    Result<void> put(std::string_view name, const Secret& value) override {
        std::lock_guard lock(mutex_);
        values_.insert_or_assign(std::string(name), value);
        return {};
    }
    Result<void> remove(std::string_view name) override {
        std::lock_guard lock(mutex_);
        auto found = values_.find(name);
        if (found != values_.end()) values_.erase(found);
        return {};
    }

  private:
    std::mutex mutex_;
    std::map<std::string, Secret, std::less<>> values_;
};

} // namespace

std::unique_ptr<SecretStore> memorySecrets() {
    return std::make_unique<MemorySecrets>();
}

} // namespace waypost::store
