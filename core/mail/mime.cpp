#include "mail/mime.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::mail {

class MimeTree::Builder {
  public:
    explicit Builder(MimeTree& out) : out_(out), bytes_(*out.bytes_) {}

    void run() {
        openPart(-1, 0);
        while (at_ < bytes_.size()) {
            const size_t lf = bytes_.find('\n', at_);
            const size_t next = lf == std::string_view::npos ? bytes_.size() : lf + 1;
            if (bytes_.substr(at_, 2) == "--" && !open_.empty() && boundaryLine(at_, next)) continue;
            at_ = next;
        }
        closeAbove(0, bytes_.size());
    }

  private:
    struct Open {
        int part;
        std::string boundary; // empty: a leaf or an encapsulated message
    };

    // Reads the header at `at_` and moves to the body; an encapsulated message is opened right away.
    void openPart(int parent, size_t at) {
        at_ = at;
        while (true) {
            const int index = addPart(parent);
            if (index < 0) return;
            MimePart& part = out_.parts_[size_t(index)];
            at_ = part.headers.bodyOffset();
            part.body.offset = at_;
            std::string boundary = part.isMultipart() ? part.type.parameter("boundary").value_or("") : "";
            if (part.isMultipart()) checkBoundary(part, boundary);
            open_.push_back({index, boundary});
            const bool inside = part.isMessage() && part.encoding == TransferEncoding::Identity;
            if (!inside) return;
            if (part.depth >= maxDepth) return markOpaque(part, "nested deeper than 100");
            parent = index;
        }
    }

    int addPart(int parent) {
        if (out_.parts_.size() >= maxParts) {
            if (parent >= 0) markOpaque(out_.parts_[size_t(parent)], "one of more than 10000 parts");
            exhausted_ = true;
            return -1;
        }
        MimePart part;
        part.parent = parent;
        part.depth = parent < 0 ? 0 : out_.parts_[size_t(parent)].depth + 1;
        part.headers = HeaderBlock::parse(
            out_.bytes_, at_, [this](std::string_view line) { return matching(line).has_value(); });
        readType(part, parent);
        const int index = int(out_.parts_.size());
        if (parent >= 0) out_.parts_[size_t(parent)].children.push_back(index);
        out_.parts_.push_back(std::move(part));
        return index;
    }

    void readType(MimePart& part, int parent) {
        auto type = part.headers.value("Content-Type");
        if (type) part.type = parseParameterValue(*type);
        part.typeGiven = type && part.type.value.find('/') != std::string::npos;
        if (!part.typeGiven) {
            const bool digest = parent >= 0 && out_.parts_[size_t(parent)].type.value == "multipart/digest";
            part.type.value = digest ? "message/rfc822" : "text/plain";
        }
        if (auto d = part.headers.value("Content-Disposition")) part.disposition = parseParameterValue(*d);
        part.encoding = transferEncodingFrom(part.headers.value("Content-Transfer-Encoding").value_or(""));
    }

    void checkBoundary(MimePart& part, std::string& boundary) {
        part.closed = false;
        while (!boundary.empty() && text::isSpace(boundary.back())) boundary.pop_back();
        if (boundary.empty()) {
            markOpaque(part, "a multipart without a boundary");
        } else if (boundary.size() > maxBoundary) {
            boundary.clear();
            markOpaque(part, "a multipart whose boundary is longer than 2048 bytes");
        } else if (part.depth >= maxDepth) {
            boundary.clear();
            markOpaque(part, "nested deeper than 100");
        }
    }

    struct Match {
        size_t level;
        bool final;
    };

    // The innermost open multipart this line is a boundary of.
    std::optional<Match> matching(std::string_view line) const {
        line = text::trimRight(line);
        for (size_t level = open_.size(); level-- > 0;) {
            const std::string& boundary = open_[level].boundary;
            if (boundary.empty() || line.size() < boundary.size() + 2) continue;
            if (line.substr(2, boundary.size()) != boundary) continue;
            std::string_view rest = line.substr(2 + boundary.size());
            if (rest.empty()) return Match{level, false};
            if (rest == "--") return Match{level, true};
        }
        return std::nullopt;
    }

    bool boundaryLine(size_t from, size_t next) {
        if (exhausted_) return false;
        auto match = matching(bytes_.substr(from, next - from));
        if (!match) return false;
        closeAbove(match->level + 1, from);
        at_ = next;
        const int multipart = open_[match->level].part;
        if (match->final) {
            out_.parts_[size_t(multipart)].closed = true;
            open_[match->level].boundary.clear(); // what follows is its epilogue
        } else {
            openPart(multipart, next);
        }
        return true;
    }

    // Ends the bodies of all parts above this level; the line end before a boundary belongs to the boundary.
    void closeAbove(size_t level, size_t at) {
        size_t end = at;
        if (at < bytes_.size() && level > 0) {
            if (end > 0 && bytes_[end - 1] == '\n') --end;
            if (end > 0 && end < at && bytes_[end - 1] == '\r') --end;
        }
        while (open_.size() > level) {
            Span& body = out_.parts_[size_t(open_.back().part)].body;
            // A header without an empty line ends at the boundary itself.
            body.offset = std::min(body.offset, end);
            body.length = end - body.offset;
            open_.pop_back();
        }
    }

    void markOpaque(MimePart& part, std::string_view why) {
        part.opaque = true;
        if (out_.problems_.size() < 20)
            out_.problems_.push_back(
                fmt::format("The part at byte {} is {}; it was left as it is.", part.body.offset, why));
    }

    MimeTree& out_;
    std::string_view bytes_;
    size_t at_ = 0;
    std::vector<Open> open_;
    bool exhausted_ = false;
};

MimeTree MimeTree::parse(Bytes bytes) {
    MimeTree out;
    out.bytes_ = bytes ? std::move(bytes) : std::make_shared<const std::string>();
    Builder(out).run();
    return out;
}

MimeTree MimeTree::parse(std::string_view copied) {
    return parse(std::make_shared<const std::string>(copied));
}

std::string_view MimeTree::raw(const MimePart& p) const {
    return std::string_view(*bytes_).substr(p.body.offset, p.body.length);
}

std::string MimeTree::content(const MimePart& p) const {
    return decodeTransfer(raw(p), p.encoding);
}

Decoded MimeTree::text(const MimePart& p) const {
    return toUtf8(content(p), p.type.parameter("charset").value_or(""));
}

std::string MimeTree::fileName(const MimePart& p) const {
    auto name = p.disposition.parameter("filename");
    if (!name) name = p.type.parameter("name");
    if (!name) return {};
    const size_t slash = name->find_last_of("/\\");
    return slash == std::string::npos ? *name : name->substr(slash + 1);
}

const MimePart* MimeTree::firstOfType(std::string_view type) const {
    for (const MimePart& p : parts_)
        if (p.type.value == type && p.disposition.value != "attachment") return &p;
    return nullptr;
}

} // namespace waypost::mail
