// TLS-RPT and CAA, and how policy records are read and files fetched.
#include "base/text.h"
#include "dns/names.h"
#include "domain/inspector.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

using dns::RecordType;

namespace {

// "v=STSv1" followed by a separator or the end.
bool beginsWith(std::string_view txt, std::string_view version) {
    if (!txt.starts_with(version)) return false;
    const auto rest = text::trim(txt.substr(version.size()));
    return rest.empty() || rest.front() == ';';
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

Task<void> Inspector::inspectTlsRpt() {
    TlsRptArea& area = report_.tlsRpt;
    const std::string name = "_smtp._tls." + report_.domain;
    auto reading = readPolicyRecord(name, "v=TLSRPTv1", &area, "TLS-RPT");
    const bool looked = co_await reading;
    if (!looked) co_return;
    if (area.records.empty()) {
        add("tls-rpt-none", report_.domain, {}, area.evidence);
    } else if (area.records.size() > 1) {
        add("tls-rpt-multiple", name, {{"count", std::to_string(area.records.size())}}, area.evidence);
    } else {
        area.record = auth::parseTlsRpt(area.records.front());
        std::vector<std::string> addresses;
        for (const auto& u : area.record->rua) addresses.push_back(u.uri);
        if (area.record->valid())
            add("tls-rpt-ok", report_.domain, {{"rua", text::join(addresses, ", ")}}, area.evidence);
        else
            add("tls-rpt-syntax", name, {{"problem", area.record->problems.front()}}, area.evidence);
    }
}

Task<std::optional<std::string>> Inspector::fetchFile(std::string url, std::string accept, size_t maxBody,
                                                      FileArea* area, std::string areaName) {
    area->url = url;
    auto parsed = net::parseHttpsUrl(url);
    if (!parsed) {
        area->state = AreaState::Checked;
        area->reason = parsed.error().text;
        co_return std::nullopt;
    }
    FileWanted wanted;
    wanted.url = std::move(*parsed);
    wanted.accept = std::move(accept);
    wanted.maxBody = maxBody;
    for (RecordType type : {RecordType::A, RecordType::AAAA}) {
        auto asking = look(wanted.url.host, type, area);
        const size_t index = co_await asking;
        if (couldNotLook(index, *area, areaName)) continue;
        for (const auto* r : at(index).ofType(type))
            if (auto ip = net::IpAddress::parse(std::get<dns::AddressData>(r->data).text))
                wanted.addresses.push_back(*ip);
    }
    if (wanted.addresses.empty() && area->state == AreaState::CouldNotLook) co_return std::nullopt;
    auto fetching = options_.prober->fetch(std::move(wanted));
    net::HttpResponse response = co_await fetching;
    area->conversations.push_back(report_.conversations.size());
    report_.conversations.push_back(conversationOf(response, url));
    area->outcome = response.outcome;
    area->status = response.status;
    area->mediaType = response.mediaType();
    area->sha256 = response.bodySha256;
    area->size = response.body.size();
    area->reason = response.text;
    // A connection that does not come about says nothing about the file: it may be us.
    const bool unknown =
        response.outcome == net::HttpOutcome::NoConnection || response.outcome == net::HttpOutcome::Timeout ||
        response.outcome == net::HttpOutcome::Cancelled || response.outcome == net::HttpOutcome::Forbidden;
    area->state = unknown ? AreaState::CouldNotLook : AreaState::Checked;
    if (response.outcome != net::HttpOutcome::Answered) co_return std::nullopt;
    if (response.redirects())
        area->reason =
            fmt::format("The answer is a redirect ({}) to \"{}\", which is not followed.", response.status,
                        text::printable(response.field("Location").substr(0, 200)));
    else if (response.status != 200)
        area->reason = fmt::format("The answer is the HTTP status {}.", response.status);
    co_return std::move(response.body);
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
