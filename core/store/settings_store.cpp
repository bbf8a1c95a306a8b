#include "store/settings_store.h"

#include "base/text.h"
#include "store/database.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <set>
#include <stdexcept>

namespace waypost::store {

std::string_view settingTypeName(SettingType t) {
    static constexpr std::array<std::string_view, 5> names{"text", "integer", "boolean", "choice",
                                                           "host-ports"};
    return names[size_t(t)];
}

namespace settings {

namespace {

constexpr size_t maxTextBytes = 4096;
constexpr size_t maxServers = 16;
constexpr size_t maxStreamRules = 1000;

std::unexpected<Error> refuse(const SettingSpec& spec, std::string_view value, std::string_view wanted) {
    return fail(ErrorCode::InvalidArgument, std::string(spec.key),
                fmt::format("\"{}\" is not a value for {}: {}.", text::printable(value), spec.title, wanted));
}

const SettingSpec& known(std::string_view key) {
    if (const auto* spec = find(key)) return *spec;
    throw std::logic_error(fmt::format("no setting {}", key));
}

std::vector<std::string> pieces(std::string_view list) {
    std::string spaced(list);
    for (char& c : spaced)
        if (c == ',') c = ' ';
    std::vector<std::string> out;
    for (auto word : text::words(spaced)) out.emplace_back(word);
    return out;
}

bool plainWord(std::string_view word) {
    for (char c : word)
        if (c <= ' ' || c == 0x7f) return false;
    return !word.empty();
}

// "host", "host:port", "[v6]:port", a bare v6 address.
bool isHostPort(std::string_view word) {
    std::string_view host = word;
    std::string_view port;
    if (word.starts_with('[')) {
        auto end = word.find(']');
        if (end == std::string_view::npos) return false;
        host = word.substr(1, end - 1);
        auto rest = word.substr(end + 1);
        if (!rest.empty() && !rest.starts_with(':')) return false;
        if (!rest.empty() && rest.size() < 2) return false;
        port = rest.empty() ? rest : rest.substr(1);
    } else if (auto colon = word.find(':'); colon != std::string_view::npos && colon == word.rfind(':')) {
        host = word.substr(0, colon);
        port = word.substr(colon + 1);
        if (port.empty()) return false;
    }
    for (char c : host)
        if (!text::isAlnum(c) && c != '.' && c != '-' && c != ':' && c != '%' && c != '_') return false;
    if (host.empty() || port.empty()) return !host.empty();
    auto number = text::parseUnsigned(port);
    return number && *number >= 1 && *number <= 65535;
}

Result<std::string> normalizeInteger(const SettingSpec& spec, std::string_view value) {
    std::int64_t number = 0;
    auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (code != std::errc() || end != value.data() + value.size() || number < spec.low || number > spec.high)
        return refuse(spec, value, fmt::format("a number from {} to {} is wanted", spec.low, spec.high));
    return fmt::format("{}", number);
}

Result<std::string> normalizeServers(const SettingSpec& spec, std::string_view value) {
    auto words = pieces(value);
    for (const auto& word : words)
        if (!isHostPort(word)) return refuse(spec, word, "host or host:port is wanted");
    if (words.size() > maxServers)
        return refuse(spec, value, fmt::format("at most {} servers are used", maxServers));
    return text::join(words, " ");
}

} // namespace

Result<std::string> normalize(const SettingSpec& spec, std::string_view value) {
    while (!value.empty() && text::isSpace(value.front())) value.remove_prefix(1);
    while (!value.empty() && text::isSpace(value.back())) value.remove_suffix(1);
    switch (spec.type) {
    case SettingType::Integer: return normalizeInteger(spec, value);
    case SettingType::HostPorts: return normalizeServers(spec, value);
    case SettingType::Boolean:
        if (value == "true" || value == "yes" || value == "on" || value == "1") return "true";
        if (value == "false" || value == "no" || value == "off" || value == "0") return "false";
        return refuse(spec, value, "yes or no is wanted");
    case SettingType::Choice:
        for (auto choice : text::words(spec.choices))
            if (choice == value) return std::string(value);
        return refuse(spec, value, fmt::format("one of these is wanted: {}", spec.choices));
    case SettingType::Text: break;
    }
    if (value.size() > maxTextBytes)
        return fail(ErrorCode::TooLarge, std::string(spec.key),
                    fmt::format("{} may have {} bytes.", spec.title, maxTextBytes));
    if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
        return refuse(spec, value, "one line is wanted");
    return std::string(value);
}

std::string text(Database& db, std::string_view key) {
    const auto& spec = known(key);
    auto select = db.prepare("SELECT value FROM setting WHERE key = ?");
    if (!select.with(key).step()) return std::string(spec.standard);
    // A value from elsewhere that does not fit counts as unset.
    auto stored = normalize(spec, select.text(0));
    return stored ? std::move(*stored) : std::string(spec.standard);
}

std::int64_t integer(Database& db, std::string_view key) {
    auto value = text(db, key);
    std::int64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return number;
}

bool boolean(Database& db, std::string_view key) {
    return text(db, key) == "true";
}

bool isSet(Database& db, std::string_view key) {
    auto select = db.prepare("SELECT 1 FROM setting WHERE key = ?");
    return select.with(key).step();
}

Result<void> set(Database& db, std::string_view key, std::string_view value) {
    const auto* spec = find(key);
    if (!spec)
        return fail(ErrorCode::NotFound, "settings",
                    fmt::format("There is no setting \"{}\".", text::printable(key)));
    auto stored = normalize(*spec, value);
    if (!stored) return fail(std::move(stored.error()));
    db.run(
        "INSERT INTO setting(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
        key, *stored);
    return {};
}

void reset(Database& db, std::string_view key) {
    db.run("DELETE FROM setting WHERE key = ?", key);
}

std::vector<std::string> resolverServers(Database& db) {
    return pieces(text(db, "resolver.servers"));
}

namespace {

bool oneOf(std::string_view value, std::string_view choices) {
    for (auto choice : text::words(choices))
        if (choice == value) return true;
    return false;
}

std::unexpected<Error> badRoute(const RouteRow& row, std::string text) {
    return fail(ErrorCode::InvalidArgument, fmt::format("route {}", text::printable(row.name)),
                std::move(text));
}

Result<void> checkRoute(const RouteRow& row) {
    if (!plainWord(row.name) || row.name.size() > 64)
        return badRoute(row, "A route needs a name of one word with at most 64 characters.");
    if (!plainWord(row.host) || row.host.size() > 255)
        return badRoute(row, "A route needs a host name or an address.");
    if (row.port < 1 || row.port > 65535)
        return badRoute(row, fmt::format("{} is not a port; 1 to 65535 are.", row.port));
    if (!oneOf(row.tls, "none opportunistic starttls implicit"))
        return badRoute(
            row, fmt::format("\"{}\" is not a TLS mode; none, opportunistic, starttls and implicit are.",
                             text::printable(row.tls)));
    if (!oneOf(row.auth, "none auto plain login cram-md5 xoauth2"))
        return badRoute(row,
                        fmt::format("\"{}\" is not a way to sign in; none, auto, plain, login, cram-md5 and "
                                    "xoauth2 are.",
                                    text::printable(row.auth)));
    if (row.auth != "none" && (row.user.empty() || row.secret.empty()))
        return badRoute(row, "Signing in needs a user and the name of a stored secret.");
    if (row.auth != "none" && row.auth != "cram-md5" && row.tls == "none")
        return badRoute(row, "A password is not sent without TLS; choose starttls or implicit.");
    return {};
}

constexpr std::string_view routeColumns = "name, host, port, tls, auth, user, secret, source_address, helo";

RouteRow routeOf(const Statement& s) {
    return {s.string(0), s.string(1), int(s.integer(2)), s.string(3), s.string(4),
            s.string(5), s.string(6), s.string(7),       s.string(8)};
}

} // namespace

std::vector<RouteRow> routes(Database& db) {
    auto select = db.prepare(fmt::format("SELECT {} FROM route ORDER BY name", routeColumns));
    std::vector<RouteRow> rows;
    while (select.step()) rows.push_back(routeOf(select));
    return rows;
}

std::optional<RouteRow> route(Database& db, std::string_view name) {
    auto select = db.prepare(fmt::format("SELECT {} FROM route WHERE name = ?", routeColumns));
    if (!select.with(name).step()) return std::nullopt;
    return routeOf(select);
}

Result<void> saveRoute(Database& db, const RouteRow& row) {
    if (auto ok = checkRoute(row); !ok) return ok;
    db.run(fmt::format("INSERT OR REPLACE INTO route({}) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", routeColumns),
           row.name, row.host, row.port, row.tls, row.auth, row.user, row.secret, row.sourceAddress,
           row.helo);
    return {};
}

bool removeRoute(Database& db, std::string_view name) {
    db.run("DELETE FROM route WHERE name = ?", name);
    return db.changes() == 1;
}

std::vector<StreamRuleRow> streamRules(Database& db) {
    auto select = db.prepare("SELECT stream, field, pattern FROM stream_rule ORDER BY position");
    std::vector<StreamRuleRow> rows;
    while (select.step()) rows.push_back({select.string(0), select.string(1), select.string(2)});
    return rows;
}

Result<void> saveStreamRules(Database& db, const std::vector<StreamRuleRow>& rules) {
    if (rules.size() > maxStreamRules)
        return fail(ErrorCode::TooLarge, "streams",
                    fmt::format("At most {} rules are kept.", maxStreamRules));
    for (size_t i = 0; i < rules.size(); ++i) {
        const auto& rule = rules[i];
        auto where = fmt::format("streams line {}", i + 1);
        if (!plainWord(rule.stream))
            return fail(ErrorCode::InvalidArgument, where, "A stream needs a name of one word.");
        if (!oneOf(rule.field, streamFields))
            return fail(ErrorCode::InvalidArgument, where,
                        fmt::format("\"{}\" is not a field; one of these is wanted: {}.",
                                    text::printable(rule.field), streamFields));
        const size_t colon = rule.pattern.find(':');
        if (rule.field == "header" &&
            (colon == std::string::npos || !plainWord(rule.pattern.substr(0, colon))))
            return fail(ErrorCode::InvalidArgument, where, "A header rule is \"Name: pattern\".");
        if (rule.pattern.empty() || rule.pattern.size() > maxTextBytes ||
            (rule.field != "header" && rule.field != "campaign" && !plainWord(rule.pattern)))
            return fail(ErrorCode::InvalidArgument, where, "A rule needs a pattern.");
    }
    Transaction transaction(db);
    db.run("DELETE FROM stream_rule");
    auto insert = db.prepare("INSERT INTO stream_rule(position, stream, field, pattern) VALUES(?, ?, ?, ?)");
    for (size_t i = 0; i < rules.size(); ++i)
        insert.run(i + 1, rules[i].stream, rules[i].field, rules[i].pattern);
    transaction.commit();
    return {};
}

} // namespace settings

} // namespace waypost::store
