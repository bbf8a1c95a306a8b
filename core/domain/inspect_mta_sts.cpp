// MTA-STS: the record, the policy behind it, and the mail exchangers against the policy. RFC 8461.
#include "base/text.h"
#include "domain/inspector.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

namespace {

// RFC 8461 section 3.2 wants lifetimes of weeks; below this the protection hardly outlives one day.
constexpr std::int64_t shortAge = 86'400;

std::string_view recordText(const MtaStsArea& area) {
    return area.records.front();
}

// Why a sender that enforces the policy would not deliver to this host; empty when it would.
std::string tlsFault(const MxHost& host) {
    if (host.probe.tlsState != smtp::TlsState::Established)
        return fmt::format("STARTTLS is {}", host.probe.tlsState == smtp::TlsState::NotOffered
                                                 ? "not offered"
                                                 : "offered and fails");
    if (host.probe.tls && host.probe.tls->verdict != net::CertificateVerdict::Trusted)
        return host.probe.tls->verdictText;
    if (host.probe.tls && (host.probe.tls->protocol == "TLSv1" || host.probe.tls->protocol == "TLSv1.1"))
        return fmt::format("the protocol is {}; TLS 1.2 is the least", host.probe.tls->protocol);
    return {};
}

std::string policyText(const DomainReport& report) {
    std::string out = "version: STSv1 / mode: testing";
    for (const MxHost& h : report.mx.hosts) out += " / mx: " + h.host;
    return out + " / max_age: 604800";
}

} // namespace

Task<void> Inspector::inspectMtaSts() {
    MtaStsArea& area = report_.mtaSts;
    const std::string name = "_mta-sts." + report_.domain;
    auto reading = readPolicyRecord(name, "v=STSv1", &area, "MTA-STS");
    const bool looked = co_await reading;
    area.policy.reason = "There is no valid record, so senders fetch no policy.";
    if (!looked) area.policy.reason = "The record could not be looked up.";
    if (!looked) co_return;
    if (area.records.empty()) {
        add("mta-sts-none", report_.domain, {}, area.evidence);
        co_return;
    }
    if (area.records.size() > 1) {
        add("mta-sts-multiple", name, {{"count", std::to_string(area.records.size())}}, area.evidence);
        co_return;
    }
    area.record = auth::parseStsRecord(recordText(area));
    if (!area.record->valid()) {
        add("mta-sts-syntax", name, {{"problem", area.record->problems.front()}}, area.evidence);
        co_return;
    }
    if (!options_.prober) {
        area.policy.reason = "The policy file was not fetched: only DNS was asked.";
        add("mta-sts-unchecked", report_.domain, {{"id", area.record->id}}, area.evidence);
        co_return;
    }
    const std::string url = "https://mta-sts." + report_.domain + "/.well-known/mta-sts.txt";
    auto fetching = fetchFile(url, "text/plain", auth::maxStsPolicy, &area.policy, "MTA-STS");
    const std::optional<std::string> body = co_await fetching;
    if (body && area.policy.fetched()) area.policy.policy = auth::parseStsPolicy(*body);
}

void Inspector::judgeSts() {
    const StsPolicyArea& policy = report_.mtaSts.policy;
    if (policy.state == AreaState::NotChecked) return;
    Facts facts{{"problem", policy.reason}, {"url", policy.url}};
    std::vector<size_t> evidence = report_.mtaSts.evidence;
    evidence.insert(evidence.end(), policy.evidence.begin(), policy.evidence.end());
    if (policy.state == AreaState::CouldNotLook) {
        // A name that could not be looked up has its own finding.
        if (!policy.conversations.empty())
            add("mta-sts-unreachable", policy.url, facts, evidence, policy.conversations);
        return;
    }
    if (!policy.fetched()) return add("mta-sts-fetch", policy.url, facts, evidence, policy.conversations);
    if (policy.mediaType != "text/plain")
        add("mta-sts-type", policy.url, {{"type", policy.mediaType.empty() ? "none" : policy.mediaType}},
            evidence, policy.conversations);
    judgeStsPolicy();
}

void Inspector::judgeStsPolicy() {
    StsPolicyArea& area = report_.mtaSts.policy;
    const auth::StsPolicy& policy = *area.policy;
    if (!policy.valid()) {
        std::vector<std::string> shown(policy.problems.begin(),
                                       policy.problems.begin() +
                                           std::min<long>(3, long(policy.problems.size())));
        return add("mta-sts-policy", area.url,
                   {{"problem", text::join(shown, " ")}, {"policy", policyText(report_)}},
                   report_.mtaSts.evidence, area.conversations);
    }
    const std::string mode(auth::stsModeName(*policy.mode));
    const Facts facts{{"mode", mode},
                      {"id", report_.mtaSts.record->id},
                      {"age", std::to_string(*policy.maxAge)},
                      {"mx", text::join(policy.mx, ", ")}};
    if (policy.mode == auth::StsMode::None)
        return add("mta-sts-mode-none", report_.domain, facts, report_.mtaSts.evidence, area.conversations);
    if (policy.mode == auth::StsMode::Testing)
        add("mta-sts-testing", report_.domain, facts, report_.mtaSts.evidence, area.conversations);
    if (*policy.maxAge < shortAge)
        add("mta-sts-age", report_.domain, facts, report_.mtaSts.evidence, area.conversations);
    judgeStsHosts(policy);
    const bool sound = std::none_of(report_.findings.begin(), report_.findings.end(), [](const Finding& f) {
        return f.id == "mta-sts-mx" || f.id == "mta-sts-tls" || f.id == "mta-sts-type";
    });
    if (sound) add("mta-sts-ok", report_.domain, facts, report_.mtaSts.evidence, area.conversations);
}

void Inspector::judgeStsHosts(const auth::StsPolicy& policy) {
    StsPolicyArea& area = report_.mtaSts.policy;
    if (report_.mx.state == AreaState::CouldNotLook && report_.mx.hosts.empty()) return;
    std::vector<size_t> evidence = report_.mtaSts.evidence;
    evidence.insert(evidence.end(), report_.mx.evidence.begin(), report_.mx.evidence.end());
    const std::string mode(auth::stsModeName(*policy.mode));
    for (const MxHost& host : report_.mx.hosts) {
        if (report_.mx.implicit && host.addresses.empty()) continue;
        area.hosts.push_back({host.host, policy.allows(host.host)});
        Facts facts{{"mode", mode}, {"mx", text::join(policy.mx, ", ")}, {"host", host.host}};
        if (!area.hosts.back().allowed) {
            add("mta-sts-mx", host.host, facts, evidence, area.conversations);
            continue;
        }
        if (host.tls.state != AreaState::Checked) continue;
        facts["problem"] = tlsFault(host);
        if (facts["problem"].empty()) continue;
        std::vector<size_t> talks = area.conversations;
        talks.insert(talks.end(), host.tls.conversations.begin(), host.tls.conversations.end());
        add("mta-sts-tls", host.host, facts, evidence, talks);
    }
    for (const std::string& pattern : policy.mx) {
        auto used = [&](const MxHost& h) { return auth::stsMxMatches(pattern, h.host); };
        if (std::none_of(report_.mx.hosts.begin(), report_.mx.hosts.end(), used))
            add("mta-sts-mx-unused", pattern, {}, evidence, area.conversations);
    }
}

} // namespace waypost::domain
