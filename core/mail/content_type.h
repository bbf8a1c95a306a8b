// Content-Type and Content-Disposition: a value and its parameters (RFC 2045 5.1, RFC 2231 charsets and
// continuations). Tolerant: a broken parameter is left out, the rest is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waypost::mail {

struct ParameterValue {
    static constexpr size_t maxParameters = 100;

    std::string value;                                           // lower case: "text/plain", "attachment"
    std::vector<std::pair<std::string, std::string>> parameters; // names in lower case, values as UTF-8

    [[nodiscard]] std::optional<std::string> parameter(std::string_view lowerName) const;
};

ParameterValue parseParameterValue(std::string_view unfolded);

} // namespace waypost::mail
