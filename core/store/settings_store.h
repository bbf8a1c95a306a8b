// Settings: one table says key, type, default, scope and meaning of each; the workspace holds only what the
// operator changed. Routes and stream rules have rows of their own. No secret is stored here: a route holds a
// name in the SecretStore. Thread rule: that of the Database. Failure: Result for values of the wrong form,
// StorageError for the rest.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

enum class SettingType : std::uint8_t { Text, Integer, Boolean, Choice, HostPorts };
std::string_view settingTypeName(SettingType t); // "text", "integer", "boolean", "choice", "host-ports"

struct SettingSpec {
    std::string_view key, title;
    SettingType type;
    std::string_view standard; // the default, in the form it is stored
    std::string_view
        scope; // who reads it: "resolver", "sending", "placement", "domains", "privacy", "store", "lists"
    std::string_view doc;
    std::int64_t low = 0, high = 0; // Integer
    std::string_view choices{};     // Choice: words separated by spaces
};

struct RouteRow {
    std::string name, host;
    int port = 25;
    std::string tls = "opportunistic"; // none | opportunistic | starttls | implicit
    std::string auth = "none";         // none | auto | plain | login | cram-md5 | xoauth2
    std::string user;
    std::string secret; // name in the SecretStore
    std::string sourceAddress, helo;
    bool operator==(const RouteRow&) const = default;
};

// What a stream rule can look at. sender is a mail address, relay the host a message was handed to, source
// the name of the mail server that logged it.
inline constexpr std::string_view streamFields =
    "sender sender-domain relay source message-id campaign sending-ip list-id header";
// pattern: `*` stands for any text; of a header "Name: pattern".
struct StreamRuleRow {
    std::string stream, field, pattern;
    bool operator==(const StreamRuleRow&) const = default;
};

namespace settings {

std::span<const SettingSpec> all();
const SettingSpec* find(std::string_view key);
// What is wrong with a value, or its stored form.
Result<std::string> normalize(const SettingSpec& spec, std::string_view value);

// The operator's value, or the default. An unknown key is a bug: std::logic_error.
std::string text(Database& db, std::string_view key);
std::int64_t integer(Database& db, std::string_view key);
bool boolean(Database& db, std::string_view key);
bool isSet(Database& db, std::string_view key);
Result<void> set(Database& db, std::string_view key, std::string_view value);
void reset(Database& db, std::string_view key);

// "host", "host:53", "[::1]:5353", separated by spaces or commas.
std::vector<std::string> resolverServers(Database& db);

std::vector<RouteRow> routes(Database& db);
std::optional<RouteRow> route(Database& db, std::string_view name);
Result<void> saveRoute(Database& db, const RouteRow& row); // replaces the one of this name
bool removeRoute(Database& db, std::string_view name);

std::vector<StreamRuleRow> streamRules(Database& db); // in the order they are tried
Result<void> saveStreamRules(Database& db, const std::vector<StreamRuleRow>& rules); // replaces all

} // namespace settings

} // namespace waypost::store
