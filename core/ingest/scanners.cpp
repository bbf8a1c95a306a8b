#include "ingest/scanners.h"

#include "base/text.h"

#include <cstring>

namespace waypost::ingest {

namespace {

// The values of one or several JSON texts, whatever arrays they stand in: brackets and commas outside of an
// object say nothing. A raw line end inside a string is no JSON: the string was never closed, and the record
// ends there, so that one broken object does not swallow those behind it.
class JsonScanner : public RecordScanner {
  public:
    Scan scan(std::string_view bytes, bool) override {
        Scan out;
        size_t i = 0;
        if (!inside_) {
            while (i < bytes.size() && isGap(bytes[i])) ++i;
            out.skip = i;
            if (i == bytes.size()) return out;
            inside_ = true;
        }
        for (; i < bytes.size() && !out.ended; ++i) out.ended = step(bytes[i]);
        // A bare value (a number, a word) ends in front of what cannot belong to it.
        if (out.ended && bare_) --i;
        out.take = i - out.skip;
        if (out.ended) reset();
        return out;
    }
    void giveUp() override { resync_ = true; }

  private:
    static bool isGap(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == '[' || c == ']' ||
               c == '\0' || c == '\xef' || c == '\xbb' || c == '\xbf' || c == '\x1e';
    }
    void reset() { *this = {}; }
    JsonScanner& operator=(const JsonScanner& other) {
        depth_ = other.depth_;
        inside_ = other.inside_;
        string_ = other.string_;
        escaped_ = other.escaped_;
        bare_ = other.bare_;
        resync_ = other.resync_;
        return *this;
    }
    // True: the record ends with this octet.
    bool step(char c) {
        if (resync_ && c == '\n') return true;
        if (string_) {
            if (c == '\n') return true;
            if (escaped_) {
                escaped_ = false;
            } else if (c == '\\') {
                escaped_ = true;
            } else if (c == '"') {
                string_ = false;
                return depth_ == 0;
            }
            return false;
        }
        if (bare_) return isGap(c) || c == '{' || c == '"';
        switch (c) {
        case '"': string_ = true; return false;
        case '{':
        case '[': ++depth_; return false;
        case '}':
        case ']':
            if (depth_ > 0) --depth_;
            return depth_ == 0;
        default: bare_ = depth_ == 0; return false;
        }
    }

    size_t depth_ = 0;
    bool inside_ = false, string_ = false, escaped_ = false, bare_ = false, resync_ = false;
};

// RFC 4180 lines: a quoted field may hold line ends. The record is given without its own.
class CsvScanner : public RecordScanner {
  public:
    Scan scan(std::string_view bytes, bool) override {
        Scan out;
        if (!inside_) {
            while (out.skip < bytes.size() && (bytes[out.skip] == '\n' || bytes[out.skip] == '\r'))
                ++out.skip;
            if (out.skip == bytes.size()) return out;
            inside_ = true;
        }
        for (size_t i = out.skip; i < bytes.size(); ++i) {
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
