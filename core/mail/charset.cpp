#include "mail/charset.h"

#include "base/text.h"

#include <iconv.h>

#include <cerrno>
#include <optional>

namespace waypost::mail {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

class Converter {
  public:
    explicit Converter(const std::string& from) : handle_(iconv_open("UTF-8", from.c_str())) {}
    ~Converter() {
        if (open()) iconv_close(handle_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    [[nodiscard]] bool open() const {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv_open's own value for a failure
        return handle_ != reinterpret_cast<iconv_t>(-1);
    }
    [[nodiscard]] iconv_t get() const { return handle_; }

  private:
    iconv_t handle_;
};

// Names that mail uses and iconv does not, and those whose real use is wider than the name.
std::string iconvName(std::string_view charset) {
    std::string name = text::lowered(charset.substr(0, 64));
    if (size_t star = name.find('*'); star != std::string::npos) name.resize(star); // RFC 2231 language
    if (name.empty() || name == "us-ascii" || name == "ascii" || name == "utf8" || name == "default" ||
        name == "unknown-8bit")
        return "utf-8";
    if (name == "iso-8859-1" || name == "latin1") return "windows-1252";
    if (name == "ks_c_5601-1987") return "cp949";
    if (name == "gb2312") return "gb18030";
    if (name == "iso-8859-8-i" || name == "iso-8859-8-e") return "iso-8859-8";
    return name;
}

Decoded asUtf8(std::string_view bytes) {
    Decoded out;
    out.utf8 = text::toValidUtf8(bytes);
    out.replaced = out.utf8 != bytes;
    return out;
}

// Letters, digits and the few marks of charset names: iconv reads "//TRANSLIT" and paths of its own
// otherwise.
bool isCharsetName(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return text::isAlnum(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '+';
    });
}

} // namespace

Decoded toUtf8(std::string_view bytes, std::string_view charset) {
    const std::string name = iconvName(charset);
    if (name == "utf-8") return asUtf8(bytes);
    std::optional<Converter> converter;
    if (isCharsetName(name)) converter.emplace(name);
    if (!converter || !converter->open()) {
        Decoded out = asUtf8(bytes);
        out.unknownCharset = true;
        return out;
    }
    Decoded out;
    char buffer[4096];
    char* in = const_cast<char*>(bytes.data()); // iconv's signature; it does not write there
    size_t left = bytes.size();
    while (left != 0) {
        char* to = buffer;
        size_t room = sizeof buffer;
        const size_t rc = iconv(converter->get(), &in, &left, &to, &room);
        const int error = rc == size_t(-1) ? errno : 0;
        out.utf8.append(buffer, size_t(to - buffer));
        if (error == 0 || error == E2BIG) continue;
        out.utf8 += replacement;
        out.replaced = true;
        if (error == EINVAL) break; // a sequence is cut off at the end
        ++in;
        --left;
    }
    // windows-1252 and friends never give broken UTF-8, but a table of the system could.
    out.utf8 = text::toValidUtf8(out.utf8);
    return out;
}

} // namespace waypost::mail
