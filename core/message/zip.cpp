#include "message/zip.h"

#include "base/text.h"
#include "message/bundle.h"

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>

namespace waypost::message {

namespace {

constexpr const char* stage = "bundle";
constexpr size_t ratioFrom = 8 * 1024 * 1024;

struct FreeReader {
    void operator()(archive* a) const { archive_read_free(a); }
};
struct FreeWriter {
    void operator()(archive* a) const { archive_write_free(a); }
};
struct FreeEntry {
    void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Reader = std::unique_ptr<archive, FreeReader>;
using Writer = std::unique_ptr<archive, FreeWriter>;
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

std::string because(archive* a) {
    const char* why = archive_error_string(a);
    return why ? text::printable(why) : "no reason given";
}

std::unexpected<Error> notReadable(archive* a) {
    return fail(ErrorCode::Corrupt, stage, fmt::format("This is no readable zip file: {}.", because(a)));
}

la_ssize_t append(archive*, void* to, const void* bytes, size_t size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
    return la_ssize_t(size);
}

// One member after the other; the totals are held against the caps.
class Unpacker {
  public:
    Unpacker(std::string_view zip, const std::vector<std::string_view>& names)
        : zip_(zip), names_(names), reader_(archive_read_new()) {}

    Result<std::map<std::string, std::string>> run() {
        archive_read_support_format_zip(reader_.get());
        if (archive_read_open_memory(reader_.get(), zip_.data(), zip_.size()) != ARCHIVE_OK)
            return notReadable(reader_.get());
        archive_entry* entry = nullptr;
        for (size_t count = 0;; ++count) {
            const int got = archive_read_next_header(reader_.get(), &entry);
            if (got == ARCHIVE_EOF) break;
            if (got != ARCHIVE_OK) return notReadable(reader_.get());
            if (count >= maxBundleMembers)
                return fail(ErrorCode::TooLarge, stage,
                            fmt::format("There are more than {} files in it.", maxBundleMembers));
            if (auto taken = take(entry); !taken) return fail(taken.error());
        }
        return std::move(out_);
    }

  private:
    Result<void> take(archive_entry* entry) {
        const char* path = archive_entry_pathname(entry);
        const std::string name = path ? path : "";
        const std::string shown = text::printable(std::string_view(name).substr(0, 80));
        if (std::find(names_.begin(), names_.end(), name) == names_.end())
            return fail(ErrorCode::Corrupt, stage, fmt::format("\"{}\" does not belong in a bundle.", shown));
        if (archive_entry_filetype(entry) != AE_IFREG)
            return fail(ErrorCode::Corrupt, stage, fmt::format("\"{}\" is no plain file.", shown));
        if (archive_entry_is_encrypted(entry))
            return fail(ErrorCode::Corrupt, stage, fmt::format("\"{}\" is encrypted.", shown));
        if (out_.contains(name))
            return fail(ErrorCode::Corrupt, stage, fmt::format("\"{}\" is there twice.", shown));
        std::string bytes;
        for (;;) {
            char block[64 * 1024];
            const la_ssize_t got = archive_read_data(reader_.get(), block, sizeof block);
            if (got < 0) return notReadable(reader_.get());
            if (got == 0) break;
            total_ += size_t(got);
            if (total_ > maxBundleInflated)
                return fail(ErrorCode::TooLarge, stage,
                            fmt::format("Its files have more than {} bytes.", maxBundleInflated));
            if (total_ > ratioFrom && total_ / maxBundleRatio > zip_.size())
                return fail(ErrorCode::TooLarge, stage,
                            fmt::format("It inflates to more than {} times its size.", maxBundleRatio));
            bytes.append(block, size_t(got));
        }
        out_.emplace(name, std::move(bytes));
        return {};
    }

    std::string_view zip_;
    const std::vector<std::string_view>& names_;
    Reader reader_;
    std::map<std::string, std::string> out_;
    size_t total_ = 0;
};

} // namespace

Result<std::string> writeZip(const std::vector<ZipMember>& members, UtcTime time) {
    std::string out;
    Writer writer(archive_write_new());
    archive* a = writer.get();
    archive_write_set_format_zip(a);
    archive_write_set_bytes_per_block(a, 0);
    auto broken = [a] {
        return fail(ErrorCode::Internal, stage, fmt::format("The zip could not be made: {}.", because(a)));
    };
    if (archive_write_open(a, &out, nullptr, append, nullptr) != ARCHIVE_OK) return broken();
    for (const auto& m : members) {
        Entry entry(archive_entry_new());
        archive_entry_set_pathname(entry.get(), m.name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0600);
        archive_entry_set_size(entry.get(), la_int64_t(m.bytes.size()));
        archive_entry_set_mtime(entry.get(), time_t(time.ms / 1000), 0);
        if (archive_write_header(a, entry.get()) != ARCHIVE_OK) return broken();
        if (archive_write_data(a, m.bytes.data(), m.bytes.size()) != la_ssize_t(m.bytes.size()))
            return broken();
    }
    if (archive_write_close(a) != ARCHIVE_OK) return broken();
    return out;
}

Result<std::map<std::string, std::string>> readZip(std::string_view zip,
                                                   const std::vector<std::string_view>& names) {
    if (zip.size() > maxBundleBytes)
        return fail(ErrorCode::TooLarge, stage, fmt::format("It has more than {} bytes.", maxBundleBytes));
    return Unpacker(zip, names).run();
}

} // namespace waypost::message
