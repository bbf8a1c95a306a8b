#include "mail/headers.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::mail {

namespace {

// RFC 5322 field-name: printable ASCII without colon and space.
bool isNameByte(char c) {
    return c > 32 && c < 127 && c != ':';
}

struct RawLine {
    size_t offset = 0;
    size_t length = 0; // without the line end
    size_t next = 0;
};

RawLine lineAt(std::string_view bytes, size_t at) {
    size_t lf = bytes.find('\n', at);
    if (lf == std::string_view::npos) return {at, bytes.size() - at, bytes.size()};
    size_t length = lf - at;
    if (length != 0 && bytes[lf - 1] == '\r') --length;
    return {at, length, lf + 1};
}

} // namespace

class HeaderBlock::Parser {
  public:
    Parser(HeaderBlock& out, size_t from, const StopLine& stop)
        : out_(out), bytes_(*out.bytes_), from_(from), at_(from), stop_(stop) {}

    void run() {
        skipMboxSeparator();
        while (at_ < bytes_.size()) {
            RawLine line = lineAt(bytes_, at_);
            if (line.length == 0) {
                out_.hasEmptyLine_ = true;
                at_ = line.next;
                break;
            }
            if (stopsAt(line)) break;
            if (reachedCap(line)) {
                skipToBody();
                break;
            }
            ++lineNumber_;
            take(line);
        }
        out_.bodyOffset_ = at_;
    }

  private:
    void skipMboxSeparator() {
        if (!bytes_.substr(std::min(at_, bytes_.size())).starts_with("From ")) return;
        RawLine line = lineAt(bytes_, at_);
        // "From : x" is an odd field, not a separator.
        if (bytes_.substr(line.offset + 5, line.length - 5).starts_with(":")) return;
        out_.mboxSeparator_ = true;
        ++lineNumber_;
        at_ = line.next;
    }

    bool stopsAt(const RawLine& line) const {
        std::string_view text = bytes_.substr(line.offset, line.length);
        return stop_ && text.starts_with("--") && stop_(text);
    }

    bool reachedCap(const RawLine& line) {
        const bool continues = text::isSpace(bytes_[line.offset]);
        if (out_.fields_.size() >= maxFields && !continues)
            out_.stopReason_ =
                fmt::format("The header has more than {} fields; the rest was left out.", maxFields);
        else if (line.offset - from_ > maxBlock)
            out_.stopReason_ =
                fmt::format("The header is longer than {} bytes; the rest was left out.", maxBlock);
        return !out_.stopReason_.empty();
    }

    // Behind a cap only the empty line is looked for.
    void skipToBody() {
        while (at_ < bytes_.size()) {
            RawLine line = lineAt(bytes_, at_);
            if (line.length != 0 && stopsAt(line)) return;
            at_ = line.next;
            if (line.length != 0) continue;
            out_.hasEmptyLine_ = true;
            return;
        }
    }

    void take(const RawLine& line) {
        const bool continues = text::isSpace(bytes_[line.offset]) && openField_;
        if (continues) {
            extend(line);
        } else if (!begin(line)) {
            openField_ = false;
            if (!out_.badLine_)
                out_.badLine_ =
                    BadLine{line.offset, lineNumber_, "This line has no field name followed by a colon."};
        }
        at_ = line.next;
    }

    bool begin(const RawLine& line) {
        size_t p = line.offset;
        const size_t end = line.offset + line.length;
        while (p < end && isNameByte(bytes_[p])) ++p;
        const size_t nameEnd = p;
        while (p < end && (bytes_[p] == ' ' || bytes_[p] == '\t')) ++p;
        if (nameEnd == line.offset || p == end || bytes_[p] != ':') return false;
        HeaderField f;
        f.whole = {line.offset, line.next - line.offset};
        f.name = {line.offset, nameEnd - line.offset};
        f.value = {p + 1, end - p - 1};
        f.oversize = f.whole.length > maxField;
        out_.fields_.push_back(f);
        openField_ = true;
        return true;
    }

    void extend(const RawLine& line) {
        HeaderField& f = out_.fields_.back();
        f.whole.length = line.next - f.whole.offset;
        f.value.length = line.offset + line.length - f.value.offset;
        f.oversize = f.whole.length > maxField;
    }

    HeaderBlock& out_;
    std::string_view bytes_;
    size_t from_;
    size_t at_;
    const StopLine& stop_;
    size_t lineNumber_ = 0;
    bool openField_ = false;
};

HeaderBlock HeaderBlock::parse(Bytes bytes, size_t from, const StopLine& stop) {
    HeaderBlock out;
    out.bytes_ = bytes ? std::move(bytes) : std::make_shared<const std::string>();
    Parser(out, std::min(from, out.bytes_->size()), stop).run();
    return out;
}

HeaderBlock HeaderBlock::parse(std::string_view copied) {
    return parse(std::make_shared<const std::string>(copied), 0, nullptr);
}

std::string_view HeaderBlock::view(Span s) const {
    if (!bytes_ || s.offset > bytes_->size()) return {};
    return std::string_view(*bytes_).substr(s.offset, s.length);
}

std::string unfold(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    for (size_t i = 0; i < value.size(); ++i) {
        const bool crlf = value[i] == '\r' && i + 1 < value.size() && value[i + 1] == '\n';
        if (crlf) ++i;
        if (value[i] == '\n') continue;
        out += value[i];
    }
    return std::string(text::trim(out));
}

std::string HeaderBlock::unfolded(const HeaderField& f) const {
    return unfold(rawValue(f).substr(0, maxField));
}

const HeaderField* HeaderBlock::first(std::string_view wanted) const {
    for (const HeaderField& f : fields_)
        if (text::iequals(name(f), wanted)) return &f;
    return nullptr;
}

std::vector<const HeaderField*> HeaderBlock::topDown(std::string_view wanted) const {
    std::vector<const HeaderField*> out;
    for (const HeaderField& f : fields_)
        if (text::iequals(name(f), wanted)) out.push_back(&f);
    return out;
}

std::vector<const HeaderField*> HeaderBlock::bottomUp(std::string_view wanted) const {
    auto out = topDown(wanted);
    std::reverse(out.begin(), out.end());
    return out;
}

std::optional<std::string> HeaderBlock::value(std::string_view wanted) const {
    const HeaderField* f = first(wanted);
    if (!f) return std::nullopt;
    return unfolded(*f);
}

} // namespace waypost::mail
