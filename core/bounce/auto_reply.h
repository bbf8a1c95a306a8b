// Automatic answers and what bounces look like from outside. RFC 3834: Auto-Submitted; before it, and beside
// it still, a dozen header fields and the subjects that mail programs write. Pure.
#pragma once

#include "bounce/mail_view.h"

#include <string>

namespace waypost::bounce {

// An out-of-office note, an automatic answer or a challenge ("confirm that you are no robot").
bool isAutomaticAnswer(const MailView& view);

// Sent by a mail system about a delivery: null sender, MAILER-DAEMON and its kind, or a subject like
// "Undelivered Mail Returned to Sender" in one of the languages servers write.
bool looksLikeBounce(const MailView& view);
// As looksLikeBounce(), without the null sender alone: automatic answers have that too (RFC 3834 3.3).
bool isSurelyBounce(const MailView& view);

} // namespace waypost::bounce
