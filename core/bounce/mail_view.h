// MailView: a mail as the parsers of this module look at it: the words in front of the returned message as
// one UTF-8 text with the way back to its bytes, and the header of the returned message. Immutable.
#pragma once

#include "bounce/report.h"
#include "mail/mime.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::bounce {

class MailView {
  public:
    static constexpr size_t maxText = 256 * 1024; // of explanation; what follows is not looked at
    static constexpr size_t maxParts = 20;        // text parts joined

    explicit MailView(mail::Bytes bytes);

    [[nodiscard]] const mail::MimeTree& tree() const { return tree_; }
    [[nodiscard]] const mail::HeaderBlock& headers() const { return tree_.root().headers; }
    // Lines end with LF alone. Without the returned message, once cutAt() was called.
    [[nodiscard]] std::string_view text() const { return text_; }
    // The same in lower case (ASCII letters alone), octet for octet.
    [[nodiscard]] std::string_view lowered() const { return lowered_; }
    // Where octets of text() stand in the mail.
    [[nodiscard]] Place place(size_t from, size_t length) const;
    // Where `words`, taken from the decoded content of `part`, stand; `near` is their position there.
    [[nodiscard]] Place placeIn(const mail::MimePart& part, std::string_view words, size_t near) const;
    // Everything behind `at` is the returned message.
    void cutAt(size_t at);
    // Not inside a returned message, and of one of these types.
    [[nodiscard]] std::vector<const mail::MimePart*> ownParts(std::vector<std::string_view> types) const;
    // Header of the returned message: its own part, or what stands behind the cut.
    [[nodiscard]] const mail::HeaderBlock& returned() const { return returned_; }
    // A header field of the mail itself with encoded words decoded; empty when absent.
    [[nodiscard]] std::string field(std::string_view name) const;

  private:
    struct Piece {
        size_t from, length; // in text_
        mail::Span raw;
        bool exact;
        bool crlf;
    };
    void addText(const mail::MimePart& part, bool html);
    void gatherText();
    void findReturned();
    [[nodiscard]] bool isOwn(size_t index) const;

    mail::Bytes bytes_;
    mail::MimeTree tree_;
    std::vector<char> own_; // one for each part
    std::string text_, lowered_;
    std::vector<Piece> pieces_;
    mail::HeaderBlock returned_;
};

// Markup taken off: tags go, block ends become line ends, the common entities are resolved.
std::string textOfHtml(std::string_view html);
// The first address in an address field or a text like "<a@b>", or empty.
std::string firstAddress(std::string_view value);
// All of them, at most `limit`.
std::vector<std::string> allAddresses(std::string_view value, size_t limit);

} // namespace waypost::bounce
