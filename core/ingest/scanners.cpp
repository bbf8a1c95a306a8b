#include "ingest/scanners.h"

#include "base/text.h"

#include <cstring>

namespace waypost::ingest {

namespace {

// The values of one or several JSON texts, whatever arrays they stand in: brackets and commas outside of an
// object say nothing. Where an object cannot go on (a raw line end inside a string, an object where none can
// stand) the record ends, so that one broken object does not swallow those behind it.
class JsonScanner : public RecordScanner {
  public:
    Scan scan(std::string_view bytes, bool) override {
        Scan out;
        size_t i = 0;
        if (!state_.inside) {
            while (i < bytes.size() && isGap(bytes[i])) ++i;
            out.skip = i;
            if (i == bytes.size()) return out;
            if (size_t whole = wholeLine(bytes.substr(i)); whole > 0) {
                out.take = whole;
                out.ended = true;
                return out;
            }
            state_.inside = true;
        }
        for (; i < bytes.size() && !out.ended; ++i) {
            End end = step(bytes[i]);
            out.ended = end != End::No;
            if (end == End::Before) --i;
        }
        out.take = i - out.skip;
        if (out.ended) state_ = {};
        return out;
    }
    void giveUp() override { state_.resync = true; }

  private:
    enum class End : std::uint8_t { No, Here, Before };

    static bool isGap(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == '[' || c == ']' ||
               c == '\0' || c == '\xef' || c == '\xbb' || c == '\xbf' || c == '\x1e';
    }
    // Most logs have one object a line. A line that begins with an object's start and ends with an object's
    // end, in front of another that begins so, can be nothing but whole: inside of a value a comma would
    // stand between.
    static size_t wholeLine(std::string_view bytes) {
        if (bytes[0] != '{') return 0;
        const void* found = std::memchr(bytes.data(), '\n', bytes.size());
        if (!found) return 0;
        auto line = size_t(static_cast<const char*>(found) - bytes.data());
        if (line + 1 >= bytes.size() || bytes[line + 1] != '{') return 0;
        size_t end = line > 0 && bytes[line - 1] == '\r' ? line - 1 : line;
        return end > 1 && bytes[end - 1] == '}' && isOneObject(bytes.substr(0, end)) ? end : 0;
    }
    // Every further brace opens a member, or the first element of a list: no second value begins in the line.
    static bool isOneObject(std::string_view line) {
        for (size_t at = 1; at < line.size(); ++at) {
            const void* found = std::memchr(line.data() + at, '{', line.size() - at);
            if (!found) return true;
            at = size_t(static_cast<const char*>(found) - line.data());
            size_t before = at - 1;
            while (line[before] == ' ') --before;
            if (line[before] != ':' && line[before] != '[') return false;
        }
        return true;
    }
    End inString(char c) {
        if (c == '\n') return End::Here;
        if (state_.escaped) {
            state_.escaped = false;
        } else if (c == '\\') {
            state_.escaped = true;
        } else if (c == '"') {
            state_.string = false;
            return state_.depth == 0 ? End::Here : End::No;
        }
        return End::No;
    }
    // An object stands behind a colon, or as an element of an array.
    [[nodiscard]] bool objectMayBegin() const {
        if (state_.depth == 0 || state_.depth > 64) return true;
        bool inArray = ((state_.arrays >> (state_.depth - 1)) & 1) != 0;
        return inArray ? state_.before == '[' || state_.before == ',' : state_.before == ':';
    }
    End open(char c) {
        if (c == '{' && !objectMayBegin()) return End::Before;
        if (state_.depth < 64) {
            std::uint64_t bit = 1ULL << state_.depth;
            state_.arrays = c == '[' ? state_.arrays | bit : state_.arrays & ~bit;
        }
        ++state_.depth;
        state_.before = c;
        return End::No;
    }
    End step(char c) {
        if (state_.resync && c == '\n') return End::Here;
        if (state_.string) return inString(c);
        // A bare value (a number, a word) ends in front of what cannot belong to it.
        if (state_.bare) return isGap(c) || c == '{' || c == '"' ? End::Before : End::No;
        switch (c) {
        case ' ':
        case '\t':
        case '\r':
        case '\n': return End::No;
        case '"':
            state_.string = true;
            state_.before = c;
            return End::No;
        case '{':
        case '[': return open(c);
        case '}':
        case ']':
            if (state_.depth > 0) --state_.depth;
            state_.before = c;
            return state_.depth == 0 ? End::Here : End::No;
        default:
            state_.bare = state_.depth == 0;
            state_.before = c;
            return End::No;
        }
    }

    struct State {
        size_t depth = 0;
        std::uint64_t arrays = 0; // by depth, as far as 64
        char before = 0;          // the last octet that says something
        bool inside = false, string = false, escaped = false, bare = false, resync = false;
    } state_;
};

// RFC 4180 lines: a quoted field may hold line ends. The record is given without its own.
class CsvScanner : public RecordScanner {
  public:
    Scan scan(std::string_view bytes, bool) override {
        Scan out;
        line_ = 0;
        if (!inside_) {
            while (out.skip < bytes.size() && (bytes[out.skip] == '\n' || bytes[out.skip] == '\r'))
                ++out.skip;
            if (out.skip == bytes.size()) return out;
            inside_ = true;
        }
        for (size_t i = out.skip; i < bytes.size(); ++i) {
            i = nextSign(bytes, i);
            if (i == bytes.size()) break;
            char c = bytes[i];
            if (c == '"') quoted_ = !quoted_;
            if (c != '\n' || (quoted_ && !resync_)) continue;
            out.take = i + 1 - out.skip;
            out.ended = true;
            inside_ = quoted_ = resync_ = false;
            return out;
        }
        out.take = bytes.size() - out.skip;
        return out;
    }
    void giveUp() override { resync_ = true; }

  private:
    // Of the next quote or line end: the line is found first, and only looked through for quotes.
    size_t nextSign(std::string_view bytes, size_t from) {
        if (line_ < from || line_ == 0) {
            const void* end = std::memchr(bytes.data() + from, '\n', bytes.size() - from);
            line_ = end ? size_t(static_cast<const char*>(end) - bytes.data()) : bytes.size();
        }
        const void* quote = std::memchr(bytes.data() + from, '"', line_ - from);
        return quote ? size_t(static_cast<const char*>(quote) - bytes.data()) : line_;
    }
    size_t line_ = 0; // of the content now given
    bool inside_ = false, quoted_ = false, resync_ = false;
};

// mbox: a message goes from its "From " line to the next one that stands behind an empty line.
class MboxScanner : public RecordScanner {
  public:
    Scan scan(std::string_view bytes, bool last) override {
        Scan out;
        if (!inside_) {
            while (out.skip < bytes.size() && (bytes[out.skip] == '\n' || bytes[out.skip] == '\r'))
                ++out.skip;
            if (out.skip == bytes.size()) return out;
            inside_ = true;
            afterEmpty_ = false;
        }
        size_t line = out.skip; // where the line under look begins
        bool atStart = atStart_;
        while (line < bytes.size()) {
            std::string_view rest = bytes.substr(line);
            if (atStart && afterEmpty_) {
                if (rest.size() < mark.size() && !last && mark.starts_with(rest)) break;
                if (rest.starts_with(mark)) {
                    out.ended = true;
                    inside_ = false;
                    atStart = false;
                    break;
                }
            }
            size_t end = rest.find('\n');
            if (end == std::string_view::npos) {
                // "\r" alone may be the start of an empty line that is cut here.
                if (rest == "\r" && !last && atStart) break;
                atStart = afterEmpty_ = false;
                line = bytes.size();
                break;
            }
            std::string_view text = rest.substr(0, end);
            afterEmpty_ = atStart && (text.empty() || text == "\r");
            atStart = true;
            line += end + 1;
        }
        atStart_ = atStart;
        out.take = line - out.skip;
        return out;
    }

  private:
    static constexpr std::string_view mark = "From ";
    bool inside_ = false, afterEmpty_ = false, atStart_ = false;
};

class WholeScanner : public RecordScanner {
  public:
    Scan scan(std::string_view bytes, bool) override { return {0, bytes.size(), false}; }
};

} // namespace

std::unique_ptr<RecordScanner> makeScanner(Records records) {
    switch (records) {
    case Records::Lines: break;
    case Records::Json: return std::make_unique<JsonScanner>();
    case Records::Csv: return std::make_unique<CsvScanner>();
    case Records::Mbox: return std::make_unique<MboxScanner>();
    case Records::Whole: return std::make_unique<WholeScanner>();
    }
    return nullptr;
}

} // namespace waypost::ingest
