// The BIMI assertion record (draft-brand-indicators-for-message-identification section 4): a TXT record at
// SELECTOR._bimi.DOMAIN with the places of the logo and of its certificate. Pure.
#pragma once

#include "auth/tag_list.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

inline constexpr size_t maxBimiLogo = 32 * 1024;         // the size receivers take
inline constexpr size_t maxBimiCertificate = 100 * 1024; // a PEM chain

struct BimiRecord {
    std::string text;
    std::string logo;        // l=, as written
    std::string certificate; // a=, as written
    std::string avatar;      // avp=: "brand" (the default) or "personal"
    std::vector<std::string> unknownTags;
    std::vector<std::string> problems; // any of them makes receivers skip the record
    [[nodiscard]] bool valid() const { return problems.empty(); }
    // l= and a= are there and empty, or l= is: the domain declines to take part.
    [[nodiscard]] bool declined() const { return valid() && logo.empty() && certificate.empty(); }
};

// The text begins with v=BIMI1 and a semicolon or its end.
bool isBimiRecord(std::string_view txt);
BimiRecord parseBimi(std::string_view txt);

// The selector of a BIMI-Selector header ("v=BIMI1; s=brand"); nothing when it is malformed.
std::optional<std::string> bimiSelector(std::string_view headerValue);

} // namespace waypost::auth
