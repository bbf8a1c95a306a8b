#include "lab/mailboxes.h"

#include "base/text.h"

namespace waypost::lab {

Folder* Account::folder(std::string_view name) {
    for (Folder& f : folders)
        if (f.name == name || (text::iequals(name, "INBOX") && f.name == "INBOX")) return &f;
    return nullptr;
}

void Mailboxes::addAccounts(const Profile& profile, const std::string& password, std::uint32_t uidValidity) {
    for (const std::string& user : profile.users) {
        Account a;
        a.address = user + "@" + profile.domain;
        a.password = password;
        a.gmailExtensions = profile.gmailExtensions;
        a.folders.push_back({"INBOX", "", uidValidity, {}});
        for (const Mailbox& m : profile.mailboxes)
            a.folders.push_back({m.name, m.specialUse, uidValidity, {}});
        accounts_.insert_or_assign(text::lowered(a.address), std::move(a));
    }
}

Account* Mailboxes::find(std::string_view address) {
    auto it = accounts_.find(text::lowered(address));
    return it == accounts_.end() ? nullptr : &it->second;
}

bool Mailboxes::deliver(std::string_view address, std::string_view folder, std::string bytes,
                        std::string category, UtcTime at) {
    Account* account = find(address);
    if (!account) return false;
    Folder* target = folder.empty() ? nullptr : account->folder(folder);
    if (!target) target = &account->folders.front();
    if (target->messages.size() >= maxMessagesPerFolder) return false;
    target->messages.push_back({nextUid_++, at, std::move(bytes), std::move(category), false});
    return true;
}

} // namespace waypost::lab
