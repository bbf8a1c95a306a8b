#include "ingest/formats.h"

#include "base/text.h"
#include "ingest/exim_decoder.h"
#include "ingest/postfix_decoder.h"
#include "ingest/postfix_line.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

constexpr int maxLines = 2000;
constexpr size_t shownBytes = 80;

// Takes the first line off `rest`, without NULs in front: copytruncate leaves such holes.
std::string_view takeLine(std::string_view& rest) {
    size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    size_t text = line.find_first_not_of('\0');
    if (text != std::string_view::npos) line.remove_prefix(text);
    return line;
}

std::string looksLikePostfix(std::string_view head, const DecoderOptions&) {
    HeadReader heads(UtcTime{4'102'444'800'000}); // only the form matters
    SyslogHead h;
    int syslog = 0, lines = 0;
    while (!head.empty() && lines < maxLines) {
        std::string_view line = takeLine(head);
        ++lines;
        if (!heads.read(line, h)) continue;
        ++syslog;
        if (!h.instance.empty() && isPostfixService(h.service)) return {};
    }
    return syslog > 0
               ? fmt::format("{} of the first {} lines are syslog, none of a Postfix daemon", syslog, lines)
               : fmt::format("none of the first {} lines has a syslog head", lines);
}

std::string looksLikeEximLog(std::string_view head, const DecoderOptions&) {
    std::string why;
    return looksLikeExim(head, why) ? std::string() : why;
}

template <class Decoder>
std::unique_ptr<RecordDecoder> make(const DecoderOptions& options) {
    return std::make_unique<Decoder>(options);
}

// The first that fits decides: what is told by each line stands before what is told by a single sign.
const Format table[] = {
    {.name = "postfix",
     .title = "Postfix log (classic syslog and RFC 3339 stamps)",
     .looks = looksLikePostfix,
     .decoder = make<PostfixDecoder>,
     .copies = true},
    {.name = "exim",
     .title = "Exim main log",
     .looks = looksLikeEximLog,
     .decoder = make<EximDecoder>,
     .copies = true},
};

} // namespace

std::span<const Format> formats() {
    return table;
}

Detected detectFormat(std::string_view head, const DecoderOptions& options) {
    Detected out;
    out.empty = head.empty();
    if (out.empty) return out;
    for (const Format& format : formats()) {
        std::string why = format.looks(head, options);
        if (why.empty()) {
            out.format = &format;
            out.tried.clear();
            return out;
        }
        out.tried +=
            fmt::format("{}{}: {}", out.tried.empty() ? "tried " : "; ", format.title, std::move(why));
    }
    std::string first = text::printable(head.substr(0, std::min(shownBytes, head.find('\n'))));
    out.tried += fmt::format("; the first line reads \"{}\"", first);
    return out;
}

bool isWholeJson(std::string_view line) {
    line = text::trim(line);
    return line.size() >= 2 && line.front() == '{' && line.back() == '}';
}

} // namespace waypost::ingest
