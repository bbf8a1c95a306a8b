#include "bounce/mail_view.h"

#include "base/text.h"
#include "mail/encoded_word.h"

namespace waypost::bounce {

namespace {

bool isAscii7(std::string_view s) {
    for (char c : s) {
        if (static_cast<unsigned char>(c) >= 0x80 || c == '\x1b') return false;
    }
    return true;
}

bool isUtf8Name(std::string_view charset) {
    return charset.empty() || text::iequals(charset, "utf-8") || text::iequals(charset, "utf8") ||
           text::iequals(charset, "us-ascii");
}

// CR before LF goes; NUL becomes a blank, so that it ends no pattern early.
std::string withLf(std::string_view in, bool& changed) {
    std::string out;
    out.reserve(in.size());
    for (size_t i = 0; i < in.size(); ++i) {
        if (in[i] == '\r' && i + 1 < in.size() && in[i + 1] == '\n') {
            changed = true;
            continue;
        }
        out += in[i] == '\0' ? ' ' : in[i];
    }
    return out;
}

bool atomChar(char c) {
    return text::isAlnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}
bool domainChar(char c) {
    return text::isAlnum(c) || c == '.' || c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

} // namespace

std::vector<std::string> allAddresses(std::string_view value, size_t limit) {
    std::vector<std::string> out;
    for (size_t at = value.find('@'); at != std::string_view::npos && out.size() < limit;
         at = value.find('@', at + 1)) {
        size_t from = at, to = at + 1;
        if (from > 0 && value[from - 1] == '"') {
            const size_t open = from < 2 ? std::string_view::npos : value.rfind('"', from - 2);
            if (open == std::string_view::npos) continue;
            from = open;
        } else {
            while (from > 0 &&
                   (atomChar(value[from - 1]) || static_cast<unsigned char>(value[from - 1]) >= 0x80))
                --from;
        }
        if (to < value.size() && value[to] == '[') {
            to = value.find(']', to);
            if (to == std::string_view::npos) break;
            ++to;
        } else {
            while (to < value.size() && domainChar(value[to])) ++to;
            while (to > at + 1 && (value[to - 1] == '.' || value[to - 1] == '-')) --to;
        }
        while (from < at && value[from] == '\'') ++from;
        if (from < at && to > at + 1) out.emplace_back(value.substr(from, to - from));
    }
    return out;
}

std::string firstAddress(std::string_view value) {
    auto found = allAddresses(value, 1);
    return found.empty() ? std::string() : std::move(found.front());
}

MailView::MailView(mail::Bytes bytes) : bytes_(std::move(bytes)), tree_(mail::MimeTree::parse(bytes_)) {
    const auto& parts = tree_.parts();
    own_.resize(parts.size(), 1);
    for (size_t i = 1; i < parts.size(); ++i) {
        const auto parent = size_t(parts[i].parent);
        own_[i] = own_[parent] != 0 && !parts[parent].isMessage() ? 1 : 0;
    }
    gatherText();
    lowered_ = text::lowered(text_);
    findReturned();
}

std::vector<const mail::MimePart*> MailView::ownParts(std::vector<std::string_view> types) const {
    std::vector<const mail::MimePart*> out;
    const auto& parts = tree_.parts();
    for (size_t i = 0; i < parts.size(); ++i) {
        if (own_[i] != 0 && std::find(types.begin(), types.end(), parts[i].type.value) != types.end())
            out.push_back(&parts[i]);
    }
    return out;
}

void MailView::gatherText() {
    auto plain = ownParts({"text/plain"});
    auto html = ownParts({"text/html"});
    // A mail that breaks off before its first part, or names a type without a slash.
    if (plain.empty() && html.empty()) {
        const mail::MimePart& root = tree_.root();
        if (root.children.empty() && !root.isMessage()) plain.push_back(&root);
    }
    for (const auto* p : plain) {
        if (pieces_.size() < maxParts) addText(*p, false);
    }
    if (text::trim(text_).empty()) {
        for (const auto* p : html) {
            if (pieces_.size() < maxParts) addText(*p, true);
        }
    }
    if (!text::trim(text_).empty()) return;
    // A multipart that lost its boundary: its parts stand in it as they are.
    for (size_t i = 0; i < tree_.parts().size(); ++i) {
        const mail::MimePart& p = tree_.parts()[i];
        if (own_[i] != 0 && p.isMultipart() && p.opaque && pieces_.size() < maxParts) addText(p, false);
    }
}

void MailView::addText(const mail::MimePart& part, bool html) {
    if (text_.size() >= maxText) return;
    std::string content;
    const bool identity = part.encoding == mail::TransferEncoding::Identity;
    if (identity)
        content.assign(tree_.raw(part).substr(0, maxText));
    else
        content = mail::decodeTransfer(tree_.raw(part).substr(0, 2 * maxText), part.encoding);
    Piece piece{text_.size(), 0, part.body, identity, false};
    const std::string charset = part.type.parameter("charset").value_or("");
    if (!isAscii7(content)) {
        if (!isUtf8Name(charset) || text::toValidUtf8(content) != content) {
            // ISO-2022-JP has no octet of its own above 127; a mail without a charset often is that.
            const bool escapes = content.find('\x1b') != std::string::npos;
            content = mail::toUtf8(content, isUtf8Name(charset) && escapes ? "iso-2022-jp" : charset).utf8;
            piece.exact = false;
        }
    }
    if (html) {
        content = textOfHtml(content);
        piece.exact = false;
    }
    text_ += withLf(content.substr(0, maxText), piece.crlf);
    piece.length = text_.size() - piece.from;
    if (!text_.empty() && text_.back() != '\n') text_ += '\n';
    pieces_.push_back(piece);
}

Place MailView::place(size_t from, size_t length) const {
    if (length == 0) return {};
    for (const Piece& p : pieces_) {
        if (from < p.from || from >= p.from + p.length) continue;
        const std::string_view words = std::string_view(text_).substr(from, length);
        const size_t inside = from - p.from;
        if (p.exact && !p.crlf) return {{p.raw.offset + inside, std::min(length, p.length - inside)}, true};
        const std::string_view raw = std::string_view(*bytes_).substr(p.raw.offset, p.raw.length);
        // Each line end before it was an octet longer.
        size_t start = inside;
        if (p.exact)
            start += size_t(std::count(text_.begin() + std::ptrdiff_t(p.from),
                                       text_.begin() + std::ptrdiff_t(from), '\n'));
        if (p.exact && raw.substr(std::min(start, raw.size()), length) == words)
            return {{p.raw.offset + start, length}, true};
        const size_t line = words.find('\n');
        const std::string_view firstLine = words.substr(0, line);
        const size_t found = raw.find(firstLine);
        if (found != std::string_view::npos && !firstLine.empty())
            return {{p.raw.offset + found, firstLine.size()}, line == std::string_view::npos};
        return {p.raw, false};
    }
    return {};
}

Place MailView::placeIn(const mail::MimePart& part, std::string_view words, size_t near) const {
    if (words.empty()) return {};
    const std::string_view raw = tree_.raw(part);
    if (part.encoding == mail::TransferEncoding::Identity && near < raw.size()) {
        const size_t found = raw.find(words, near);
        if (found != std::string_view::npos) return {{part.body.offset + found, words.size()}, true};
    }
    return {part.body, false};
}

void MailView::findReturned() {
    const auto& parts = tree_.parts();
    for (size_t i = 1; i < parts.size(); ++i) {
        const mail::MimePart& p = parts[i];
        if (own_[i] != 0) {
            if (p.type.value == "text/rfc822-headers" || p.type.value == "text/rfc822" ||
                p.type.value == "message/global-headers" || p.type.value == "message/rfc822-headers") {
                returned_ = mail::HeaderBlock::parse(std::string_view(tree_.content(p)).substr(0, maxText));
                return;
            }
            continue;
        }
        if (parts[size_t(p.parent)].isMessage()) {
            returned_ = p.headers;
            return;
        }
    }
    for (const auto* p : ownParts({"message/rfc822", "message/global"})) { // encoded, so not opened
        returned_ = mail::HeaderBlock::parse(std::string_view(tree_.content(*p)).substr(0, maxText));
        return;
    }
}

void MailView::cutAt(size_t at) {
    if (at >= text_.size()) return;
    if (returned_.fields().empty()) {
        std::string_view rest = std::string_view(text_).substr(at);
        while (!rest.empty() && text::isSpace(rest.front())) rest.remove_prefix(1);
        returned_ = mail::HeaderBlock::parse(rest);
    }
    text_.resize(at);
    lowered_.resize(at);
}

std::string MailView::field(std::string_view name) const {
    auto value = headers().value(name);
    if (!value) return {};
    if (value->find("=?") == std::string::npos) return isAscii7(*value) ? *value : text::toValidUtf8(*value);
    return mail::decodeHeader(*value);
}

namespace {

bool endsLine(std::string_view tag) {
    static constexpr std::string_view blocks[] = {
        "br", "p",  "/p", "div", "/div", "/tr", "tr",  "li",   "/li",   "/td",    "hr",
        "h1", "h2", "h3", "/h1", "/h2",  "/h3", "pre", "/pre", "table", "/table", "blockquote"};
    const size_t end = tag.find_first_of(" \t\r\n/", 1);
    const std::string name = text::lowered(tag.substr(0, end));
    return std::find(std::begin(blocks), std::end(blocks), name) != std::end(blocks);
}

size_t entity(std::string_view in, std::string& out) {
    static constexpr std::pair<std::string_view, char> known[] = {
        {"&lt;", '<'},   {"&gt;", '>'},  {"&amp;", '&'},   {"&quot;", '"'}, {"&nbsp;", ' '},
        {"&#39;", '\''}, {"&#64;", '@'}, {"&apos;", '\''}, {"&#45;", '-'},  {"&#46;", '.'}};
    for (const auto& [name, c] : known) {
        if (in.starts_with(name)) {
            out += c;
            return name.size();
        }
    }
    out += '&';
    return 1;
}

} // namespace

std::string textOfHtml(std::string_view in) {
    std::string out;
    out.reserve(in.size());
    for (size_t i = 0; i < in.size();) {
        if (in[i] == '&') {
            i += entity(in.substr(i), out);
            continue;
        }
        if (in[i] != '<') {
            out += in[i++];
            continue;
        }
        const std::string_view rest = in.substr(i + 1, 256);
        // "<user@example.org>" unescaped is an address and no tag.
        const size_t close = in.find('>', i);
        if (close == std::string_view::npos) break;
        if (!rest.empty() && !text::isAlpha(rest[0]) && rest[0] != '/' && rest[0] != '!') {
            out += in[i++];
            continue;
        }
        const std::string_view tag = in.substr(i + 1, close - i - 1);
        if (tag.find('@') != std::string_view::npos && tag.find_first_of(" \t=:") == std::string_view::npos) {
            out.append(in.substr(i, close - i + 1));
        } else if (text::istartsWith(tag, "style") || text::istartsWith(tag, "script")) {
            const std::string_view end = text::istartsWith(tag, "style") ? "</style" : "</script";
            const size_t stop = in.find(end, close);
            i = stop == std::string_view::npos ? in.size() : stop;
            continue;
        } else if (endsLine(tag)) {
            out += '\n';
        }
        i = close + 1;
    }
    return out;
}

} // namespace waypost::bounce
