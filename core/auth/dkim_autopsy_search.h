// Internal to the autopsy: budgets, the edits that are undone, and the searches over body and header.
#pragma once

#include "auth/dkim_autopsy.h"
#include "auth/dkim_hash.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth::autopsy {

struct Budget {
    std::uint64_t bytes = maxAutopsyBytes;
    size_t checks = maxAutopsyChecks;
    bool spent = false;
    bool spend(std::uint64_t n) {
        if (n > bytes) spent = true;
        bytes -= spent ? 0 : n;
        return !spent;
    }
    bool check() {
        if (checks == 0) spent = true;
        checks -= spent ? 0 : 1;
        return !spent;
    }
};

// What one signature wants of a body.
struct BodyTarget {
    Canonicalization canonicalization = Canonicalization::Simple;
    DkimHash hash = DkimHash::Sha256;
    std::optional<std::uint64_t> length;
    std::string digest;
    [[nodiscard]] bool fits(std::string_view canonical) const;
    [[nodiscard]] bool fitsBody(std::string_view body) const; // raw
};

// A way to undo a change of a whole body. Nothing: it does not apply here.
struct Rewrite {
    std::string id, text;
    std::function<std::optional<std::string>(std::string_view body)> undo;
};
std::vector<Rewrite> textRewrites();                                 // white space, lines, links, charset
std::vector<Rewrite> partRewrites(const mail::HeaderBlock& message); // transfer encodings of MIME parts
std::optional<std::string> undoLinkWrapping(std::string_view body);  // nothing: no link of a known wrapper

struct LineRange {
    size_t from = 0, to = 0; // octets of the body
};
// The one stretch of whole lines without which the body fits.
std::optional<LineRange> findInsertedLines(std::string_view body, const BodyTarget& target,
                                           const std::vector<size_t>& likelyEnds, Budget& budget);

// Where `received` first differs from `signedText`, in octets of `received` from `base`.
void describeChange(DkimMutation& m, std::string_view signedText, std::string_view received, size_t base);

void searchBody(DkimAutopsy& out, const mail::HeaderBlock& message, Budget& budget);
void searchHeader(DkimAutopsy& out, const std::shared_ptr<const mail::HeaderBlock>& message,
                  const dns::Answer& keys, Budget& budget);

} // namespace waypost::auth::autopsy
