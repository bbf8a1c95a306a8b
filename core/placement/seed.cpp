#include "placement/seed.h"

#include "base/csv.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace waypost::placement {

namespace {

// A setter returns why the text is no good, or nothing.
using Setter = std::string (*)(Seed&, std::string_view);

std::string setPort(Seed& s, std::string_view v) {
    auto n = text::parseUnsigned(v);
    if (!n || *n == 0 || *n > 65'535) return "imap_port is not a number from 1 to 65535";
    s.imapPort = std::uint16_t(*n);
    return {};
}

std::string setTls(Seed& s, std::string_view v) {
    for (auto [word, mode] : {std::pair{"implicit", imap::TlsMode::Implicit},
                              {"ssl", imap::TlsMode::Implicit},
                              {"tls", imap::TlsMode::Implicit},
                              {"starttls", imap::TlsMode::StartTls},
                              {"plain", imap::TlsMode::Plain},
                              {"none", imap::TlsMode::Plain}}) {
        if (!text::iequals(v, word)) continue;
        s.imapTls = mode;
        return {};
    }
    return "imap_tls is none of implicit, starttls and plain";
}

std::string setAuth(Seed& s, std::string_view v) {
    bool password = text::iequals(v, "password") || text::iequals(v, "plain");
    bool oauth = text::iequals(v, "oauth2") || text::iequals(v, "xoauth2") || text::iequals(v, "oauth");
    if (!password && !oauth) return "imap_auth is neither password nor oauth2";
    s.imapAuth = oauth ? imap::AuthKind::OAuth2 : imap::AuthKind::Password;
    return {};
}

std::string setEnabled(Seed& s, std::string_view v) {
    bool yes = text::iequals(v, "yes") || text::iequals(v, "true") || v == "1" || text::iequals(v, "on");
    bool no = text::iequals(v, "no") || text::iequals(v, "false") || v == "0" || text::iequals(v, "off");
    if (!yes && !no) return "enabled is neither yes nor no";
    s.enabled = yes;
    return {};
}

std::string setAddress(Seed& s, std::string_view v) {
    size_t at = v.rfind('@');
    bool good = at != std::string_view::npos && at > 0 && at + 1 < v.size();
    for (char c : v) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == ',' || c == 0x7f)
            good = false;
    }
    if (!good) return fmt::format("\"{}\" is no mail address", text::printable(v));
    s.address = std::string(v);
    return {};
}

std::string setHost(Seed& s, std::string_view v) {
    for (char c : v) {
        if (!text::isAlnum(c) && c != '.' && c != '-' && c != ':' && c != '_') {
            return fmt::format("\"{}\" is no host name", text::printable(v));
        }
    }
    s.imapHost = std::string(v);
    return {};
}

std::string setFolders(Seed& s, std::string_view v) {
    for (std::string_view piece : text::split(v, '|')) {
        if (!text::trim(piece).empty()) s.folders.emplace_back(text::trim(piece));
    }
    return {};
}

struct Column {
    std::string_view name;
    std::array<std::string_view, 4> aliases;
    bool needed;
    Setter set;
};

constexpr std::array columns{
    Column{"address", {"email", "mail", "seed", "mailbox"}, true, setAddress},
    Column{"imap_host", {"host", "server", "imap", "imap_server"}, true, setHost},
    Column{"imap_port", {"port", "", "", ""}, false, setPort},
    Column{"imap_tls", {"tls", "security", "encryption", ""}, false, setTls},
    Column{"imap_user",
           {"user", "username", "login", "imap_username"},
           false,
           [](Seed& s, std::string_view v) {
               s.imapUser = v;
               return std::string();
           }},
    Column{"imap_auth", {"auth", "authentication", "", ""}, false, setAuth},
    Column{"secret",
           {"secret_name", "credential", "", ""},
           false,
           [](Seed& s, std::string_view v) {
               s.secretName = v;
               return std::string();
           }},
    Column{"provider",
           {"isp", "", "", ""},
           false,
           [](Seed& s, std::string_view v) {
               s.provider = text::lowered(v);
               return std::string();
           }},
    Column{"folders", {"folder", "", "", ""}, false, setFolders},
    Column{"group",
           {"list", "tag", "", ""},
           false,
           [](Seed& s, std::string_view v) {
               s.group = v;
               return std::string();
           }},
    Column{"id",
           {"name", "", "", ""},
           false,
           [](Seed& s, std::string_view v) {
               s.id = v;
               return std::string();
           }},
    Column{"enabled", {"active", "", "", ""}, false, setEnabled},
};

// "IMAP Host" and "imap-host" are imap_host.
std::string columnWord(std::string_view in) {
    std::string out = text::lowered(text::trim(in));
    for (char& c : out) {
        if (c == ' ' || c == '-') c = '_';
    }
    return out;
}

const Column* columnOf(std::string_view header) {
    std::string word = columnWord(header);
    for (const Column& c : columns) {
        bool alias = std::find(c.aliases.begin(), c.aliases.end(), word) != c.aliases.end();
        if (c.name == word || (alias && !word.empty())) return &c;
    }
    return nullptr;
}

// The columns of the header row, or one sentence with everything that is wrong about it.
Result<std::vector<const Column*>> readHeader(const CsvRecord& header, std::string_view name) {
    std::vector<const Column*> order;
    std::vector<std::string> unknown, missing, twice, accepted;
    for (const std::string& field : header.fields) {
        const Column* c = columnOf(field);
        if (!c) unknown.push_back("\"" + text::printable(field.substr(0, 40)) + "\"");
        if (c && std::find(order.begin(), order.end(), c) != order.end()) twice.emplace_back(c->name);
        order.push_back(c);
    }
    for (const Column& c : columns) {
        accepted.emplace_back(c.name);
        if (c.needed && std::find(order.begin(), order.end(), &c) == order.end())
            missing.emplace_back(c.name);
    }
    std::vector<std::string> wrong;
    if (!missing.empty()) wrong.push_back("missing: " + text::join(missing, ", "));
    if (!unknown.empty()) wrong.push_back("unknown: " + text::join(unknown, ", "));
    if (!twice.empty()) wrong.push_back("twice: " + text::join(twice, ", "));
    if (!header.problem.empty()) wrong.push_back(header.problem);
    if (wrong.empty()) return order;
    return fail(ErrorCode::InvalidArgument, fmt::format("{} line {}", name, header.line),
                fmt::format("The columns of the seed file are wrong ({}); accepted are {}.",
                            text::join(wrong, "; "), text::join(accepted, ", ")));
}

// Why the line is no seed, or nothing.
std::string readSeed(const CsvRecord& record, const std::vector<const Column*>& order, Seed& seed) {
    if (!record.problem.empty()) return record.problem;
    if (record.fields.size() != order.size()) {
        return fmt::format("{} fields where the header has {}", record.fields.size(), order.size());
    }
    for (size_t i = 0; i < order.size(); ++i) {
        std::string_view field = text::trim(record.fields[i]);
        if (field.size() > maxSeedField)
            return fmt::format("{} is longer than {} octets", order[i]->name, maxSeedField);
        if (field.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
            return fmt::format("{} holds a line break", order[i]->name);
        }
        if (field.empty() && order[i]->needed) return fmt::format("{} is empty", order[i]->name);
        if (field.empty()) continue;
        std::string problem = order[i]->set(seed, field);
        if (!problem.empty()) return problem;
    }
    if (seed.id.empty()) seed.id = text::lowered(seed.address);
    if (seed.imapUser.empty()) seed.imapUser = seed.address;
    if (seed.secretName.empty()) seed.secretName = seed.id;
    return {};
}

std::string_view tlsWord(imap::TlsMode mode) {
    return mode == imap::TlsMode::Implicit   ? "implicit"
           : mode == imap::TlsMode::StartTls ? "starttls"
                                             : "plain";
}

} // namespace

std::string accountKey(const Seed& s) {
    return fmt::format("{}:{}/{}/{}", text::lowered(s.imapHost), s.imapPort, tlsWord(s.imapTls), s.imapUser);
}

Result<SeedFile> readSeeds(std::string_view csv, std::string_view name) {
    std::string stage(name);
    if (csv.size() > maxSeedFileBytes) {
        return fail(
            ErrorCode::TooLarge, stage,
            fmt::format("The seed file has {} octets; at most {} are read.", csv.size(), maxSeedFileBytes));
    }
    CsvReader reader(csv);
    CsvRecord record;
    if (!reader.next(record))
        return fail(ErrorCode::InvalidArgument, stage, "The seed file is empty: it has no header row.");
    auto order = readHeader(record, name);
    if (!order) return fail(order.error());
    SeedFile out;
    std::set<std::string> ids;
    while (reader.next(record)) {
        if (out.seeds.size() + out.problems.size() >= maxSeeds) {
            return fail(ErrorCode::TooLarge, stage,
                        fmt::format("The seed file has more than {} lines.", maxSeeds));
        }
        Seed seed;
        std::string problem = readSeed(record, *order, seed);
        if (problem.empty() && !ids.insert(seed.id).second) {
            problem = fmt::format("\"{}\" is there already", text::printable(seed.id));
        }
        if (problem.empty()) {
            out.seeds.push_back(std::move(seed));
        } else {
            out.problems.push_back({record.line, problem});
        }
    }
    return out;
}

std::string writeSeeds(const std::vector<Seed>& seeds) {
    std::string out = "id,address,provider,imap_host,imap_port,imap_tls,imap_user,imap_auth,secret,folders,"
                      "group,enabled\r\n";
    for (const Seed& s : seeds) {
        std::vector<std::string> row{s.id,
                                     s.address,
                                     s.provider,
                                     s.imapHost,
                                     std::to_string(s.imapPort),
                                     std::string(tlsWord(s.imapTls)),
                                     s.imapUser,
                                     s.imapAuth == imap::AuthKind::OAuth2 ? "oauth2" : "password",
                                     s.secretName,
                                     text::join(s.folders, "|"),
                                     s.group,
                                     s.enabled ? "yes" : "no"};
        for (std::string& field : row) field = csvField(field);
        out += text::join(row, ",") + "\r\n";
    }
    return out;
}

} // namespace waypost::placement
