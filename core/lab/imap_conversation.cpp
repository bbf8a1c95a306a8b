#include "lab/imap_conversation.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::lab {

namespace {

constexpr std::string_view capabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN ID SPECIAL-USE UNSELECT";

std::string_view headersOf(const StoredMessage& m) {
    const size_t end = m.bytes.find("\r\n\r\n");
    return std::string_view(m.bytes).substr(0, end == std::string::npos ? m.bytes.size() : end + 4);
}

bool headerContains(const StoredMessage& m, std::string_view name, std::string_view value) {
    bool inField = false;
    for (std::string_view l : text::split(headersOf(m), '\n')) {
        if (l.empty() || !text::isSpace(l.front())) inField = text::istartsWith(l, std::string(name) + ":");
        if (inField && text::ifind(l, value) != std::string_view::npos) return true;
    }
    return false;
}

std::string_view monthName(int month) {
    static constexpr std::string_view names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[size_t(month - 1)];
}

std::string internalDate(UtcTime at) {
    CivilTime c = toCivil(at);
    return fmt::format("\"{:2}-{}-{:04} {:02}:{:02}:{:02} +0000\"", c.day, monthName(c.month), c.year, c.hour,
                       c.minute, c.second);
}

// "21-Nov-2026"
std::optional<UtcTime> searchDate(std::string_view in) {
    auto parts = text::split(in, '-');
    if (parts.size() != 3) return std::nullopt;
    auto day = text::parseUnsigned(parts[0]);
    auto year = text::parseUnsigned(parts[2]);
    if (!day || !year || *day < 1 || *day > 31 || *year > 9999) return std::nullopt;
    for (int month = 1; month <= 12; ++month)
        if (text::iequals(parts[1], monthName(month))) return fromCivil({int(*year), month, int(*day)});
    return std::nullopt;
}

// Web search syntax as far as seed readers use it: "category:promotions rfc822msgid:<…> words".
bool gmailMatches(const StoredMessage& m, std::string_view query) {
    for (std::string_view word : text::words(query)) {
        if (text::istartsWith(word, "category:")) {
            if (!text::iequals(m.category, word.substr(9))) return false;
        } else if (text::istartsWith(word, "rfc822msgid:")) {
            if (!headerContains(m, "Message-ID", word.substr(12))) return false;
        } else if (text::ifind(m.bytes, word) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

std::string literal(std::string_view bytes) {
    return fmt::format("{{{}}}\r\n{}", bytes.size(), bytes);
}

} // namespace

std::string ImapConversation::greeting() const {
    return fmt::format("* OK [CAPABILITY {}] lab ready\r\n", capabilities);
}

std::string ImapConversation::command(std::string_view command) {
    if (!awaitingPlain_.empty()) {
        const std::string tag = std::exchange(awaitingPlain_, {});
        return authenticate(tag, {{"AUTHENTICATE"}, {"PLAIN"}, {std::string(command)}});
    }
    auto words = imapWords(command);
    if (!words || words->size() < 2) return "* BAD That is not a command\r\n";
    const std::string tag = words->front().text;
    std::string verb = text::uppered((*words)[1].text);
    words->erase(words->begin());
    if (verb == "UID" && words->size() > 1) {
        words->erase(words->begin());
        verb = "UID " + text::uppered(words->front().text);
    }
    if (verb == "CAPABILITY")
        return fmt::format("* CAPABILITY {}{}\r\n{} OK done\r\n", capabilities,
                           account_ && account_->gmailExtensions ? " X-GM-EXT-1" : "", tag);
    if (verb == "NOOP") return tag + " OK done\r\n";
    if (verb == "ID") return fmt::format("* ID (\"name\" \"waypost-lab\")\r\n{} OK done\r\n", tag);
    if (verb == "LOGOUT") {
        finished_ = true;
        return fmt::format("* BYE see you\r\n{} OK done\r\n", tag);
    }
    if (!account_) {
        if (verb == "LOGIN" && words->size() == 3) return login(tag, (*words)[1].text, (*words)[2].text);
        if (verb == "AUTHENTICATE") return authenticate(tag, *words);
        return tag + " BAD Log in first\r\n";
    }
    return inState(tag, verb, *words);
}

std::string ImapConversation::inState(const std::string& tag, std::string_view verb,
                                      const std::vector<ImapWord>& words) {
    if (verb == "LIST") return list(tag, words);
    if (verb == "EXAMINE") return open(tag, words, true);
    if (verb == "SELECT") return open(tag, words, false);
    if (!folder_) return tag + " BAD Open a mailbox first\r\n";
    if (verb == "UID SEARCH") return search(tag, words);
    if (verb == "UID FETCH") return fetch(tag, words);
    if (verb == "CLOSE" || verb == "UNSELECT") {
        folder_ = nullptr;
        return tag + " OK done\r\n";
    }
    return fmt::format("{} BAD This server does not know {}\r\n", tag, text::printable(verb));
}

std::string ImapConversation::login(const std::string& tag, std::string_view user,
                                    std::string_view password) {
    Account* account = mailboxes_.find(user);
    if (!account || account->password != password)
        return tag + " NO [AUTHENTICATIONFAILED] Invalid credentials\r\n";
    account_ = account;
    return fmt::format("{} OK [CAPABILITY {}{}] Logged in\r\n", tag, capabilities,
                       account->gmailExtensions ? " X-GM-EXT-1" : "");
}

std::string ImapConversation::authenticate(const std::string& tag, const std::vector<ImapWord>& words) {
    if (words.size() < 2 || !text::iequals(words[1].text, "PLAIN")) return tag + " NO Unknown mechanism\r\n";
    if (words.size() == 2) {
        awaitingPlain_ = tag;
        return "+ \r\n";
    }
    auto decoded = text::base64Decode(words[2].text);
    auto parts = decoded ? text::split(*decoded, '\0') : std::vector<std::string_view>{};
    if (parts.size() != 3) return tag + " BAD That is not a PLAIN response\r\n";
    return login(tag, parts[1], parts[2]);
}

std::string ImapConversation::list(const std::string& tag, const std::vector<ImapWord>&) {
    std::string out;
    for (const Folder& f : account_->folders)
        out += fmt::format("* LIST (\\HasNoChildren{}{}) \"/\" {}\r\n", f.specialUse.empty() ? "" : " ",
                           f.specialUse, imapQuoted(f.name));
    return out + tag + " OK done\r\n";
}

std::string ImapConversation::open(const std::string& tag, const std::vector<ImapWord>& words,
                                   bool readOnly) {
    folder_ = words.size() > 1 ? account_->folder(words[1].text) : nullptr;
    if (!folder_) return tag + " NO [NONEXISTENT] There is no such mailbox\r\n";
    readOnly_ = readOnly;
    const unsigned next = folder_->messages.empty() ? 1 : folder_->messages.back().uid + 1;
    return fmt::format("* FLAGS (\\Seen \\Answered \\Flagged \\Deleted)\r\n* {} EXISTS\r\n* 0 RECENT\r\n"
                       "* OK [UIDVALIDITY {}] ok\r\n* OK [UIDNEXT {}] ok\r\n{} OK [{}] done\r\n",
                       folder_->messages.size(), folder_->uidValidity, next, tag,
                       readOnly ? "READ-ONLY" : "READ-WRITE");
}

std::optional<bool> ImapConversation::matches(const StoredMessage& m,
                                              const std::vector<ImapWord>& words) const {
    bool all = true;
    const unsigned highest = folder_->messages.empty() ? 0 : folder_->messages.back().uid;
    for (size_t i = 1; i < words.size(); ++i) {
        const std::string key = text::uppered(words[i].text);
        const bool hasOne = i + 1 < words.size();
        if (key == "ALL" || key == "CHARSET") {
            if (key == "CHARSET") ++i;
        } else if (key == "HEADER" && i + 2 < words.size()) {
            all = all && headerContains(m, words[i + 1].text, words[i + 2].text);
            i += 2;
        } else if (key == "SINCE" && hasOne) {
            auto since = searchDate(words[++i].text);
            if (!since) return std::nullopt;
            all = all && m.received >= *since;
        } else if (key == "UID" && hasOne) {
            all = all && inSequence(words[++i].text, m.uid, highest);
        } else if (key == "X-GM-RAW" && hasOne && account_->gmailExtensions) {
            all = all && gmailMatches(m, words[++i].text);
        } else if ((key == "TEXT" || key == "BODY") && hasOne) {
            all = all && text::ifind(m.bytes, words[++i].text) != std::string_view::npos;
        } else if (key == "SUBJECT" && hasOne) {
            all = all && headerContains(m, "Subject", words[++i].text);
        } else {
            return std::nullopt;
        }
    }
    return all;
}

std::string ImapConversation::search(const std::string& tag, const std::vector<ImapWord>& words) {
    std::string out = "* SEARCH";
    for (const StoredMessage& m : folder_->messages) {
        auto hit = matches(m, words);
        if (!hit) return tag + " BAD Unknown search criterion\r\n";
        if (*hit) out += fmt::format(" {}", m.uid);
    }
    return out + "\r\n" + tag + " OK done\r\n";
}

std::string ImapConversation::fetch(const std::string& tag, const std::vector<ImapWord>& words) {
    if (words.size() < 3) return tag + " BAD What shall be fetched?\r\n";
    std::optional<std::vector<ImapWord>> items =
        words[2].list ? imapWords(words[2].text) : std::vector<ImapWord>{words[2]};
    if (!items) return tag + " BAD The item list does not close\r\n";
    const unsigned highest = folder_->messages.empty() ? 0 : folder_->messages.back().uid;
    std::string out;
    for (size_t i = 0; i < folder_->messages.size(); ++i) {
        StoredMessage& m = folder_->messages[i];
        if (!inSequence(words[1].text, m.uid, highest)) continue;
        out += fetchOne(i + 1, m, *items);
    }
    return out + tag + " OK done\r\n";
}

std::string ImapConversation::fetchOne(size_t sequence, StoredMessage& m,
                                       const std::vector<ImapWord>& items) {
    std::string out = fmt::format("* {} FETCH (UID {}", sequence, m.uid);
    for (const ImapWord& item : items) {
        const std::string name = text::uppered(item.text);
        if (name == "FLAGS")
            out += fmt::format(" FLAGS ({})", m.seen ? "\\Seen" : "");
        else if (name == "INTERNALDATE")
            out += " INTERNALDATE " + internalDate(m.received);
        else if (name == "RFC822.SIZE")
            out += fmt::format(" RFC822.SIZE {}", m.bytes.size());
        else if (name == "X-GM-MSGID" && account_->gmailExtensions)
            out += fmt::format(" X-GM-MSGID {}", 1'700'000'000'000'000'000ULL + m.uid);
        else if (name == "X-GM-LABELS" && account_->gmailExtensions)
            out += fmt::format(" X-GM-LABELS ({})", folder_->name == "INBOX" ? "\"\\\\Inbox\"" : "");
        else if (name.starts_with("BODY")) {
            const bool peek = name.starts_with("BODY.PEEK");
            const bool whole = name.contains("[]");
            if (!peek && !readOnly_) m.seen = true;
            out += fmt::format(" BODY[{}] {}", whole ? "" : "HEADER",
                               literal(whole ? std::string_view(m.bytes) : headersOf(m)));
        }
    }
    return out + ")\r\n";
}

} // namespace waypost::lab
