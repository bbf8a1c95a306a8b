// Notices of Amazon SES that reach a mailbox through an SNS e-mail subscription: the body is the JSON of the
// notification, or of the SNS envelope around it. Pure.
#pragma once

#include "bounce/mail_view.h"

namespace waypost::bounce {

// True when the text is such a notice; then `report` holds its recipients, not yet judged.
bool readSesNotice(const MailView& view, Report& report);

} // namespace waypost::bounce
