// Provider map: MX host or recipient domain to provider (suffix match, longest first), as data in
// resources/rules/providers.json. Immutable after load; any thread. A suffix matches whole labels, without
// regard to case and a trailing dot; "*" stands for exactly one label.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waypost::reply {

class ProviderMap {
  public:
    static Result<std::shared_ptr<const ProviderMap>> load(const std::filesystem::path& file);
    // Provider id ("gmail") or empty. `mx` decides; the domain is the fallback when no MX is known.
    [[nodiscard]] std::string_view find(std::string_view mx, std::string_view domain) const;
    // "Gmail" for "gmail"; an unknown id is its own name.
    [[nodiscard]] std::string_view displayName(std::string_view id) const;
    // All ids, in the order of the file.
    [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }

  private:
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    using Table = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;
    struct Wildcard {
        std::vector<std::string> labels;
        std::string provider;
    };
    [[nodiscard]] std::string_view findMx(std::string_view host) const;

    Table bySuffix_, byDomain_, names_;
    std::vector<Wildcard> wildcards_;
    std::vector<std::string> ids_;
};

} // namespace waypost::reply
