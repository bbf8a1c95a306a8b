// Result<T>: a value, or the Error that says why there is none.
#pragma once

#include "base/error.h"

#include <expected>
#include <string>
#include <utility>

namespace waypost {

template <class T>
using Result = std::expected<T, Error>;

// return fail(ErrorCode::NotFound, "route", "There is no route named \"spring\".");
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string stage, std::string text) {
    return std::unexpected<Error>(std::in_place, code, std::move(stage), std::move(text));
}

[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
    return std::unexpected<Error>(std::move(error));
}

} // namespace waypost
