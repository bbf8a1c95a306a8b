// The small policy records: MTA-STS, TLS-RPT, BIMI, and the zone itself with its CAA.
#include "base/text.h"
#include "dns/names.h"
#include "domain/inspector.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

using dns::RecordType;

namespace {

constexpr size_t maxStsId = 32; // RFC 8461 section 3.1

bool isStsId(std::string_view id) {
    return !id.empty() && id.size() <= maxStsId && std::all_of(id.begin(), id.end(), text::isAlnum);
}

// "v=STSv1" followed by a separator or the end.
bool beginsWith(std::string_view txt, std::string_view version) {
    if (!txt.starts_with(version)) return false;
    const auto rest = text::trim(txt.substr(version.size()));
    return rest.empty() || rest.front() == ';';
}

std::string firstProblem(const auth::TagList& tags) {
    return tags.problems.empty() ? std::string() : tags.problems.front().text;
}

} // namespace

Task<bool> Inspector::readPolicyRecord(std::string name, std::string version, PolicyRecordArea* area,
                                       std::string areaName) {
    auto asking = look(std::move(name), RecordType::TXT, area);
    const size_t index = co_await asking;
    if (couldNotLook(index, *area, areaName)) co_return false;
    for (const auto* r : at(index).ofType(RecordType::TXT)) {
        std::string joined = std::get<dns::TxtData>(r->data).joined();
        if (beginsWith(joined, version)) area->records.push_back(std::move(joined));
    }
    if (area->records.size() == 1) area->tags = auth::parseTags(area->records.front());
    co_return true;
}

Task<void> Inspector::inspectMtaSts() {
    MtaStsArea& area = report_.mtaSts;
    area.policy.reason = "The policy file was not fetched: only DNS was asked.";
    const std::string name = "_mta-sts." + report_.domain;
    auto reading = readPolicyRecord(name, "v=STSv1", &area, "MTA-STS");
    const bool looked = co_await reading;
    if (!looked) co_return;
    if (area.records.empty()) {
        add("mta-sts-none", report_.domain, {}, area.evidence);
    } else if (area.records.size() > 1) {
        add("mta-sts-multiple", name, {{"count", std::to_string(area.records.size())}}, area.evidence);
    } else {
        const auth::Tag* id = area.tags->find("id");
        std::string problem = firstProblem(*area.tags);
        if (problem.empty() && (!id || !isStsId(id->value)))
            problem = "id= must be there, with 1 to 32 letters and digits.";
        if (problem.empty())
            add("mta-sts-unchecked", report_.domain, {{"id", id->value}}, area.evidence);
        else
            add("mta-sts-syntax", name, {{"problem", problem}}, area.evidence);
    }
}

Task<void> Inspector::inspectTlsRpt() {
    PolicyRecordArea& area = report_.tlsRpt;
    const std::string name = "_smtp._tls." + report_.domain;
    auto reading = readPolicyRecord(name, "v=TLSRPTv1", &area, "TLS-RPT");
    const bool looked = co_await reading;
    if (!looked) co_return;
    if (area.records.empty()) {
        add("tls-rpt-none", report_.domain, {}, area.evidence);
    } else if (area.records.size() > 1) {
        add("tls-rpt-multiple", name, {{"count", std::to_string(area.records.size())}}, area.evidence);
    } else {
        const auth::Tag* rua = area.tags->find("rua");
        const auto uris = auth::parseReportUris(rua ? rua->value : "");
        auto invalid = [](const auth::ReportUri& u) { return !u.valid; };
        std::string problem = firstProblem(*area.tags);
        if (problem.empty() && uris.empty()) problem = "rua= names no address.";
        if (problem.empty() && std::any_of(uris.begin(), uris.end(), invalid))
            problem = "rua= holds something that is neither a mailto: nor an https: address.";
        if (problem.empty())
            add("tls-rpt-ok", report_.domain, {{"rua", rua->value}}, area.evidence);
        else
            add("tls-rpt-syntax", name, {{"problem", problem}}, area.evidence);
    }
}

Task<void> Inspector::inspectBimi() {
    const std::string name = "default._bimi." + report_.domain;
    auto reading = readPolicyRecord(name, "v=BIMI1", &report_.bimi, "BIMI");
    (void)co_await reading;
}

void Inspector::judgeBimi() {
    const PolicyRecordArea& area = report_.bimi;
    if (area.state != AreaState::Checked) return;
    const std::string name = "default._bimi." + report_.domain;
    if (area.records.empty()) return add("bimi-none", report_.domain, {}, area.evidence);
    if (area.records.size() > 1)
        return add("bimi-multiple", name, {{"count", std::to_string(area.records.size())}}, area.evidence);
    const auth::Tag* logo = area.tags->find("l");
    const auth::Tag* mark = area.tags->find("a");
    std::string problem = firstProblem(*area.tags);
    if (problem.empty() && !logo) problem = "There is no l= tag.";
    for (const auth::Tag* tag : {logo, mark})
        if (problem.empty() && tag && !tag->value.empty() && !text::istartsWith(tag->value, "https://"))
            problem = fmt::format("{}= is not an https address.", tag->name);
    if (!problem.empty()) return add("bimi-syntax", name, {{"problem", problem}}, area.evidence);
    if (logo->value.empty() && (!mark || mark->value.empty()))
        return add("bimi-declined", report_.domain, {}, area.evidence);
    const auth::DmarcDiscovery& dmarc = report_.dmarc.discovery;
    const auth::DmarcRecord* record = dmarc.record();
    const bool partial = record && record->pct && *record->pct < 100;
    if (dmarc.policyKnown && (dmarc.effective == auth::DmarcPolicy::None || partial))
        return add("bimi-needs-dmarc", report_.domain,
                   {{"policy", std::string(auth::dmarcPolicyName(dmarc.effective))}}, area.evidence);
    add("bimi-ok", report_.domain, {{"logo", logo->value}}, area.evidence);
}

Task<void> Inspector::inspectZone() {
    ZoneArea& area = report_.zone;
    auto asking = look(report_.domain, RecordType::SOA, &area);
    const size_t soa = co_await asking;
    for (const auto* r : at(soa).ofType(RecordType::SOA)) area.soa = std::get<dns::SoaData>(r->data);
    couldNotLook(soa, area, "zone");
    auto askingNs = look(report_.domain, RecordType::NS, &area);
    const size_t ns = co_await askingNs;
    if (couldNotLook(ns, area, "zone")) co_return;
    for (const auto* r : at(ns).ofType(RecordType::NS))
        area.nameServers.push_back(std::get<dns::NameData>(r->data).name);
    std::sort(area.nameServers.begin(), area.nameServers.end());
    Facts facts{{"count", std::to_string(area.nameServers.size())},
                {"servers", text::join(area.nameServers, ", ")}};
    // A name inside another zone has neither SOA nor NS of its own.
    if (area.nameServers.empty()) {
        if (area.soa) add("ns-none", report_.domain, facts, {ns});
    } else {
        add(area.nameServers.size() == 1 ? "ns-single" : "ns-ok", report_.domain, facts, {ns});
    }
}

Task<void> Inspector::inspectCaa() {
    CaaArea& area = report_.caa;
    auto asking = look(report_.domain, RecordType::CAA, &area);
    const size_t index = co_await asking;
    if (couldNotLook(index, area, "CAA")) co_return;
    for (const auto* r : at(index).ofType(RecordType::CAA))
        area.records.push_back(std::get<dns::CaaData>(r->data));
    add(area.records.empty() ? "caa-none" : "caa-ok", report_.domain,
        {{"count", std::to_string(area.records.size())}}, {index});
}

} // namespace waypost::domain
