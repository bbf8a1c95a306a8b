#include "mail/builder.h"

#include "base/text.h"
#include "base/uuid.h"
#include "mail/encoded_word.h"
#include "mail/raw.h"
#include "mail/transfer.h"

#include <fmt/format.h>

namespace waypost::mail {

namespace {

constexpr size_t foldAt = 78;
constexpr size_t hardLimit = 998;
constexpr size_t longestWord = 900; // leaves room for the name: a line never reaches the hard limit

bool isControl(char c) {
    const auto b = static_cast<unsigned char>(c);
    return b < 32 || b == 127;
}
bool isAscii(std::string_view in) {
    return std::all_of(in.begin(), in.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

size_t longestRun(std::string_view in) {
    size_t longest = 0;
    for (std::string_view w : text::words(in)) longest = std::max(longest, w.size());
    return longest;
}

// ASCII that a reader will not take for something else.
bool canStayPlain(std::string_view in) {
    return isAscii(in) && in.find("=?") == std::string_view::npos && longestRun(in) <= longestWord;
}

// Appends `value` to a line that has `column` bytes, folding before white space. Unfolding gives it back.
void appendFolded(std::string& out, size_t& column, std::string_view value) {
    size_t i = 0;
    while (i < value.size()) {
        size_t wordStart = i;
        while (wordStart < value.size() && value[wordStart] == ' ') ++wordStart;
        size_t end = wordStart;
        while (end < value.size() && value[end] != ' ') ++end;
        std::string_view piece = value.substr(i, end - i);
        if (column + piece.size() > foldAt && piece.front() == ' ') {
            out += "\r\n";
            column = 0;
        }
        out += piece;
        column += piece.size();
        i = end;
    }
}

bool isReserved(std::string_view name) {
    static constexpr std::string_view own[] = {"From", "To",         "Cc",           "Reply-To", "Sender",
                                               "Date", "Message-ID", "MIME-Version", "Subject"};
    if (text::istartsWith(name, "Content-")) return true;
    return std::any_of(std::begin(own), std::end(own),
                       [&](std::string_view n) { return text::iequals(n, name); });
}

std::string displayName(std::string_view name, size_t used) {
    if (!canStayPlain(name) || name.size() > longestWord) return encodeWords(name, used);
    std::string out = "\"";
    for (char c : name) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

struct Body {
    std::string headers; // Content-Type, Content-Transfer-Encoding
    std::string bytes;
};

bool hasLongLine(std::string_view in) {
    size_t length = 0;
    for (char c : in) {
        length = c == '\n' ? 0 : length + 1;
        if (length > hardLimit) return true;
    }
    return false;
}

Body textBody(std::string_view type, const std::string& utf8, bool allow8bit) {
    Body out;
    std::string crlf = normalizeCrlf(utf8).bytes;
    if (!crlf.empty() && !crlf.ends_with("\r\n")) crlf += "\r\n";
    const bool ascii = isAscii(crlf);
    const bool quoted = crlf.find('\0') != std::string::npos || hasLongLine(crlf) || (!ascii && !allow8bit);
    out.headers = fmt::format("Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n", type,
                              quoted  ? "quoted-printable"
                              : ascii ? "7bit"
                                      : "8bit");
    out.bytes = quoted ? encodeQuotedPrintable(crlf) : std::move(crlf);
    return out;
}

} // namespace

Result<HeaderText> HeaderText::make(std::string_view utf8) {
    auto bad = [](std::string_view why) {
        return fail(ErrorCode::InvalidArgument, "header", std::string(why));
    };
    if (utf8.size() > maxBytes) return bad("A header value is longer than 16384 bytes.");
    if (std::any_of(utf8.begin(), utf8.end(), isControl))
        return bad("A header value has a line break or another control character.");
    if (text::toValidUtf8(utf8) != utf8) return bad("A header value is not valid UTF-8.");
    HeaderText out;
    out.utf8_ = text::trim(utf8);
    return out;
}

Result<HeaderName> HeaderName::make(std::string_view name) {
    const bool good =
        !name.empty() && name.size() <= maxBytes &&
        std::all_of(name.begin(), name.end(), [](char c) { return c > 32 && c < 127 && c != ':'; });
    if (!good)
        return fail(ErrorCode::InvalidArgument, "header",
                    fmt::format("\"{}\" is not a header name.", text::printable(name.substr(0, 100))));
    HeaderName out;
    out.text_ = name;
    return out;
}

Result<MessageId> MessageId::make(std::string_view in) {
    std::string_view bare = in;
    if (bare.starts_with('<') && bare.ends_with('>') && bare.size() > 1)
        bare = bare.substr(1, bare.size() - 2);
    const size_t at = bare.find('@');
    const bool good = at != std::string_view::npos && at > 0 && at + 1 < bare.size() && bare.size() <= 900 &&
                      std::all_of(bare.begin(), bare.end(),
                                  [](char c) { return c > 32 && c < 127 && c != '<' && c != '>'; });
    if (!good)
        return fail(ErrorCode::InvalidArgument, "message-id",
                    fmt::format("\"{}\" is not a Message-ID.", text::printable(in.substr(0, 200))));
    MessageId out;
    out.text_ = fmt::format("<{}>", bare);
    return out;
}

MessageId MessageId::generate(const MailAddress& sender, UtcTime now, Random& random) {
    std::string_view domain = sender.domain().empty() ? "localhost" : std::string_view(sender.domain());
    MessageId out;
    out.text_ = fmt::format("<{}@{}>", uuid7(now, random), domain);
    return out;
}

MessageBuilder& MessageBuilder::add(Addresses& list, NamedAddress a) {
    list.push_back(std::move(a));
    return *this;
}
MessageBuilder& MessageBuilder::subject(HeaderText t) {
    subject_ = std::move(t);
    return *this;
}
MessageBuilder& MessageBuilder::messageId(MessageId id) {
    messageId_ = std::move(id);
    return *this;
}
MessageBuilder& MessageBuilder::date(UtcTime t) {
    date_ = t;
    return *this;
}
MessageBuilder& MessageBuilder::header(HeaderName name, HeaderText value) {
    further_.emplace_back(std::move(name), std::move(value));
    return *this;
}
MessageBuilder& MessageBuilder::text(std::string utf8) {
    text_ = std::move(utf8);
    return *this;
}
MessageBuilder& MessageBuilder::html(std::string utf8) {
    html_ = std::move(utf8);
    return *this;
}
MessageBuilder& MessageBuilder::allow8bit(bool on) {
    allow8bit_ = on;
    return *this;
}

std::string renderHeader(const HeaderName& name, const HeaderText& value) {
    std::string out = name.text() + ":";
    size_t column = out.size();
    const std::string rendered =
        canStayPlain(value.utf8()) ? value.utf8() : encodeWords(value.utf8(), column + 1);
    appendFolded(out, column, " " + rendered);
    return out + "\r\n";
}

std::string renderAddressHeader(std::string_view name, const std::vector<NamedAddress>& addresses) {
    std::string out = fmt::format("{}:", name);
    size_t column = out.size();
    for (size_t i = 0; i < addresses.size(); ++i) {
        const NamedAddress& a = addresses[i];
        std::string piece = " ";
        if (a.name.utf8().empty())
            piece += a.address.wire();
        else
            piece += displayName(a.name.utf8(), i == 0 ? column + 1 : 1) + " <" + a.address.wire() + ">";
        if (i + 1 < addresses.size()) piece += ',';
        if (column + piece.size() > foldAt && i != 0) {
            out += "\r\n";
            column = 0;
        }
        appendFolded(out, column, piece);
    }
    return out + "\r\n";
}

Result<std::string> MessageBuilder::build(UtcTime now, Random& random) const {
    if (from_.empty()) return fail(ErrorCode::InvalidArgument, "message", "The message has no From address.");
    for (const Addresses* list : {&from_, &replyTo_, &to_, &cc_})
        for (const NamedAddress& a : *list)
            if (a.address.isNull())
                return fail(ErrorCode::InvalidArgument, "message",
                            "A header of the message has an empty address.");
    for (const auto& [name, value] : further_)
        if (isReserved(name.text()))
            return fail(ErrorCode::InvalidArgument, "message",
                        fmt::format("The header \"{}\" is written by the builder itself.", name.text()));
    for (const auto* body : {&text_, &html_})
        if (*body && text::toValidUtf8(**body) != **body)
            return fail(ErrorCode::InvalidArgument, "message", "The text of the message is not valid UTF-8.");

    std::string out = fmt::format("Date: {}\r\n", formatMailDate(date_.value_or(now)));
    out += renderAddressHeader("From", from_);
    if (!replyTo_.empty()) out += renderAddressHeader("Reply-To", replyTo_);
    if (!to_.empty()) out += renderAddressHeader("To", to_);
    if (!cc_.empty()) out += renderAddressHeader("Cc", cc_);
    if (subject_) {
        auto name = HeaderName::make("Subject");
        out += renderHeader(*name, *subject_);
    }
    const MessageId id = messageId_ ? *messageId_ : MessageId::generate(from_.front().address, now, random);
    out += fmt::format("Message-ID: {}\r\n", id.text());
    for (const auto& [name, value] : further_) out += renderHeader(name, value);
    out += "MIME-Version: 1.0\r\n";

    if (!html_ || !text_) {
        Body only =
            textBody(html_ ? "text/html" : "text/plain", html_ ? *html_ : text_.value_or(""), allow8bit_);
        return out + only.headers + "\r\n" + only.bytes;
    }
    Body plain = textBody("text/plain", *text_, allow8bit_);
    Body rich = textBody("text/html", *html_, allow8bit_);
    std::string boundary;
    do boundary = "=_" + random.token(24);
    while (plain.bytes.find(boundary) != std::string::npos || rich.bytes.find(boundary) != std::string::npos);
    out += fmt::format("Content-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n", boundary);
    for (const Body* b : {&plain, &rich})
        out += fmt::format("--{}\r\n{}\r\n{}\r\n", boundary, b->headers, b->bytes);
    return out + fmt::format("--{}--\r\n", boundary);
}

} // namespace waypost::mail
