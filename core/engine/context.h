// What the engine's parts share, and the functions that answer each question and carry out each command. One
// file for each group: settings.cpp, domains.cpp, placement.cpp, delivery.cpp, today.cpp. Internal to
// engine/. Thread rule: answer() and perform() run on the query worker; jobs run on the job worker or on the
// loop.
#pragma once

#include "delivery/route.h"
#include "dns/public_suffix.h"
#include "dns/resolver.h"
#include "engine/engine.h"
#include "engine/event_queue.h"
#include "engine/jobs.h"
#include "engine/worker.h"
#include "lab/lab.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "reply/classifier.h"
#include "reply/providers.h"
#include "store/secrets.h"
#include "store/workspace.h"

#include <memory>
#include <mutex>
#include <string>

namespace waypost::engine {

struct Context {
    explicit Context(OpenOptions o) : options(std::move(o)) {}
    OpenOptions options;
    SystemClock clock;
    EventQueue events;
    std::unique_ptr<store::Workspace> workspace;
    std::unique_ptr<store::SecretStore> secrets;
    // Another one is in force once a rule is saved; who uses it holds it as long as it is needed.
    [[nodiscard]] std::shared_ptr<const reply::Classifier> classifier() const {
        const std::lock_guard lock(classifierLock_);
        return classifier_;
    }
    void setClassifier(std::shared_ptr<const reply::Classifier> rules) {
        const std::lock_guard lock(classifierLock_);
        classifier_ = std::move(rules);
    }
    std::shared_ptr<const reply::ProviderMap> providers;
    std::shared_ptr<const dns::PublicSuffixList> publicSuffixes; // null: neither a file nor a built-in list
    std::unique_ptr<lab::Lab> lab;
    std::unique_ptr<JobBook> jobs;
    net::Loop loop;
    net::TcpDialer dialer{loop};
    // Loop thread only. The network resolver, a recorder that stores every answer, and the cache above it.
    struct Names;
    struct Schedule;
    std::shared_ptr<Names> names;
    std::shared_ptr<Schedule> schedule; // loop thread only
    // Workers last: their closures use everything above.
    std::unique_ptr<Worker> queries, work;

    void activity(std::string kind, std::string object, std::string text, std::string detail = {});
    void changed(std::string what, std::string object = {}) {
        events.push(DataChanged{std::move(what), std::move(object)});
    }

  private:
    mutable std::mutex classifierLock_;
    std::shared_ptr<const reply::Classifier> classifier_;
};

// Name servers in use: of the lab, of the settings, of the system; in this order.
std::vector<net::Endpoint> resolverServers(Context& c);
// The resolver for lookups on the loop thread; made anew when the settings change.
dns::Resolver& resolver(Context& c);
void dropResolver(Context& c);
// The route of this name with its password, from the workspace or the lab.
Result<delivery::Route> findRoute(Context& c, const std::string& name);
// PEM of the authorities the operator trusts beside those of the system; empty: none.
Result<std::string> operatorRoots(Context& c);
// First start of a lab workspace: its seed list, route and domains.
Result<void> prepareLab(Context& c);

Snapshot answer(Context& c, const JobsQuery& q);
Snapshot answer(Context& c, const ActivityQuery& q);
Snapshot answer(Context& c, const StatusQuery& q);
Snapshot answer(Context& c, const TodayQuery& q);
Snapshot answer(Context& c, const OverviewQuery& q);
Snapshot answer(Context& c, const EventsQuery& q);
Snapshot answer(Context& c, const EventQuery& q);
Snapshot answer(Context& c, const DomainsQuery& q);
Snapshot answer(Context& c, const DomainQuery& q);
Snapshot answer(Context& c, const DnsHistoryQuery& q);
Snapshot answer(Context& c, const SeedListsQuery& q);
Snapshot answer(Context& c, const RunsQuery& q);
Snapshot answer(Context& c, const RunQuery& q);
Snapshot answer(Context& c, const SeedEvidenceQuery& q);
Snapshot answer(Context& c, const SettingsQuery& q);
Snapshot answer(Context& c, const PreviewRun& q);
Snapshot answer(Context& c, const InspectionsQuery& q);
Snapshot answer(Context& c, const DomainDiffQuery& q);
Snapshot answer(Context& c, const SpfTrialQuery& q);
Snapshot answer(Context& c, const RequirementsQuery& q);
Snapshot answer(Context& c, const RotationsQuery& q);
Snapshot answer(Context& c, const MessagesQuery& q);
Snapshot answer(Context& c, const MessageQuery& q);
Snapshot answer(Context& c, const MatrixQuery& q);
Snapshot answer(Context& c, const LatencyQuery& q);
Snapshot answer(Context& c, const CompareQuery& q);
Snapshot answer(Context& c, const MarksQuery& q);
Snapshot answer(Context& c, const RulesQuery& q);
Snapshot answer(Context& c, const ProposeRuleQuery& q);
Snapshot answer(Context& c, const RehearseQuery& q);
Snapshot answer(Context& c, const CrosswalkQuery& q);
Snapshot answer(Context& c, const TemplatesQuery& q);
Snapshot answer(Context& c, const TemplateQuery& q);
Snapshot answer(Context& c, const BlocklistQuery& q);
Snapshot answer(Context& c, const BlocklistCellQuery& q);
Snapshot answer(Context& c, const BlocklistHistoryQuery& q);
Snapshot answer(Context& c, const BlocklistImpactQuery& q);
Snapshot answer(Context& c, const BlocklistChangesQuery& q);
Snapshot answer(Context& c, const ListCatalogueQuery& q);

Snapshot perform(Context& c, const ImportFiles& command);
Snapshot perform(Context& c, const ExportEvents& command);
Snapshot perform(Context& c, const InspectDomain& command);
Snapshot perform(Context& c, const ForgetDomain& command);
Snapshot perform(Context& c, const SaveSeedList& command);
Snapshot perform(Context& c, const DeleteSeedList& command);
Snapshot perform(Context& c, const ImportSeeds& command);
Snapshot perform(Context& c, const PutSecret& command);
Snapshot perform(Context& c, const StartRun& command);
Snapshot perform(Context& c, const SaveSetting& command);
Snapshot perform(Context& c, const SaveRoute& command);
Snapshot perform(Context& c, const DeleteRoute& command);
Snapshot perform(Context& c, const SaveStreams& command);
Snapshot perform(Context& c, const CancelJob& command);
Snapshot perform(Context& c, const StartRotation& command);
Snapshot perform(Context& c, const AdvanceRotation& command);
Snapshot perform(Context& c, const CheckMessage& command);
Snapshot perform(Context& c, const JudgeAgain& command);
Snapshot perform(Context& c, const ForgetMessage& command);
Snapshot perform(Context& c, const ExportBundle& command);
Snapshot perform(Context& c, const ChangeTemplate& command);
Snapshot perform(Context& c, const WatchTargets& command);
Snapshot perform(Context& c, const WatchOurs& command);
Snapshot perform(Context& c, const UnwatchTargets& command);
Snapshot perform(Context& c, const EnableList& command);
Snapshot perform(Context& c, const SweepBlocklists& command);
Snapshot perform(Context& c, const SaveRule& command);

// A Result as a Snapshot: its value, or its Error.
template <class T>
Snapshot toSnapshot(Result<T> result) {
    if (result) return Snapshot(std::move(*result));
    return Snapshot(std::move(result.error()));
}

} // namespace waypost::engine
