// What `dmarc check` and `message check` share. Internal to cli/.
#pragma once

#include "cli/globals.h"
#include "cli/network.h"
#include "message/check.h"

#include <memory>
#include <optional>
#include <string>

namespace waypost::cli {

struct MessageOptions {
    std::vector<std::string> files;
    std::string ip, helo, mailFrom, receiver, at;
    bool mailFromGiven = false;
};

void addMessageOptions(CLI::App& command, MessageOptions& options);

// From the options; error: an address or a time that is none.
Result<message::CheckOptions> checkOptions(const Globals& globals, const MessageOptions& options);
// The newest list there is.
Result<std::shared_ptr<const dns::PublicSuffixList>> publicSuffixes(const Globals& globals);
Result<mail::Bytes> readMessage(const std::string& file);
message::MessageCheck judge(Network& network, const mail::Bytes& bytes, message::CheckOptions options);

// Every step with its headline; `whole` adds the items below.
std::string stepsText(const message::MessageCheck& check, bool whole);
// 4 when DMARC could not be judged for want of an answer.
int statusOf(const message::MessageCheck& check);
// toJson() with the file in front.
std::string jsonLine(const std::string& file, const message::MessageCheck& check, bool whole);

} // namespace waypost::cli
