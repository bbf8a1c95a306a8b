// FETCH data as a value, and the other data responses the client uses.
#pragma once

#include "base/clock.h"
#include "imap/response.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::imap {

struct Section {
    std::string spec; // upper case, between the brackets: "HEADER", "", "1.MIME"
    std::optional<std::uint64_t> origin;
    std::optional<std::string> bytes; // nothing: the server said NIL
};

struct Fetched {
    std::uint32_t sequence = 0;
    std::optional<std::uint32_t> uid;
    std::vector<std::string> flags;
    std::optional<UtcTime> internalDate;
    std::optional<std::uint64_t> size;
    // Gmail, only where X-GM-EXT-1 is offered.
    std::vector<std::string> gmailLabels;
    std::optional<std::uint64_t> gmailMessage, gmailThread;
    std::vector<Section> sections;

    // The octets of a section, e.g. "HEADER"; nothing when it was not sent.
    [[nodiscard]] const std::string* section(std::string_view spec) const;
};

// Takes the literals out of `response`. Nothing when it is not a FETCH with a list of pairs; items we do not
// know are skipped.
std::optional<Fetched> fetchedFrom(Response&& response);

// "17-Jul-1996 02:44:25 -0700" (RFC 3501 date-time; the day may have a leading space).
std::optional<UtcTime> parseInternalDate(std::string_view in);
// "21-Nov-2026", for SEARCH SINCE.
std::string searchDate(UtcTime t);

// UIDs of a SEARCH or ESEARCH response; a set as "1:3,7" is expanded up to `limit` numbers, newest kept.
std::vector<std::uint32_t> searchHits(const Response& response, size_t limit);
// "1:3,7": an ascending list as the shortest set.
std::string uidSet(const std::vector<std::uint32_t>& ascending);

} // namespace waypost::imap
