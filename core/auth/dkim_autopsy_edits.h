// Single changes of header fields that forwarders make, as edits that undo them, the likely ones first.
// Internal to the autopsy.
#pragma once

#include "auth/dkim_signature.h"
#include "mail/headers.h"

#include <string>
#include <vector>

namespace waypost::auth::autopsy {

struct HeaderEdit {
    enum class Kind { Replace, Drop, Add };
    Kind kind = Kind::Replace;
    std::string id;
    std::string sentence; // what was done to the field
    std::string tried;    // what undoes it
    size_t field = 0;     // into HeaderBlock::fields(); not for Add
    std::string text;     // the field as it was, without its line end
};

inline constexpr size_t maxHeaderEdits = 400;

std::vector<HeaderEdit> headerEdits(const mail::HeaderBlock& message, const DkimSignature& signature,
                                    size_t own);

} // namespace waypost::auth::autopsy
