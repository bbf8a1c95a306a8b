// MessageBuilder: new messages. A header value can only be made of types whose makers refuse CR, LF, NUL and
// other control characters, so that header injection does not compile. Output has CRLF line ends only, lines
// folded at 78 and never above 998 bytes, encoded words where a value is not ASCII. RFC 5322, 2045–2047.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "mail/address.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waypost::mail {

// Unstructured header text: one line of valid UTF-8 without control characters (a tab is one and is refused).
class HeaderText {
  public:
    static constexpr size_t maxBytes = 16 * 1024;
    HeaderText() = default;
    // Outer white space is taken off.
    static Result<HeaderText> make(std::string_view utf8);
    [[nodiscard]] const std::string& utf8() const { return utf8_; }
    bool operator==(const HeaderText&) const = default;

  private:
    std::string utf8_;
};

class HeaderName {
  public:
    static constexpr size_t maxBytes = 76;
    static Result<HeaderName> make(std::string_view name);
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    HeaderName() = default;
    std::string text_;
};

class MessageId {
  public:
    static Result<MessageId> make(std::string_view withOrWithoutAngles);
    // "<uuid@domain>"
    static MessageId generate(const MailAddress& sender, UtcTime now, Random& random);
    [[nodiscard]] const std::string& text() const { return text_; } // with < >

  private:
    MessageId() = default;
    std::string text_;
};

struct NamedAddress {
    MailAddress address;
    HeaderText name;
};

class MessageBuilder {
  public:
    MessageBuilder& from(NamedAddress a) { return add(from_, std::move(a)); }
    MessageBuilder& replyTo(NamedAddress a) { return add(replyTo_, std::move(a)); }
    MessageBuilder& to(NamedAddress a) { return add(to_, std::move(a)); }
    MessageBuilder& cc(NamedAddress a) { return add(cc_, std::move(a)); }
    MessageBuilder& subject(HeaderText t);
    MessageBuilder& messageId(MessageId id);
    MessageBuilder& date(UtcTime t);
    // Any further header, in the order given. The ones above and the MIME headers are refused by build().
    MessageBuilder& header(HeaderName name, HeaderText value);
    MessageBuilder& text(std::string utf8); // line ends of any kind
    MessageBuilder& html(std::string utf8); // beside text(): multipart/alternative
    MessageBuilder& allow8bit(bool on);     // off: quoted-printable instead (default on)

    // Errors: no From, a body that is not UTF-8, a reserved header name. `now` is for Date and Message-ID
    // when they were not given.
    [[nodiscard]] Result<std::string> build(UtcTime now, Random& random) const;

  private:
    using Addresses = std::vector<NamedAddress>;
    MessageBuilder& add(Addresses& list, NamedAddress a);
    Addresses from_, replyTo_, to_, cc_;
    std::optional<HeaderText> subject_;
    std::optional<MessageId> messageId_;
    std::optional<UtcTime> date_;
    std::vector<std::pair<HeaderName, HeaderText>> further_;
    std::optional<std::string> text_, html_;
    bool allow8bit_ = true;
};

// "Name: value" with folds and encoded words, CRLF at the end.
std::string renderHeader(const HeaderName& name, const HeaderText& value);
std::string renderAddressHeader(std::string_view name, const std::vector<NamedAddress>& addresses);

} // namespace waypost::mail
