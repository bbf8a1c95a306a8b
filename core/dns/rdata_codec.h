// The data of one record between value and octets. Private to the codec.
#pragma once

#include "base/result.h"
#include "dns/answer.h"

#include <string>
#include <string_view>

namespace waypost::dns {

// `message` is whole, because names in data may point back into it.
Result<RecordData> readData(std::string_view message, size_t offset, size_t length, RecordType type);
// Appends the data without its length.
Result<void> writeData(std::string& out, const RecordData& data, RecordType type);

} // namespace waypost::dns
