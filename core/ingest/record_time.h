// Time stamps of structured records: what logs and webhooks write. Pure, but for LogZone::system, which asks
// the C library for this machine's zone.
#pragma once

#include "base/clock.h"
#include "ingest/json_document.h"
#include "ingest/syslog_head.h"

#include <optional>
#include <string_view>

namespace waypost::ingest {

// Epoch seconds (also with a fraction), milliseconds, microseconds or nanoseconds by their size, ISO 8601
// with 'T' or a blank, with or without fraction and zone ("Z", "+0200", "+02:00", " UTC"); without one,
// `zone` says. Nothing for years outside 1980-2199.
std::optional<UtcTime> timeOf(std::string_view text, const LogZone& zone);
std::optional<UtcTime> timeOf(double epoch);
// A number or a text.
std::optional<UtcTime> timeOf(JsonValue value, const LogZone& zone);

} // namespace waypost::ingest
