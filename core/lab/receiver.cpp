#include "lab/receiver.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::lab {

namespace {

// "a\nb" becomes CRLF lines; a rule's text carries the codes itself.
std::string onWire(std::string_view reply) {
    std::string out;
    for (std::string_view l : text::split(reply, '\n')) out += std::string(l) + "\r\n";
    return out;
}

// "<a@b> SIZE=3" gives "a@b"; nothing when there are no angle brackets.
std::optional<std::string> path(std::string_view rest) {
    rest = text::trim(rest);
    const size_t open = rest.find('<');
    const size_t close = rest.find('>', open == std::string_view::npos ? 0 : open);
    if (open != 0 || close == std::string_view::npos) return std::nullopt;
    return std::string(rest.substr(1, close - 1));
}

std::string_view domainOf(std::string_view address) {
    const size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

std::string_view localOf(std::string_view address) {
    return address.substr(0, address.rfind('@'));
}

std::string_view headerBlock(std::string_view message) {
    return message.substr(0, message.find("\r\n\r\n"));
}

bool hasHeader(std::string_view message, std::string_view name) {
    for (std::string_view l : text::split(headerBlock(message), '\n'))
        if (text::istartsWith(l, std::string(name) + ":")) return true;
    return false;
}

std::string_view subjectOf(std::string_view message) {
    for (std::string_view l : text::split(headerBlock(message), '\n'))
        if (text::istartsWith(l, "Subject:")) return l;
    return {};
}

bool isAfterContent(std::string_view stage) {
    return stage == "data";
}

} // namespace

Receiver::Receiver(const Profile& profile, ReceiverMemory& memory, const Clock& clock, std::string peerIp)
    : profile_(profile), memory_(memory), clock_(clock), peerIp_(std::move(peerIp)) {}

ServerReply Receiver::greeting() {
    if (const ReplyRule* r = match("connect", {}, {}, nullptr))
        return {onWire(fill(r->reply, {})), NextStep::Close};
    return {"220 " + profile_.banner + "\r\n"};
}

void Receiver::tlsStarted(std::string protocol) {
    tls_ = std::move(protocol);
    helo_.clear();
    reset();
}

void Receiver::reset() {
    from_.clear();
    recipients_.clear();
    inMail_ = false;
}

ServerReply Receiver::line(std::string_view line) {
    const std::string_view verb = line.substr(0, std::min(line.find(' '), line.size()));
    const std::string_view rest = text::trim(line.substr(verb.size()));
    if (text::iequals(verb, "EHLO") || text::iequals(verb, "HELO")) return hello(verb, rest);
    if (text::iequals(verb, "QUIT")) return {"221 2.0.0 Bye\r\n", NextStep::Close};
    if (text::iequals(verb, "NOOP")) return {"250 2.0.0 OK\r\n"};
    if (text::iequals(verb, "RSET")) {
        reset();
        return {"250 2.0.0 OK\r\n"};
    }
    if (text::iequals(verb, "STARTTLS")) {
        if (!profile_.starttls || !tls_.empty()) return {"502 5.5.1 STARTTLS is not available\r\n"};
        return {"220 2.0.0 Ready to start TLS\r\n", NextStep::StartTls};
    }
    if (helo_.empty()) return {"503 5.5.1 EHLO first\r\n"};
    if (text::istartsWith(line, "MAIL FROM:")) return mail(line.substr(10));
    if (text::istartsWith(line, "RCPT TO:")) return rcpt(line.substr(8));
    if (text::iequals(verb, "DATA")) {
        if (recipients_.empty()) return {"503 5.5.1 No valid recipients\r\n"};
        return {"354 Go ahead\r\n", NextStep::Content};
    }
    return {"500 5.5.2 Command not recognised\r\n"};
}

ServerReply Receiver::hello(std::string_view verb, std::string_view name) {
    if (name.empty()) return {"501 5.5.4 A name must follow\r\n"};
    reset();
    helo_ = name;
    extended_ = text::iequals(verb, "EHLO");
    if (const ReplyRule* r = match("helo", {}, {}, nullptr))
        return {onWire(fill(r->reply, {})), NextStep::Close};
    if (!extended_) return {fmt::format("250 {}\r\n", profile_.mxHost)};
    std::string out =
        fmt::format("250-{} at your service, [{}]\r\n250-SIZE {}\r\n250-8BITMIME\r\n250-PIPELINING\r\n",
                    profile_.mxHost, peerIp_, maxMessage);
    if (profile_.starttls && tls_.empty()) out += "250-STARTTLS\r\n";
    return {out + "250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n"};
}

ServerReply Receiver::mail(std::string_view rest) {
    auto sender = path(rest);
    if (!sender) return {"501 5.5.4 Syntax: MAIL FROM:<address>\r\n"};
    if (inMail_) return {"503 5.5.1 A transaction is under way\r\n"};
    from_ = *sender;
    if (const ReplyRule* r = match("mail", {}, {}, nullptr)) {
        const bool closes = r->reply.starts_with("421");
        ServerReply out{onWire(fill(r->reply, {})), closes ? NextStep::Close : NextStep::Line};
        reset();
        return out;
    }
    inMail_ = true;
    return {"250 2.1.0 OK\r\n"};
}

ServerReply Receiver::rcpt(std::string_view rest) {
    if (!inMail_) return {"503 5.5.1 MAIL first\r\n"};
    auto to = path(rest);
    if (!to || to->empty()) return {"501 5.1.3 Bad recipient address syntax\r\n"};
    if (recipients_.size() >= maxRecipients) return {"452 4.5.3 Too many recipients\r\n"};
    if (!text::iequals(domainOf(*to), profile_.domain)) return {"550 5.7.1 Relaying denied\r\n"};
    if (const ReplyRule* r = match("rcpt", *to, {}, nullptr)) return {onWire(fill(r->reply, *to))};
    recipients_.push_back(*to);
    return {"250 2.1.5 OK\r\n"};
}

bool Receiver::knows(std::string_view recipient) const {
    for (const std::string& user : profile_.users)
        if (text::iequals(user, localOf(recipient))) return true;
    return false;
}

const ReplyRule* Receiver::match(std::string_view stage, std::string_view recipient, std::string_view message,
                                 const SenderFacts* facts) {
    for (const ReplyRule& rule : profile_.replies)
        if (rule.stage == stage && holds(rule, recipient, message, facts)) return &rule;
    return nullptr;
}

bool Receiver::holds(const ReplyRule& rule, std::string_view recipient, std::string_view message,
                     const SenderFacts* facts) {
    if (rule.when == "always") return true;
    if (rule.when == "no-tls") return tls_.empty();
    if (rule.when == "rate") return overRate(rule);
    if (rule.when == "unknown-user") return !recipient.empty() && !knows(recipient);
    if (rule.when == "first-contact") return !recipient.empty() && firstContact(rule, recipient);
    if (rule.when == "recipient") return text::iequals(localOf(recipient), rule.value);
    if (rule.when == "body-contains") return text::ifind(message, rule.value) != std::string_view::npos;
    if (rule.when == "spf-fail") return facts && facts->spf == "fail";
    if (rule.when == "spf-not-pass") return facts && facts->spf != "pass";
    return false;
}

bool Receiver::overRate(const ReplyRule& rule) {
    auto& recent = memory_.recentMail[peerIp_];
    const UtcTime now = clock_.now();
    while (!recent.empty() && recent.front() < now - rule.window) recent.pop_front();
    if (int(recent.size()) >= rule.amount) return true;
    recent.push_back(now);
    return false;
}

bool Receiver::firstContact(const ReplyRule& rule, std::string_view recipient) {
    const std::string key = text::lowered(peerIp_ + " " + from_ + " " + std::string(recipient));
    auto [it, isNew] = memory_.firstContact.try_emplace(key, clock_.now());
    return isNew || clock_.now() < it->second + Millis(rule.amount);
}

std::string Receiver::fill(std::string reply, std::string_view recipient) const {
    auto replace = [&reply](std::string_view what, std::string_view with) {
        for (size_t i = reply.find(what); i != std::string::npos; i = reply.find(what, i + with.size()))
            reply.replace(i, what.size(), with);
    };
    replace("{ip}", peerIp_);
    replace("{to}", recipient);
    replace("{from}", from_.empty() ? std::string_view(helo_) : domainOf(from_));
    return reply;
}

Accepted Receiver::file(const std::string& recipient, std::string_view message,
                        const SenderFacts& facts) const {
    for (const FilingRule& rule : profile_.filing) {
        bool hit =
            (rule.when == "spf-not-pass" && facts.spf != "pass") ||
            (rule.when == "user" && text::iequals(localOf(recipient), rule.value)) ||
            (rule.when == "has-header" && hasHeader(message, rule.value)) ||
            (rule.when == "subject-contains" &&
             text::ifind(subjectOf(message), rule.value) != std::string_view::npos) ||
            (rule.when == "body-contains" && text::ifind(message, rule.value) != std::string_view::npos) ||
            (rule.when == "from-domain" && text::iequals(domainOf(from_), rule.value));
        if (hit) return {recipient, rule.folder, rule.category};
    }
    return {recipient, {}, profile_.gmailExtensions ? "primary" : ""};
}

std::string Receiver::traceHeaders(const SenderFacts& facts) const {
    const std::string_view domain = from_.empty() ? std::string_view(helo_) : domainOf(from_);
    return fmt::format("Return-Path: <{}>\r\n"
                       "Received: from {} ([{}])\r\n\tby {} with {} id lab{};\r\n\t{}\r\n"
                       "Authentication-Results: {};\r\n\tspf={} smtp.mailfrom={}\r\n",
                       from_, helo_, peerIp_, profile_.mxHost, tls_.empty() ? "ESMTP" : "ESMTPS",
                       clock_.now().ms, formatMailDate(clock_.now()), profile_.mxHost, facts.spf, domain);
}

ContentVerdict Receiver::content(std::string_view message, const SenderFacts& facts) {
    ContentVerdict out;
    for (const ReplyRule& rule : profile_.replies) {
        if (!isAfterContent(rule.stage) ||
            !holds(rule, recipients_.empty() ? std::string() : recipients_.front(), message, &facts))
            continue;
        out.reply = onWire(fill(rule.reply, recipients_.empty() ? std::string() : recipients_.front()));
        reset();
        return out;
    }
    for (const std::string& recipient : recipients_) out.accepted.push_back(file(recipient, message, facts));
    out.headers = traceHeaders(facts);
    out.reply = fmt::format("250 2.0.0 OK {} lab - queued\r\n", clock_.now().ms);
    reset();
    return out;
}

} // namespace waypost::lab
