// Parser: one mail to one Report. What stands in machine-readable parts outranks what is written for people;
// that is read by descriptions (text_format.h); an original recipient is recovered from ORCPT, VERP, X-fields
// and the returned message. Immutable after load; parse() from any thread. It never fails: a mail that says
// nothing about a delivery is Kind::NotABounce.
#pragma once

#include "base/result.h"
#include "bounce/judge.h"
#include "bounce/mail_view.h"
#include "bounce/text_format.h"

#include <filesystem>
#include <memory>
#include <string>

namespace waypost::bounce {

class Parser {
  public:
    // Larger mails are cut here before they are parsed: what a report says stands at its start.
    static constexpr size_t maxMail = 32 * 1024 * 1024;

    // `resources`: the folder with rules/bounces. `judge` is kept as it is.
    static Result<std::shared_ptr<const Parser>> load(const std::filesystem::path& resources, Judge judge);
    Parser(std::shared_ptr<const TextFormats> formats, Judge judge)
        : formats_(std::move(formats)), judge_(judge) {}

    [[nodiscard]] Report parse(std::string mail) const;
    [[nodiscard]] const TextFormats& formats() const { return *formats_; }

  private:
    bool readStatus(const MailView& view, Report& report, std::vector<std::string>& comments) const;
    bool readStatusInText(MailView& view, Report& report) const;
    bool readWords(MailView& view, Report& report, bool bounce, bool judged) const;
    void completeFromWords(MailView& view, Report& report, const std::vector<std::string>& comments) const;
    void takeReading(const MailView& view, const struct TextReading& reading, bool judged,
                     Report& report) const;
    void finish(const MailView& view, Report& report) const;

    std::shared_ptr<const TextFormats> formats_;
    Judge judge_;
};

// "bounces+user=example.org@our.example" gives "user@example.org" (variable envelope return paths); empty
// when `address` is none.
std::string verpRecipient(std::string_view address);

} // namespace waypost::bounce
