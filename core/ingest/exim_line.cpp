#include "ingest/exim_line.h"

#include "base/text.h"

#include <array>
#include <cstring>

namespace waypost::ingest {

namespace {

using std::string_view;
constexpr size_t none = string_view::npos;

bool take(string_view& in, string_view front) {
    if (!in.starts_with(front)) return false;
    in.remove_prefix(front.size());
    return true;
}

bool allAlnum(string_view in) {
    for (char c : in) {
        if (!text::isAlnum(c)) return false;
    }
    return true;
}

// Behind the quoted part that begins here ("\"" escapes), or the end.
size_t endOfQuotes(string_view in, size_t from) {
    for (size_t i = from + 1; i < in.size(); ++i) {
        if (in[i] == '\\')
            ++i;
        else if (in[i] == '"')
            return i + 1;
    }
    return in.size();
}

// Where the address that `in` begins with ends: it may be quoted, a pipe with arguments, a file, or be
// followed by its parents in () and its original in <>. What follows it is a field, a colon or a word of
// ours.
size_t endOfAddress(string_view in) {
    static constexpr std::array<string_view, 16> followers{
        " <",  " (",    " R=", " T=",      " F=",      " P=",           " H=",           " Q=",
        " S=", " SRS=", " : ", " defer (", " routing", " transporting", " mua_wrapper ", " DT="};
    for (size_t i = 0; i < in.size(); ++i) {
        if (in[i] == '"' && (i == 0 || in[0] == '|')) {
            i = endOfQuotes(in, i) - 1;
            continue;
        }
        if (in[i] == ':' && i > 0 && i + 1 < in.size() && in[i + 1] == ' ' && in[0] != '|') return i;
        if (in[i] != ' ') continue;
        for (string_view f : followers) {
            if (in.substr(i).starts_with(f)) return i;
        }
    }
    return in.size();
}

// Takes "(parent, parent) <original>" off the front.
string_view takeOriginal(string_view& in) {
    if (in.starts_with(" (")) {
        size_t close = in.find(')');
        if (close == none) return {};
        in.remove_prefix(close + 1);
    }
    if (!in.starts_with(" <")) return {};
    size_t close = none;
    for (size_t i = 2; i < in.size() && close == none; ++i) {
        if (in[i] == '"')
            i = endOfQuotes(in, i) - 1;
        else if (in[i] == '>')
            close = i;
    }
    if (close == none) return {};
    string_view original = in.substr(2, close - 2);
    in.remove_prefix(close + 1);
    return original;
}

std::int64_t numberOf(string_view in) {
    std::int64_t value = 0;
    if (in.empty() || in.size() > 18) return -1;
    for (char c : in) {
        if (!text::isDigit(c)) return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

// "name [1.2.3.4]:25*" and what stands between, off the front of what follows "H=".
void takeHost(string_view& in, string_view& host, string_view& ip) {
    size_t open = in.find('[');
    size_t equals = in.find('=');
    if (open == none || (equals != none && equals < open)) { // a name alone
        size_t end = std::min(in.find(' '), in.size());
        host = in.substr(0, end);
        if (host.ends_with(':')) host.remove_suffix(1);
        in.remove_prefix(host.size());
        return;
    }
    host = in.substr(0, std::min(in.find(' '), open));
    size_t close = in.find(']', open);
    if (close == none) close = in.size() - 1;
    ip = in.substr(open + 1, close - open - 1);
    in.remove_prefix(close + 1);
    while (!in.empty() && in[0] != ' ' && !in.starts_with(": ")) in.remove_prefix(1);
}

string_view insideBrackets(string_view in) {
    if (in.size() >= 2 && in.front() == '<' && in.back() == '>') return in.substr(1, in.size() - 2);
    return in;
}

string_view takeWord(string_view& in) {
    size_t end = 0;
    if (in.starts_with('<')) {
        end = in.find('>');
        end = end == none ? in.size() : end + 1;
    } else if (in.starts_with('"')) {
        end = endOfQuotes(in, 0);
    } else {
        end = std::min(in.find(' '), in.size());
    }
    string_view word = in.substr(0, end);
    in.remove_prefix(end);
    return word;
}

void setField(string_view name, string_view value, EximLine& out) {
    if (name == "R") {
        out.router = value;
    } else if (name == "T") {
        out.transport = value;
    } else if (name == "F") {
        out.sender = insideBrackets(value);
        out.senderKnown = true;
    } else if (name == "X") {
        out.tls = value.substr(0, value.find(':'));
    } else if (name == "S") {
        out.size = numberOf(value);
    } else if (name == "id") {
        out.messageId = insideBrackets(value);
    } else if (name == "QT") {
        out.queueMs = eximDuration(value);
    } else if (name == "DT") {
        out.deliveryMs = eximDuration(value);
    } else if (name == "C" && value.size() >= 2 && value.front() == '"') {
        out.confirmation = value.substr(1, value.size() - (value.ends_with('"') ? 2 : 1));
    } else if (name == "I" && value.starts_with('[')) {
        out.localIp = value.substr(1, value.find(']') - 1);
    }
}

// "defer (-44)", "defer (111): Connection refused".
void takeDefer(string_view& in, EximLine& out) {
    size_t close = in.find(')');
    if (close == none) { // it breaks off inside the number
        in = {};
        return;
    }
    string_view number = in.substr(7, close - 7);
    bool negative = take(number, "-");
    auto value = numberOf(number);
    if (value > 0 && value < INT32_MAX) out.error = std::int32_t(negative ? -value : value);
    in.remove_prefix(close + 1);
}

// Fields up to the colon of the text. Words without "=" (L, K, PRDR, TFO, routing) say nothing to us.
void readFields(string_view in, EximLine& out) {
    for (;;) {
        if (in.starts_with(": ") || in.starts_with(" : ")) {
            out.text = in.substr(in[0] == ' ' ? 3 : 2);
            return;
        }
        if (in.empty()) return;
        if (in[0] == ' ') {
            in.remove_prefix(1);
            continue;
        }
        if (in.starts_with("defer (")) {
            takeDefer(in, out);
            continue;
        }
        size_t equals = in.find('=');
        size_t space = in.find(' ');
        if (equals == none || equals > space || equals > 4) {
            string_view word = takeWord(in);
            if (word.empty()) in.remove_prefix(1);
            continue;
        }
        string_view name = in.substr(0, equals);
        in.remove_prefix(equals + 1);
        if (name == "H") {
            takeHost(in, out.host, out.ip);
            continue;
        }
        string_view value = takeWord(in);
        if (value.ends_with(':') && in.starts_with(' ')) { // "R=router: text"
            value.remove_suffix(1);
            out.text = in.substr(1);
            in = {};
        }
        setField(name, value, out);
    }
}

// "defer (111): Connection refused H=host [ip]: text": what stands behind the number is text, and a host in
// it is a field.
void readDeferText(EximLine& out) {
    size_t at = out.text.find(" H=");
    if (!out.host.empty() || at == none || out.error <= 0) return;
    string_view rest = out.text.substr(at + 3);
    takeHost(rest, out.host, out.ip);
    string_view words = out.text.substr(0, at);
    if (take(rest, ": ") && !rest.empty())
        out.text = rest;
    else
        out.text = words;
}

void readDelivery(string_view in, EximLine& out) {
    size_t end = endOfAddress(in);
    out.address = in.substr(0, end);
    in.remove_prefix(end);
    if (out.address.starts_with('<') && out.address.ends_with('>') && out.address.size() > 2)
        out.address = insideBrackets(out.address);
    out.original = takeOriginal(in);
    // "address mua_wrapper forced failure for deferred delivery" has no colon.
    if (in.starts_with(" mua_wrapper "))
        out.text = in.substr(1);
    else
        readFields(in, out);
    if (out.kind == EximKind::Deferred) readDeferText(out);
    if (out.kind == EximKind::Failed && out.deliveryMs < 0) {
        size_t at = out.text.rfind(" DT=");
        auto time = at == none ? -1 : eximDuration(out.text.substr(at + 4));
        if (time >= 0) {
            out.deliveryMs = time;
            out.text = out.text.substr(0, at);
        }
    }
    if (out.address.empty()) out.kind = EximKind::Malformed;
}

// "<= sender H=… P=… S=… id=… T="subject" for a b c"
void readArrival(string_view in, EximLine& out) {
    size_t list = in.rfind(" for ");
    if (list != none && in.find('"', list) == none) {
        string_view names = in.substr(list + 5);
        out.recipients = 1;
        for (char c : names) out.recipients += c == ' ';
        in = in.substr(0, list);
    }
    if (in.starts_with('"')) {
        size_t end = endOfQuotes(in, 0);
        end = std::min(in.find(' ', end), in.size());
        out.address = in.substr(0, end);
        in.remove_prefix(end);
    } else {
        out.address = takeWord(in);
    }
    out.address = insideBrackets(out.address);
    readFields(in, out);
}

// "H=(x) [1.2.3.4] F=<a@b> rejected RCPT <c@d>: text", "rejected MAIL FROM:<a> H=…: text"
bool readRefusal(string_view in, EximLine& out) {
    size_t at = in.find("rejected ");
    if (at == none || (at > 0 && in[at - 1] != ' ')) return false;
    string_view before = in.substr(0, at), after = in.substr(at + 9);
    size_t host = before.find("H=");
    if (host != none && (host == 0 || before[host - 1] == ' ')) {
        size_t end = before.find(']', host);
        out.client = before.substr(host + 2, end == none ? none : end - host - 1);
    }
    size_t from = before.find("F=<");
    if (from != none) {
        size_t end = before.find('>', from);
        out.address = before.substr(from + 3, end == none ? none : end - from - 3);
    }
    if (take(after, "RCPT ") || take(after, "MAIL ")) {
        take(after, "FROM:");
        string_view word = takeWord(after);
        if (word.ends_with(':')) word.remove_suffix(1);
        (in.substr(at + 9).starts_with("RCPT") ? out.recipient : out.address) = insideBrackets(word);
    }
    size_t colon = after.find(": ");
    out.text = colon == none ? in.substr(at) : after.substr(colon + 2);
    out.kind = EximKind::Refusal;
    return true;
}

reply::Stage stageOf(string_view what) {
    using reply::Stage;
    take(what, "pipelined ");
    if (what.starts_with("RCPT TO")) return Stage::Rcpt;
    if (what.starts_with("MAIL FROM")) return Stage::Mail;
    if (what.starts_with("initial connection")) return Stage::Connect;
    if (what.starts_with("EHLO") || what.starts_with("HELO") || what.starts_with("LHLO")) return Stage::Helo;
    if (what.starts_with("STARTTLS")) return Stage::Tls;
    if (what.starts_with("AUTH")) return Stage::Auth;
    if (what.starts_with("end of data") || what.starts_with("sending data block") || what.starts_with("BDAT"))
        return Stage::Body;
    if (what.starts_with("DATA")) return Stage::Data;
    return Stage::Unknown;
}

reply::Stage stageOfOwnText(string_view text) {
    using reply::Stage;
    if (text.starts_with("TLS ") || text.starts_with("a TLS session is required") ||
        text.find("STARTTLS") != none)
        return Stage::Tls;
    if (text.starts_with("Connection refused") || text.starts_with("Connection timed out") ||
        text.starts_with("No route to host") || text.starts_with("Network is unreachable"))
        return Stage::Connect;
    if (text.starts_with("authentication required")) return Stage::Auth;
    return Stage::Unknown;
}

// "550 5.1.1 …", "550-5.1.1 …".
void readCodes(EximReply& out) {
    string_view t = out.text;
    if (t.size() < 3 || t[0] < '2' || t[0] > '5' || !text::isDigit(t[1]) || !text::isDigit(t[2])) return;
    if (t.size() > 3 && t[3] != ' ' && t[3] != '-' && t[3] != '\\') return;
    out.code = (t[0] - '0') * 100 + (t[1] - '0') * 10 + (t[2] - '0');
    string_view e = t.substr(std::min<size_t>(4, t.size()));
    size_t n = 0;
    int dots = 0;
    while (n < e.size() && n < 12 && (text::isDigit(e[n]) || e[n] == '.')) dots += e[n++] == '.';
    if (n >= 5 && (e[0] == '2' || e[0] == '4' || e[0] == '5') && e[1] == '.' && dots == 2 &&
        e[n - 1] != '.' && (n == e.size() || e[n] == ' ' || e[n] == '\\'))
        out.enhanced = e.substr(0, n);
}

// What stands behind "SMTP error from remote mail server after ": the command, then the remote's words.
void readRemote(string_view in, EximReply& out) {
    string_view command = in;
    take(command, "pipelined ");
    size_t open = command.find('<'), colon = in.find(": ");
    out.stage = stageOf(in);
    if (open < 12) { // RCPT TO:<…>, MAIL FROM:<…> SIZE=…
        size_t shift = in.size() - command.size();
        size_t close = in.find('>', open + shift);
        colon = close == none ? none : in.find(": ", close);
    }
    if (colon == none) return;
    in.remove_prefix(colon + 2);
    // Before 4.87 the host stood here.
    if (in.starts_with("host ")) {
        size_t end = in.find("]: "), bracket = in.find('[');
        if (end != none && bracket != none && bracket < end) {
            out.host = in.substr(5, in.find(' ', 5) - 5);
            out.ip = in.substr(bracket + 1, end - bracket - 1);
            in.remove_prefix(end + 3);
        }
    }
    out.text = in;
}

bool attemptWasMade(const EximLine& line) {
    string_view t = line.text;
    if (line.kind == EximKind::Failed) return !t.starts_with("retry timeout exceeded");
    if (line.kind != EximKind::Deferred) return true;
    // The numbers of "not now" are below all others (Exim's ERRNO_RETRY_BASE).
    return !(line.error <= -51 || t.starts_with("retry time not reached") ||
             t.starts_with("Retry time not yet reached") || t.starts_with("domain is held") ||
             t.starts_with("first-pass only routing"));
}

} // namespace

bool isEximId(string_view t) {
    if (t.size() != 16 && t.size() != 23) return false;
    const size_t middle = t.size() == 16 ? 6 : 11;
    return t[6] == '-' && t[7 + middle] == '-' && allAlnum(t.substr(0, 6)) && allAlnum(t.substr(7, middle)) &&
           allAlnum(t.substr(8 + middle));
}

EximLine readEximLine(string_view body) {
    EximLine out;
    size_t space = body.find(' ');
    string_view id = body.substr(0, space);
    if (!isEximId(id)) {
        readRefusal(body, out);
        return out;
    }
    out.id = id;
    if (space == none) return out;
    string_view in = body.substr(space + 1);
    if (in == "Completed" || in.starts_with("Completed ")) {
        out.kind = EximKind::Completed;
        return out;
    }
    string_view flag = in.substr(0, 3);
    if (flag == "<= ") {
        out.kind = EximKind::Arrival;
        readArrival(in.substr(3), out);
    } else if (flag == "=> " || flag == "-> " || flag == ">> " || flag == "** " || flag == "== ") {
        out.kind = flag == "** "   ? EximKind::Failed
                   : flag == "== " ? EximKind::Deferred
                                   : EximKind::Delivered;
        readDelivery(in.substr(3), out);
    } else if (flag != "*> ") {
        readRefusal(in, out);
    }
    return out;
}

EximReply readEximReply(const EximLine& line) {
    EximReply out;
    out.attempted = attemptWasMade(line);
    if (line.kind == EximKind::Delivered) {
        out.text = line.confirmation;
        out.stage = line.confirmation.empty() ? reply::Stage::Unknown : reply::Stage::Body;
        readCodes(out);
        return out;
    }
    out.text = line.text;
    for (string_view front :
         {"SMTP error from remote mail server after ", "SMTP error from remote mailer after ",
          "LMTP error after ", "LMTP error from remote mail server after "}) {
        size_t at = line.text.find(front);
        if (at > 60) continue; // none is beyond it
        readRemote(line.text.substr(at + front.size()), out);
        break;
    }
    readCodes(out);
    if (out.code == 0 && out.stage == reply::Stage::Unknown) out.stage = stageOfOwnText(line.text);
    return out;
}

void unescapeExim(string_view in, bool quoted, std::string& out) {
    out.clear();
    auto each = [](string_view from, bool simple, std::string& to) {
        for (size_t i = 0; i < from.size(); ++i) {
            if (from[i] != '\\' || i + 1 == from.size()) {
                to += from[i];
                continue;
            }
            char c = from[++i];
            bool octal = i + 2 < from.size() && c >= '0' && c <= '3' && from[i + 1] >= '0' &&
                         from[i + 1] <= '7' && from[i + 2] >= '0' && from[i + 2] <= '7';
            if (simple || c == '\\' || c == '"') {
                to += c;
            } else if (c == 'n') {
                to += '\n';
            } else if (c == 't') {
                to += '\t';
            } else if (c == 'r') {
                to += '\r';
            } else if (octal) {
                to += char((c - '0') * 64 + (from[i + 1] - '0') * 8 + (from[i + 2] - '0'));
                i += 2;
            } else {
                to += '\\';
                to += c;
            }
        }
    };
    if (!quoted) return each(in, false, out);
    std::string plain;
    each(in, true, plain);
    each(plain, false, out);
}

std::int64_t eximDuration(string_view in) {
    std::int64_t total = 0;
    if (in.empty() || in.size() > 40) return -1;
    while (!in.empty()) {
        std::int64_t whole = 0, fraction = 0, scale = 100;
        size_t n = 0;
        while (n < in.size() && n < 9 && text::isDigit(in[n])) whole = whole * 10 + (in[n++] - '0');
        if (n == 0) return -1;
        if (n < in.size() && in[n] == '.') {
            for (++n; n < in.size() && text::isDigit(in[n]); ++n, scale /= 10)
                fraction += (in[n] - '0') * scale;
        }
        if (n >= in.size()) return -1;
        std::int64_t unit = 0;
        switch (in[n]) {
        case 's': unit = 1000; break;
        case 'm': unit = 60'000; break;
        case 'h': unit = 3'600'000; break;
        case 'd': unit = 86'400'000; break;
        case 'w': unit = 604'800'000; break;
        case 'y': unit = 31'536'000'000; break;
        default: return -1;
        }
        if (unit == 60'000 && in.substr(n).starts_with("ms")) return -1;
        total += whole * unit + (unit == 1000 ? fraction : 0);
        in.remove_prefix(n + 1);
    }
    return total;
}

bool EximHead::stamp(string_view& line, UtcTime& at) {
    // "2026-11-01 03:02:01"
    if (line.size() < 20 || line[4] != '-' || line[7] != '-' || line[10] != ' ' || line[13] != ':' ||
        line[16] != ':')
        return false;
    auto two = [&line](size_t i) {
        return text::isDigit(line[i]) && text::isDigit(line[i + 1])
                   ? (line[i] - '0') * 10 + (line[i + 1] - '0')
                   : -1;
    };
    int minute = two(14), second = two(17);
    if (minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    if (hourStart_ == INT64_MIN || std::memcmp(hourText_, line.data(), 13) != 0) {
        int century = two(0), year = two(2), month = two(5), day = two(8), hour = two(11);
        if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 ||
            hour > 23)
            return false;
        hourStart_ = zonedHour(zone_, century * 100 + year, month, day, hour).ms;
        std::memcpy(hourText_, line.data(), 13);
    }
    std::int64_t ms = hourStart_ + (minute * 60 + std::min(second, 59)) * 1000LL;
    string_view in = line.substr(19);
    if (in.starts_with('.')) {
        int scale = 100;
        in.remove_prefix(1);
        for (; !in.empty() && text::isDigit(in[0]); in.remove_prefix(1), scale /= 10)
            ms += (in[0] - '0') * scale;
    }
    if (!in.starts_with(' ')) return false;
    in.remove_prefix(1);
    if (in.size() > 6 && (in[0] == '+' || in[0] == '-') && in[5] == ' ' && allAlnum(in.substr(1, 4))) {
        int hours = 0, minutes = 0;
        bool digits = true;
        for (size_t i = 1; i < 5; ++i) digits = digits && text::isDigit(in[i]);
        if (digits) {
            hours = (in[1] - '0') * 10 + (in[2] - '0');
            minutes = (in[3] - '0') * 10 + (in[4] - '0');
            int east = (in[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
            int year = (line[0] - '0') * 1000 + (line[1] - '0') * 100 + two(2);
            std::int64_t utcHour = zonedHour({false, east}, year, two(5), two(8), two(11)).ms;
            ms += utcHour - hourStart_;
            in.remove_prefix(6);
        }
    }
    at = {ms};
    line = in;
    return true;
}

bool EximHead::read(string_view line, UtcTime& at, string_view& body) {
    if (line.empty()) return false;
    if (!stamp(line, at)) {
        SyslogHead head;
        if (!syslog_.read(line, head) || !head.service.starts_with("exim")) return false;
        at = head.at;
        line = head.body;
        stamp(line, at);
    }
    if (line.starts_with('[')) { // "[pid] "
        size_t close = line.find("] ");
        if (close < 24) line.remove_prefix(close + 2);
    }
    body = line;
    last_ = at;
    return true;
}

} // namespace waypost::ingest
