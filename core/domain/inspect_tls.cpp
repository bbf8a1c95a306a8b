// Each mail exchanger is greeted and asked for TLS: EHLO, STARTTLS, EHLO, QUIT. RFC 5321, 3207, 8996.
#include "base/text.h"
#include "dns/names.h"
#include "domain/gather.h"
#include "domain/inspector.h"
#include "net/address_policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

namespace {

constexpr std::int64_t soonMs = 14LL * 86'400'000; // a certificate that ends within this is worth a word

std::string keyFacts(const net::TlsOutcome& tls) {
    return fmt::format("{}, {}", tls.protocol, tls.cipher);
}

} // namespace

Task<void> Inspector::probeMx() {
    std::vector<Task<void>> tasks;
    for (size_t i = 0; i < report_.mx.hosts.size(); ++i) {
        MxHost& host = report_.mx.hosts[i];
        if (!options_.prober)
            host.tls.reason = "The server was not greeted: only DNS was asked.";
        else if (host.addresses.empty())
            host.tls.reason = "The host has no address that is known.";
        else
            tasks.push_back(probeMxHost(i));
    }
    if (tasks.empty()) co_return;
    const size_t together = tasks.size(); // the prober limits the conversations
    auto all = gather(std::move(tasks), together);
    co_await all;
}

Task<void> Inspector::probeMxHost(size_t i) {
    std::vector<net::IpAddress> addresses;
    for (const std::string& text : report_.mx.hosts[i].addresses)
        if (auto ip = net::IpAddress::parse(text)) addresses.push_back(*ip);
    const std::string name = report_.mx.hosts[i].host;
    auto greeting = options_.prober->greet(name, std::move(addresses));
    MailProbe probe = co_await greeting;
    MxHost& host = report_.mx.hosts[i];
    host.tls.conversations.push_back(report_.conversations.size());
    report_.conversations.push_back(conversationOf(probe, name));
    host.tls.state = probe.greeted ? AreaState::Checked : AreaState::CouldNotLook;
    if (!probe.greeted)
        host.tls.reason = probe.failure.empty() ? "The server did not take EHLO." : probe.failure;
    host.probe = std::move(probe);
}

void Inspector::judgeTls() {
    for (MxHost& host : report_.mx.hosts) {
        if (!options_.prober || host.addresses.empty()) continue;
        size_t special = 0;
        for (const std::string& text : host.addresses) {
            const auto ip = net::IpAddress::parse(text);
            const auto range = ip && !net::guard::onlyLoopback() ? net::specialRange(*ip) : std::nullopt;
            if (!range) continue;
            ++special;
            add("mx-special", host.host, {{"ip", text}, {"range", std::string(*range)}}, host.evidence);
        }
        // That it was not greeted then says nothing more.
        if (special == host.addresses.size()) continue;
        judgeHostTls(host);
    }
}

void Inspector::judgeHostTls(MxHost& host) {
    const MailProbe& probe = host.probe;
    Facts facts{{"problem", host.tls.reason}, {"ip", probe.remote.ip.toString()}};
    if (host.tls.state != AreaState::Checked)
        return add("mx-unreachable", host.host, facts, host.evidence, host.tls.conversations);
    judgeHello(host);
    switch (probe.tlsState) {
    case smtp::TlsState::NotTried:
    case smtp::TlsState::NotOffered:
        return add("mx-no-starttls", host.host, facts, host.evidence, host.tls.conversations);
    case smtp::TlsState::Refused:
    case smtp::TlsState::Failed:
        facts["problem"] = probe.tls && !probe.tls->failure.empty() ? probe.tls->failure : probe.failure;
        return add("mx-tls-failed", host.host, facts, host.evidence, host.tls.conversations);
    case smtp::TlsState::Established: break;
    }
    if (probe.tls) judgeCertificate(host, *probe.tls);
}

void Inspector::judgeCertificate(const MxHost& host, const net::TlsOutcome& tls) {
    const Facts facts{{"problem", tls.verdictText},
                      {"protocol", tls.protocol},
                      {"until", formatUtc(tls.notAfter)},
                      {"issuer", tls.issuer},
                      {"tls", keyFacts(tls)}};
    const auto& talks = host.tls.conversations;
    const bool old = tls.protocol == "TLSv1" || tls.protocol == "TLSv1.1" || tls.protocol == "SSLv3";
    const bool trusted = tls.verdict == net::CertificateVerdict::Trusted;
    const bool soon = trusted && tls.notAfter - report_.at < Millis(soonMs);
    if (old) add("mx-tls-old", host.host, facts, host.evidence, talks);
    if (!trusted) add("mx-certificate", host.host, facts, host.evidence, talks);
    if (soon) add("mx-certificate-expires", host.host, facts, host.evidence, talks);
    if (!old && trusted && !soon) add("mx-tls-ok", host.host, facts, host.evidence, talks);
}

// The name a server says should be one its address leads to, and back (RFC 5321 section 4.1.1.1; what
// receivers ask of senders).
void Inspector::judgeHello(MxHost& host) {
    const std::string ip = host.probe.remote.ip.toString();
    for (const PtrCheck& check : report_.ptr.addresses) {
        const auto checked = net::IpAddress::parse(check.ip);
        if (!checked || *checked != host.probe.remote.ip || check.state != AreaState::Checked) continue;
        const std::string name = dns::normalName(host.probe.ehloName);
        host.helloHasPtr = std::any_of(check.confirmed.begin(), check.confirmed.end(),
                                       [&](const std::string& c) { return dns::normalName(c) == name; });
        if (*host.helloHasPtr || check.confirmed.empty()) return; // without a PTR there is a finding already
        std::vector<size_t> evidence = check.evidence;
        return add("mx-helo", host.host,
                   {{"name", host.probe.ehloName}, {"ip", ip}, {"names", text::join(check.confirmed, ", ")}},
                   std::move(evidence), host.tls.conversations);
    }
}

} // namespace waypost::domain
