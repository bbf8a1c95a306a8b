#include "imap/mailbox.h"

#include "base/text.h"
#include "imap/utf7.h"

#include <algorithm>
#include <array>

namespace waypost::imap {

namespace {

struct Attribute {
    std::string_view word;
    SpecialUse use;
};
constexpr std::array attributeTable{
    Attribute{"\\all", SpecialUse::All},         Attribute{"\\allmail", SpecialUse::All},
    Attribute{"\\archive", SpecialUse::Archive}, Attribute{"\\drafts", SpecialUse::Drafts},
    Attribute{"\\flagged", SpecialUse::Flagged}, Attribute{"\\junk", SpecialUse::Junk},
    Attribute{"\\spam", SpecialUse::Junk},       Attribute{"\\sent", SpecialUse::Sent},
    Attribute{"\\trash", SpecialUse::Trash},
};

// Names of servers without RFC 6154, compared without case and without an "INBOX." or "INBOX/" in front.
struct KnownName {
    std::string_view name;
    SpecialUse use;
};
constexpr std::array nameTable{
    KnownName{"[Gmail]/Spam", SpecialUse::Junk},
    KnownName{"[Google Mail]/Spam", SpecialUse::Junk},
    KnownName{"Junk", SpecialUse::Junk},
    KnownName{"Junk Email", SpecialUse::Junk},
    KnownName{"Junk E-mail", SpecialUse::Junk},
    KnownName{"Junk Mail", SpecialUse::Junk},
    KnownName{"Spam", SpecialUse::Junk},
    KnownName{"Bulk", SpecialUse::Junk},
    KnownName{"Bulk Mail", SpecialUse::Junk},
    KnownName{"Spamverdacht", SpecialUse::Junk},
    KnownName{"Courrier indésirable", SpecialUse::Junk},
    KnownName{"Trash", SpecialUse::Trash},
    KnownName{"Deleted Items", SpecialUse::Trash},
    KnownName{"Deleted Messages", SpecialUse::Trash},
    KnownName{"Sent", SpecialUse::Sent},
    KnownName{"Sent Items", SpecialUse::Sent},
    KnownName{"Sent Messages", SpecialUse::Sent},
    KnownName{"Drafts", SpecialUse::Drafts},
    KnownName{"Archive", SpecialUse::Archive},
};

SpecialUse useOfAttributes(const Mailbox& m) {
    for (const auto& row : attributeTable) {
        if (std::find(m.attributes.begin(), m.attributes.end(), row.word) != m.attributes.end())
            return row.use;
    }
    return SpecialUse::None;
}

SpecialUse useOfName(const Mailbox& m) {
    std::string_view name = m.name;
    if (m.delimiter.size() == 1 && text::istartsWith(name, "INBOX" + m.delimiter)) name.remove_prefix(6);
    for (const auto& row : nameTable) {
        if (text::iequals(name, row.name)) return row.use;
    }
    return SpecialUse::None;
}

} // namespace

std::string_view specialUseName(SpecialUse use) {
    switch (use) {
    case SpecialUse::Inbox: return "inbox";
    case SpecialUse::All: return "all";
    case SpecialUse::Archive: return "archive";
    case SpecialUse::Drafts: return "drafts";
    case SpecialUse::Flagged: return "flagged";
    case SpecialUse::Junk: return "junk";
    case SpecialUse::Sent: return "sent";
    case SpecialUse::Trash: return "trash";
    case SpecialUse::None: break;
    }
    return "none";
}

bool Mailbox::selectable() const {
    return std::none_of(attributes.begin(), attributes.end(),
                        [](const std::string& a) { return a == "\\noselect" || a == "\\nonexistent"; });
}

std::optional<Mailbox> mailboxFromList(const Response& r) {
    if (r.name != "LIST" && r.name != "XLIST") return std::nullopt;
    if (r.values.size() < 3 || !r.values[0].isList() || r.values[1].isList()) return std::nullopt;
    const Value& name = r.values[2];
    if (name.isList()) return std::nullopt;
    Mailbox m;
    // An unquoted NIL here is a mailbox of that name: the grammar has no "no name".
    m.wireName = name.isNil() ? "NIL" : name.text;
    m.name = decodeMailboxName(m.wireName).value_or(m.wireName);
    m.delimiter = r.values[1].text.substr(0, 1);
    for (const Value& a : r.values[0].items) m.attributes.push_back(text::lowered(a.text));
    return m;
}

void assignSpecialUse(std::vector<Mailbox>& mailboxes) {
    std::vector<SpecialUse> named;
    for (Mailbox& m : mailboxes) {
        m.use = text::iequals(m.wireName, "INBOX") ? SpecialUse::Inbox : useOfAttributes(m);
        m.useFromName = false;
        if (m.use != SpecialUse::None) named.push_back(m.use);
    }
    for (Mailbox& m : mailboxes) {
        if (m.use != SpecialUse::None || !m.selectable()) continue;
        SpecialUse guess = useOfName(m);
        if (guess == SpecialUse::None || std::find(named.begin(), named.end(), guess) != named.end())
            continue;
        m.use = guess;
        m.useFromName = true;
    }
}

} // namespace waypost::imap
