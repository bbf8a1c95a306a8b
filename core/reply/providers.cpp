#include "reply/providers.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

namespace waypost::reply {

namespace {

constexpr int schemaVersion = 1;
constexpr size_t maxHostBytes = 255;

std::string canonical(std::string_view host) {
    host = text::trim(host);
    while (host.ends_with('.')) host.remove_suffix(1);
    return text::lowered(host.substr(0, maxHostBytes));
}

bool matchesEnd(const std::vector<std::string>& pattern, const std::vector<std::string_view>& host) {
    if (pattern.size() > host.size()) return false;
    const size_t skip = host.size() - pattern.size();
    for (size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != "*" && pattern[i] != host[skip + i]) return false;
    }
    return true;
}

} // namespace

Result<std::shared_ptr<const ProviderMap>> ProviderMap::load(const std::filesystem::path& file) {
    auto document = json::readFile(file);
    if (!document) return std::unexpected(document.error());
    const std::string name = file.filename().string();
    const auto* top = document->if_object();
    if (!top || json::number(*top, "schema_version") != schemaVersion)
        return fail(ErrorCode::Unsupported, name,
                    fmt::format("This is not a provider map of schema version {}.", schemaVersion));
    const auto* list = json::list(*top, "providers");
    if (!list) return fail(ErrorCode::InvalidArgument, name, "The file has no list \"providers\".");

    auto map = std::make_shared<ProviderMap>();
    for (const auto& entry : *list) {
        const auto* o = entry.if_object();
        const std::string id(o ? json::text(*o, "id") : std::string_view{});
        if (id.empty()) return fail(ErrorCode::InvalidArgument, name, "An entry has no id.");
        if (!map->names_.emplace(id, json::text(*o, "name", id)).second)
            return fail(ErrorCode::InvalidArgument, name, fmt::format("The id \"{}\" is given twice.", id));
        map->ids_.push_back(id);
        auto add = [&](const char* key, Table& table) -> Result<void> {
            const auto* values = json::list(*o, key);
            if (!values) return {};
            for (const auto& v : *values) {
                const auto* s = v.if_string();
                const std::string host = canonical(s ? std::string_view(*s) : std::string_view{});
                if (host.empty())
                    return fail(ErrorCode::InvalidArgument, name,
                                fmt::format("\"{}\" has an empty {}.", id, key));
                if (host.find('*') != std::string::npos) {
                    Wildcard w;
                    for (auto l : text::split(host, '.')) w.labels.emplace_back(l);
                    w.provider = id;
                    map->wildcards_.push_back(std::move(w));
                } else if (auto [it, isNew] = table.emplace(host, id); !isNew) {
                    return fail(ErrorCode::InvalidArgument, name,
                                fmt::format("{} belongs to \"{}\" and to \"{}\".", host, it->second, id));
                }
            }
            return {};
        };
        if (auto ok = add("mx", map->bySuffix_); !ok) return std::unexpected(ok.error());
        if (auto ok = add("domains", map->byDomain_); !ok) return std::unexpected(ok.error());
    }
    return map;
}

std::string_view ProviderMap::findMx(std::string_view host) const {
    for (std::string_view rest = host; !rest.empty();) {
        if (auto it = bySuffix_.find(rest); it != bySuffix_.end()) return it->second;
        const size_t dot = rest.find('.');
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
    }
    const auto labels = text::split(host, '.');
    for (const auto& w : wildcards_) {
        if (matchesEnd(w.labels, labels)) return w.provider;
    }
    return {};
}

std::string_view ProviderMap::find(std::string_view mx, std::string_view domain) const {
    if (const std::string host = canonical(mx); !host.empty()) return findMx(host);
    const std::string name = canonical(domain);
    auto it = byDomain_.find(name);
    return it == byDomain_.end() ? std::string_view{} : std::string_view(it->second);
}

std::string_view ProviderMap::displayName(std::string_view id) const {
    auto it = names_.find(id);
    return it == names_.end() ? id : std::string_view(it->second);
}

} // namespace waypost::reply
