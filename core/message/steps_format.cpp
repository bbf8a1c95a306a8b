// The message as text: RFC 5322 header rules and line rules, each fault with its bytes.
#include "base/text.h"
#include "mail/address.h"
#include "mail/date.h"
#include "message/steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::message {

namespace {

constexpr size_t maxLine = 998; // RFC 5322 section 2.1.1, without the line end
constexpr Millis dateTolerance{3'600'000};
constexpr size_t maxOfKind = 5; // items of one kind; more are counted

std::string_view bytesOf(const StepInput& in) {
    return *in.check.headers->bytes();
}

// Counts by kind while the lines go by; the first few of each become items.
struct LineFaults {
    size_t tooLong = 0, bareCr = 0, bareLf = 0, nul = 0, crlf = 0, eightBitHeader = 0, eightBitBody = 0;
    std::vector<Item> items;
    void add(size_t& count, std::string label, std::string value, mail::Span span, StepState state) {
        if (++count > maxOfKind) return;
        Item i = item(std::move(label), std::move(value), state);
        i.bytes = span;
        items.push_back(std::move(i));
    }
};

void lookAtLine(LineFaults& f, std::string_view all, size_t start, size_t end, size_t number, bool header) {
    const std::string_view line = all.substr(start, end - start);
    if (line.size() > maxLine)
        f.add(f.tooLong, fmt::format("line {}", number),
              fmt::format("{} characters; at most {} are allowed (RFC 5322 section 2.1.1)", line.size(),
                          maxLine),
              {start, line.size()}, StepState::Error);
    for (size_t cr = line.find('\r'); cr != std::string_view::npos; cr = line.find('\r', cr + 1))
        f.add(f.bareCr, fmt::format("line {}", number), "a CR without LF (RFC 5322 section 2.3)",
              {start + cr, 1}, StepState::Error);
    if (const size_t nul = line.find('\0'); nul != std::string_view::npos)
        f.add(f.nul, fmt::format("line {}", number), "a NUL (RFC 5322 section 4)", {start + nul, 1},
              StepState::Error);
    const auto high =
        std::find_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) > 127; });
    if (high == line.end()) return;
    if (header)
        f.add(f.eightBitHeader, fmt::format("line {}", number),
              "8-bit characters in the header need SMTPUTF8 on the whole way (RFC 6532)",
              {start, line.size()}, StepState::Warning);
    else
        ++f.eightBitBody;
}

LineFaults lookAtLines(const StepInput& in) {
    LineFaults f;
    const std::string_view all = bytesOf(in);
    size_t number = 1;
    for (size_t start = 0; start < all.size(); ++number) {
        size_t end = all.find('\n', start);
        const bool hasEnd = end != std::string_view::npos;
        if (!hasEnd) end = all.size();
        const bool crlf = hasEnd && end > start && all[end - 1] == '\r';
        lookAtLine(f, all, start, crlf ? end - 1 : end, number, start < in.check.headers->bodyOffset());
        if (crlf)
            ++f.crlf;
        else if (hasEnd)
            f.add(f.bareLf, fmt::format("line {}", number), "ends with LF alone", {end, 1},
                  StepState::Warning);
        start = end + 1;
    }
    return f;
}

void addLines(Step& s, const StepInput& in) {
    LineFaults f = lookAtLines(in);
    // A file of LF lines alone is how systems keep mail; mixed ends were on the wire or broken since.
    if (f.crlf == 0 && f.bareLf > 0) {
        std::erase_if(f.items, [](const Item& i) { return i.value == "ends with LF alone"; });
        s.items.push_back(item("line ends", "LF throughout, as files on disk have; they count as CRLF"));
    }
    std::move(f.items.begin(), f.items.end(), std::back_inserter(s.items));
    struct Count {
        size_t n;
        const char* what;
    };
    for (const Count& c : {Count{f.tooLong, "too long lines"}, Count{f.bareCr, "bare CRs"},
                           Count{f.crlf == 0 ? 0 : f.bareLf, "bare LFs"}, Count{f.nul, "lines with NUL"},
                           Count{f.eightBitHeader, "header lines with 8-bit characters"}})
        if (c.n > maxOfKind)
            s.items.push_back(item("in all", fmt::format("{} {}", c.n, c.what), StepState::Warning));
}

struct Rule {
    const char* name;
    bool required, once;
};

// RFC 5322 section 3.6; Message-ID is a SHOULD there and a must in practice.
constexpr Rule rules[] = {{"Date", true, true},          {"From", true, true},
                          {"Sender", false, true},       {"Reply-To", false, true},
                          {"To", false, true},           {"Cc", false, true},
                          {"Bcc", false, true},          {"Message-ID", false, true},
                          {"In-Reply-To", false, true},  {"References", false, true},
                          {"Subject", false, true},      {"MIME-Version", false, true},
                          {"Content-Type", false, true}, {"Content-Transfer-Encoding", false, true}};

void addCounts(Step& s, const StepInput& in) {
    const auto& headers = *in.check.headers;
    for (const Rule& r : rules) {
        const auto fields = headers.topDown(r.name);
        if (r.required && fields.empty())
            s.items.push_back(item(r.name, "is missing (RFC 5322 section 3.6)", StepState::Error));
        if (!r.once || fields.size() < 2) continue;
        for (const auto* f : fields) {
            Item i = fieldItem(headers, size_t(f - headers.fields().data()), StepState::Error);
            i.value = fmt::format("stands {} times; once is allowed: {}", fields.size(), i.value);
            s.items.push_back(std::move(i));
        }
    }
}

bool isMessageId(std::string_view value) {
    const std::string_view id = text::trim(value);
    if (id.size() < 5 || id.front() != '<' || id.back() != '>') return false;
    const std::string_view inner = id.substr(1, id.size() - 2);
    const size_t sign = inner.rfind('@');
    if (sign == std::string_view::npos || sign == 0 || sign + 1 == inner.size()) return false;
    return std::none_of(inner.begin(), inner.end(),
                        [](char c) { return text::isSpace(c) || c == '<' || c == '>'; });
}

void addMessageId(Step& s, const StepInput& in) {
    const auto& headers = *in.check.headers;
    const auto field = fieldOf(headers, "Message-ID");
    if (!field) {
        s.items.push_back(item("Message-ID",
                               "is missing; large receivers refuse that (RFC 5322 section 3.6.4)",
                               StepState::Warning));
        return;
    }
    if (isMessageId(headers.unfolded(headers.fields()[*field]))) return;
    Item i = fieldItem(headers, *field, StepState::Error);
    i.value = "is not <left@right> (RFC 5322 section 3.6.4): " + i.value;
    s.items.push_back(std::move(i));
}

void addDate(Step& s, const StepInput& in) {
    const auto& headers = *in.check.headers;
    const auto field = fieldOf(headers, "Date");
    if (!field) return;
    Item i = fieldItem(headers, *field, StepState::Ok);
    const auto date = mail::parseMailDate(headers.unfolded(headers.fields()[*field]));
    // The first server's clock is what the date should agree with; without one, only the future is odd.
    std::optional<UtcTime> sent;
    for (const auto& hop : in.check.hops)
        if (hop.received.date && !sent) sent = hop.received.date;
    if (!date) {
        i.state = StepState::Error;
        i.value = "is no date (RFC 5322 section 3.3): " + i.value;
    } else if (sent && (*date - *sent > dateTolerance || *sent - *date > dateTolerance)) {
        i.state = StepState::Warning;
        i.value += fmt::format("; the first server says {}", formatUtc(*sent));
    } else if (*date > in.now + dateTolerance) {
        i.state = StepState::Warning;
        i.value += "; that is in the future";
    }
    s.items.push_back(std::move(i));
}

void addFrom(Step& s, const StepInput& in) {
    const auto& headers = *in.check.headers;
    for (std::string_view name : {"From", "Sender", "Reply-To", "To", "Cc"}) {
        const auto field = fieldOf(headers, name);
        if (!field) continue;
        const auto list = mail::parseAddressList(headers.rawValue(headers.fields()[*field]));
        for (const auto& p : list.problems) {
            Item i = fieldItem(headers, *field, name == "From" ? StepState::Error : StepState::Warning);
            i.value = text::printable(p);
            s.items.push_back(std::move(i));
        }
        if (name == "From" && list.mailboxes.size() > 1 && !fieldOf(headers, "Sender")) {
            Item i = fieldItem(headers, *field, StepState::Error);
            i.value = "From has several addresses, so Sender is required (RFC 5322 section 3.6.2)";
            s.items.push_back(std::move(i));
        }
    }
    if (!in.fromFault.empty())
        s.items.push_back(item("From", text::printable(in.fromFault), StepState::Error));
}

void addBlock(Step& s, const StepInput& in) {
    const auto& headers = *in.check.headers;
    if (headers.mboxSeparator())
        s.items.push_back(
            item("mbox line", "a line \"From …\" of a mailbox file stands first; it is left out"));
    if (const auto& bad = headers.badLine()) {
        Item i = item(fmt::format("line {}", bad->line), text::printable(bad->why), StepState::Error);
        i.bytes = {bad->offset, 1};
        s.items.push_back(std::move(i));
    }
    if (!headers.stopReason().empty())
        s.items.push_back(item("header", text::printable(headers.stopReason()), StepState::Warning));
    if (!headers.hasEmptyLine() && headers.bodyOffset() < bytesOf(in).size())
        s.items.push_back(item("header", "no empty line ends it (RFC 5322 section 2.1)", StepState::Error));
    for (const auto& f : headers.fields()) {
        if (!f.oversize) continue;
        Item i = item(text::printable(headers.name(f)), "is longer than 100 KB", StepState::Warning);
        i.bytes = f.name;
        s.items.push_back(std::move(i));
    }
}

} // namespace

Step formatStep(const StepInput& in) {
    Step s{"format", "Format", StepState::Ok, {}, {}, {}};
    s.rule = "Date and From stand once, other fields at most once; lines end with CRLF and have at most 998 "
             "characters (RFC 5322 sections 2.1, 2.3 and 3.6).";
    addBlock(s, in);
    addCounts(s, in);
    addFrom(s, in);
    addMessageId(s, in);
    addDate(s, in);
    addLines(s, in);
    size_t errors = 0, warnings = 0;
    for (const auto& i : s.items) {
        errors += i.state == StepState::Error ? 1 : 0;
        warnings += i.state == StepState::Warning ? 1 : 0;
    }
    s.state = errors ? StepState::Error : warnings ? StepState::Warning : StepState::Ok;
    s.headline = errors + warnings == 0 ? "nothing against RFC 5322"
                                        : fmt::format("{}, {}", text::counted(errors, "error"),
                                                      text::counted(warnings, "warning"));
    return s;
}

} // namespace waypost::message
