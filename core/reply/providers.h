// Provider map: MX host or recipient domain to provider (suffix match, longest first), as data in
// resources/rules/providers.json. Immutable after load.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waypost::reply {

class ProviderMap {
  public:
    static Result<std::shared_ptr<const ProviderMap>> load(const std::filesystem::path& file);
    // Provider id ("gmail") or empty. `mx` decides; the domain is the fallback when no MX is known.
    [[nodiscard]] std::string_view find(std::string_view mx, std::string_view domain) const;

  private:
    std::unordered_map<std::string, std::string> bySuffix_;
    std::unordered_map<std::string, std::string> byDomain_;
};

} // namespace waypost::reply
