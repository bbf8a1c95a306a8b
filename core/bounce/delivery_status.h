// A message/delivery-status part (RFC 3464, message/global-delivery-status of RFC 6533) as recipients, not
// yet judged. Tolerant of what servers really send: empty lines inside a group, groups that run into each
// other, folds without white space, addresses without a type. Pure.
#pragma once

#include "bounce/report.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::bounce {

struct StatusRecipient {
    Recipient recipient;
    size_t addressAt = 0, diagnosticAt = 0;    // near them in the text
    std::string comment;                       // of the status: words of the reporting server
    std::string addressWords, diagnosticWords; // as they stand there
};

struct DeliveryStatus {
    std::string reportingMta, envelopeId;
    std::vector<StatusRecipient> recipients; // at most Report::maxRecipients
};

DeliveryStatus readDeliveryStatus(std::string_view text);

// "failed", "failed (connection refused)", "delayed", …
Action actionFrom(std::string_view value);
// "5.1.1 (bad mailbox)" gives "5.1.1"; empty when there is no status code.
std::string statusFrom(std::string_view value);

} // namespace waypost::bounce
