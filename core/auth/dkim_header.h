// Which header fields a signature covers and the octets that are hashed for it (RFC 6376 sections 3.7 and
// 5.4.2). Pure. Holds the message: any thread.
#pragma once

#include "auth/dkim_signature.h"
#include "mail/headers.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

// The field without its final line end.
std::string_view fieldText(const mail::HeaderBlock& block, const mail::HeaderField& field);

// The field as it is hashed for its own signature: `emptied` (in the raw value) taken out, no CRLF at the
// end.
void appendSignatureField(std::string& out, const mail::HeaderBlock& block, const mail::HeaderField& field,
                          Span emptied, Canonicalization kind);

// Fields by name, for picking the instances that h= means. Linear in the length of h=, whatever it names.
class HeaderPicker {
  public:
    static constexpr size_t none = size_t(-1); // for `own`: no signature stands in the message yet

    explicit HeaderPicker(std::shared_ptr<const mail::HeaderBlock> block);

    struct Picked {
        std::vector<size_t> fields;       // into HeaderBlock::fields(), in the order of h=
        std::vector<std::string> missing; // named more often than there are instances
    };
    // The last instance first, then the one above it; never `own`, the field of the signature itself.
    [[nodiscard]] Picked pick(const std::vector<std::string>& names, size_t own) const;
    // The octets that b= signs.
    [[nodiscard]] std::string input(const Picked& picked, const DkimSignature& signature, size_t own) const;

    [[nodiscard]] const mail::HeaderBlock& block() const { return *block_; }

  private:
    std::shared_ptr<const mail::HeaderBlock> block_;
    std::vector<size_t> order_; // by name, then by place
};

} // namespace waypost::auth
