// The checks that requirements name. Private to domain.
#pragma once

#include "domain/requirements.h"

#include <span>

namespace waypost::domain {

struct RequirementCheck {
    std::string_view name;
    RequirementVerdict (*judge)(const Requirement& requirement, const RequirementInput& input);
};
std::span<const RequirementCheck> allRequirementChecks();

} // namespace waypost::domain
