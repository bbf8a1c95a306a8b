// What goes in and out of the engine: plain values of std types. Screens and the CLI see these and nothing
// else of the core. Thread rule: values; copy or share as const.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "engine/analysis_values.h"
#include "engine/blocklist_values.h"
#include "engine/delivery_values.h"
#include "engine/domain_values.h"
#include "engine/evidence_values.h"
#include "engine/message_values.h"
#include "engine/reply_values.h"
#include "engine/rule_values.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace waypost::engine {

using Ticket = std::uint64_t; // names one request; its answer carries it

// --- jobs, activity, status
// ---------------------------------------------------------------------------------------

enum class JobState : std::uint8_t { Queued, Running, Done, Failed, Cancelled, Interrupted };
struct JobView {
    std::string id, kind, title;
    JobState state = JobState::Queued;
    std::int64_t done = 0, total = 0; // total 0: unknown
    std::string text;                 // what it does now, or how it ended
    std::string command;              // the same on the command line
    UtcTime started, finished;
};
struct JobsQuery {};
struct Jobs {
    std::vector<JobView> jobs;
};

struct ActivityQuery {
    int limit = 500;
};
struct ActivityRow {
    UtcTime at;
    std::string actor, kind, object, text, detail;
};
struct Activity {
    std::vector<ActivityRow> rows;
};

struct StatusQuery {};
struct Status {
    std::string workspaceName, workspaceFile, workspaceKind; // kind: "lab", "normal", "production"
    std::int64_t databaseBytes = 0;
    bool readOnly = false;
    std::string databaseNote; // "integrity checked at open", or what is wrong
    std::vector<std::string> resolvers;
    bool loopbackOnly = false;
};

// --- today
// --------------------------------------------------------------------------------------------------------

struct TodayCard {
    State severity = State::Info;
    std::string text;   // one sentence with numbers and denominators
    std::string why;    // rule, threshold, what was seen
    std::string page;   // where the evidence is: "domains", "placement", "delivery"
    std::string object; // domain, run id, filter text
    UtcTime since;
};
struct TodayQuery {
    TimeRange range;
};
struct Today {
    bool hasDomains = false, hasRuns = false, hasEvents = false; // none of them: the three first choices
    std::vector<TodayCard> cards;
    std::vector<OutcomeBucket> outcomes;
    Millis bucket{3'600'000};
    std::string placementLine, domainLine; // tiles, with denominators; empty: nothing known
    std::vector<std::string> checked;      // what was looked at and found quiet, with its age
    UtcTime asOf;
};

// --- placement
// ----------------------------------------------------------------------------------------------------

struct SeedLine {
    std::string address, provider, imapHost, tls, user, secret; // secret: reference name, never the value
    int imapPort = 993;
    bool enabled = true;
    bool hasSecret = false;
};
struct SeedList {
    std::string id, name;
    std::vector<SeedLine> seeds;
};
struct SeedListsQuery {};
struct SeedLists {
    std::vector<SeedList> lists;
};
struct SaveSeedList {
    SeedList list;
}; // empty id: a new one
struct DeleteSeedList {
    std::string id;
};
struct ImportSeeds {
    std::string listName, csv;
};
struct CsvProblem {
    int line = 0;
    std::string text;
};
struct SeedsImported {
    std::string listId;
    int added = 0;
    std::vector<CsvProblem> problems;
};
struct PutSecret {
    std::string name;
    Secret value;
};

struct RunSpec {
    std::string name, seedListId, route;
    std::string message; // a whole message (.eml); empty: made from the three below
    std::string from, subject, body;
    int waitMinutes = 30;
    int perSecond = 5;
};
struct PreviewRun {
    RunSpec spec;
};
struct RunPreview {
    std::vector<std::string> recipients;
    struct PerProvider {
        std::string provider;
        int seeds = 0;
    };
    std::vector<PerProvider> providers;
    std::string envelopeFrom, routeText, messageHead, command;
    std::vector<std::string> problems; // non-empty: cannot start
    std::vector<std::string> notes;    // "fewer than 10 seeds at yahoo: the interval will be wide"
};
struct StartRun {
    RunSpec spec;
};
struct RunsQuery {};
struct RunLine {
    std::string id, name;
    UtcTime started;
    std::string state;
    int seeds = 0, settled = 0;
};
struct Runs {
    std::vector<RunLine> runs;
};
struct RunQuery {
    std::string id;
};
struct ProviderRow {
    std::string provider;
    int seeds = 0, inbox = 0, category = 0, junk = 0, other = 0, notFound = 0, waiting = 0, notSent = 0,
        mailboxError = 0;
    int judged = 0;           // denominator of the rate: seeds with a placement
    double low = 0, high = 1; // Wilson 95 % of the inbox share; meaningless when judged is 0
    int medianLatencyMs = -1;
};
struct SeedRow {
    std::string seed, provider, state, folder, text; // text: one sentence why
    reply::Outcome outcome = reply::Outcome::Unknown;
    int latencyMs = -1;
};
struct RunView {
    RunLine line;
    std::vector<ProviderRow> providers; // the last one is "all"
    std::vector<SeedRow> seeds;
    std::vector<std::string> canProve; // what the numbers can and cannot prove
};
struct SeedEvidenceQuery {
    std::string run, seed;
};
struct SeedEvidence {
    SeedRow row;
    std::vector<Node> tree;
    std::vector<RawDocument> raw;
};

// --- settings
// -----------------------------------------------------------------------------------------------------

struct SettingsQuery {};
struct SettingLine {
    std::string key, title, type, value, standard, origin, doc;
    std::string choices; // of type "choice": its words, separated by spaces
};
struct RouteLine {
    std::string name, host, tls, auth, user, secret, sourceAddress, helo;
    int port = 25;
    bool hasSecret = false;
};
struct StreamRule {
    std::string stream, field, pattern;
}; // field: one of store::streamFields
struct Settings {
    std::vector<SettingLine> settings;
    std::vector<RouteLine> routes;
    std::vector<StreamRule> streams;
};
struct SaveSetting {
    std::string key, value;
};
struct SaveRoute {
    RouteLine route;
    std::optional<Secret> password;
};
struct DeleteRoute {
    std::string name;
};
struct SaveStreams {
    std::vector<StreamRule> rules;
};

struct CancelJob {
    std::string id;
};

// --- in and out
// ---------------------------------------------------------------------------------------------------

struct Done {
    std::string id;
}; // a command took effect; id of what it made or of the job it started

using Query =
    std::variant<JobsQuery, ActivityQuery, StatusQuery, TodayQuery, OverviewQuery, EventsQuery, EventQuery,
                 DomainsQuery, DomainQuery, DnsHistoryQuery, SeedListsQuery, RunsQuery, RunQuery,
                 SeedEvidenceQuery, SettingsQuery, PreviewRun, InspectionsQuery, DomainDiffQuery,
                 SpfTrialQuery, RequirementsQuery, RotationsQuery, MessagesQuery, MessageQuery, MatrixQuery,
                 LatencyQuery, TemplatesQuery, TemplateQuery, CompareQuery, MarksQuery, BlocklistQuery,
                 BlocklistCellQuery, BlocklistHistoryQuery, BlocklistImpactQuery, BlocklistChangesQuery,
                 ListCatalogueQuery, RulesQuery, ProposeRuleQuery, RehearseQuery, CrosswalkQuery>;
using Command = std::variant<ImportFiles, ExportEvents, InspectDomain, ForgetDomain, SaveSeedList,
                             DeleteSeedList, ImportSeeds, PutSecret, StartRun, SaveSetting, SaveRoute,
                             DeleteRoute, SaveStreams, CancelJob, StartRotation, AdvanceRotation,
                             CheckMessage, JudgeAgain, ForgetMessage, ExportBundle, ChangeTemplate,
                             WatchTargets, WatchOurs, UnwatchTargets, EnableList, SweepBlocklists, SaveRule>;
using Snapshot =
    std::variant<Error, Done, Jobs, Activity, Status, Today, Overview, EventPage, EventDetail, ImportSummary,
                 Domains, DomainView, DnsHistory, SeedLists, SeedsImported, RunPreview, Runs, RunView,
                 SeedEvidence, Settings, Inspections, DomainDiff, SpfTrial, Requirements, Rotations, Messages,
                 MessageView, Matrix, Latency, Templates, TemplateView, Comparison, Marks, BlocklistMatrix,
                 BlocklistCell, BlocklistHistory, BlocklistImpact, BlocklistChanges, ListCatalogue, Rules,
                 RuleProposalView, RehearsalView, CrosswalkView>;

struct Answered {
    Ticket ticket = 0;
    std::shared_ptr<const Snapshot> snapshot;
};
struct JobChanged {
    JobView job;
};
// Something stored has changed; whoever shows it asks again. what: "events", "domains", "runs", "seeds",
// "settings", "blocklists".
struct DataChanged {
    std::string what, object;
};
using Event = std::variant<Answered, JobChanged, DataChanged>;

} // namespace waypost::engine
