// The server side of one IMAP conversation over the lab's mailboxes, without sockets: a command in, bytes
// out. IMAP4rev1 (RFC 3501) as far as a reader of mail needs it, SPECIAL-USE (6154), SASL-IR (4959), ID
// (2971), UNSELECT (3691) and, for the Gmail-like profile, X-GM-EXT-1. SELECT and BODY[] set \Seen as a real
// server does, so that a client that must not mark mail as seen can be caught doing it.
#pragma once

#include "lab/imap_words.h"
#include "lab/mailboxes.h"

#include <string>
#include <string_view>

namespace waypost::lab {

class ImapConversation {
  public:
    explicit ImapConversation(Mailboxes& mailboxes) : mailboxes_(mailboxes) {}

    std::string greeting() const;
    // One whole command, literals included, without its last CRLF.
    std::string command(std::string_view command);
    [[nodiscard]] bool finished() const { return finished_; }

  private:
    std::string login(const std::string& tag, std::string_view user, std::string_view password);
    std::string authenticate(const std::string& tag, const std::vector<ImapWord>& words);
    std::string list(const std::string& tag, const std::vector<ImapWord>& words);
    std::string open(const std::string& tag, const std::vector<ImapWord>& words, bool readOnly);
    std::string search(const std::string& tag, const std::vector<ImapWord>& words);
    std::string fetch(const std::string& tag, const std::vector<ImapWord>& words);
    std::string fetchOne(size_t sequence, StoredMessage& message, const std::vector<ImapWord>& items);
    // Nothing: a criterion this server does not know.
    std::optional<bool> matches(const StoredMessage& message, const std::vector<ImapWord>& words) const;
    std::string inState(const std::string& tag, std::string_view verb, const std::vector<ImapWord>& words);

    Mailboxes& mailboxes_;
    Account* account_ = nullptr;
    Folder* folder_ = nullptr;
    bool readOnly_ = true;
    bool finished_ = false;
    std::string awaitingPlain_; // tag of an AUTHENTICATE that waits for its answer
};

} // namespace waypost::lab
