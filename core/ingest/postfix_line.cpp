#include "ingest/postfix_line.h"

#include "base/text.h"

#include <array>
#include <cstring>

namespace waypost::ingest {

namespace {

using std::string_view;
constexpr size_t none = string_view::npos;
constexpr size_t maxIdLength = 32;
constexpr std::array<bool, 256> inQueueId = [] {
    std::array<bool, 256> out{};
    for (int c = 0; c < 128; ++c) out[size_t(c)] = text::isAlnum(char(c));
    return out;
}();

// Of the letters and digits in front; more than maxIdLength is none.
size_t idLength(string_view body) {
    size_t n = 0, end = std::min(body.size(), maxIdLength + 1);
    while (n < end && inQueueId[std::uint8_t(body[n])]) ++n;
    return n > maxIdLength ? 0 : n;
}

constexpr std::int64_t maxDelayMs = 400LL * 86'400'000;

void malformed(PostfixLine& line, string_view reason) {
    line.kind = PostfixKind::Malformed;
    line.reason = reason;
}

bool take(string_view& in, string_view prefix) {
    if (!in.starts_with(prefix)) return false;
    in.remove_prefix(prefix.size());
    return true;
}

// An address behind "to=": "<…>" with quoted local parts, or bare up to ", ". False: it has no end.
bool takeAddress(string_view& in, string_view& out) {
    if (in.empty() || in[0] != '<') {
        size_t end = in.find(", ");
        if (end == none) return false;
        out = in.substr(0, end);
        in.remove_prefix(end);
        return true;
    }
    // Nearly always there is no quote before the end.
    size_t close = in.find('>');
    if (close != none && in.substr(0, close).find('"') == none) {
        out = in.substr(1, close - 1);
        in.remove_prefix(close + 1);
        return true;
    }
    bool quoted = false;
    for (size_t i = 1; i < in.size(); ++i) {
        char c = in[i];
        if (c == '\\' && quoted) {
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == '>' && !quoted) {
            out = in.substr(1, i - 1);
            in.remove_prefix(i + 1);
            return true;
        }
    }
    // An unbalanced quote: the first ">" that a next field follows.
    size_t end = in.find(">, ");
    if (end == none) return false;
    out = in.substr(1, end - 1);
    in.remove_prefix(end + 1);
    return true;
}

// "1.4", "3600", "0.05" seconds, or -1.
std::int64_t millisOf(string_view in) {
    if (in.empty() || in.size() > 14) return -1;
    std::int64_t ms = 0, scale = 0;
    for (char c : in) {
        if (c == '.' && scale == 0) {
            scale = 1000;
            continue;
        }
        if (!text::isDigit(c)) return -1;
        if (scale == 0) {
            ms = ms * 10 + (c - '0') * 1000;
        } else {
            scale /= 10;
            ms += (c - '0') * scale;
            if (scale == 0) scale = 1; // further digits add nothing
        }
    }
    return ms > maxDelayMs ? -1 : ms;
}

std::int64_t numberOf(string_view in) {
    auto value = text::parseUnsigned(in);
    return value && *value <= std::uint64_t(INT64_MAX) ? std::int64_t(*value) : -1;
}

void readDelays(string_view in, std::int64_t (&out)[4]) {
    for (auto& part : out) {
        size_t slash = in.find('/');
        part = millisOf(in.substr(0, slash));
        if (slash == none) return;
        in.remove_prefix(slash + 1);
    }
}

// "host[ip]:port", "host[/a/socket]", "none".
void readRelay(string_view in, PostfixLine& out) {
    size_t open = in.find('[');
    out.relay = in.substr(0, open);
    if (open == none) return;
    size_t close = in.find(']', open);
    if (close == none) return;
    string_view inside = in.substr(open + 1, close - open - 1);
    bool address = !inside.empty() && inside.find('/') == none;
    if (address) out.relayIp = inside;
    if (close + 1 < in.size() && in[close + 1] == ':')
        out.relayPort = std::int32_t(std::clamp<std::int64_t>(numberOf(in.substr(close + 2)), 0, 65535));
}

// Behind "status=": "sent (…)" and the end of the line.
bool readStatus(string_view in, PostfixLine& out) {
    size_t space = in.find(' ');
    out.status = in.substr(0, space);
    if (out.status.ends_with(',')) out.status.remove_suffix(1);
    if (out.status.empty()) return false;
    if (space == none) return true;
    in.remove_prefix(space + 1);
    if (in.starts_with('(')) in.remove_prefix(1);
    if (in.ends_with(')')) in.remove_suffix(1);
    out.text = in;
    return true;
}

void readField(string_view key, string_view value, PostfixLine& out) {
    switch (key.size()) {
    case 3:
        if (key == "dsn") out.dsn = value;
        if (key == "tls") out.tls = value;
        break;
    case 5:
        if (key == "relay") readRelay(value, out);
        if (key == "delay") out.delayMs = millisOf(value);
        break;
    case 6:
        if (key == "delays") readDelays(value, out.delaysMs);
        break;
    case 8:
        if (key == "conn_use") out.connUse = std::int32_t(std::max<std::int64_t>(1, numberOf(value)));
        break;
    default: break; // a field of a later Postfix
    }
}

// `in` starts behind "QUEUEID: ".
void readDelivery(string_view in, PostfixLine& out) {
    out.kind = PostfixKind::Delivery;
    in.remove_prefix(3); // "to="
    if (!takeAddress(in, out.to)) return malformed(out, "the recipient has no end");
    while (take(in, ", ")) {
        size_t equals = in.find('=');
        if (equals > 32) return malformed(out, "a field without a value"); // npos too
        string_view key = in.substr(0, equals);
        in.remove_prefix(equals + 1);
        if (key == "status") {
            if (!readStatus(in, out)) malformed(out, "the status is empty");
            return;
        }
        if (key == "orig_to") {
            if (!takeAddress(in, out.origTo)) return malformed(out, "the original recipient has no end");
            continue;
        }
        size_t end = in.find(", ");
        if (end == none) return malformed(out, "the line breaks off before its status");
        readField(key, in.substr(0, end), out);
        in.remove_prefix(end);
    }
    return malformed(out, "the line breaks off before its status");
}

// "from=<…>, size=…, nrcpt=… (queue active)" and "from=<…>, status=expired, returned to sender".
void readFrom(string_view in, PostfixLine& out) {
    in.remove_prefix(5);
    if (!takeAddress(in, out.from)) return malformed(out, "the sender has no end");
    while (take(in, ", ")) {
        size_t end = in.find_first_of(", (");
        string_view field = in.substr(0, end);
        if (take(field, "status=")) {
            out.kind = PostfixKind::Expired;
            out.status = field;
            out.text = in.substr(7);
            return;
        }
        if (take(field, "size=")) out.size = numberOf(field);
        if (take(field, "nrcpt="))
            out.recipients = std::int32_t(std::clamp<std::int64_t>(numberOf(field), -1, INT32_MAX));
        if (end == none) break;
        in.remove_prefix(end);
    }
    if (out.size >= 0 || out.recipients >= 0) out.kind = PostfixKind::Active;
    return;
}

void readMessageId(string_view in, PostfixLine& out) {
    in.remove_prefix(11); // "message-id="
    if (in.starts_with('<') && in.ends_with('>')) in = in.substr(1, in.size() - 2);
    out.messageId = in;
    out.kind = PostfixKind::MessageId;
    return;
}

// "reject: RCPT from host[ip]: 554 …; from=<…> to=<…> proto=… helo=<…>"
void readRefusal(string_view in, PostfixLine& out) {
    out.kind = PostfixKind::Refusal;
    size_t from = in.find(" from ");
    if (from == none) {
        out.text = in;
        return;
    }
    string_view rest = in.substr(from + 6);
    size_t colon = rest.find(": ");
    out.client = rest.substr(0, colon);
    out.text = colon == none ? string_view{} : rest.substr(colon + 2);
    // The tail is ours: the last "; from=<" or "; to=<" starts it.
    size_t tail = out.text.rfind("; from=<");
    if (tail == none) tail = out.text.rfind("; to=<");
    if (tail == none) return;
    string_view fields = out.text.substr(tail + 2);
    out.text = out.text.substr(0, tail);
    if (take(fields, "from=")) takeAddress(fields, out.from);
    if (take(fields, ", ") || take(fields, " ")) {
    }
    if (take(fields, "to=")) takeAddress(fields, out.to);
    return;
}

void readBounce(string_view in, PostfixLine& out) {
    size_t at = in.find("notification: ");
    if (at == none) return;
    out.bounceId = in.substr(at + 14);
    out.kind = PostfixKind::Bounce;
    return;
}

bool isRefusal(string_view in) {
    return in.starts_with("reject: ") || in.starts_with("proxy-reject: ") ||
           in.starts_with("milter-reject: ") || in.starts_with("reject_warning: ");
}

void readQueued(string_view service, string_view in, PostfixLine& out) {
    if (in.empty()) return;
    switch (in[0]) {
    case 't':
        if (in.starts_with("to=")) return readDelivery(in, out);
        break;
    case 'f':
        if (in.starts_with("from=")) return readFrom(in, out);
        break;
    case 'm':
        if (in.starts_with("message-id=")) return readMessageId(in, out);
        if (isRefusal(in)) return readRefusal(in, out);
        break;
    case 'c':
        if (in.starts_with("client=")) {
            size_t end = in.find(", ");
            out.client = in.substr(7, end == none ? none : end - 7);
            out.kind = PostfixKind::Client;
        }
        break;
    case 'r':
        if (in == "removed") out.kind = PostfixKind::Removed;
        if (isRefusal(in)) return readRefusal(in, out);
        break;
    case 'p':
        if (isRefusal(in)) return readRefusal(in, out);
        break;
    case 'u':
        if (service == "pickup" && in.starts_with("uid=")) {
            out.kind = PostfixKind::Pickup;
            size_t from = in.find(" from=");
            string_view rest = from == none ? string_view{} : in.substr(from + 6);
            if (rest.starts_with('<') && rest.ends_with('>')) out.from = rest.substr(1, rest.size() - 2);
        }
        break;
    case 's':
        if (service == "bounce" && in.starts_with("sender ")) return readBounce(in, out);
        break;
    default: break;
    }
    return;
}

// "RCPT TO command)" and the like, from the end of the text: Postfix's own words stand last.
reply::Stage stageOfCommand(string_view command) {
    if (command.starts_with("RCPT TO")) return reply::Stage::Rcpt;
    if (command.starts_with("MAIL FROM")) return reply::Stage::Mail;
    if (command.starts_with("end of DATA") || command.starts_with("BDAT")) return reply::Stage::Body;
    if (command.starts_with("DATA")) return reply::Stage::Data;
    if (command.starts_with("EHLO") || command.starts_with("HELO") || command.starts_with("LHLO"))
        return reply::Stage::Helo;
    if (command.starts_with("STARTTLS")) return reply::Stage::Tls;
    if (command.starts_with("AUTH")) return reply::Stage::Auth;
    return reply::Stage::Unknown;
}

reply::Stage stageOfWhile(string_view what) {
    if (what.starts_with("receiving the initial")) return reply::Stage::Connect;
    if (what.starts_with("performing the")) return reply::Stage::Helo;
    if (what.starts_with("sending message body") || what.starts_with("sending end of data"))
        return reply::Stage::Body;
    if (take(what, "sending ")) return stageOfCommand(what);
    return reply::Stage::Unknown;
}

reply::Stage stageOfOwnText(string_view text) {
    if (text.starts_with("connect to ") || text.starts_with("Host or domain name not found") ||
        text.starts_with("Host not found"))
        return reply::Stage::Connect;
    if (text.starts_with("lost connection with") || text.starts_with("conversation with")) {
        size_t at = text.rfind(" while ");
        return at == none ? reply::Stage::Unknown : stageOfWhile(text.substr(at + 7));
    }
    if (text.starts_with("SASL authentication failed")) return reply::Stage::Auth;
    if (text.starts_with("Cannot start TLS") || text.starts_with("TLS is required") ||
        text.starts_with("Server certificate") || text.starts_with("No TLS") || text.find("STARTTLS") != none)
        return reply::Stage::Tls;
    return reply::Stage::Unknown;
}

// "host H[ip] said: …", "server H[ip] said: …": the host at the front, or false.
bool takeSpeaker(string_view& text, PostfixReply& out, bool& greeting) {
    string_view in = text;
    if (!take(in, "host ") && !take(in, "SASL authentication failed; server ")) return false;
    size_t open = in.find('[');
    size_t space = in.find(' ');
    if (open == none || space == none || open > space) return false;
    size_t close = in.find(']', open);
    if (close == none || close > space) return false;
    string_view host = in.substr(0, open), ip = in.substr(open + 1, close - open - 1);
    in.remove_prefix(space);
    greeting = take(in, " refused to talk to me: ");
    if (!greeting && !take(in, " said: ")) return false;
    out.host = host;
    out.ip = ip;
    text = in;
    return true;
}

// The host in "connect to H[ip]:25: …", "lost connection with H[ip] while …", "conversation with H[ip] timed
// out …".
void readPeer(string_view text, PostfixReply& out) {
    if (!take(text, "connect to ") && !take(text, "lost connection with ") &&
        !take(text, "conversation with "))
        return;
    size_t open = text.find('['), close = text.find(']');
    size_t space = text.find(' ');
    if (open == none || close == none || close < open || open > space) return;
    out.host = text.substr(0, open);
    out.ip = text.substr(open + 1, close - open - 1);
}

// "550 5.1.1 …", "550-5.1.1 …".
void readCodes(PostfixReply& out) {
    string_view t = out.text;
    if (t.size() < 3 || t[0] < '2' || t[0] > '5' || !text::isDigit(t[1]) || !text::isDigit(t[2])) return;
    if (t.size() > 3 && t[3] != ' ' && t[3] != '-') return;
    out.code = (t[0] - '0') * 100 + (t[1] - '0') * 10 + (t[2] - '0');
    string_view e = t.substr(std::min<size_t>(4, t.size()));
    size_t n = 0;
    int dots = 0;
    while (n < e.size() && n < 12 && (text::isDigit(e[n]) || e[n] == '.')) dots += e[n++] == '.';
    bool first =
        n >= 5 && (e[0] == '2' || e[0] == '4' || e[0] == '5') && e[1] == '.' && dots == 2 && e[n - 1] != '.';
    if (first && (n == e.size() || e[n] == ' ')) out.enhanced = e.substr(0, n);
}

} // namespace

bool isQueueId(string_view in) {
    if (in.size() < 5 || in.size() > 32) return false;
    for (char c : in) {
        if (!text::isAlnum(c)) return false;
    }
    return true;
}

bool isPostfixService(string_view s) {
    static constexpr std::array<string_view, 31> names{
        "anvil",   "bounce",     "cleanup",   "discard",  "dnsblog", "error",  "flush",    "lmtp",
        "local",   "master",     "nqmgr",     "oqmgr",    "pickup",  "pipe",   "postdrop", "postfix-script",
        "postlog", "postscreen", "postsuper", "proxymap", "qmgr",    "qmqpd",  "relay",    "retry",
        "scache",  "sendmail",   "showq",     "smtp",     "smtpd",   "tlsmgr", "virtual"};
    static constexpr std::array<string_view, 5> more{"tlsproxy", "trivial-rewrite", "verify", "spawn",
                                                     "postalias"};
    for (string_view n : names) {
        if (n == s) return true;
    }
    for (string_view n : more) {
        if (n == s) return true;
    }
    return false;
}

bool mayConcernDelivery(string_view body) {
    size_t n = idLength(body);
    return n >= 5 && n < body.size() && body[n] == ':';
}

PostfixLine readPostfixLine(string_view service, string_view body) {
    PostfixLine out;
    if (body.starts_with("NOQUEUE: ")) {
        body.remove_prefix(9);
        if (isRefusal(body)) readRefusal(body, out);
        return out;
    }
    size_t colon = idLength(body);
    if (colon < 5 || colon + 1 >= body.size() || body[colon] != ':' || body[colon + 1] != ' ') return out;
    string_view id = body.substr(0, colon);
    // "warning: …", "statistics: …", "fatal: …" are words, not queue ids.
    if (id == "warning" || id == "fatal" || id == "panic" || id == "error" || id == "statistics") return out;
    out.queueId = id;
    readQueued(service, body.substr(colon + 2), out);
    return out;
}

PostfixReply readPostfixReply(const PostfixLine& line) {
    PostfixReply out;
    string_view text = line.text;
    if (text.starts_with("delivery temporarily suspended: ")) {
        out.attempted = false;
        text.remove_prefix(32);
    }
    bool greeting = false;
    string_view whole = text;
    if (takeSpeaker(text, out, greeting)) {
        size_t at = text.ends_with(" command)") || text.ends_with(')') ? text.rfind(" (in reply to ") : none;
        if (at != none) {
            out.stage = stageOfCommand(text.substr(at + 14));
            text = text.substr(0, at);
        }
        if (greeting) out.stage = reply::Stage::Connect;
        if (whole.starts_with("SASL")) out.stage = reply::Stage::Auth;
        out.text = text;
        readCodes(out);
        return out;
    }
    out.text = out.attempted ? line.text : text;
    readCodes(out);
    if (out.code != 0)
        out.stage = line.status == "sent" ? reply::Stage::Body : reply::Stage::Unknown;
    else
        out.stage = stageOfOwnText(text);
    if (out.code == 0) readPeer(text, out);
    return out;
}

} // namespace waypost::ingest
