#include "domain/inspect.h"

#include "base/json.h"
#include "dns/names.h"
#include "domain/gather.h"
#include "domain/inspector.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace waypost::domain {

std::string_view areaStateName(AreaState s) {
    switch (s) {
    case AreaState::NotChecked: return "not-checked";
    case AreaState::Checked: return "checked";
    case AreaState::CouldNotLook: return "could-not-look";
    }
    return "not-checked";
}

Inspector::Inspector(dns::Resolver& resolver, std::string_view domain, InspectOptions options)
    : notebook_(resolver, options.concurrency), options_(std::move(options)) {
    report_.domain = dns::normalName(domain);
    report_.display = dns::toUnicode(report_.domain);
    report_.at = options_.clock->now();
}

Task<DomainReport> Inspector::run() {
    std::vector<Task<void>> areas;
    areas.push_back(inspectSpf());
    areas.push_back(inspectDmarc());
    areas.push_back(inspectMail());
    areas.push_back(inspectDkim());
    areas.push_back(inspectMtaSts());
    areas.push_back(inspectTlsRpt());
    areas.push_back(inspectBimi());
    areas.push_back(inspectZone());
    areas.push_back(inspectCaa());
    const size_t together = areas.size(); // the notebook limits the questions
    auto all = gather(std::move(areas), together);
    co_await all;
    judgeBimi(); // needs the DMARC area
    std::sort(report_.findings.begin(), report_.findings.end(), [](const Finding& a, const Finding& b) {
        return std::tie(a.severity, a.id, a.subject) < std::tie(b.severity, b.id, b.subject);
    });
    report_.evidence = notebook_.take();
    co_return std::move(report_);
}

Task<size_t> Inspector::look(std::string name, dns::RecordType type, Area* area) {
    auto looking = notebook_.look(std::move(name), type);
    const size_t index = co_await looking;
    area->evidence.push_back(index);
    co_return index;
}

bool Inspector::couldNotLook(size_t index, Area& area, std::string_view areaName) {
    const dns::Answer& answer = at(index);
    if (answer.definite()) {
        if (area.state == AreaState::NotChecked) area.state = AreaState::Checked;
        return false;
    }
    area.state = AreaState::CouldNotLook;
    const std::string question =
        fmt::format("{} {}", answer.question.name, dns::recordTypeName(answer.question.type));
    area.reason = fmt::format("{}: {}{}{}", question, dns::statusName(answer.status),
                              answer.text.empty() ? "" : ". ", answer.text);
    // Several areas may rest on one answer; each says so for itself.
    Facts facts{{"area", std::string(areaName)},
                {"question", question},
                {"status", std::string(dns::statusName(answer.status))},
                {"server", answer.server.empty() ? "the resolver" : answer.server}};
    add("could-not-look", fmt::format("{}: {}", areaName, question), std::move(facts), {index});
    return true;
}

void Inspector::add(std::string_view id, std::string subject, Facts facts, std::vector<size_t> evidence) {
    facts.emplace("domain", report_.domain);
    Finding finding = options_.catalogue->make(id, std::move(subject), facts, std::move(evidence));
    auto same = [&](const Finding& f) { return f.id == finding.id && f.subject == finding.subject; };
    if (std::any_of(report_.findings.begin(), report_.findings.end(), same)) return;
    report_.findings.push_back(std::move(finding));
}

size_t Inspector::evidenceOf(const dns::Answer& answer) const {
    return notebook_.find(answer.question.name, answer.question.type).value_or(0);
}

Task<DomainReport> inspect(dns::Resolver& resolver, std::string domain, InspectOptions options) {
    Inspector inspector(resolver, domain, std::move(options));
    auto running = inspector.run();
    DomainReport report = co_await running;
    co_return report;
}

Result<std::vector<std::string>> loadSelectorList(const std::filesystem::path& file) {
    auto document = json::readFile(file);
    if (!document) return fail(document.error());
    const json::array* list =
        document->is_object() ? json::list(document->as_object(), "selectors") : nullptr;
    if (!list) return fail(ErrorCode::Corrupt, file.filename().string(), "There is no list \"selectors\".");
    std::vector<std::string> out;
    for (const auto& item : *list) {
        const auto selector =
            item.is_object() ? json::text(item.as_object(), "selector") : std::string_view();
        if (selector.empty())
            return fail(ErrorCode::Corrupt, file.filename().string(), "A selector has no name.");
        out.emplace_back(selector);
    }
    return out;
}

const std::vector<std::string_view>& findingIds() {
    static const std::vector<std::string_view> ids{
        "bimi-declined",
        "bimi-multiple",
        "bimi-needs-dmarc",
        "bimi-none",
        "bimi-ok",
        "bimi-syntax",
        "caa-none",
        "caa-ok",
        "could-not-look",
        "dane-insecure",
        "dane-none",
        "dane-ok",
        "dane-usage",
        "dkim-1024",
        "dkim-broken",
        "dkim-foreign",
        "dkim-keys-below",
        "dkim-missing",
        "dkim-no-selector",
        "dkim-ok",
        "dkim-revoked",
        "dkim-several",
        "dkim-testing",
        "dkim-weak",
        "dmarc-inherited",
        "dmarc-multiple",
        "dmarc-no-rua",
        "dmarc-none",
        "dmarc-obsolete",
        "dmarc-ok",
        "dmarc-p-missing",
        "dmarc-p-none",
        "dmarc-readings",
        "dmarc-rua-foreign",
        "dmarc-sp-weak",
        "dmarc-syntax",
        "dmarc-testing",
        "domain-missing",
        "mta-sts-multiple",
        "mta-sts-none",
        "mta-sts-syntax",
        "mta-sts-unchecked",
        "mx-address",
        "mx-cname",
        "mx-implicit",
        "mx-many",
        "mx-no-address",
        "mx-none",
        "mx-null",
        "mx-null-mixed",
        "mx-ok",
        "ns-none",
        "ns-ok",
        "ns-single",
        "ptr-mx-none",
        "ptr-mx-unconfirmed",
        "ptr-none",
        "ptr-ok",
        "ptr-unconfirmed",
        "spf-duplicate",
        "spf-dynamic",
        "spf-include-broken",
        "spf-large",
        "spf-lookups",
        "spf-lookups-near",
        "spf-loop",
        "spf-multiple",
        "spf-neutral-all",
        "spf-no-all",
        "spf-none",
        "spf-ok",
        "spf-plus-all",
        "spf-ptr",
        "spf-syntax",
        "spf-unreachable",
        "spf-voids",
        "tls-rpt-multiple",
        "tls-rpt-none",
        "tls-rpt-ok",
        "tls-rpt-syntax",
    };
    return ids;
}

} // namespace waypost::domain
