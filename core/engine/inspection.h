// Inspections as they are stored, compared and judged anew. For the engine and for the command line, which
// works on the workspace without an engine. Thread rule: that of the Database.
#pragma once

#include "base/result.h"
#include "domain/diff.h"
#include "domain/inspect.h"
#include "engine/domain_values.h"
#include "store/domain_store.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::engine {

// Catalogue and common selectors from the resources. `clock` must outlive the inspection.
Result<domain::InspectOptions> inspectOptions(const std::filesystem::path& resources, const Clock& clock,
                                              std::shared_ptr<const dns::PublicSuffixList> publicSuffixes);

store::InspectionRow inspectionRow(const domain::DomainReport& report);

// What differs between the newest inspections at or before two times. Error: there is none by then, or `from`
// is later than `to`.
Result<DomainDiff> domainDiff(store::Database& db, const DomainDiffQuery& query);

// What an inspection that was just made, and is not stored yet, changes over all that was known before.
Result<std::vector<domain::Difference>> changesOf(store::Database& db, const store::InspectionRow& row);
DomainDiffRow toRow(const domain::Difference& difference);

// The stored DNS answers as of a time, judged by today's rules. An inspection that had begun by then counts
// whole. `options.clock` is not used: the report is of that time.
Result<domain::DomainReport> judgedAsOf(store::Database& db, std::string name, UtcTime at,
                                        domain::InspectOptions options);

} // namespace waypost::engine
