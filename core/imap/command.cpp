#include "imap/command.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::imap {

namespace {

// What a quoted string may hold: 7-bit, no CR, LF or NUL.
bool quotable(std::string_view in) {
    for (char c : in) {
        auto u = static_cast<unsigned char>(c);
        if (u == 0 || u == '\r' || u == '\n' || u >= 0x80) return false;
    }
    return true;
}

Command make(Command::Kind kind, CommandText text) {
    Command c;
    c.kind = kind;
    c.chunks = text.finish();
    return c;
}

} // namespace

std::string_view commandVerb(Command::Kind kind) {
    switch (kind) {
    case Command::Kind::Capability: return "CAPABILITY";
    case Command::Kind::StartTls: return "STARTTLS";
    case Command::Kind::Login: return "LOGIN";
    case Command::Kind::Authenticate: return "AUTHENTICATE";
    case Command::Kind::Id: return "ID";
    case Command::Kind::List: return "LIST";
    case Command::Kind::Examine: return "EXAMINE";
    case Command::Kind::Search: return "UID SEARCH";
    case Command::Kind::Fetch: return "UID FETCH";
    case Command::Kind::Logout: return "LOGOUT";
    }
    return "";
}

CommandText& CommandText::raw(std::string_view text) {
    wire_ += text;
    shown_ += text;
    return *this;
}

CommandText& CommandText::string(std::string_view text) {
    add(text, false);
    return *this;
}

CommandText& CommandText::secret(std::string_view text) {
    add(text, true);
    return *this;
}

void CommandText::add(std::string_view text, bool masked) {
    if (!quotable(text)) {
        std::string announced = fmt::format("{{{}}}\r\n", text.size());
        wire_ += announced;
        shown_ += masked ? "{<masked>}\r\n" : announced;
        chunks_.push_back({std::move(wire_), std::move(shown_)});
        wire_ = std::string(text);
        shown_ = masked ? "<masked>" : std::string(text);
        return;
    }
    std::string quoted = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    quoted += '"';
    wire_ += quoted;
    shown_ += masked ? "<masked>" : quoted;
}

std::vector<Chunk> CommandText::finish() {
    wire_ += "\r\n";
    shown_ += "\r\n";
    chunks_.push_back({std::move(wire_), std::move(shown_)});
    return std::move(chunks_);
}

Command capabilityCommand() {
    return make(Command::Kind::Capability, CommandText("CAPABILITY"));
}

Command startTlsCommand() {
    return make(Command::Kind::StartTls, CommandText("STARTTLS"));
}

Command loginCommand(std::string_view user, const Secret& password) {
    CommandText text("LOGIN ");
    text.string(user).raw(" ").secret(password.reveal());
    return make(Command::Kind::Login, std::move(text));
}

Command authenticateCommand(std::string_view mechanism, const Secret& response, bool initialResponse) {
    Command c;
    c.kind = Command::Kind::Authenticate;
    std::string verb = fmt::format("AUTHENTICATE {}", mechanism);
    if (initialResponse) {
        c.chunks.push_back({fmt::format("{} {}\r\n", verb, response.reveal()), verb + " <masked>\r\n"});
    } else {
        c.chunks.push_back({verb + "\r\n", verb + "\r\n"});
        c.chunks.push_back({std::string(response.reveal()) + "\r\n", "<masked>\r\n"});
    }
    return c;
}

Command idCommand(std::string_view version) {
    CommandText text("ID (\"name\" \"Waypost\" \"version\" ");
    text.string(version).raw(")");
    return make(Command::Kind::Id, std::move(text));
}

Command listCommand(bool askSpecialUse) {
    return make(Command::Kind::List,
                CommandText(askSpecialUse ? "LIST \"\" \"*\" RETURN (SPECIAL-USE)" : "LIST \"\" \"*\""));
}

Command examineCommand(std::string_view mailbox) {
    CommandText text("EXAMINE ");
    text.string(mailbox);
    return make(Command::Kind::Examine, std::move(text));
}

Command logoutCommand() {
    return make(Command::Kind::Logout, CommandText("LOGOUT"));
}

Command searchCommand(const SearchKey& key, bool extended) {
    CommandText text("UID SEARCH");
    if (extended) text.raw(" RETURN (ALL)");
    bool any = false;
    if (!key.uids.empty()) {
        text.raw(" UID ").raw(key.uids);
        any = true;
    }
    if (!key.since.empty()) {
        text.raw(" SINCE ").raw(key.since);
        any = true;
    }
    if (!key.headerName.empty()) {
        text.raw(" HEADER ").string(key.headerName).raw(" ").string(key.headerHas);
        any = true;
    }
    if (!key.gmailRaw.empty()) {
        text.raw(" X-GM-RAW ").string(key.gmailRaw);
        any = true;
    }
    if (!any) text.raw(" ALL");
    return make(Command::Kind::Search, std::move(text));
}

Command fetchCommand(std::string_view uids, FetchWhat what, const std::vector<std::string>& fields,
                     bool gmail) {
    CommandText text("UID FETCH ");
    text.raw(uids).raw(" (UID INTERNALDATE RFC822.SIZE");
    if (gmail) text.raw(" X-GM-MSGID X-GM-THRID X-GM-LABELS");
    switch (what) {
    case FetchWhat::Summary: text.raw(" BODY.PEEK[HEADER.FIELDS (" + text::join(fields, " ") + ")]"); break;
    case FetchWhat::Header: text.raw(" BODY.PEEK[HEADER]"); break;
    case FetchWhat::Message: text.raw(" BODY.PEEK[]"); break;
    }
    text.raw(")");
    return make(Command::Kind::Fetch, std::move(text));
}

Secret plainResponse(std::string_view user, const Secret& password) {
    std::string joined;
    joined += '\0';
    joined += user;
    joined += '\0';
    joined += password.reveal();
    Secret plain(std::move(joined));
    return Secret(text::base64Encode(plain.reveal()));
}

Secret xoauth2Response(std::string_view user, const Secret& token) {
    Secret plain(fmt::format("user={}\x01"
                             "auth=Bearer {}\x01\x01",
                             user, token.reveal()));
    return Secret(text::base64Encode(plain.reveal()));
}

} // namespace waypost::imap
