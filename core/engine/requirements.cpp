// What providers ask of senders, held against what the workspace knows of a domain.
#include "domain/requirements.h"

#include "engine/context.h"
#include "engine/domain_view.h"
#include "engine/inspection.h"
#include "engine/sender_evidence.h"
#include "engine/watching.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

// The question's place in the newest report, as the screen shows it.
int placeOf(const DomainView& view, const dns::Answer& answer) {
    const std::string question =
        fmt::format("{} {}", answer.question.name, dns::recordTypeName(answer.question.type));
    for (size_t i = 0; i < view.answers.size(); ++i)
        if (view.answers[i].question == question) return int(i);
    return -1;
}

Requirements verdicts(const domain::RequirementCatalogue& catalogue, const domain::RequirementInput& input,
                      const DomainView& view) {
    Requirements out{input.report.domain, {}};
    for (const domain::Requirement& r : catalogue.all()) {
        const domain::RequirementVerdict verdict = domain::judge(r, input);
        RequirementRow row;
        row.provider = r.name;
        row.id = r.id;
        row.requirement = r.text;
        row.who = r.who;
        row.state = domain::requirementStateName(verdict.state);
        row.evidence = verdict.evidence;
        row.reply = r.reply;
        row.source = r.source;
        if (verdict.answer && *verdict.answer < input.report.evidence.size())
            row.answer = placeOf(view, input.report.evidence[*verdict.answer]);
        out.rows.push_back(std::move(row));
    }
    return out;
}

} // namespace

Snapshot answer(Context& c, const RequirementsQuery& q) {
    auto catalogue = domain::RequirementCatalogue::load(c.options.resources / "rules" / "requirements.json");
    if (!catalogue) return catalogue.error();
    auto options = inspectOptions(c.options.resources, c.clock, c.publicSuffixes);
    if (!options) return options.error();
    return toSnapshot(c.workspace->read([&](store::Database& db) -> Result<Requirements> {
        auto row = store::domains::newest(db, q.name);
        if (!row) return fail(ErrorCode::NotFound, "domain", q.name + " was not inspected yet.");
        auto view = domainViewFromJson(row->report);
        if (!view) return fail(view.error());
        // The stored report is text; the answers behind it give it back as values.
        options->selectors = knownSelectors(db, row->domain, c.clock.now());
        auto report = judgedAsOf(db, row->domain, row->at, std::move(*options));
        if (!report) return fail(report.error());
        const SenderEvidence evidence = senderEvidence(db, row->domain, c.clock.now());
        return verdicts(**catalogue, {*report, evidence.messages, evidence.replies}, *view);
    }));
}

} // namespace waypost::engine
