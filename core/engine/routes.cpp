// Routes by name, and what a lab workspace has from its first start.
#include "engine/context.h"
#include "engine/listings.h"
#include "engine/seeds.h"
#include "store/domain_store.h"
#include "store/settings_store.h"

#include <fstream>
#include <iterator>

namespace waypost::engine {

namespace {

constexpr const char* labRoute = "lab";
constexpr const char* labSource = "127.77.1.1"; // in the SPF record of acme.test
constexpr const char* labHelo = "mail.acme.test";

delivery::TlsMode tlsMode(const std::string& word) {
    if (word == "none") return delivery::TlsMode::Never;
    if (word == "starttls") return delivery::TlsMode::Verify;
    if (word == "implicit") return delivery::TlsMode::Implicit;
    return delivery::TlsMode::Opportunistic;
}

delivery::Route theLabsRoute(const lab::Lab& lab) {
    delivery::Route r;
    r.name = labRoute;
    r.kind = delivery::RouteKind::Mx;
    r.port = lab.smtpPort();
    r.source = net::IpAddress::parse(labSource);
    r.helo = labHelo;
    r.caPem = lab.caPem();
    return r;
}

// "host:port" as a route of its own: what the command line takes without a workspace entry.
std::optional<delivery::Route> literalRoute(const std::string& name) {
    const size_t colon = name.rfind(':');
    if (colon == std::string::npos || colon == 0) return std::nullopt;
    auto endpoint = net::Endpoint::parse(name, 25);
    delivery::Route r;
    r.name = name;
    if (endpoint) {
        r.host = endpoint->ip.toString();
        r.port = endpoint->port;
        return r;
    }
    int port = 0;
    for (char digit : name.substr(colon + 1)) {
        if (digit < '0' || digit > '9' || port > 65'535) return std::nullopt;
        port = port * 10 + (digit - '0');
    }
    if (port < 1 || port > 65'535) return std::nullopt;
    r.host = name.substr(0, colon);
    r.port = std::uint16_t(port);
    return r;
}

} // namespace

Result<std::string> operatorRoots(Context& c) {
    constexpr std::streamsize mostBytes = 4 * 1024 * 1024;
    auto file =
        c.workspace->read([](store::Database& db) { return store::settings::text(db, "tls.ca_file"); });
    if (!file) return fail(file.error());
    if (file->empty()) return std::string();
    std::ifstream in(*file, std::ios::binary);
    std::string pem(size_t(mostBytes), '\0');
    in.read(pem.data(), mostBytes);
    pem.resize(size_t(in.gcount()));
    if (!pem.contains("-----BEGIN CERTIFICATE-----"))
        return fail(ErrorCode::InvalidArgument, "tls.ca_file",
                    "\"" + *file +
                        "\" cannot be read as PEM certificates; correct tls.ca_file under Settings.");
    return pem;
}

Result<delivery::Route> findRoute(Context& c, const std::string& name) {
    if (name.empty()) return fail(ErrorCode::InvalidArgument, "route", "No route is chosen.");
    if (c.lab && name == labRoute) return theLabsRoute(*c.lab);
    auto roots = operatorRoots(c);
    if (!roots) return fail(roots.error());
    auto row = c.workspace->read([&](store::Database& db) { return store::settings::route(db, name); });
    if (!row) return fail(row.error());
    if (!*row) {
        if (auto literal = literalRoute(name)) {
            literal->caPem = *roots;
            return *literal;
        }
        return fail(ErrorCode::NotFound, "route",
                    "There is no route named \"" + name + "\"; add it under Settings or give HOST:PORT.");
    }
    delivery::Route r;
    r.name = name;
    r.host = (*row)->host;
    r.port = std::uint16_t((*row)->port);
    r.tls = tlsMode((*row)->tls);
    r.helo = (*row)->helo;
    r.source = net::IpAddress::parse((*row)->sourceAddress);
    r.caPem = *roots;
    if ((*row)->auth == "none") return r;
    r.user = (*row)->user;
    r.mechanism = (*row)->auth == "auto" ? "" : (*row)->auth;
    auto secret = c.secrets->get((*row)->secret);
    if (!secret) return fail(secret.error());
    r.password = std::move(*secret);
    return r;
}

Result<void> prepareLab(Context& c) {
    if (auto put = c.secrets->put("lab", Secret(c.lab->password())); !put) return put;
    if (c.options.readOnly) return {};
    // Ports change with every start: the list is written anew, its runs stay.
    auto seeds = importSeedCsv(c, "Lab seeds", c.lab->seedsCsv());
    if (!seeds) return fail(seeds.error());
    return c.workspace
        ->write([port = c.lab->smtpPort(), now = c.clock.now()](store::Database& db) -> Result<void> {
            if (auto set = store::settings::set(db, "workspace.kind", "lab"); !set) return set;
            store::RouteRow route;
            route.name = labRoute;
            route.host = "mx.lab.test";
            route.port = port;
            route.sourceAddress = labSource;
            route.helo = labHelo;
            if (auto saved = store::settings::saveRoute(db, route); !saved) return saved;
            for (const char* domain : {"acme.test", "news.acme.test", "broken.test"}) {
                std::vector<std::string> selectors;
                if (std::string_view(domain) == "acme.test") selectors = {"s2024", "old"};
                bool known = false;
                for (const store::DomainRow& d : store::domains::all(db)) known = known || d.name == domain;
                if (!known) store::domains::watch(db, domain, selectors, now);
            }
            if (store::lists::targets(db).empty())
                for (const auto& [target, role] :
                     {std::pair("127.77.1.1-6", "ip"), {"mail.acme.test", "helo"}, {"acme.test", "from"}})
                    if (auto watched = watchTargets(db, target, role, now); !watched)
                        return fail(watched.error());
            return {};
        })
        .get();
}

} // namespace waypost::engine
