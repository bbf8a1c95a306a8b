// Deflated values: conversations and messages as the workspace keeps them. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::store {

std::string deflated(std::string_view plain);
// Nothing when `packed` does not inflate to exactly `plainBytes`, or when that is more than `most`.
std::optional<std::string> inflated(std::string_view packed, std::int64_t plainBytes, size_t most);

} // namespace waypost::store
