#include "lab/lab.h"

#include "auth/spf_check.h"
#include "base/json.h"
#include "base/random.h"
#include "lab/imap_server.h"
#include "lab/name_server.h"
#include "lab/policy_host.h"
#include "lab/smtp_server.h"
#include "lab/zone_view.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace waypost::lab {

namespace {

constexpr const char* imapName = "imap.lab.test";
constexpr const char* policyName = "mta-sts.acme.test";
constexpr const char* seedPassword = "lab-seed";
constexpr int portTries = 40;

std::string readText(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

struct Lab::Impl {
    SystemClock clock;
    std::vector<Profile> profiles;
    Mailboxes mailboxes;
    net::TestAuthority authority;
    std::string imapHost = imapName, password = seedPassword;
    std::unique_ptr<NameServer> names;
    // The servers that the operator's zones name, on the same port: asked directly by an inspection.
    std::vector<std::unique_ptr<NameServer>> ownNames;
    std::unique_ptr<ZoneView> view;
    std::vector<std::unique_ptr<SmtpServer>> receivers;
    std::unique_ptr<ImapServer> imap;
    std::unique_ptr<PolicyHost> policies;
    std::uint16_t smtpPort = 0;
    net::Loop loop; // last: stopped and joined before anything its coroutines refer to goes

    Result<void> start(const LabOptions& options);
    Result<void> openReceivers(std::uint16_t port);
    net::ServerTls certificateFor(const std::string& name) const {
        return authority.issue({name}, clock.now() - std::chrono::hours(1),
                               clock.now() + std::chrono::hours(24 * 90));
    }
    Task<SenderFacts> judge(std::string ip, std::string mailFrom, std::string helo);
};

Lab::Lab(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lab::~Lab() {
    impl_->loop.stop();
}

namespace {

// A scenario changes numbers of the profiles, never their order or texts.
Result<void> applyScenario(std::vector<Profile>& profiles, const std::string& scenario) {
    if (scenario.empty()) return {};
    if (scenario != "greylist-slow" && scenario != "rate-limit" && scenario != "slow")
        return fail(ErrorCode::InvalidArgument, "lab",
                    "There is no scenario \"" + scenario +
                        "\"; there are greylist-slow, rate-limit and slow.");
    for (Profile& p : profiles) {
        if (scenario == "slow") p.acceptDelay = Millis(3000);
        for (ReplyRule& r : p.replies) {
            if (scenario == "greylist-slow" && r.when == "first-contact") r.amount = 300'000;
            if (scenario == "rate-limit" && r.when == "rate") r.amount = 2;
        }
    }
    return {};
}

} // namespace

std::vector<std::string> Lab::scenarios() {
    return {"greylist-slow", "rate-limit", "slow"};
}

Result<std::unique_ptr<Lab>> Lab::open(LabOptions options) {
    auto impl = std::make_unique<Impl>();
    auto profiles = loadProfiles(options.resources / "lab" / "profiles.json");
    if (!profiles) return fail(profiles.error());
    impl->profiles = std::move(*profiles);
    if (auto applied = applyScenario(impl->profiles, options.scenario); !applied)
        return fail(applied.error());
    impl->loop.startThread();
    Impl* raw = impl.get();
    auto started =
        impl->loop.runBlocking<Result<void>>([raw, options = std::move(options)]() -> Task<Result<void>> {
            // Listeners are made on the loop's own thread.
            auto make = [](Impl* lab, LabOptions o) -> Task<Result<void>> { co_return lab->start(o); };
            return make(raw, options);
        });
    if (!started) {
        impl->loop.stop();
        return fail(started.error());
    }
    return std::unique_ptr<Lab>(new Lab(std::move(impl)));
}

Result<void> Lab::Impl::start(const LabOptions& options) {
    auto zone = Zone::parse(readText(options.resources / "lab" / "lab.zone"), "lab.zone");
    if (!zone) return fail(zone.error());
    if (zone->isEmpty()) return fail(ErrorCode::NotFound, "lab", "lab.zone is missing or empty.");
    const auto loopback = net::IpAddress::v4({127, 0, 0, 1});
    auto server = NameServer::open(loop, {loopback, options.dnsPort}, *zone);
    if (!server) return fail(server.error());
    names = std::move(*server);
    for (std::uint8_t last : {std::uint8_t(2), std::uint8_t(3)}) {
        const auto own = net::IpAddress::v4({127, 77, 0, last});
        // Without them the lab still works: an inspection then says that they do not answer.
        if (auto opened = NameServer::open(loop, {own, names->endpoint().port}, *zone))
            ownNames.push_back(std::move(*opened));
    }
    view = std::make_unique<ZoneView>(names->zone(), clock);
    const auto validity = std::uint32_t(clock.now().ms / 1000);
    for (const Profile& p : profiles) mailboxes.addAccounts(p, password, validity);
    auto imapServer =
        ImapServer::open(loop, {loopback, options.imapPort}, mailboxes, certificateFor(imapName));
    if (!imapServer) return fail(imapServer.error());
    imap = std::move(*imapServer);
    auto policyHost =
        PolicyHost::open(loop, {net::IpAddress::v4({127, 77, 1, 3}), 0}, certificateFor(policyName),
                         readText(options.resources / "lab" / "mta-sts.txt"));
    if (policyHost) policies = std::move(*policyHost);
    return openReceivers(options.smtpPort);
}

// One port for all receivers, as port 25 is one port: the first gets a free one, the others must get the
// same.
Result<void> Lab::Impl::openReceivers(std::uint16_t wanted) {
    SystemRandom random;
    Error last(ErrorCode::Io, "lab", "No port was tried.");
    for (int i = 0; i < portTries; ++i) {
        const std::uint16_t port = wanted != 0 ? wanted : std::uint16_t(20'000 + random.below(20'000));
        receivers.clear();
        bool all = true;
        for (const Profile& p : profiles) {
            if (!p.listens) continue;
            auto judging = [this](std::string ip, std::string from, std::string helo) {
                return judge(std::move(ip), std::move(from), std::move(helo));
            };
            auto server =
                SmtpServer::open(loop, port, {p, mailboxes, clock, judging, certificateFor(p.mxHost)});
            if (!server) {
                last = server.error();
                all = false;
                break;
            }
            receivers.push_back(std::move(*server));
        }
        if (all) {
            smtpPort = port;
            return {};
        }
        if (wanted != 0) break;
    }
    return fail(last);
}

net::Endpoint Lab::dns() const {
    return impl_->names->endpoint();
}
std::uint16_t Lab::smtpPort() const {
    return impl_->smtpPort;
}
std::uint16_t Lab::httpsPort() const {
    return impl_->policies ? impl_->policies->endpoint().port : std::uint16_t(0);
}
net::Endpoint Lab::imap() const {
    return impl_->imap->endpoint();
}
const std::string& Lab::imapHost() const {
    return impl_->imapHost;
}
const std::string& Lab::caPem() const {
    return impl_->authority.caPem();
}
const std::string& Lab::password() const {
    return impl_->password;
}
const std::vector<Profile>& Lab::profiles() const {
    return impl_->profiles;
}

std::vector<LabSeed> Lab::seeds() const {
    std::vector<LabSeed> out;
    for (const Profile& p : impl_->profiles)
        for (const std::string& user : p.users)
            out.push_back({user + "@" + p.domain, p.provider, user + "@" + p.domain});
    return out;
}

std::string Lab::seedsCsv() const {
    std::string out = "address,provider,imap_host,imap_port,imap_tls,imap_user,secret\n";
    for (const LabSeed& s : seeds())
        out += fmt::format("{},{},{},{},implicit,{},lab\n", s.address, s.provider, imapHost(), imap().port,
                           s.user);
    return out;
}

std::string Lab::describeJson() const {
    json::object out;
    out["schema"] = "waypost-lab";
    out["schema_version"] = 1;
    out["dns"] = dns().toString();
    out["smtp_port"] = smtpPort();
    out["https_port"] = httpsPort();
    out["imap"] = imap().toString();
    out["imap_host"] = imapHost();
    out["password"] = password();
    out["ca_pem"] = caPem();
    json::array receivers;
    for (const Profile& p : profiles())
        receivers.push_back(json::object{{"id", p.id},
                                         {"provider", p.provider},
                                         {"domain", p.domain},
                                         {"mx", p.mxHost},
                                         {"ip", p.ip},
                                         {"listens", p.listens}});
    out["receivers"] = std::move(receivers);
    json::array accounts;
    for (const LabSeed& s : seeds()) accounts.push_back(json::value(s.address));
    out["seeds"] = std::move(accounts);
    return json::line(out);
}

Task<SenderFacts> Lab::Impl::judge(std::string ip, std::string mailFrom, std::string helo) {
    SenderFacts facts;
    const auto address = net::IpAddress::parse(ip);
    if (!address) co_return facts;
    auth::SpfRequest request{*address, mailFrom, helo};
    auth::SpfOptions options;
    options.clock = &clock;
    options.trace = false;
    auto checking = auth::checkSpf(*view, request, options);
    const auth::SpfCheck checked = co_await checking;
    facts.spf = auth::spfResultName(checked.result);
    co_return facts;
}

} // namespace waypost::lab
