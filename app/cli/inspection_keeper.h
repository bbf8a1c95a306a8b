// Stores inspections in the workspace, many a transaction. Internal to cli/. One thread.
#pragma once

#include "cli/globals.h"
#include "domain/report.h"
#include "store/workspace.h"

#include <memory>
#include <vector>

namespace waypost::cli {

class InspectionKeeper {
  public:
    static Result<std::unique_ptr<InspectionKeeper>> open(const Globals& globals);
    // Keeps the report with the answers that came from a server for it; those from the cache are there
    // already. Waits for the writer once in a batch.
    Result<void> add(domain::DomainReport report);
    Result<void> flush();

  private:
    static constexpr size_t batch = 50;
    explicit InspectionKeeper(std::unique_ptr<store::Workspace> workspace)
        : workspace_(std::move(workspace)) {}
    std::unique_ptr<store::Workspace> workspace_;
    std::vector<domain::DomainReport> reports_;
};

} // namespace waypost::cli
