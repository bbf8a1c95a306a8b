#include "cli/inspection_keeper.h"

#include "cli/workspace.h"
#include "engine/inspection.h"
#include "engine/watching.h"
#include "store/dns_store.h"

#include <set>

namespace waypost::cli {

Result<std::unique_ptr<InspectionKeeper>> InspectionKeeper::open(const Globals& globals) {
    auto workspace = openWorkspace(globals, true);
    if (!workspace) return fail(workspace.error());
    return std::unique_ptr<InspectionKeeper>(new InspectionKeeper(std::move(*workspace)));
}

Result<void> InspectionKeeper::add(domain::DomainReport report) {
    reports_.push_back(std::move(report));
    if (reports_.size() < batch) return {};
    return flush();
}

Result<void> InspectionKeeper::flush() {
    if (reports_.empty()) return {};
    auto write = [reports = std::move(reports_)](store::Database& db) -> Result<void> {
        for (const domain::DomainReport& r : reports) {
            const std::set<size_t> direct(r.direct.begin(), r.direct.end());
            for (size_t i = 0; i < r.evidence.size(); ++i)
                if (r.evidence[i].transport != dns::Transport::Cache && !direct.contains(i))
                    store::dnsrecord::append(db, r.evidence[i]);
            (void)engine::storeInspection(db, engine::inspectionRow(r));
        }
        return {};
    };
    reports_.clear();
    return workspace_->write(std::move(write)).get();
}

} // namespace waypost::cli
