#include "ingest/formats.h"

#include "base/text.h"
#include "ingest/postfix_line.h"
#include "ingest/syslog_head.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

constexpr int maxLines = 2000;
constexpr size_t shownBytes = 80;

} // namespace

std::string_view formatName(LogFormat format) {
    switch (format) {
    case LogFormat::Postfix: return "postfix";
    case LogFormat::Empty: return "empty";
    case LogFormat::Unknown: break;
    }
    return {};
}

Detected detectFormat(std::string_view head) {
    if (head.empty()) return {LogFormat::Empty, {}};
    HeadReader heads(UtcTime{4'102'444'800'000}); // only the form matters
    SyslogHead h;
    int syslog = 0, lines = 0;
    std::string_view rest = head;
    while (!rest.empty() && lines < maxLines) {
        size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        size_t text = line.find_first_not_of('\0');
        if (text != std::string_view::npos) line.remove_prefix(text);
        ++lines;
        if (!heads.read(line, h)) continue;
        ++syslog;
        if (!h.instance.empty() && isPostfixService(h.service)) return {LogFormat::Postfix, {}};
    }
    std::string first = text::printable(head.substr(0, std::min(shownBytes, head.find('\n'))));
    std::string why =
        syslog > 0
            ? fmt::format("{} of the first {} lines are syslog, none of a Postfix daemon", syslog, lines)
            : fmt::format("none of the first {} lines has a syslog head", lines);
    return {LogFormat::Unknown,
            fmt::format("tried Postfix log (classic syslog and RFC 3339 stamps): {}; the first line "
                        "reads \"{}\"",
                        why, first)};
}

} // namespace waypost::ingest
