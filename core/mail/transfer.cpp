#include "mail/transfer.h"

#include "base/text.h"

namespace waypost::mail {

namespace {

constexpr size_t maxHeld = 8 * 1024;

int base64Value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

int hexValue(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

} // namespace

TransferEncoding transferEncodingFrom(std::string_view headerValue) {
    std::string_view v = text::trim(headerValue);
    v = v.substr(0, v.find_first_of(" \t;("));
    if (text::iequals(v, "base64")) return TransferEncoding::Base64;
    if (text::iequals(v, "quoted-printable")) return TransferEncoding::QuotedPrintable;
    for (std::string_view same : {"", "7bit", "8bit", "binary", "7-bit", "8-bit"})
        if (text::iequals(v, same)) return TransferEncoding::Identity;
    return TransferEncoding::Unknown;
}

void Base64Decoder::feed(std::string_view in, std::string& out) {
    for (char c : in) {
        if (c == '=') { // ends a group; what follows may be another encoded piece
            bits_ = 0;
            count_ = 0;
            continue;
        }
        const int v = base64Value(c);
        if (v < 0) {
            if (!text::isSpace(c)) ++skipped_;
            continue;
        }
        bits_ = (bits_ << 6) | std::uint32_t(v);
        ++count_;
        if (count_ == 2) out += char(bits_ >> 4);
        if (count_ == 3) out += char(bits_ >> 2);
        if (count_ == 4) {
            out += char(bits_);
            bits_ = 0;
            count_ = 0;
        }
    }
}

void QuotedPrintableDecoder::line(std::string_view in, bool lineEnd, std::string_view ending,
                                  std::string& out) {
    // White space before a line end was added on the way (RFC 2045 6.7, rule 3).
    if (lineEnd)
        while (!in.empty() && (in.back() == ' ' || in.back() == '\t')) in.remove_suffix(1);
    for (size_t i = 0; i < in.size(); ++i) {
        if (in[i] != '=') {
            out += in[i];
            continue;
        }
        if (i + 1 == in.size()) return; // a soft line break
        const int high = hexValue(in[i + 1]);
        const int low = i + 2 < in.size() ? hexValue(in[i + 2]) : -1;
        if (high < 0 || low < 0) {
            ++broken_;
            out += '=';
            continue;
        }
        out += char(high * 16 + low);
        i += 2;
    }
    if (lineEnd) out += ending;
}

void QuotedPrintableDecoder::feed(std::string_view in, std::string& out) {
    while (!in.empty()) {
        const size_t lf = in.find('\n');
        held_.append(in.substr(0, lf));
        in.remove_prefix(lf == std::string_view::npos ? in.size() : lf + 1);
        if (lf != std::string_view::npos) {
            const bool crlf = !held_.empty() && held_.back() == '\r';
            if (crlf) held_.pop_back();
            line(held_, true, crlf ? "\r\n" : "\n", out);
            held_.clear();
        } else if (held_.size() > maxHeld) {
            // Keep back what may be the start of an escape or white space before a line end.
            size_t keep = 3;
            while (keep < held_.size() && text::isSpace(held_[held_.size() - keep])) ++keep;
            size_t cut = held_.size() - keep;
            while (cut > 0 && cut + 3 > held_.size() - keep && held_[cut - 1] == '=') --cut;
            if (cut >= 2 && held_[cut - 2] == '=') cut -= 2;
            line(std::string_view(held_).substr(0, cut), false, {}, out);
            held_.erase(0, cut);
            if (held_.size() > maxHeld) { // only white space: nobody means that
                out += held_;
                held_.clear();
            }
        }
    }
}

void QuotedPrintableDecoder::finish(std::string& out) {
    line(held_, false, {}, out);
    held_.clear();
}

std::string decodeTransfer(std::string_view in, TransferEncoding encoding) {
    std::string out;
    if (encoding == TransferEncoding::Base64) {
        out.reserve(in.size() / 4 * 3);
        Base64Decoder().feed(in, out);
        return out;
    }
    if (encoding == TransferEncoding::QuotedPrintable) {
        out.reserve(in.size());
        QuotedPrintableDecoder decoder;
        decoder.feed(in, out);
        decoder.finish(out);
        return out;
    }
    return std::string(in);
}

std::string encodeQuotedPrintable(std::string_view in) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    size_t column = 0;
    auto put = [&](std::string_view piece, bool lastOfLine) {
        // The soft break's "=" needs a column of its own unless the line ends here.
        if (column + piece.size() > (lastOfLine ? 76U : 75U)) {
            out += "=\r\n";
            column = 0;
        }
        out += piece;
        column += piece.size();
    };
    for (size_t i = 0; i < in.size(); ++i) {
        if (in.substr(i, 2) == "\r\n") {
            out += "\r\n";
            column = 0;
            ++i;
            continue;
        }
        const char c = in[i];
        const bool last = i + 1 == in.size() || in.substr(i + 1, 2) == "\r\n";
        const bool space = c == ' ' || c == '\t';
        const bool plain = (c > 32 && c < 127 && c != '=') || (space && !last);
        // A dot or "From " at the start of a line is a favourite of broken relays.
        const bool risky = column == 0 && (c == '.' || in.substr(i, 5) == "From ");
        if (plain && !risky) {
            put({&in[i], 1}, last);
        } else {
            const auto b = static_cast<unsigned char>(c);
            const char escaped[3] = {'=', hex[b >> 4], hex[b & 15]};
            put({escaped, 3}, last);
        }
    }
    return out;
}

std::string encodeBase64Lines(std::string_view bytes) {
    const std::string all = text::base64Encode(bytes);
    std::string out;
    out.reserve(all.size() + all.size() / 76 * 2 + 2);
    for (size_t i = 0; i < all.size(); i += 76) {
        out += std::string_view(all).substr(i, 76);
        out += "\r\n";
    }
    return out;
}

} // namespace waypost::mail
