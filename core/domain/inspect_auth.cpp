// SPF, DKIM and DMARC of a domain.
#include "base/text.h"
#include "dns/names.h"
#include "domain/gather.h"
#include "domain/inspector.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

using auth::DmarcPolicy;
using auth::DmarcStep;
using auth::SpfTreeNode;
using auth::TermKind;
using dns::RecordType;

namespace {

constexpr int spfLookupLimit = 10;
constexpr int spfLookupsNear = 9;
constexpr int spfVoidLimit = 2;
constexpr std::uint64_t spfLargeAddresses = 1'000'000;

} // namespace

Task<void> Inspector::inspectSpf() {
    auto asking = look(report_.domain, RecordType::TXT, &report_.spf);
    const size_t index = co_await asking;
    if (couldNotLook(index, report_.spf, "SPF")) co_return;
    auto reading = auth::readSpfTree(notebook_, report_.domain);
    report_.spf.tree = co_await reading;
    report_.spf.evidence.clear();
    for (const auto& answer : report_.spf.tree.answers) {
        const size_t evidence = evidenceOf(answer);
        auto& list = report_.spf.evidence;
        if (std::find(list.begin(), list.end(), evidence) == list.end()) list.push_back(evidence);
        // A part of the tree: the area stays checked, the finding says what is missing.
        Area part;
        couldNotLook(evidence, part, "SPF");
    }
    judgeSpf();
}

void Inspector::judgeSpf() {
    const SpfTreeNode& root = report_.spf.tree.root();
    const std::vector<size_t> evidence{evidenceOf(report_.spf.tree.answers[root.answer])};
    if (root.state == SpfTreeNode::State::NoRecord) return add("spf-none", report_.domain, {}, evidence);
    if (root.state == SpfTreeNode::State::Several)
        return add("spf-multiple", report_.domain, {{"count", std::to_string(root.all.size())}}, evidence);
    const size_t before = report_.findings.size();
    for (const auto& node : report_.spf.tree.nodes) judgeSpfNode(node);
    judgeSpfAll(root);
    Facts facts{{"lookups", std::to_string(root.cost)},
                {"voids", std::to_string(root.voids)},
                {"addresses", std::to_string(root.addresses4)}};
    if (root.cost > spfLookupLimit)
        add("spf-lookups", report_.domain, facts, report_.spf.evidence);
    else if (root.cost >= spfLookupsNear)
        add("spf-lookups-near", report_.domain, facts, report_.spf.evidence);
    if (root.voids > spfVoidLimit) add("spf-voids", report_.domain, facts, report_.spf.evidence);
    if (root.addresses4 > spfLargeAddresses) add("spf-large", report_.domain, facts, evidence);
    if (report_.spf.tree.dynamic) add("spf-dynamic", report_.domain, facts, evidence);
    auto grave = [](const Finding& f) { return f.severity <= Severity::Warning; };
    const auto from = report_.findings.begin() + std::ptrdiff_t(before);
    const bool sound = std::none_of(from, report_.findings.end(), grave);
    if (sound && !report_.spf.tree.couldNotLook) add("spf-ok", report_.domain, facts, report_.spf.evidence);
}

void Inspector::judgeSpfNode(const SpfTreeNode& node) {
    const auto& tree = report_.spf.tree;
    std::vector<size_t> evidence;
    if (node.answer != SIZE_MAX) evidence.push_back(evidenceOf(tree.answers[node.answer]));
    if (node.state == SpfTreeNode::State::Loop) return add("spf-loop", node.domain, {}, report_.spf.evidence);
    if (node.depth > 0 &&
        (node.state == SpfTreeNode::State::NoRecord || node.state == SpfTreeNode::State::Several))
        return add("spf-include-broken", node.domain, {{"count", std::to_string(node.all.size())}}, evidence);
    if (!node.record) return;
    for (const auto& problem : node.record->problems)
        add("spf-syntax", node.domain, {{"problem", problem.text}}, evidence);
    for (const auto& term : node.terms) {
        Facts facts{{"term", term.written}, {"note", term.note}};
        if (!term.note.empty()) add("spf-syntax", node.domain, {{"problem", term.note}}, evidence);
        if (term.unreachable) add("spf-unreachable", node.domain, facts, evidence);
        if (term.duplicate)
            add("spf-duplicate", fmt::format("{}: {}", node.domain, term.written), facts, evidence);
        if (term.term.kind == TermKind::Ptr) add("spf-ptr", node.domain, facts, evidence);
    }
}

void Inspector::judgeSpfAll(const SpfTreeNode& root) {
    const std::vector<size_t> evidence{evidenceOf(report_.spf.tree.answers[root.answer])};
    const auth::SpfTerm* all = root.record->find(TermKind::All);
    // What decides for a client nothing lists may stand behind a redirect.
    for (size_t i = 0; !all && i < report_.spf.tree.nodes.size(); ++i) {
        const auto& node = report_.spf.tree.nodes[i];
        const bool redirected = std::any_of(root.terms.begin(), root.terms.end(), [&](const auto& t) {
            return t.term.kind == TermKind::Redirect && t.child == i;
        });
        if (redirected && !node.record) return; // not known, or said elsewhere
        if (redirected) all = node.record->find(TermKind::All);
        if (redirected && !all && node.record->find(TermKind::Redirect)) return;
    }
    if (!all) return add("spf-no-all", report_.domain, {}, evidence);
    if (all->qualifier == auth::Qualifier::Pass) return add("spf-plus-all", report_.domain, {}, evidence);
    if (all->qualifier == auth::Qualifier::Neutral) add("spf-neutral-all", report_.domain, {}, evidence);
}

Task<void> Inspector::inspectDkim() {
    DkimArea& area = report_.dkim;
    auto asking = look("_domainkey." + report_.domain, RecordType::TXT, &area);
    const size_t index = co_await asking;
    if (!couldNotLook(index, area, "DKIM")) area.namesBelow = at(index).status != dns::Status::NxDomain;
    auto addSelector = [&](const std::string& name, bool guessed) {
        auto same = [&](const DkimSelector& s) { return text::iequals(s.selector, name); };
        if (area.selectors.size() >= maxSelectors) return;
        if (std::any_of(area.selectors.begin(), area.selectors.end(), same)) return;
        area.selectors.emplace_back();
        area.selectors.back().selector = name;
        area.selectors.back().guessed = guessed;
    };
    for (const auto& s : options_.selectors) addSelector(s, false);
    // Nothing exists below a name that does not exist (RFC 8020), and servers that do not answer for it will
    // not answer for what is below: then guessing is vain.
    if (area.namesBelow.value_or(false))
        for (const auto& s : options_.guessedSelectors) addSelector(s, true);
    std::vector<Task<void>> tasks;
    for (size_t i = 0; i < area.selectors.size(); ++i) {
        if (area.selectors[i].guessed) ++area.guessesTried;
        tasks.push_back(inspectSelector(i));
    }
    auto all = gather(std::move(tasks), options_.concurrency);
    co_await all;
    std::erase_if(area.selectors, [](const DkimSelector& s) {
        return s.guessed && s.keys.state == auth::DkimKeyAnswer::State::NoKey;
    });
    for (const auto& s : area.selectors) judgeSelector(s);
    if (!area.selectors.empty() || area.state == AreaState::CouldNotLook) co_return;
    const bool below = area.namesBelow.value_or(false);
    add(below ? "dkim-keys-below" : "dkim-no-selector", report_.domain,
        {{"tried", std::to_string(area.guessesTried)}}, {index});
}

Task<void> Inspector::inspectSelector(size_t i) {
    const std::string name = auth::dkimKeyName(report_.dkim.selectors[i].selector, report_.domain);
    auto asking = notebook_.look(name, RecordType::TXT);
    const size_t index = co_await asking;
    DkimSelector& s = report_.dkim.selectors[i];
    s.evidence.push_back(index);
    report_.dkim.evidence.push_back(index);
    s.keys = auth::readDkimKeyAnswer(at(index));
    couldNotLook(index, s, "DKIM");
}

void Inspector::judgeSelector(const DkimSelector& s) {
    const std::string name = auth::dkimKeyName(s.selector, report_.domain);
    switch (s.keys.state) {
    case auth::DkimKeyAnswer::State::CouldNotLook: return;
    case auth::DkimKeyAnswer::State::NoKey:
        return add("dkim-missing", name, {{"selector", s.selector}}, s.evidence);
    case auth::DkimKeyAnswer::State::Several:
        return add("dkim-several", name, {{"count", std::to_string(s.keys.keys.size())}}, s.evidence);
    case auth::DkimKeyAnswer::State::OneKey: return judgeKey(s, s.keys.keys.front());
    }
}

void Inspector::judgeKey(const DkimSelector& s, const auth::DkimKey& key) {
    const std::string name = auth::dkimKeyName(s.selector, report_.domain);
    Facts facts{
        {"selector", s.selector}, {"bits", std::to_string(key.bits)}, {"why", key.why}, {"type", key.type}};
    if (key.testing) add("dkim-testing", name, facts, s.evidence);
    switch (key.state) {
    case auth::DkimKeyState::Weak: return add("dkim-weak", name, facts, s.evidence);
    case auth::DkimKeyState::Revoked: return add("dkim-revoked", name, facts, s.evidence);
    case auth::DkimKeyState::Broken: return add("dkim-broken", name, facts, s.evidence);
    case auth::DkimKeyState::Foreign: return add("dkim-foreign", name, facts, s.evidence);
    case auth::DkimKeyState::Usable: break;
    }
    const bool small = key.type == "rsa" && key.bits < auth::recommendedRsaBits;
    add(small ? "dkim-1024" : "dkim-ok", name, facts, s.evidence);
}

Task<void> Inspector::inspectDmarc() {
    DmarcArea& area = report_.dmarc;
    auth::DmarcOptions options{options_.publicSuffixes};
    auto discovering = auth::discoverDmarc(notebook_, report_.domain, std::move(options));
    area.discovery = co_await discovering;
    for (const auto& answer : area.discovery.answers) {
        const size_t index = evidenceOf(answer);
        Area part;
        couldNotLook(index, part, "DMARC");
        if (part.state == AreaState::CouldNotLook) area.reason = part.reason;
        area.evidence.push_back(index);
    }
    area.state = area.discovery.policyKnown ? AreaState::Checked : AreaState::CouldNotLook;
    if (area.state == AreaState::Checked) area.reason.clear();
    auto authorising = authoriseTargets();
    co_await authorising;
    judgeDmarc();
}

Task<void> Inspector::authoriseTargets() {
    const auth::DmarcRecord* record = report_.dmarc.discovery.record();
    if (!record) co_return;
    const std::string policyDomain =
        report_.dmarc.discovery.steps[*report_.dmarc.discovery.policyStep].domain;
    auto listed = [&](const std::string& name) {
        std::string found =
            options_.publicSuffixes ? options_.publicSuffixes->organizationalDomain(name) : std::string();
        return found.empty() ? name : found;
    };
    const std::vector<auth::ReportUri> uris = record->rua;
    for (const auto& uri : uris) {
        if (!uri.valid) continue;
        ReportTarget target{uri.uri, uri.domain};
        // RFC 9990 section 4: another organisation by the tree walk; by the list when it could not be walked.
        target.external = uri.domain != policyDomain;
        if (target.external) {
            auto walking = auth::walkDmarc(notebook_, uri.domain);
            const auth::DmarcDiscovery walk = co_await walking;
            for (const auto& answer : walk.answers)
                if (const auto found = notebook_.find(answer.question.name, answer.question.type))
                    report_.dmarc.evidence.push_back(*found);
            const std::string& own = report_.dmarc.discovery.orgDomain;
            target.external = walk.orgDomain.empty() || own.empty()
                                  ? listed(uri.domain) != listed(policyDomain)
                                  : walk.orgDomain != own;
        }
        if (target.external) {
            // The receiver of reports agrees with a record of its own; a wildcard will do.
            Area part;
            auto asking =
                look(fmt::format("{}._report._dmarc.{}", policyDomain, uri.domain), RecordType::TXT, &part);
            const size_t index = co_await asking;
            report_.dmarc.evidence.push_back(index);
            couldNotLook(index, part, "DMARC reports");
            target.state = part.state;
            for (const auto* r : at(index).ofType(RecordType::TXT))
                if (auth::isDmarcRecord(std::get<dns::TxtData>(r->data).joined())) target.authorised = true;
            if (part.state == AreaState::Checked && !target.authorised)
                add("dmarc-rua-foreign", uri.uri, {{"policy_domain", policyDomain}, {"target", uri.domain}},
                    {index});
        }
        report_.dmarc.targets.push_back(std::move(target));
    }
}

void Inspector::judgeDmarc() {
    const auth::DmarcDiscovery& d = report_.dmarc.discovery;
    for (const auto& step : d.steps)
        if (step.found == DmarcStep::Found::Several)
            add("dmarc-multiple", "_dmarc." + step.domain, {}, {evidenceOf(d.answers[step.answer])});
    if (!d.policyKnown) return;
    if (!d.policyStep) {
        const bool several = !d.steps.empty() && d.steps.front().found == DmarcStep::Found::Several;
        if (!several) add("dmarc-none", report_.domain, {}, report_.dmarc.evidence);
        return;
    }
    if (d.readingsDiffer)
        add("dmarc-readings", report_.domain, {{"walk", d.orgDomain}, {"list", d.orgDomainPsl}},
            report_.dmarc.evidence);
    const DmarcStep& step = d.steps[*d.policyStep];
    judgeDmarcRecord(*step.record, step);
}

void Inspector::judgeDmarcRecord(const auth::DmarcRecord& record, const DmarcStep& step) {
    const auth::DmarcDiscovery& d = report_.dmarc.discovery;
    const std::string name = "_dmarc." + step.domain;
    const std::vector<size_t> evidence{evidenceOf(d.answers[step.answer])};
    Facts facts{{"policy", std::string(auth::dmarcPolicyName(d.declared))},
                {"tag", d.policyTag},
                {"from", step.domain},
                {"effective", std::string(auth::dmarcPolicyName(d.effective))}};
    if (step.domain != report_.domain) add("dmarc-inherited", report_.domain, facts, report_.dmarc.evidence);
    for (const auto& problem : record.problems)
        add("dmarc-syntax", name, {{"problem", problem.text}}, evidence);
    if (!record.p) add("dmarc-p-missing", name, facts, evidence);
    if (!record.obsoleteTags.empty())
        add("dmarc-obsolete", name, {{"tags", text::join(record.obsoleteTags, ", ")}}, evidence);
    if (record.rua.empty()) add("dmarc-no-rua", name, facts, evidence);
    if (record.testing) add("dmarc-testing", name, facts, evidence);
    const bool weakSub = record.sp == DmarcPolicy::None && record.policy() != DmarcPolicy::None;
    if (weakSub) add("dmarc-sp-weak", name, facts, evidence);
    if (d.declared == DmarcPolicy::None)
        add("dmarc-p-none", report_.domain, facts, evidence);
    else
        add("dmarc-ok", report_.domain, facts, evidence);
}

} // namespace waypost::domain
