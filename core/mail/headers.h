// HeaderBlock: the header of a message or MIME part as spans over the original bytes. Nothing is copied or
// repaired: DKIM and the evidence views need the exact bytes. Values are immutable after parse() and share
// the buffer, so they may be handed to any thread.
//
// Lines end with CRLF or bare LF (a file on disk). Caps: what lies behind them is kept opaque and said so in
// stopReason(); it is never an error. RFC 5322 section 2.2, with white space before the colon (4.5).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::mail {

using Bytes = std::shared_ptr<const std::string>;

struct Span {
    size_t offset = 0;
    size_t length = 0;
    [[nodiscard]] size_t end() const { return offset + length; }
    bool operator==(const Span&) const = default;
};

struct HeaderField {
    Span whole;            // name, colon, value, folds and the final line end
    Span name;             // without white space before the colon
    Span value;            // behind the colon, folds included, without the final line end
    bool oversize = false; // longer than HeaderBlock::maxField; spans are true, unfolded() is cut
};

struct BadLine {
    size_t offset = 0;
    size_t line = 0; // counted from 1 at the start of the block
    std::string why; // one sentence
};

class HeaderBlock {
  public:
    static constexpr size_t maxBlock = 1024 * 1024;
    static constexpr size_t maxFields = 5000;
    static constexpr size_t maxField = 100 * 1024;

    HeaderBlock() = default;
    static HeaderBlock parse(Bytes bytes, size_t from = 0) { return parse(std::move(bytes), from, nullptr); }
    static HeaderBlock parse(std::string_view copied);
    // `stop` is asked about each line that begins with "--": true ends the block there (a MIME boundary).
    using StopLine = std::function<bool(std::string_view line)>;
    static HeaderBlock parse(Bytes bytes, size_t from, const StopLine& stop);

    [[nodiscard]] const std::vector<HeaderField>& fields() const { return fields_; }
    // Where the body begins: behind the empty line, or at the end when there is none.
    [[nodiscard]] size_t bodyOffset() const { return bodyOffset_; }
    [[nodiscard]] bool hasEmptyLine() const { return hasEmptyLine_; }
    // The first line that is neither a field nor a continuation. It is skipped; parsing goes on.
    [[nodiscard]] const std::optional<BadLine>& badLine() const { return badLine_; }
    // Not empty when a cap ended the block early.
    [[nodiscard]] const std::string& stopReason() const { return stopReason_; }
    // An mbox separator ("From …") stood before the first field.
    [[nodiscard]] bool mboxSeparator() const { return mboxSeparator_; }

    [[nodiscard]] std::string_view view(Span s) const;
    [[nodiscard]] std::string_view name(const HeaderField& f) const { return view(f.name); }
    [[nodiscard]] std::string_view rawValue(const HeaderField& f) const { return view(f.value); }
    // Line ends taken out (the white space behind them stays), outer white space trimmed; at most maxField.
    [[nodiscard]] std::string unfolded(const HeaderField& f) const;

    // Names compare without regard to case.
    [[nodiscard]] const HeaderField* first(std::string_view name) const;
    [[nodiscard]] std::vector<const HeaderField*> topDown(std::string_view name) const;
    [[nodiscard]] std::vector<const HeaderField*> bottomUp(std::string_view name) const;
    // Unfolded value of the first instance, or nothing.
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }

  private:
    class Parser;
    Bytes bytes_;
    std::vector<HeaderField> fields_;
    size_t bodyOffset_ = 0;
    bool hasEmptyLine_ = false;
    bool mboxSeparator_ = false;
    std::optional<BadLine> badLine_;
    std::string stopReason_;
};

// Line ends taken out of a folded value.
std::string unfold(std::string_view value);

} // namespace waypost::mail
