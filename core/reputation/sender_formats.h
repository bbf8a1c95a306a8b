// The readers behind readSenderData(), one for each kind of file. Inside reputation.
#pragma once

#include "reputation/sender_data.h"

namespace waypost::reputation::senderdata {

Result<SenderData> readPostmasterJson(std::string_view content, std::string_view name);
// SNDS has no header; the others are known by theirs.
Result<SenderData> readCsv(std::string_view content, std::string_view name);

// A day as a time range; nothing for a date that does not exist.
std::optional<std::pair<UtcTime, UtcTime>> day(int year, int month, int day);
// "2026-11-24", "20261124", "11/24/2026", "Nov 24, 2026", each with or without a time behind it.
std::optional<UtcTime> readWhen(std::string_view text);

} // namespace waypost::reputation::senderdata
