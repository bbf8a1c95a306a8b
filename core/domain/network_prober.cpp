#include "domain/network_prober.h"

#include "base/text.h"
#include "dns/network_resolver.h"
#include "net/address_policy.h"
#include "smtp/session.h"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <deque>

namespace waypost::domain {

namespace {

constexpr size_t maxAddressesTried = 3;
constexpr size_t maxNameShown = 255;
constexpr Millis directTimeout{2'000}; // for one attempt at one name server

// What this machine calls itself, when that can stand in EHLO.
std::string machineName() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) == 0 && smtp::isHelloName(name.data())) return name.data();
    return "localhost";
}

std::string firstWord(std::string_view line) {
    const auto words = text::words(line);
    return words.empty() ? std::string() : text::printable(words.front().substr(0, maxNameShown));
}

// The name in the last reply to EHLO: the line after its code.
std::string ehloNameIn(const Transcript& transcript) {
    std::string out;
    bool asked = false;
    for (const TranscriptEntry& e : transcript.entries()) {
        if (e.direction == Direction::Sent) asked = text::istartsWith(e.bytes, "EHLO ");
        if (e.direction == Direction::Received && asked && e.bytes.starts_with("250") && e.bytes.size() > 4) {
            out = firstWord(std::string_view(e.bytes).substr(4, e.bytes.find('\n') - 4));
            asked = false;
        }
    }
    return out;
}

MailProbe probeOf(smtp::SessionResult result) {
    MailProbe out;
    out.remote = result.remote;
    out.at = result.startedAt;
    out.took = result.took;
    const smtp::DialogueResult& d = result.dialogue;
    out.connected = d.greeting.has_value() && d.greeting->positive();
    out.greeted = out.connected && !ehloNameIn(result.transcript).empty();
    if (d.failure) out.failure = d.failure->text;
    if (d.greeting && !d.greeting->lines.empty()) out.bannerName = firstWord(d.greeting->lines.front());
    out.ehloName = ehloNameIn(result.transcript);
    out.capabilities = d.capabilities.keywords;
    out.tlsState = d.tls.state;
    out.tls = std::move(result.tls);
    out.transcript = std::move(result.transcript);
    return out;
}

} // namespace

struct NetworkProber::State {
    State(net::Loop& l, net::Dialer& d, const Clock& c, Random& r, ProbeOptions o)
        : loop(l), dialer(d), clock(c), random(r), options(std::move(o)) {
        if (options.heloName.empty()) options.heloName = machineName();
        if (options.together == 0) options.together = 1;
    }

    // A place among the conversations under way; those who wait go in their order.
    Task<void> enter() {
        if (busy < options.together) {
            ++busy;
            co_return;
        }
        auto begin = [this](std::move_only_function<void(bool)> done) { queue.push_back(std::move(done)); };
        auto waiting = completion<bool>(std::move(begin));
        (void)co_await waiting;
    }
    void leave() {
        if (queue.empty()) {
            --busy;
            return;
        }
        auto next = std::move(queue.front());
        queue.pop_front();
        next(true);
    }

    // One resolver for each server asked directly; they live as long as the prober.
    dns::NetworkResolver& resolverFor(const net::Endpoint& server) {
        auto& slot = resolvers[server];
        if (!slot) {
            dns::NetworkResolverOptions o;
            o.servers = {server};
            o.timeout = std::min(directTimeout, options.deadline);
            o.tries = 2;
            o.recursionDesired = false;
            slot = std::make_unique<dns::NetworkResolver>(loop, clock, random, std::move(o));
        }
        return *slot;
    }

    [[nodiscard]] smtp::SessionRequest request(const std::string& host, const net::IpAddress& ip,
                                               Millis left) const {
        smtp::SessionRequest r;
        r.to = {ip, options.smtpPort};
        r.host = host;
        r.caFile = options.caFile;
        r.caPem = options.caPem;
        r.options.heloName = options.heloName;
        r.options.tls = smtp::TlsMode::Opportunistic;
        r.options.timeouts = smtp::Timeouts::all(left);
        return r;
    }

    net::Loop& loop;
    net::Dialer& dialer;
    const Clock& clock;
    Random& random;
    ProbeOptions options;
    size_t busy = 0;
    std::deque<std::move_only_function<void(bool)>> queue;
    std::map<net::Endpoint, std::unique_ptr<dns::NetworkResolver>> resolvers;
};

NetworkProber::NetworkProber(net::Loop& loop, net::Dialer& dialer, const Clock& clock, Random& random,
                             ProbeOptions options)
    : state_(std::make_unique<State>(loop, dialer, clock, random, std::move(options))) {}
NetworkProber::~NetworkProber() = default;

Task<net::HttpResponse> NetworkProber::fetch(FileWanted file) {
    net::HttpRequest request;
    request.url = std::move(file.url);
    if (request.url.port == 443) request.url.port = state_->options.httpsPort;
    request.addresses = std::move(file.addresses);
    request.accept = std::move(file.accept);
    request.maxBody = file.maxBody;
    request.deadline = state_->options.deadline;
    request.caFile = state_->options.caFile;
    request.caPem = state_->options.caPem;
    auto entering = state_->enter();
    co_await entering;
    auto getting = net::httpsGet(&state_->dialer, &state_->clock, std::move(request));
    net::HttpResponse response = co_await getting;
    state_->leave();
    co_return response;
}

Task<MailProbe> NetworkProber::greet(std::string host, std::vector<net::IpAddress> addresses) {
    auto entering = state_->enter();
    co_await entering;
    MailProbe out;
    out.at = state_->clock.now();
    out.failure = fmt::format("{} has no address.", host);
    const Millis began = state_->clock.monotonic();
    size_t tried = 0;
    for (const net::IpAddress& ip : addresses) {
        const Millis left = state_->options.deadline - (state_->clock.monotonic() - began);
        if (tried == maxAddressesTried || left <= Millis(0)) break;
        if (auto refusal = net::refusalOf(ip)) {
            if (tried == 0) {
                out.remote = {ip, state_->options.smtpPort};
                out.failure = *refusal;
                out.transcript.note(state_->clock.now(), *refusal);
            }
            continue;
        }
        ++tried;
        auto session = smtp::runSession(&state_->dialer, &state_->clock, state_->request(host, ip, left));
        smtp::SessionResult result = co_await session;
        out = probeOf(std::move(result));
        if (out.connected) break;
    }
    state_->leave();
    co_return out;
}

Task<dns::Answer> NetworkProber::askServer(net::IpAddress server, dns::Question question) {
    dns::Answer out;
    if (auto refusal = net::refusalOf(server)) {
        out.question = std::move(question);
        out.status = dns::Status::Unreachable;
        out.server = server.toString();
        out.text = std::move(*refusal);
        out.at = state_->clock.now();
        co_return out;
    }
    auto asking = dns::ask(state_->resolverFor({server, state_->options.dnsPort}), std::move(question));
    out = co_await asking;
    co_return out;
}

} // namespace waypost::domain
