#include "auth/dkim_autopsy_edits.h"

#include "auth/dkim_header.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/encoded_word.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth::autopsy {

namespace {

using Kind = HeaderEdit::Kind;

bool isAddressField(std::string_view name) {
    for (std::string_view n : {"from", "to", "cc", "reply-to", "sender"})
        if (text::iequals(name, n)) return true;
    return false;
}

class Editor {
  public:
    Editor(const mail::HeaderBlock& message, const DkimSignature& signature, size_t own)
        : message_(message), signature_(signature), own_(own) {}

    std::vector<HeaderEdit> run() {
        listEdits();
        for (size_t i = 0; i < message_.fields().size(); ++i)
            if (isSigned(i)) drop(i);
        for (size_t i = 0; i < message_.fields().size(); ++i)
            if (isSigned(i)) fieldEdits(i);
        missing();
        return std::move(out_);
    }

  private:
    std::string_view name(size_t i) const { return message_.name(message_.fields()[i]); }
    std::string value(size_t i) const { return message_.unfolded(message_.fields()[i]); }
    std::string whole(size_t i) const { return std::string(fieldText(message_, message_.fields()[i])); }
    // Name and colon as they stand.
    std::string head(size_t i) const {
        const std::string text = whole(i);
        return text.substr(0, text.find(':') + 1);
    }
    bool isSigned(size_t i) const {
        return i != own_ && std::any_of(signature_.headers.begin(), signature_.headers.end(),
                                        [&](const std::string& h) { return text::iequals(h, name(i)); });
    }
    void add(HeaderEdit e) {
        if (out_.size() < maxHeaderEdits) out_.push_back(std::move(e));
    }
    void replace(size_t i, const char* id, std::string sentence, std::string tried, std::string text) {
        if (text != whole(i))
            add({Kind::Replace, id, std::move(sentence), std::move(tried), i, std::move(text)});
    }

    void listEdits() {
        for (size_t i = 0; i < message_.fields().size(); ++i) {
            if (!isSigned(i)) continue;
            if (text::iequals(name(i), "subject")) subject(i);
            if (text::iequals(name(i), "from")) from(i);
        }
    }

    void subjectWithout(size_t i, std::string_view v, size_t at, size_t end) {
        std::string rest(v.substr(0, at));
        std::string_view after = v.substr(end);
        while (after.starts_with(' ')) after.remove_prefix(1);
        replace(i, "subject-tag",
                fmt::format("\"{}\" was put into the subject.", text::printable(v.substr(at, end - at))),
                "the subject without its tag", head(i) + " " + rest + std::string(after));
    }

    // "[list] x", "Re: [list] x", "***SPAM*** x", "EXTERNAL: x".
    void subject(size_t i) {
        const std::string v = value(i);
        size_t at = 0;
        for (size_t from = 0; (at = v.find('[', from)) != std::string::npos; from = at + 1) {
            const size_t close = v.find(']', at);
            if (close == std::string::npos) break;
            subjectWithout(i, v, at, close + 1);
        }
        if (v.starts_with('*')) {
            const size_t close = v.find("* ", 1);
            if (close != std::string::npos) subjectWithout(i, v, 0, close + 1);
        }
        const size_t brace = v.find('}');
        if (v.starts_with('{') && brace != std::string::npos) subjectWithout(i, v, 0, brace + 1);
        for (size_t colon = v.find(':'); colon < 30; colon = v.find(':', colon + 1))
            subjectWithout(i, v, 0, colon + 1);
    }

    // "Anna via List <list@x>" with the author kept in another field.
    void from(size_t i) {
        const std::string v = value(i);
        auto mailboxes = mail::parseAddressList(v).mailboxes;
        std::string shown = mailboxes.empty() ? std::string() : mailboxes.front().name;
        for (std::string_view via : {" via ", " (via ", "' via "})
            if (const size_t at = shown.find(via); at != std::string::npos) shown.resize(at);
        if (shown.starts_with('\'')) shown.erase(0, 1);
        for (const char* source : {"X-Original-From", "Original-From", "X-Mailman-Original-From", "Reply-To",
                                   "X-Reply-To", "X-Google-Original-From", "Cc", "Sender"}) {
            for (const mail::HeaderField* f : message_.topDown(source)) {
                const std::string other = message_.unfolded(*f);
                fromEdit(i, other, source);
                for (const mail::Mailbox& m : mail::parseAddressList(other).mailboxes) {
                    const std::string address = m.address.wire();
                    fromEdit(i, address, source);
                    fromEdit(i, fmt::format("<{}>", address), source);
                    for (const std::string& n : {m.name, shown}) {
                        if (n.empty()) continue;
                        fromEdit(i, fmt::format("{} <{}>", n, address), source);
                        fromEdit(i, fmt::format("\"{}\" <{}>", n, address), source);
                    }
                }
            }
        }
    }
    void fromEdit(size_t i, const std::string& value, const char* source) {
        replace(i, "from-rewritten", fmt::format("From was replaced; the author stands in {}.", source),
                fmt::format("From taken from {}", source), head(i) + " " + value);
    }

    void drop(size_t i) {
        add({Kind::Drop,
             "header-added",
             fmt::format("A {} field was added.", text::printable(name(i))),
             fmt::format("{} left out", text::printable(name(i))),
             i,
             {}});
    }

    void fieldEdits(size_t i) {
        const std::string v = value(i);
        const std::string shown = text::printable(name(i));
        if (isAddressField(name(i))) addresses(i, v, shown);
        if (text::iequals(name(i), "content-transfer-encoding"))
            for (const char* e : {"7bit", "8bit", "quoted-printable", "base64"})
                replace(i, "transfer-encoding", "The transfer encoding was changed.",
                        fmt::format("Content-Transfer-Encoding: {}", e), head(i) + " " + e);
        if (text::iequals(name(i), "content-type")) contentType(i, v);
        encodedWords(i, v, shown);
        if (signature_.header == Canonicalization::Simple) folding(i, v, shown);
    }

    void addresses(size_t i, const std::string& v, const std::string& shown) {
        std::string bare = v;
        std::erase(bare, '"');
        replace(i, "header-requoted", fmt::format("Quotes in {} were added.", shown),
                fmt::format("{} without quotes", shown), head(i) + " " + bare);
        const auto mailboxes = mail::parseAddressList(v).mailboxes;
        std::string quoted, plain;
        for (const mail::Mailbox& m : mailboxes) {
            const std::string a = m.address.wire();
            quoted +=
                (quoted.empty() ? "" : ", ") + (m.name.empty() ? a : fmt::format("\"{}\" <{}>", m.name, a));
            plain += (plain.empty() ? "" : ", ") + a;
        }
        replace(i, "header-requoted", fmt::format("Quotes in {} were taken away.", shown),
                fmt::format("{} with quotes", shown), head(i) + " " + quoted);
        replace(i, "header-requoted", fmt::format("{} was written another way.", shown),
                fmt::format("{} as bare addresses", shown), head(i) + " " + plain);
        if (mailboxes.size() == 1 && mailboxes[0].name.empty())
            replace(i, "header-requoted", fmt::format("{} was written another way.", shown),
                    fmt::format("{} in angle brackets", shown), head(i) + " <" + plain + ">");
        replace(i, "header-case", fmt::format("Letters of {} were made capital.", shown),
                fmt::format("{} in small letters", shown), head(i) + " " + text::lowered(v));
    }

    void contentType(size_t i, const std::string& v) {
        std::string bare = v;
        std::erase(bare, '"');
        const char* sentence = "Content-Type was written another way.";
        replace(i, "content-type-rewritten", sentence, "Content-Type without quotes", head(i) + " " + bare);
        replace(i, "content-type-rewritten", sentence, "Content-Type in small letters",
                head(i) + " " + text::lowered(v));
        for (const char* charset : {"utf-8", "UTF-8", "us-ascii", "US-ASCII", "iso-8859-1", "ISO-8859-1"}) {
            const size_t at = text::ifind(v, "charset=");
            if (at == std::string::npos) break;
            const size_t end = std::min(v.find(';', at), v.size());
            for (const char* quote : {"", "\""})
                replace(i, "charset-rewritten", "The charset in Content-Type was changed.",
                        fmt::format("charset={}", charset),
                        fmt::format("{} {}charset={}{}{}{}", head(i), v.substr(0, at), quote, charset, quote,
                                    v.substr(end)));
        }
    }

    void encodedWords(size_t i, const std::string& v, const std::string& shown) {
        const std::string decoded = mail::decodeHeader(v);
        replace(i, "header-reencoded", fmt::format("{} was encoded on the way.", shown),
                fmt::format("{} decoded", shown), decoded == v ? whole(i) : head(i) + " " + decoded);
        const bool plain = std::all_of(v.begin(), v.end(), [](char c) { return c > 0; });
        if (!plain)
            replace(i, "header-reencoded", fmt::format("{} was decoded on the way.", shown),
                    fmt::format("{} encoded", shown), head(i) + " " + mail::encodeWords(v));
    }

    void folding(size_t i, const std::string& v, const std::string& shown) {
        const std::string sentence = fmt::format("{} was folded another way.", shown);
        replace(i, "header-refolded", sentence, fmt::format("{} in one line", shown), head(i) + " " + v);
        replace(i, "header-refolded", sentence, fmt::format("{} without a space", shown), head(i) + v);
        for (const char* fold : {"\r\n ", "\r\n\t"}) {
            std::string folded = whole(i), other;
            for (size_t at = 0; at < folded.size(); ++at) {
                if (folded[at] == '\r') continue;
                if (folded[at] == '\n' && at + 1 < folded.size()) {
                    other += fold;
                    ++at;
                } else {
                    other += folded[at];
                }
            }
            replace(i, "header-refolded", sentence, fmt::format("{} folded with another white space", shown),
                    other);
        }
    }

    // A field that h= names and the message lacks, as it is mostly written.
    void missing() {
        static constexpr const char* guesses[] = {"MIME-Version: 1.0",
                                                  "Content-Transfer-Encoding: 7bit",
                                                  "Content-Transfer-Encoding: 8bit",
                                                  "Content-Transfer-Encoding: quoted-printable",
                                                  "Content-Transfer-Encoding: base64",
                                                  "Content-Type: text/plain",
                                                  "Content-Type: text/plain; charset=utf-8",
                                                  "Content-Type: text/plain; charset=\"utf-8\"",
                                                  "Content-Type: text/plain; charset=UTF-8",
                                                  "Content-Type: text/plain; charset=us-ascii",
                                                  "List-Unsubscribe-Post: List-Unsubscribe=One-Click"};
        for (std::string_view guess : guesses) {
            const std::string_view n = guess.substr(0, guess.find(':'));
            const bool named = std::any_of(signature_.headers.begin(), signature_.headers.end(),
                                           [&](const std::string& h) { return text::iequals(h, n); });
            if (named && !message_.first(n))
                add({Kind::Add, "header-removed", fmt::format("The {} field was removed.", n),
                     fmt::format("\"{}\" put back", guess), 0, std::string(guess)});
        }
    }

    const mail::HeaderBlock& message_;
    const DkimSignature& signature_;
    size_t own_;
    std::vector<HeaderEdit> out_;
};

} // namespace

std::vector<HeaderEdit> headerEdits(const mail::HeaderBlock& message, const DkimSignature& signature,
                                    size_t own) {
    return Editor(message, signature, own).run();
}

} // namespace waypost::auth::autopsy
