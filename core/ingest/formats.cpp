#include "ingest/formats.h"

#include "base/text.h"
#include "ingest/exim_decoder.h"
#include "ingest/json_formats.h"
#include "ingest/kumo_decoder.h"
#include "ingest/mail_decoder.h"
#include "ingest/mapped_decoder.h"
#include "ingest/mapping.h"
#include "ingest/pmta_decoder.h"
#include "ingest/postfix_decoder.h"
#include "ingest/postfix_line.h"
#include "ingest/provider_decoders.h"
#include "ingest/table_decoder.h"

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

std::string looksLikePmta(std::string_view head, const DecoderOptions&) {
    std::string_view row = takeLine(head);
    if (PmtaDecoder::looks(row) > 0) return {};
    return "the first line is no header row with the columns type, timeLogged and others of its fields";
}

template <class Decoder>
std::string looksLike(std::string_view head, const DecoderOptions&) {
    return looksLikeRecords(head, Decoder::looks);
}

std::string looksMapped(std::string_view head, const DecoderOptions& options) {
    if (mappingFor(head, options.sources)) return {};
    return "no mapping file knows its members";
}
std::string mappingName(std::string_view head, const DecoderOptions& options) {
    const Mapping* mapping = mappingFor(head, options.sources);
    return mapping ? mapping->name : std::string("json-lines");
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
    {.name = "pmta",
     .title = "PowerMTA accounting CSV",
     .records = Records::Csv,
     .maxRecord = maxCsvRecord,
     .looks = looksLikePmta,
     .decoder = make<PmtaDecoder>,
     .copies = true},
    {.name = "kumomta",
     .title = "KumoMTA log",
     .records = Records::Json,
     .maxRecord = maxJsonBytes,
     .looks = looksLike<KumoDecoder>,
     .decoder = make<KumoDecoder>,
     .whole = isWholeJson,
     .copies = true},
    {.name = "ses",
     .title = "Amazon SES events",
     .records = Records::Json,
     .maxRecord = maxJsonBytes,
     .looks = looksLike<SesDecoder>,
     .decoder = make<SesDecoder>,
     .whole = isWholeJson,
     .copies = true},
    {.name = "sendgrid",
     .title = "SendGrid events",
     .records = Records::Json,
     .maxRecord = maxJsonBytes,
     .looks = looksLike<SendGridDecoder>,
     .decoder = make<SendGridDecoder>,
     .whole = isWholeJson,
     .copies = true},
    {.name = "mailgun",
     .title = "Mailgun events",
     .records = Records::Json,
     .maxRecord = maxJsonBytes,
     .looks = looksLike<MailgunDecoder>,
     .decoder = make<MailgunDecoder>,
     .whole = isWholeJson,
     .copies = true},
    {.name = "postmark",
     .title = "Postmark events",
     .records = Records::Json,
     .maxRecord = maxJsonBytes,
     .looks = looksLike<PostmarkDecoder>,
     .decoder = make<PostmarkDecoder>,
     .whole = isWholeJson,
     .copies = true},
    {.name = "sparkpost",
     .title = "SparkPost or Bird events",
     .records = Records::Json,
     .maxRecord = maxJsonBytes,
     .looks = looksLike<SparkPostDecoder>,
     .decoder = make<SparkPostDecoder>,
     .whole = isWholeJson,
     .copies = true},
    {.name = "json-lines",
     .title = "a JSON log with a mapping file",
     .records = Records::Json,
     .maxRecord = maxJsonBytes,
     .looks = looksMapped,
     .decoder = make<MappedDecoder>,
     .whole = isWholeJson,
     .called = mappingName,
     .copies = true},
    {.name = "events",
     .title = "table of events (CSV with our column names)",
     .records = Records::Csv,
     .maxRecord = maxTableRecord,
     .looks = looksLikeTable,
     .decoder = make<TableDecoder>,
     .copies = true},
    {.name = "events-json",
     .title = "events (JSON Lines with our field names)",
     .looks = looksLikeTableLines,
     .decoder = make<TableDecoder>,
     .whole = isWholeJson,
     .copies = true},
    {.name = "mbox",
     .title = "mails in an mbox",
     .records = Records::Mbox,
     .maxRecord = bounce::Parser::maxMail,
     .looks = looksLikeMbox,
     .decoder = make<MailDecoder>,
     .copies = true},
    {.name = "mail",
     .title = "one mail",
     .records = Records::Whole,
     .maxRecord = bounce::Parser::maxMail,
     .looks = looksLikeMail,
     .decoder = make<MailDecoder>,
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
    std::string titles, said;
    auto tell = [&] {
        if (!titles.empty())
            out.tried += fmt::format("{}{}: {}", out.tried.empty() ? "tried " : "; ", titles, said);
    };
    for (const Format& format : formats()) {
        std::string why = format.looks(head, options);
        if (why.empty()) {
            out.format = &format;
            out.name = format.called ? format.called(head, options) : std::string(format.name);
            out.tried.clear();
            return out;
        }
        // What several formats say alike is said once.
        if (why == said) {
            titles += fmt::format(", {}", format.title);
            continue;
        }
        tell();
        titles = format.title;
        said = std::move(why);
    }
    tell();
    std::string first = text::printable(head.substr(0, std::min(shownBytes, head.find('\n'))));
    out.tried += fmt::format("; the first line reads \"{}\"", first);
    return out;
}

bool isWholeJson(std::string_view line) {
    line = text::trim(line);
    return line.size() >= 2 && line.front() == '{' && line.back() == '}';
}

} // namespace waypost::ingest
