#include "bounce/text_bounce.h"

#include "base/text.h"

#include <algorithm>
#include <re2/re2.h>

namespace waypost::bounce {

namespace {

struct Line {
    size_t from = 0, length = 0;
};

bool hasAny(const Needles& needles, std::string_view in) {
    return std::any_of(needles.begin(), needles.end(),
                       [&](const std::string& n) { return in.find(n) != std::string_view::npos; });
}

bool search(const re2::RE2& re, std::string_view in, re2::StringPiece* groups, int count) {
    const re2::StringPiece whole(in.data(), in.size());
    return re.Match(whole, 0, whole.size(), re2::RE2::UNANCHORED, groups, count);
}

std::string_view cleaned(std::string_view a) {
    a = text::trim(a);
    while (!a.empty() && (a.front() == '<' || a.front() == '\'')) a.remove_prefix(1);
    while (!a.empty() && (a.back() == '>' || a.back() == '\'')) a.remove_suffix(1);
    if (a.size() > 2 && a.front() == '"' && a.back() == '"') a = a.substr(1, a.size() - 2);
    if (text::istartsWith(a, "mailto:")) a.remove_prefix(7);
    if (text::istartsWith(a, "smtp:")) a.remove_prefix(5);
    while (!a.empty() && (a.back() == '.' || a.back() == ',' || a.back() == ';')) a.remove_suffix(1);
    return a;
}

class Reader {
  public:
    Reader(const MailView& view, const TextFormat& format)
        : view_(view), format_(format), text_(view.text()), lowered_(view.lowered()) {}

    std::optional<TextReading> read() {
        splitLines();
        scan();
        if (found_.empty() && format_.failedHeader) takeHeader();
        if (found_.empty()) return std::nullopt;
        shareReasons();
        for (size_t i = 0; i < found_.size(); ++i) chooseReason(found_[i]);
        TextReading out;
        out.format = &format_;
        out.delayed =
            !format_.delayed.empty() && (hasAny(format_.delayed, lowered_) ||
                                         hasAny(format_.delayed, text::lowered(view_.field("Subject"))));
        out.recipients = std::move(found_);
        return out;
    }

  private:
    void splitLines() {
        for (size_t at = 0; at < text_.size() && lines_.size() < maxTextLines;) {
            size_t lf = text_.find('\n', at);
            if (lf == std::string_view::npos) lf = text_.size();
            lines_.push_back({at, std::min(lf - at, maxLineLooked)});
            at = lf + 1;
        }
    }

    void scan() {
        bool started = format_.begin.empty();
        size_t above = 0; // where the words above the next address begin
        for (const Line& line : lines_) {
            const std::string_view lower = lowered_.substr(line.from, line.length);
            const bool beginsHere = !started && hasAny(format_.begin, lower);
            if (!started && !beginsHere) continue;
            if (started && !format_.end.empty() && hasAny(format_.end, lower)) {
                if (!found_.empty() || format_.begin.empty()) break;
                started = false; // a section without an address: the next one may have some
                continue;
            }
            if (beginsHere) {
                started = true;
                above = line.from;
            }
            if (takeRecipient(line, above)) {
                above = line.from + line.length;
                continue;
            }
            if (!beginsHere) takeWords(line);
        }
    }

    bool takeRecipient(const Line& line, size_t above) {
        const std::string_view words = text_.substr(line.from, line.length);
        if (!format_.localNames && words.find('@') == std::string_view::npos) return false;
        for (const auto& re : format_.recipient) {
            re2::StringPiece groups[3];
            const int count = std::min(3, re->NumberOfCapturingGroups() + 1);
            if (!search(*re, words, groups, count)) continue;
            const std::string_view address = cleaned({groups[1].data(), groups[1].size()});
            if (address.empty() || address.size() > maxAddress) continue;
            const bool named = address.find('@') != std::string_view::npos;
            if ((!named && !format_.localNames) || (format_.generic && isOwn(address))) continue;
            open(address, named, line, above, count > 2 ? groups[2] : re2::StringPiece());
            return true;
        }
        return false;
    }

    void open(std::string_view words, bool named, const Line& line, size_t above, re2::StringPiece said) {
        std::string address(words);
        if (!named) {
            const std::string sender = firstAddress(view_.field("From"));
            const size_t sign = sender.rfind('@');
            if (sign == std::string::npos) return;
            address += text::lowered(sender.substr(sign));
        }
        for (size_t i = 0; i < found_.size(); ++i) {
            if (!text::iequals(found_[i].address, address)) continue;
            current_ = i;
            closed_ = found_[i].reasonLength > 0;
            if (!closed_ && !said.empty() && !text::trim({said.data(), said.size()}).empty())
                setReason(found_[i], size_t(said.data() - text_.data()), said.size());
            return;
        }
        if (found_.size() >= Report::maxRecipients) return;
        TextRecipient r;
        r.address = std::move(address);
        r.addressAt = size_t(words.data() - text_.data());
        r.addressLength = words.size();
        const std::string_view rest = text::trim({said.data(), said.size()});
        if (!rest.empty()) {
            setReason(r, size_t(rest.data() - text_.data()), rest.size());
        } else if (format_.collect == Collect::Above) {
            setReason(r, above, line.from - above);
        }
        found_.push_back(std::move(r));
        current_ = found_.size() - 1;
        // A reason that the pattern closed, as "(user unknown)", is whole.
        const bool whole =
            !rest.empty() && size_t(said.data() + said.size() - text_.data()) < line.from + line.length;
        closed_ = whole || format_.collect == Collect::Above || format_.collect == Collect::Line;
    }

    void takeWords(const Line& line) {
        if (found_.empty() || closed_) return;
        const std::string_view words = text_.substr(line.from, line.length);
        const bool empty = text::trim(words).empty();
        TextRecipient& r = found_[current_];
        const bool rule = r.reasonLength == 0 && std::none_of(words.begin(), words.end(), [](char c) {
                              return text::isAlnum(c) || static_cast<unsigned char>(c) >= 0x80;
                          });
        if (rule && !empty) return; // "*****"
        if (empty) {
            if (format_.collect == Collect::Paragraph && r.reasonLength > 0) closed_ = true;
            return;
        }
        if (r.reasonLength == 0) r.reasonAt = line.from;
        const size_t end = line.from + line.length;
        if (end - r.reasonAt <= maxReason) r.reasonLength = end - r.reasonAt;
    }

    void takeHeader() {
        for (std::string& a : allAddresses(view_.field("X-Failed-Recipients"), Report::maxRecipients)) {
            TextRecipient r;
            r.address = std::move(a);
            const size_t at = text_.find(r.address);
            if (at != std::string_view::npos) {
                r.addressAt = at;
                r.addressLength = r.address.size();
            }
            found_.push_back(std::move(r));
        }
        if (found_.empty()) return;
        // All of them share what stands in the section.
        size_t from = 0;
        for (const Line& line : lines_) {
            if (!format_.begin.empty() && hasAny(format_.begin, lowered_.substr(line.from, line.length)))
                from = line.from + line.length;
        }
        if (from < text_.size()) setReason(found_.back(), from, text_.size() - from);
    }

    // A list of addresses with one reason below it.
    void shareReasons() {
        for (size_t i = found_.size() - 1; i-- > 0;) {
            if (found_[i].reasonLength > 0) continue;
            found_[i].reasonAt = found_[i + 1].reasonAt;
            found_[i].reasonLength = found_[i + 1].reasonLength;
        }
    }

    void setReason(TextRecipient& r, size_t at, size_t length) const {
        std::string_view words = text_.substr(at, std::min(length, maxReason));
        const std::string_view trimmed = text::trim(words);
        r.reasonAt = trimmed.empty() ? at : size_t(trimmed.data() - text_.data());
        r.reasonLength = trimmed.size();
    }

    void chooseReason(TextRecipient& r) const {
        const std::string_view block = text_.substr(r.reasonAt, r.reasonLength);
        static const re2::RE2 alias(
            "(?i)(?:generated from|expanded from:?|originally addressed to|forwarded from)\\s+" +
                std::string(addressPattern),
            re2::RE2::Latin1);
        re2::StringPiece groups[2];
        const std::string_view around = text_.substr(r.addressAt, r.addressLength + r.reasonLength + 200);
        if (r.addressLength > 0 && search(alias, around.substr(0, r.addressLength + 600), groups, 2))
            r.original = cleaned({groups[1].data(), groups[1].size()});
        if (text::iequals(r.original, r.address)) r.original.clear();
        for (std::string_view in : {block, text_}) {
            if (in.data() != block.data() && found_.size() > 1) break; // another one's reason
            for (const auto& re : format_.reason) {
                if (in.empty() || !search(*re, in, groups, 2) || groups[1].empty()) continue;
                setReason(r, size_t(groups[1].data() - text_.data()), groups[1].size());
                return;
            }
        }
        if (format_.wholeText && (block.empty() || format_.collect == Collect::Section))
            setReason(r, 0, text_.size());
        else
            setReason(r, r.reasonAt, r.reasonLength);
        if (r.reasonLength == 0 && r.addressLength > 0) takeOwnLine(r);
    }

    // "Unknown user: a@b" says it all in one line.
    void takeOwnLine(TextRecipient& r) const {
        size_t from = r.addressAt, to = r.addressAt + r.addressLength;
        while (from > 0 && text_[from - 1] != '\n') --from;
        while (to < text_.size() && text_[to] != '\n') ++to;
        const auto letters = [&](size_t a, size_t b) {
            return std::count_if(text_.begin() + std::ptrdiff_t(a), text_.begin() + std::ptrdiff_t(b),
                                 text::isAlpha);
        };
        if (letters(from, r.addressAt) + letters(r.addressAt + r.addressLength, to) > 3)
            setReason(r, from, to - from);
    }

    // Addresses that any bounce names: of the one who sends it, and of people to turn to.
    [[nodiscard]] bool isOwn(std::string_view address) const {
        static constexpr std::string_view locals[] = {"postmaster", "mailer-daemon", "abuse", "support",
                                                      "helpdesk",   "help",          "root",  "hostmaster",
                                                      "webmaster",  "info"};
        const std::string_view local = address.substr(0, address.find('@'));
        for (auto l : locals) {
            if (text::iequals(local, l)) return true;
        }
        for (auto name : {"From", "To", "Reply-To"}) {
            if (text::iequals(address, firstAddress(view_.field(name)))) return true;
        }
        return false;
    }

    const MailView& view_;
    const TextFormat& format_;
    std::string_view text_, lowered_;
    std::vector<Line> lines_;
    std::vector<TextRecipient> found_;
    size_t current_ = 0;
    bool closed_ = false;
};

} // namespace

std::optional<TextReading> readText(const MailView& view, const TextFormat& format) {
    return Reader(view, format).read();
}

size_t findCut(const MailView& view, const TextFormats& formats) {
    const std::string_view lowered = view.lowered();
    re2::StringPiece found[1];
    const re2::StringPiece whole(lowered.data(), lowered.size());
    // At the very start a header is none of a returned message: the mail is malformed, not empty.
    if (!formats.cutPattern().Match(whole, 0, whole.size(), re2::RE2::UNANCHORED, found, 1))
        return std::string_view::npos;
    size_t at = size_t(found[0].data() - lowered.data());
    while (at > 0 && lowered[at - 1] != '\n') --at;
    return text::trim(lowered.substr(0, at)).empty() ? std::string_view::npos : at;
}

} // namespace waypost::bounce
