// Profile: how one simulated provider behaves. Data in resources/lab/profiles.json (schema 1). A profile is a
// caricature with the real thing's vocabulary; it is the stage for a rehearsal, never a proof about the
// provider it resembles.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace waypost::lab {

// One line of the rules that file an accepted message: first match wins, the inbox is the default.
struct FilingRule {
    std::string
        when; // "spf-not-pass", "user", "subject-contains", "body-contains", "has-header", "from-domain"
    std::string value;    // what the condition compares with; empty where it needs none
    std::string folder;   // mailbox it goes to; empty: the inbox
    std::string category; // Gmail-like tab: "promotions", "social", …; empty: none
};

// One refusal or deferral, tried in order at its stage.
struct ReplyRule {
    std::string stage; // "connect", "helo", "mail", "rcpt", "data"
    std::string when;  // "always", "unknown-user", "no-tls", "spf-fail", "spf-not-pass", "first-contact",
                       // "rate", "body-contains", "recipient"
    std::string value;
    int amount = 0; // for "rate": messages allowed a window; for "first-contact": the wait in milliseconds
    Millis window{60'000};
    std::string reply; // the reply's text; "{ip}", "{from}", "{to}" are filled in
};

struct Mailbox {
    std::string name;       // "[Gmail]/Spam"
    std::string specialUse; // "\\Junk"
};

struct Profile {
    std::string id; // "gmail-like"
    std::string title;
    std::string provider; // provider id of the seeds here
    std::string domain;   // "bigmail.test"
    std::string mxHost;
    std::string ip;      // loopback address of the MX
    bool listens = true; // false: nothing answers there (the dead domain)
    bool starttls = true;
    bool gmailExtensions = false;
    std::string banner;
    std::vector<std::string> users; // local parts
    std::vector<Mailbox> mailboxes; // INBOX is always there
    std::vector<ReplyRule> replies;
    std::vector<FilingRule> filing;
    Millis acceptDelay{0}; // how long the answer to the final dot takes
};

Result<std::vector<Profile>> loadProfiles(const std::filesystem::path& file);

} // namespace waypost::lab
