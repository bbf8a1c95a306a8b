// MimeTree: the parts of a message as spans over its bytes. Built in one pass over the lines without
// recursion, so that deep nesting costs neither stack nor time. What lies behind a cap stays whole in the
// part above it, which is then marked opaque. Immutable after parse(); any thread. RFC 2045, 2046.
#pragma once

#include "mail/charset.h"
#include "mail/content_type.h"
#include "mail/headers.h"
#include "mail/transfer.h"

#include <string>
#include <vector>

namespace waypost::mail {

struct MimePart {
    int parent = -1;
    int depth = 0;
    std::vector<int> children;
    HeaderBlock headers;
    Span body;           // undecoded
    ParameterValue type; // "text/plain" when absent; "message/rfc822" inside multipart/digest
    bool typeGiven = false;
    ParameterValue disposition;
    TransferEncoding encoding = TransferEncoding::Identity;
    bool closed = true;  // multipart: its final boundary was seen
    bool opaque = false; // a cap stopped the parsing inside it
    [[nodiscard]] bool isMultipart() const { return type.value.starts_with("multipart/"); }
    [[nodiscard]] bool isMessage() const {
        return type.value == "message/rfc822" || type.value == "message/global";
    }
};

class MimeTree {
  public:
    static constexpr int maxDepth = 100;
    static constexpr size_t maxParts = 10'000;
    static constexpr size_t maxBoundary = 2048;

    static MimeTree parse(Bytes bytes);
    static MimeTree parse(std::string_view copied);

    // In the order of the message; the first is the message itself.
    [[nodiscard]] const std::vector<MimePart>& parts() const { return parts_; }
    [[nodiscard]] const MimePart& root() const { return parts_.front(); }
    [[nodiscard]] std::string_view raw(const MimePart& p) const;
    // Transfer encoding taken off.
    [[nodiscard]] std::string content(const MimePart& p) const;
    // Text of a text part as UTF-8.
    [[nodiscard]] Decoded text(const MimePart& p) const;
    // Decoded, without any path: foreign text, for display only. Empty when none is given.
    [[nodiscard]] std::string fileName(const MimePart& p) const;
    // First part of this type that is not an attachment, or null.
    [[nodiscard]] const MimePart* firstOfType(std::string_view type) const;
    // Sentences about caps and structure faults, at most 20.
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

  private:
    class Builder;
    Bytes bytes_;
    std::vector<MimePart> parts_;
    std::vector<std::string> problems_;
};

} // namespace waypost::mail
