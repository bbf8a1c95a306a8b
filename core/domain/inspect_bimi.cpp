// BIMI: the record, the logo and the certificate behind it.
// draft-brand-indicators-for-message-identification.
#include "base/text.h"
#include "domain/inspector.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

namespace {

std::string firstOf(const std::vector<auth::SvgProblem>& problems) {
    std::string out;
    for (size_t i = 0; i < std::min<size_t>(3, problems.size()); ++i) {
        if (!out.empty()) out += ' ';
        out += problems[i].line == 0 ? problems[i].text
                                     : fmt::format("Line {}: {}", problems[i].line, problems[i].text);
    }
    return out;
}

std::string firstOf(const std::vector<std::string>& problems) {
    return text::join({problems.begin(), problems.begin() + std::min<long>(3, long(problems.size()))}, " ");
}

} // namespace

Task<void> Inspector::inspectBimi() {
    BimiArea& area = report_.bimi;
    area.selector = options_.bimiSelector;
    auto reading = readPolicyRecord(area.selector + "._bimi." + report_.domain, "v=BIMI1", &area, "BIMI");
    (void)co_await reading;
}

// A domain without a record of its own takes that of its organisational domain (section 7.2 of the draft).
Task<void> Inspector::followBimi() {
    BimiArea& area = report_.bimi;
    const std::string& organisation = report_.dmarc.discovery.orgDomain;
    if (area.state == AreaState::Checked && area.records.empty() && !organisation.empty() &&
        organisation != report_.domain) {
        auto reading = readPolicyRecord(area.selector + "._bimi." + organisation, "v=BIMI1", &area, "BIMI");
        const bool looked = co_await reading;
        if (looked && !area.records.empty())
            add("bimi-inherited", report_.domain, {{"from", organisation}}, area.evidence);
    }
    area.logo.reason = area.mark.reason = "There is no valid record with an address.";
    if (area.state != AreaState::Checked || area.records.size() != 1) co_return;
    area.record = auth::parseBimi(area.records.front());
    if (!area.record->valid() || area.record->declined()) co_return;
    if (area.record->certificate.empty()) area.mark.reason = "The record names no certificate.";
    if (!options_.prober) {
        area.logo.reason = area.mark.reason = "The file was not fetched: only DNS was asked.";
        co_return;
    }
    auto fetching = fetchBimi();
    co_await fetching;
}

Task<void> Inspector::fetchBimi() {
    BimiArea& area = report_.bimi;
    const std::string logoUrl = area.record->logo, markUrl = area.record->certificate;
    auto getting = fetchFile(logoUrl, "image/svg+xml", auth::maxBimiLogo, &area.logo, "BIMI");
    std::optional<std::string> logo = co_await getting;
    if (logo && area.logo.fetched())
        area.logo.svg = auth::checkBimiSvg(*logo);
    else
        logo.reset();
    if (markUrl.empty()) co_return;
    auto certifying =
        fetchFile(markUrl, "application/pem-certificate-chain", auth::maxBimiCertificate, &area.mark, "BIMI");
    const std::optional<std::string> pem = co_await certifying;
    if (!pem || !area.mark.fetched()) co_return;
    auth::MarkQuestion question;
    question.domain = report_.domain;
    question.selector = area.selector;
    question.organisation = report_.dmarc.discovery.orgDomain;
    question.svg = std::move(logo);
    question.rootsPem = options_.markRootsPem;
    question.now = report_.at;
    area.mark.certificate = auth::checkMarkPem(*pem, question);
}

void Inspector::judgeBimi() {
    const BimiArea& area = report_.bimi;
    if (area.state != AreaState::Checked) return;
    const std::string name = area.selector + "._bimi." + report_.domain;
    const Facts selector{{"selector", area.selector}};
    if (area.records.empty()) return add("bimi-none", report_.domain, selector, area.evidence);
    if (area.records.size() > 1)
        return add("bimi-multiple", name, {{"count", std::to_string(area.records.size())}}, area.evidence);
    if (!area.record) return;
    if (!area.record->valid())
        return add("bimi-syntax", name, {{"problem", area.record->problems.front()}}, area.evidence);
    if (area.record->declined()) return add("bimi-declined", report_.domain, selector, area.evidence);
    judgeLogo();
    judgeMark();
    const auth::DmarcDiscovery& dmarc = report_.dmarc.discovery;
    const auth::DmarcRecord* record = dmarc.record();
    const bool partial = record && record->pct && *record->pct < 100;
    if (dmarc.policyKnown && (dmarc.effective == auth::DmarcPolicy::None || partial))
        return add("bimi-needs-dmarc", report_.domain,
                   {{"policy", std::string(auth::dmarcPolicyName(dmarc.effective))}}, area.evidence);
    const Facts facts{{"logo", area.record->logo}, {"selector", area.selector}};
    if (area.logo.state == AreaState::NotChecked)
        return add("bimi-unchecked", report_.domain, facts, area.evidence);
    const bool logoGood = area.logo.svg && area.logo.svg->valid();
    const bool markGood =
        area.record->certificate.empty() || (area.mark.certificate && area.mark.certificate->valid());
    if (logoGood && markGood) add("bimi-ok", report_.domain, facts, area.evidence, area.logo.conversations);
}

void Inspector::judgeLogo() {
    const LogoArea& logo = report_.bimi.logo;
    if (logo.state == AreaState::NotChecked) return;
    const Facts facts{{"problem", logo.reason},
                      {"type", logo.mediaType.empty() ? "none" : logo.mediaType},
                      {"what", "logo"}};
    if (logo.state == AreaState::CouldNotLook) {
        if (!logo.conversations.empty())
            add("bimi-unreachable", logo.url, facts, logo.evidence, logo.conversations);
        return;
    }
    if (!logo.fetched()) return add("bimi-fetch", logo.url, facts, logo.evidence, logo.conversations);
    if (logo.mediaType != "image/svg+xml")
        add("bimi-type", logo.url, facts, logo.evidence, logo.conversations);
    if (logo.svg && !logo.svg->valid())
        add("bimi-logo", logo.url, {{"problem", firstOf(logo.svg->problems)}}, logo.evidence,
            logo.conversations);
}

void Inspector::judgeMark() {
    const MarkArea& mark = report_.bimi.mark;
    if (report_.bimi.record->certificate.empty())
        return add("bimi-no-certificate", report_.domain, {}, report_.bimi.evidence);
    if (mark.state == AreaState::NotChecked) return;
    Facts facts{{"problem", mark.reason}, {"what", "certificate"}};
    if (mark.state == AreaState::CouldNotLook) {
        if (!mark.conversations.empty())
            add("bimi-unreachable", mark.url, facts, mark.evidence, mark.conversations);
        return;
    }
    if (!mark.fetched()) return add("bimi-fetch", mark.url, facts, mark.evidence, mark.conversations);
    if (!mark.certificate) return;
    facts["problem"] = firstOf(mark.certificate->problems);
    facts["issuer"] = mark.certificate->issuer;
    facts["domain"] = report_.domain;
    if (!mark.certificate->valid())
        return add("bimi-certificate", mark.url, facts, mark.evidence, mark.conversations);
    if (mark.certificate->issuerState == auth::MarkIssuer::Unknown)
        add("bimi-issuer-unknown", mark.url, facts, mark.evidence, mark.conversations);
}

} // namespace waypost::domain
