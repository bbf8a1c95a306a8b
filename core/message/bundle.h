// An evidence bundle: a zip of a message, what was known of its connection, every DNS answer as it came, the
// verdicts and the SHA-256 of each file, so that another machine can judge the same message again without any
// network. Octets in, octets out; files are the caller's to read and to replace as a whole. Any thread.
//
// A bundle may come from anybody: member names are never paths, and members, sizes and the ratio of inflation
// are capped. Error: Corrupt names the file whose hash differs; TooLarge the cap that was met.
#pragma once

#include "message/check.h"

namespace waypost::message {

struct Bundle {
    mail::Bytes message;
    Connection connection; // as it was given to the check; the rest is in the message
    UtcTime judged;
    std::string receiver;
    std::vector<dns::Answer> answers;
    std::string verdicts;       // toJson(check, true)
    std::string publicSuffixes; // date of the list that was used; empty: none
    std::string program;        // "waypost 0.1.0"
};

inline constexpr size_t maxBundleBytes = 128 * 1024 * 1024; // of the zip
inline constexpr size_t maxBundleMembers = 16;
inline constexpr size_t maxBundleInflated = 192 * 1024 * 1024; // of all members
inline constexpr size_t maxBundleRatio = 200;                  // past the first 8 MB
inline constexpr size_t maxBundleAnswers = 20'000;

// What a check and its options make; the answers are those of the check.
Bundle bundleOf(const MessageCheck& check, const CheckOptions& options, std::string program);

Result<std::string> packBundle(const Bundle& bundle);
Result<Bundle> readBundle(std::string_view zip);

// Judges the message again, from the recorded answers alone.
struct Replay {
    MessageCheck check;
    bool identical = false;             // the verdicts are those of the bundle, to the letter
    std::vector<dns::Question> missing; // asked now and not recorded
};
// `list` may be another one than was used then; the reading by list may then differ.
Replay replayBundle(const Bundle& bundle, const Clock& clock,
                    std::shared_ptr<const dns::PublicSuffixList> list);

} // namespace waypost::message
