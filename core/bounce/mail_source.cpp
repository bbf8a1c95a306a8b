#include "bounce/mail_source.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

namespace waypost::bounce {

namespace {

namespace fs = std::filesystem;
using Take = std::function<bool(MailAt&&)>;

// "From sender@host Thu Apr 29 16:51:04 2007": the separator has a time in it (RFC 4155).
bool isSeparator(std::string_view line) {
    if (!line.starts_with("From ")) return false;
    const size_t colon = line.find(':');
    return colon != std::string_view::npos && colon > 1 && colon + 2 < line.size() &&
           text::isDigit(line[colon - 1]) && text::isDigit(line[colon + 1]);
}

// Reads a file by lines of any length, keeping at most maxMailBytes of a mail.
class MailReader {
  public:
    MailReader(const fs::path& file, std::istream& in, const Take& take)
        : file_(file), in_(in), take_(take) {}

    bool run() {
        std::vector<char> buffer(256 * 1024);
        bool open = true; // a line begun in an earlier block
        std::string carry;
        while (open) {
            in_.read(buffer.data(), std::streamsize(buffer.size()));
            std::string_view got(buffer.data(), size_t(in_.gcount()));
            open = !got.empty();
            while (!got.empty()) {
                const size_t lf = got.find('\n');
                const size_t take = lf == std::string_view::npos ? got.size() : lf + 1;
                // Only the start of a line decides whether it is a separator.
                carry.append(got.substr(0, take));
                got.remove_prefix(take);
                if (lf == std::string_view::npos && carry.size() < 4096) continue;
                if (!line(carry, lf != std::string_view::npos)) return false;
                carry.clear();
            }
        }
        if (!carry.empty() && !line(carry, true)) return false;
        return finish();
    }

  private:
    bool line(std::string_view bytes, bool ends) {
        const bool may = position_ == 0 || (mbox_ && afterBlank_);
        if (atLineStart_ && may && isSeparator(bytes)) {
            mbox_ = true;
            if (position_ > 0 && !finish()) return false;
            position_ += std::int64_t(bytes.size());
            mail_ = MailAt{};
            mail_.offset = position_;
            mail_.ofMbox = true;
            begun_ = false;
        } else {
            const size_t room = maxMailBytes - std::min(maxMailBytes, mail_.bytes.size());
            mail_.bytes.append(bytes.substr(0, room));
            mail_.length += std::int64_t(bytes.size());
            position_ += std::int64_t(bytes.size());
            begun_ = true;
        }
        afterBlank_ = atLineStart_ && text::trim(bytes).empty();
        atLineStart_ = ends;
        return true;
    }

    bool finish() {
        if (!begun_) return true;
        begun_ = false;
        mail_.file = file_;
        if (mail_.ofMbox) dropBlank();
        MailAt out = std::move(mail_);
        mail_ = MailAt{};
        return take_(std::move(out));
    }

    // The empty line before the next separator belongs to the mbox.
    void dropBlank() {
        if (std::int64_t(mail_.bytes.size()) != mail_.length) return;
        for (std::string_view end : {"\r\n\r\n", "\n\n"}) {
            if (!mail_.bytes.ends_with(end)) continue;
            const size_t drop = end.size() / 2;
            mail_.bytes.resize(mail_.bytes.size() - drop);
            mail_.length -= std::int64_t(drop);
            return;
        }
    }

    const fs::path& file_;
    std::istream& in_;
    const Take& take_;
    MailAt mail_;
    std::int64_t position_ = 0;
    bool mbox_ = false, begun_ = false, afterBlank_ = false, atLineStart_ = true;
};

Error unreadable(const fs::path& p, const std::string& why) {
    return {ErrorCode::Io, p.filename().string(), fmt::format("The file cannot be read: {}.", why)};
}

// Regular files below a folder, in the order of their names.
std::vector<fs::path> filesBelow(const fs::path& folder, std::error_code& ec) {
    std::vector<fs::path> out;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, ec), end;
    for (; !ec && it != end; it.increment(ec)) {
        const fs::path name = it->path().filename();
        if (it.depth() >= maxFolderDepth) it.disable_recursion_pending();
        std::error_code kind;
        if (it->is_directory(kind)) {
            const bool maildir = name == "tmp" && fs::exists(it->path().parent_path() / "cur", kind);
            if (maildir) it.disable_recursion_pending();
            continue;
        }
        const std::string text = name.string();
        if (text.starts_with('.') || text.starts_with("dovecot") || !it->is_regular_file(kind)) continue;
        if (out.size() < maxFolderFiles) out.push_back(it->path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

void eachMail(const fs::path& path, const Take& take,
              const std::function<void(const fs::path&, const Error&)>& refuse) {
    std::error_code ec;
    std::vector<fs::path> files{path};
    if (fs::is_directory(path, ec)) {
        files = filesBelow(path, ec);
        if (ec) return refuse(path, unreadable(path, ec.message()));
    }
    for (const fs::path& file : files) {
        if (!fs::exists(file, ec)) {
            refuse(file, {ErrorCode::NotFound, file.filename().string(), "There is no such file."});
            continue;
        }
        std::ifstream in(file, std::ios::binary);
        if (!in) {
            refuse(file, unreadable(file, "it could not be opened"));
            continue;
        }
        if (!MailReader(file, in, take).run()) return;
        if (in.bad()) refuse(file, unreadable(file, "reading stopped"));
    }
}

} // namespace waypost::bounce
