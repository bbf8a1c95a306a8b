// One written value read by the type of its field. Inside filter/ only.
#pragma once

#include "filter/lexer.h"

namespace waypost::filter {

std::expected<Value, ParseError> readValue(const FieldInfo& field, Op op, const RawValue& raw);
// Refuses an operator the type has no meaning for.
std::expected<void, ParseError> checkOp(const FieldInfo& field, const Token& token);

} // namespace waypost::filter
