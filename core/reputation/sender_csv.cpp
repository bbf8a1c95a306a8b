// SNDS and the CSV files with a header. SNDS columns (its page "Automated data access"): IP, activity start,
// activity end, RCPT commands, DATA commands, message recipients, filter result, complaint rate, trap period
// start, trap period end, trap hits, sample HELO, JMRP sender, comments.
#include "base/csv.h"
#include "base/text.h"
#include "net/address.h"
#include "reputation/sender_formats.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace waypost::reputation::senderdata {

namespace {

constexpr size_t sndsFewest = 8; // up to the complaint rate; later columns may be missing

std::optional<double> count(std::string_view text) {
    std::string digits;
    for (char c : text::trim(text))
        if (c != ',' && c != ' ') digits += c;
    double v = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), v);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(v) ||
        v < 0)
        return std::nullopt;
    return v;
}

struct RowMaker {
    SenderData& data;
    std::string source, subject;
    UtcTime from, to;
    std::string problem;

    Figure base(std::string_view metric) const {
        return {source, subject, from, to, std::string(metric), std::nullopt, std::nullopt, {}};
    }
    void number(std::string_view metric, std::string_view text) {
        if (text::trim(text).empty()) return;
        const auto v = count(text);
        if (!v) {
            problem = fmt::format("{} is no number: {}", metric, text::printable(text.substr(0, 60)));
            return;
        }
        Figure f = base(metric);
        f.low = f.high = v;
        figures.push_back(std::move(f));
    }
    void rate(std::string_view metric, std::string_view text) {
        if (text::trim(text).empty()) return;
        const auto v = readShare(text);
        if (!v) {
            problem = fmt::format("{} is no share: {}", metric, text::printable(text.substr(0, 60)));
            return;
        }
        Figure f = base(metric);
        f.low = v->first;
        f.high = v->second;
        figures.push_back(std::move(f));
    }
    void words(std::string_view metric, std::string_view text) {
        text = text::trim(text);
        if (text.empty()) return;
        Figure f = base(metric);
        f.text = text::toValidUtf8(text.substr(0, maxSenderText));
        figures.push_back(std::move(f));
    }
    // All of a row or nothing of it.
    void finish(size_t line) {
        if (!problem.empty())
            data.rejected.push_back({line, problem});
        else
            for (Figure& f : figures) data.figures.push_back(std::move(f));
    }
    std::vector<Figure> figures;
};

bool looksLikeSnds(const CsvRecord& r) {
    return r.fields.size() >= sndsFewest && net::IpAddress::parse(std::string(text::trim(r.fields[0]))) &&
           readWhen(r.fields[1]) && readWhen(r.fields[2]);
}

void sndsRow(SenderData& data, const CsvRecord& r) {
    const auto field = [&r](size_t i) {
        return i < r.fields.size() ? std::string_view(r.fields[i]) : std::string_view();
    };
    const auto ip = net::IpAddress::parse(std::string(text::trim(field(0))));
    const auto from = readWhen(field(1)), to = readWhen(field(2));
    if (r.fields.size() < sndsFewest)
        return data.rejected.push_back({r.line, "There are fewer than eight columns"});
    if (!ip) return data.rejected.push_back({r.line, "The first column is no address"});
    if (!from || !to || *to < *from)
        return data.rejected.push_back({r.line, "The activity period cannot be read"});
    RowMaker row{data, "snds", ip->toString(), *from, *to, {}, {}};
    row.number("rcpt_commands", field(3));
    row.number("data_commands", field(4));
    row.number("messages", field(5));
    row.words("filter", text::lowered(field(6)));
    row.rate("complaint_rate", field(7));
    row.number("trap_hits", field(10));
    row.words("sample_helo", field(11));
    row.words("comments", field(13));
    row.finish(r.line);
}

enum class Kind : std::uint8_t { When, Subject, Source, Number, Rate, Words };
struct Column {
    std::string_view header, metric;
    Kind kind;
};
// Names as the exports write them, in small letters without anything but letters and digits.
constexpr std::array columns{
    Column{"date", "", Kind::When},
    Column{"day", "", Kind::When},
    Column{"domain", "", Kind::Subject},
    Column{"dkimdomain", "", Kind::Subject},
    Column{"ip", "", Kind::Subject},
    Column{"ipaddress", "", Kind::Subject},
    Column{"feedbackloop", "", Kind::Source},
    Column{"fbl", "", Kind::Source},
    Column{"source", "", Kind::Source},
    Column{"provider", "", Kind::Source},
    Column{"spamrate", "spam_rate", Kind::Rate},
    Column{"userreportedspamrate", "spam_rate", Kind::Rate},
    Column{"spfsuccessrate", "spf_success", Kind::Rate},
    Column{"dkimsuccessrate", "dkim_success", Kind::Rate},
    Column{"dmarcsuccessrate", "dmarc_success", Kind::Rate},
    Column{"tlsinbound", "encryption", Kind::Rate},
    Column{"inboundencryptionrate", "encryption", Kind::Rate},
    Column{"encryptionrate", "encryption", Kind::Rate},
    Column{"deliveryerrorrate", "delivery_errors", Kind::Rate},
    Column{"domainreputation", "domain_reputation", Kind::Words},
    Column{"complaintrate", "complaint_rate", Kind::Rate},
    Column{"complaints", "complaints", Kind::Number},
    Column{"complaintcount", "complaints", Kind::Number},
    Column{"delivered", "delivered", Kind::Number},
    Column{"deliveredcount", "delivered", Kind::Number},
    Column{"messages", "messages", Kind::Number},
    Column{"volume", "messages", Kind::Number},
};

std::string bare(std::string_view header) {
    std::string out;
    for (char c : header)
        if (text::isAlnum(c)) out += text::lower(c);
    return out;
}

struct Header {
    std::vector<const Column*> columns; // null: not known
    bool when = false, figures = false, complaints = false;
};

Header headerOf(const CsvRecord& r) {
    Header h;
    for (const std::string& field : r.fields) {
        const std::string name = bare(field);
        const auto at =
            std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.header == name; });
        h.columns.push_back(at == columns.end() ? nullptr : &*at);
        if (at == columns.end()) continue;
        h.when = h.when || at->kind == Kind::When;
        h.figures = h.figures || !at->metric.empty();
        h.complaints = h.complaints || at->metric == "complaints";
    }
    return h;
}

// "postmaster_example.org.csv" -> "example.org".
std::string domainIn(std::string_view name) {
    if (const size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
    if (const size_t dot = name.rfind('.'); dot != std::string_view::npos) name = name.substr(0, dot);
    size_t at = 0;
    while (at < name.size()) {
        size_t end = at;
        while (end < name.size() && (text::isAlnum(name[end]) || name[end] == '.' || name[end] == '-')) ++end;
        std::string_view word = name.substr(at, end - at);
        while (!word.empty() && !text::isAlnum(word.front())) word.remove_prefix(1);
        while (!word.empty() && !text::isAlnum(word.back())) word.remove_suffix(1);
        const size_t dot = word.rfind('.');
        if (dot != std::string_view::npos && dot > 0 && !text::isDigit(word[dot + 1]))
            return text::lowered(word);
        at = end + 1;
    }
    return {};
}

void headedRow(SenderData& data, const Header& header, const CsvRecord& r, std::string_view fileDomain) {
    RowMaker row{data, header.complaints ? "fbl" : "postmaster", std::string(fileDomain), {}, {}, {}, {}};
    for (size_t i = 0; i < std::min(r.fields.size(), header.columns.size()); ++i) {
        const Column* c = header.columns[i];
        if (!c) continue;
        const std::string_view value = text::trim(r.fields[i]);
        if (c->kind == Kind::Subject && !value.empty())
            row.subject = text::lowered(value.substr(0, maxSenderText));
        if (c->kind == Kind::Source && !value.empty())
            row.source = text::lowered(value.substr(0, maxSenderText));
        if (c->kind != Kind::When) continue;
        const auto at = readWhen(value);
        if (!at)
            return data.rejected.push_back(
                {r.line, "The date cannot be read: " + text::printable(value.substr(0, 60))});
        row.from = *at;
        row.to = *at + Millis(86'400'000);
    }
    if (row.subject.empty())
        return data.rejected.push_back({r.line, "It does not say of which domain or address it speaks"});
    for (size_t i = 0; i < std::min(r.fields.size(), header.columns.size()); ++i) {
        const Column* c = header.columns[i];
        if (!c) continue;
        if (c->kind == Kind::Number) row.number(c->metric, r.fields[i]);
        if (c->kind == Kind::Rate) row.rate(c->metric, r.fields[i]);
        if (c->kind == Kind::Words) row.words(c->metric, text::lowered(r.fields[i]));
    }
    row.finish(r.line);
}

Result<SenderData> headed(CsvReader& reader, const CsvRecord& first, const Header& header,
                          std::string_view name) {
    SenderData data;
    data.format = header.complaints ? SenderFormat::FeedbackLoop : SenderFormat::PostmasterCsv;
    const std::string fileDomain = domainIn(name);
    CsvRecord r = first;
    while (reader.next(r)) {
        if (++data.records > maxSenderRows)
            return fail(ErrorCode::TooLarge, "sender data",
                        fmt::format("{} has more than {} rows.", text::printable(name), maxSenderRows));
        if (!r.problem.empty())
            data.rejected.push_back({r.line, r.problem});
        else
            headedRow(data, header, r, fileDomain);
    }
    return data;
}

} // namespace

Result<SenderData> readCsv(std::string_view content, std::string_view name) {
    CsvReader reader(content);
    CsvRecord r;
    if (!reader.next(r))
        return fail(ErrorCode::Unsupported, "sender data",
                    fmt::format("{} is empty.", text::printable(name)));
    const Header header = headerOf(r);
    if (header.when && header.figures) return headed(reader, r, header, name);
    if (!looksLikeSnds(r))
        return fail(
            ErrorCode::Unsupported, "sender data",
            fmt::format(
                "{} is no export we know: its first line is neither a row of SNDS nor a header with a "
                "date and a known figure.",
                text::printable(name)));
    SenderData data;
    data.format = SenderFormat::Snds;
    do {
        if (++data.records > maxSenderRows)
            return fail(ErrorCode::TooLarge, "sender data",
                        fmt::format("{} has more than {} rows.", text::printable(name), maxSenderRows));
        if (!r.problem.empty())
            data.rejected.push_back({r.line, r.problem});
        else
            sndsRow(data, r);
    } while (reader.next(r));
    return data;
}

} // namespace waypost::reputation::senderdata
