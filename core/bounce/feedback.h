// Feedback reports: RFC 5965 (abuse, fraud, virus, not-spam, other), RFC 6591 and 9991 (auth-failure), the
// opt-out forms of older reporters, and the thin ones of Microsoft's JMRP, which attach the message and
// name the recipient in X-HmXmrOriginalRecipient. Pure.
#pragma once

#include "bounce/mail_view.h"

namespace waypost::bounce {

// True when the mail is one; then `report` holds its fields and recipients.
bool readFeedback(const MailView& view, Report& report);

} // namespace waypost::bounce
