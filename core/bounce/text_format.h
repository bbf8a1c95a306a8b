// Formats of bounces that are written for people, as data: resources/rules/bounces/*.json. A description says
// how the mail is known, where the failed addresses begin, what a line with one looks like, and where the
// reason stands. Adding a format touches that folder alone. Every format names its source and has a sample
// with the expected addresses, which is its test. Immutable after load; any thread.
//
//   {"id", "software", "source",
//    "any": [needle…]            in the text          } lower case; one of each group that is given
//    "from"/"subject"/"mailer"   in that header field } must be there
//    "begin": [needle…]          addresses begin behind a line with one of these; absent: at the start
//    "end": [needle…]            and end before a line with one of these
//    "cut": [needle…]            the returned message begins at a line with one of these
//    "recipient": [RE2…]         group 1 the address ({addr} stands for one), group 2 what is said of it
//    "collect": "below" | "paragraph" | "above" | "section" | "line"   where the reason stands
//    "reason": [RE2…]            group 1 the reason, in the collected words first, then in the whole text
//    "delayed": [needle…]        the mail is a warning: the server goes on trying
//    "failed_header": bool       X-Failed-Recipients names the addresses
//    "local_names": bool         group 1 may be a name without a domain: that of the sender is added
//    "whole_text": bool          a reason that is nowhere else is the whole text
//    "meaning": category         what a mail of this format means when its words decide nothing
//    "sample": {"from","subject","text","recipients":[…],"status"?,"diagnostic"?,"action"?}}
#pragma once

#include "base/result.h"
#include "bounce/report.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace waypost::bounce {

enum class Collect : std::uint8_t { Below, Paragraph, Above, Section, Line };

using Needles = std::vector<std::string>;

struct FormatSample {
    std::string from, subject, mailer, failedRecipients, text;
    std::vector<std::string> recipients;
    std::string status, diagnostic, action;
};

struct TextFormat {
    std::string id, software, source, file;
    Needles any, from, subject, mailer;
    Needles begin, end, cut, delayed;
    std::vector<std::shared_ptr<const re2::RE2>> recipient, reason;
    Collect collect = Collect::Below;
    bool failedHeader = false, localNames = false, wholeText = false, generic = false;
    std::optional<reply::Category> meaning;
    FormatSample sample;
};

class TextFormats {
  public:
    static constexpr size_t headBytes = 32 * 1024; // of text, looked at for needles
    // A folder of *.json, read in the order of the names.
    static Result<std::shared_ptr<const TextFormats>> load(const std::filesystem::path& folder);
    ~TextFormats();

    struct Mail {
        std::string_view loweredText;
        std::string from, subject, mailer; // lower case
    };
    // Those whose needles are there, in the order of the files; the generic ones are left out.
    [[nodiscard]] std::vector<const TextFormat*> matching(const Mail& mail) const;
    [[nodiscard]] const std::vector<const TextFormat*>& generic() const { return generic_; }
    // Matches, in lower-case text, what begins a returned message, whoever wrote it.
    [[nodiscard]] const re2::RE2& cutPattern() const { return *cut_; }
    [[nodiscard]] const std::vector<TextFormat>& all() const { return formats_; }

  private:
    TextFormats();
    struct Index;
    std::vector<TextFormat> formats_;
    std::vector<const TextFormat*> generic_;
    std::shared_ptr<const re2::RE2> cut_;
    std::unique_ptr<Index> index_;
};

// What {addr} stands for in a pattern.
extern const std::string_view addressPattern;

} // namespace waypost::bounce
