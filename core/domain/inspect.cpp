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
    auto following = followBimi(); // needs the DMARC area
    co_await following;
    judgeSts(); // these need the mail exchangers and what they showed
    judgeTls();
    judgeDane();
    judgeBimi();
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

void Inspector::add(std::string_view id, std::string subject, Facts facts, std::vector<size_t> evidence,
                    std::vector<size_t> conversations) {
    facts.emplace("domain", report_.domain);
    Finding finding = options_.catalogue->make(id, std::move(subject), facts, std::move(evidence));
    finding.conversations = std::move(conversations);
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

} // namespace waypost::domain
