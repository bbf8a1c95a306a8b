// Changes of a whole body that can be undone as text: white space, line ends, wrapping, quoting, charsets.
#include "auth/dkim_autopsy_search.h"
#include "base/text.h"
#include "mail/transfer.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth::autopsy {

namespace {

using Text = std::optional<std::string>;

// Each line through `change`; nothing when no line changed. Lines come without their end, and get CRLF.
template <class F>
Text eachLine(std::string_view body, F&& change) {
    std::string out;
    bool changed = false;
    size_t at = 0;
    while (at < body.size()) {
        const size_t lf = body.find('\n', at);
        const size_t next = lf == std::string_view::npos ? body.size() : lf + 1;
        std::string_view line = body.substr(at, (lf == std::string_view::npos ? next : lf) - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const size_t before = out.size();
        const bool keep = change(line, out);
        changed = changed || !keep || out.substr(before) != line;
        if (keep) out += "\r\n";
        at = next;
    }
    if (!changed) return std::nullopt;
    return out;
}

Text replaceAll(std::string_view body, std::string_view from, std::string_view to) {
    std::string out;
    size_t at = 0, found = 0;
    while ((found = body.find(from, at)) != std::string_view::npos) {
        out.append(body, at, found - at).append(to);
        at = found + from.size();
    }
    if (at == 0) return std::nullopt;
    return out.append(body, at);
}

Text withoutTrailingSpace(std::string_view body) {
    return eachLine(body, [](std::string_view line, std::string& out) {
        while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
        out += line;
        return true;
    });
}

// format=flowed (RFC 3676): a line that goes on ends with a space, and so does the signature separator.
Text withFlowedSpace(std::string_view body, bool separatorOnly) {
    return eachLine(body, [separatorOnly](std::string_view line, std::string& out) {
        out += line;
        if (line == "--" || (!separatorOnly && line.size() >= 60 && !line.ends_with(' '))) out += ' ';
        return true;
    });
}

Text tabsAsSpaces(std::string_view body) {
    return replaceAll(body, "        ", "\t");
}

Text singleSpaces(std::string_view body) {
    return eachLine(body, [](std::string_view line, std::string& out) {
        for (char c : line)
            if (c != ' ' || !out.ends_with(' ')) out += c;
        return true;
    });
}

Text dotsOnce(std::string_view body) {
    return eachLine(body, [](std::string_view line, std::string& out) {
        out += line.starts_with("..") ? line.substr(1) : line;
        return true;
    });
}

Text dotsTwice(std::string_view body) {
    return eachLine(body, [](std::string_view line, std::string& out) {
        if (line.starts_with('.')) out += '.';
        out += line;
        return true;
    });
}

Text mboxUnquoted(std::string_view body) {
    return eachLine(body, [](std::string_view line, std::string& out) {
        const size_t signs = std::min(line.find_first_not_of('>'), line.size());
        out += signs != 0 && line.substr(signs).starts_with("From ") ? line.substr(1) : line;
        return true;
    });
}

// One of each two empty lines, when all come in twos.
Text everySecondEmptyLine(std::string_view body) {
    size_t number = 0;
    return eachLine(body, [&number](std::string_view line, std::string& out) {
        if (++number % 2 == 0 && line.empty()) return false;
        out += line;
        return true;
    });
}

// Lines that were wrapped at `width` joined again: a line ends a paragraph when the next word would have
// fitted.
Text unwrapped(std::string_view body, size_t width) {
    std::string out;
    bool changed = false;
    std::vector<std::string_view> lines = text::split(body, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    for (size_t i = 0; i < lines.size(); ++i) {
        std::string_view line = lines[i];
        if (line.ends_with('\r')) line.remove_suffix(1);
        out += line;
        std::string_view next = i + 1 < lines.size() ? lines[i + 1] : std::string_view();
        if (next.ends_with('\r')) next.remove_suffix(1);
        const size_t word = std::min(next.find(' '), next.size());
        const bool joins =
            word != 0 && !line.empty() && line.size() <= width && line.size() + 1 + word > width;
        changed = changed || joins;
        out += joins ? std::string_view(line.ends_with(' ') ? "" : " ") : std::string_view("\r\n");
    }
    if (!changed) return std::nullopt;
    return out;
}

// Long lines wrapped at `width`.
Text wrapped(std::string_view body, size_t width) {
    return eachLine(body, [width](std::string_view line, std::string& out) {
        while (line.size() > width) {
            size_t space = line.rfind(' ', width);
            if (space == std::string_view::npos || space == 0) space = line.find(' ', width);
            if (space == std::string_view::npos) break;
            out.append(line, 0, space).append("\r\n");
            line.remove_prefix(space + 1);
        }
        out += line;
        return true;
    });
}

Text utf8FromLatin1(std::string_view body) {
    std::string out;
    for (char c : body) {
        const auto u = static_cast<unsigned char>(c);
        if (u < 0x80) {
            out += c;
        } else {
            out += char(0xc0 | (u >> 6));
            out += char(0x80 | (u & 0x3f));
        }
    }
    if (out.size() == body.size()) return std::nullopt;
    return out;
}

Text latin1FromUtf8(std::string_view body) {
    std::string out;
    for (size_t i = 0; i < body.size(); ++i) {
        const auto u = static_cast<unsigned char>(body[i]);
        if (u < 0x80) {
            out += body[i];
        } else if ((u == 0xc2 || u == 0xc3) && i + 1 < body.size()) {
            out += char(u << 6 | (static_cast<unsigned char>(body[++i]) & 0x3f));
        } else {
            return std::nullopt;
        }
    }
    if (out.size() == body.size()) return std::nullopt;
    return out;
}

void addWrapping(std::vector<Rewrite>& out) {
    for (size_t width = 68; width <= 80; ++width) {
        out.push_back({"rewrapped", fmt::format("lines wrapped at {} columns joined again", width),
                       [width](std::string_view b) { return unwrapped(b, width); }});
        out.push_back({"unwrapped", fmt::format("long lines wrapped at {} columns again", width),
                       [width](std::string_view b) { return wrapped(b, width); }});
    }
    out.push_back({"long-lines-split", "the \"!\" line breaks of sendmail taken out of long lines",
                   [](std::string_view b) { return replaceAll(b, "!\r\n ", ""); }});
    out.push_back({"soft-breaks", "quoted-printable soft line breaks taken out",
                   [](std::string_view b) { return replaceAll(b, "=\r\n", ""); }});
}

} // namespace

std::vector<Rewrite> textRewrites() {
    std::vector<Rewrite> out;
    out.push_back(
        {"trailing-space-added", "white space at the ends of lines taken away", withoutTrailingSpace});
    out.push_back({"trailing-space-removed", "the space of the signature separator \"-- \" put back",
                   [](std::string_view b) { return withFlowedSpace(b, true); }});
    out.push_back({"trailing-space-removed", "the spaces at the ends of flowed lines put back",
                   [](std::string_view b) { return withFlowedSpace(b, false); }});
    out.push_back({"tabs-expanded", "runs of eight spaces made tabs", tabsAsSpaces});
    out.push_back({"spaces-doubled", "runs of spaces made one", singleSpaces});
    out.push_back({"line-ends", "a CR before each CRLF taken away",
                   [](std::string_view b) { return replaceAll(b, "\r\r\n", "\r\n"); }});
    out.push_back({"blank-lines-doubled", "every second empty line taken away", everySecondEmptyLine});
    out.push_back({"dot-stuffing-left", "the dots that SMTP doubles taken away", dotsOnce});
    out.push_back(
        {"dot-stuffing-signed", "lines that begin with a dot given a second one, as on the wire", dotsTwice});
    out.push_back({"mbox-quoting", "\">From \" made \"From \" again", mboxUnquoted});
    addWrapping(out);
    out.push_back(
        {"links-rewritten", "links of known link wrappers made what they stand for", undoLinkWrapping});
    out.push_back({"charset-rewritten", "the text converted to UTF-8", utf8FromLatin1});
    out.push_back({"charset-rewritten", "the text converted to ISO-8859-1", latin1FromUtf8});
    out.push_back(
        {"transfer-encoding", "the body decoded from quoted-printable", [](std::string_view b) -> Text {
             std::string decoded = mail::decodeTransfer(b, mail::TransferEncoding::QuotedPrintable);
             if (decoded == b) return std::nullopt;
             return decoded;
         }});
    return out;
}

} // namespace waypost::auth::autopsy
