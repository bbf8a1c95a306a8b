#include "dns/public_suffix.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <libpsl.h>

#include <fstream>

namespace waypost::dns {

struct PublicSuffixList::Handle {
    explicit Handle(psl_ctx_t* c) : ctx(c) {}
    ~Handle() { psl_free(ctx); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    psl_ctx_t* ctx;
};

namespace {

std::string dateOf(std::int64_t seconds) {
    return seconds > 0 ? formatUtc({seconds * 1000}).substr(0, 10) : std::string();
}

std::int64_t modified(const std::filesystem::path& file) {
    std::error_code ec;
    const auto time = std::filesystem::last_write_time(file, ec);
    if (ec) return 0;
    const auto system = std::chrono::file_clock::to_sys(time);
    return std::chrono::duration_cast<std::chrono::seconds>(system.time_since_epoch()).count();
}

// A published list says its date in its first lines ("// VERSION: 2026-08-19_12-00-00_UTC"). The time of the
// file would only say when it was copied.
std::string statedDate(const std::filesystem::path& file) {
    constexpr std::string_view mark = "// VERSION: ";
    constexpr int headLines = 20;
    std::ifstream in(file);
    std::string line;
    for (int i = 0; i < headLines && std::getline(in, line); ++i)
        if (line.starts_with(mark) && line.size() >= mark.size() + 10) return line.substr(mark.size(), 10);
    std::filesystem::path beside = file;
    beside.replace_extension(".json");
    constexpr size_t mostBytes = 64 * 1024;
    const auto facts = json::readFile(beside, mostBytes);
    const auto* o = facts ? facts->if_object() : nullptr;
    return o ? std::string(json::text(*o, "date")) : std::string();
}

} // namespace

PublicSuffixList::~PublicSuffixList() = default;

Result<std::shared_ptr<const PublicSuffixList>>
PublicSuffixList::system(const std::filesystem::path& shipped) {
    std::error_code ec;
    auto ours = !shipped.empty() && std::filesystem::exists(shipped, ec)
                    ? load(shipped)
                    : Result<std::shared_ptr<const PublicSuffixList>>(nullptr);
    auto theirs = ofSystem();
    if (!ours || !*ours) return theirs;
    return !theirs || (*theirs)->date() < (*ours)->date() ? ours : theirs;
}

Result<std::shared_ptr<const PublicSuffixList>> PublicSuffixList::ofSystem() {
    psl_ctx_t* ctx = psl_latest(nullptr);
    if (!ctx)
        return fail(ErrorCode::NotFound, "public suffix list",
                    "libpsl has neither a built-in list nor the system's.");
    std::shared_ptr<PublicSuffixList> list(new PublicSuffixList);
    list->handle_ = std::make_unique<Handle>(ctx);
    const char* file = psl_dist_filename();
    const std::int64_t builtIn = psl_builtin_file_time();
    const std::int64_t onDisk = file && *file ? modified(file) : 0;
    // psl_latest() takes the file when it is newer than what was built in.
    list->source_ =
        onDisk > builtIn ? std::string(file) : "built into libpsl " + std::string(psl_get_version());
    list->date_ = dateOf(std::max(builtIn, onDisk));
    return list;
}

Result<std::shared_ptr<const PublicSuffixList>> PublicSuffixList::load(const std::filesystem::path& file) {
    psl_ctx_t* ctx = psl_load_file(file.c_str());
    if (!ctx)
        return fail(ErrorCode::NotFound, "public suffix list",
                    fmt::format("\"{}\" cannot be read as a public suffix list.", file.string()));
    std::shared_ptr<PublicSuffixList> list(new PublicSuffixList);
    list->handle_ = std::make_unique<Handle>(ctx);
    list->source_ = file.string();
    list->date_ = statedDate(file);
    return list;
}

std::string PublicSuffixList::organizationalDomain(std::string_view name) const {
    const std::string lower = normalName(name);
    // libpsl reads neither an empty label nor a leading dot as an error.
    if (lower.empty() || lower.front() == '.' || lower.find("..") != std::string::npos) return {};
    const char* domain = psl_registrable_domain(handle_->ctx, lower.c_str());
    return domain ? std::string(domain) : std::string();
}

bool PublicSuffixList::isPublicSuffix(std::string_view name) const {
    return psl_is_public_suffix(handle_->ctx, normalName(name).c_str()) == 1;
}

} // namespace waypost::dns
