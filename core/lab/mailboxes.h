// Mailboxes: what the lab's receivers filed and its IMAP server shows. In memory; gone when the lab stops.
// Thread rule: loop thread only.
#pragma once

#include "base/clock.h"
#include "lab/profile.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::lab {

struct StoredMessage {
    std::uint32_t uid = 0;
    UtcTime received;
    std::string bytes;    // CRLF, with the receiver's Received and Authentication-Results on top
    std::string category; // Gmail-like tab
    bool seen = false;
};

struct Folder {
    std::string name;
    std::string specialUse;
    std::uint32_t uidValidity = 1;
    std::vector<StoredMessage> messages;
};

struct Account {
    std::string address;
    std::string password;
    bool gmailExtensions = false;
    std::vector<Folder> folders; // INBOX first
    Folder* folder(std::string_view name);
};

class Mailboxes {
  public:
    static constexpr size_t maxMessagesPerFolder = 10'000;

    void addAccounts(const Profile& profile, const std::string& password, std::uint32_t uidValidity);
    [[nodiscard]] Account* find(std::string_view address);
    // Into `folder` of the account, or its inbox when there is no such folder. False: no such account or it
    // is full.
    bool deliver(std::string_view address, std::string_view folder, std::string bytes, std::string category,
                 UtcTime at);
    [[nodiscard]] const std::map<std::string, Account>& accounts() const { return accounts_; }

  private:
    std::map<std::string, Account> accounts_;
    std::uint32_t nextUid_ = 1;
};

} // namespace waypost::lab
