#include "ingest/source_book.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::ingest {

namespace {

constexpr size_t maxFiles = 200, maxOpinions = 10'000, maxFileBytes = 1024 * 1024;

Error wrong(const std::filesystem::path& file, std::string_view what) {
    std::string name = file.filename().string();
    return {ErrorCode::Corrupt, name, fmt::format("{}: {}.", text::printable(name), what)};
}

bool readCategory(const json::object& o, std::string_view key, reply::Category& out) {
    std::string_view name = json::text(o, key);
    if (name.empty()) return !o.contains(key);
    auto category = reply::categoryFromName(name);
    if (category) out = *category;
    return category.has_value();
}

} // namespace

Result<std::shared_ptr<const SourceBook>> SourceBook::load(const std::filesystem::path& shipped,
                                                           const std::filesystem::path& user) {
    auto book = std::make_shared<SourceBook>();
    if (auto ok = book->readFolder(shipped, true); !ok) return fail(std::move(ok.error()));
    if (!user.empty()) {
        if (auto ok = book->readFolder(user, false); !ok) return fail(std::move(ok.error()));
    }
    return std::shared_ptr<const SourceBook>(std::move(book));
}

Result<void> SourceBook::readFolder(const std::filesystem::path& folder, bool required) {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator it(folder, failed), end; !failed && it != end;
         it.increment(failed)) {
        if (it->path().extension() == ".json") files.push_back(it->path());
        if (files.size() > maxFiles) return fail(wrong(folder, "more than 200 files"));
    }
    if (failed && required) return fail(wrong(folder, "the folder cannot be read: " + failed.message()));
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        if (file.filename() == "opinions.json") {
            if (auto ok = readOpinions(file); !ok) return ok;
            continue;
        }
        auto content = json::readFile(file, maxFileBytes);
        if (!content) return fail(std::move(content.error()));
        auto mapping = readMapping(*content, file.filename().string());
        if (!mapping) return fail(std::move(mapping.error()));
        std::erase_if(mappings_, [&](const Mapping& m) { return m.name == mapping->name; });
        // The operator's come first: they may be narrower than a shipped one.
        mappings_.insert(required ? mappings_.end() : mappings_.begin(), std::move(*mapping));
    }
    return {};
}

Result<void> SourceBook::readOpinions(const std::filesystem::path& file) {
    auto content = json::readFile(file, maxFileBytes);
    if (!content) return fail(std::move(content.error()));
    const auto* o = content->if_object();
    const auto* sources = o ? json::child(*o, "opinions") : nullptr;
    if (!sources || json::number(*o, "schema") != 1)
        return fail(wrong(file, "it has not schema 1 and an object \"opinions\""));
    for (const auto& [source, names] : *sources) {
        const auto* list = names.if_object();
        if (!list) return fail(wrong(file, "a source is no object"));
        for (const auto& [name, value] : *list) {
            std::string key = fmt::format("{}:{}", std::string_view(source), std::string_view(name));
            const auto* fields = value.if_object();
            OpinionMeaning m;
            auto cause =
                fields ? reply::causeFromName(json::text(*fields, "cause", "unknown")) : std::nullopt;
            if (!fields || !cause || !readCategory(*fields, "failed", m.failed) ||
                !readCategory(*fields, "deferred", m.deferred))
                return fail(
                    wrong(file, fmt::format("\"{}\" has a wrong category or cause", text::printable(key))));
            m.cause = *cause;
            opinions_.insert_or_assign(std::move(key), m);
            if (opinions_.size() > maxOpinions) return fail(wrong(file, "more than 10000 names"));
        }
    }
    return {};
}

const OpinionMeaning* SourceBook::opinion(std::string_view name) const {
    auto found = opinions_.find(name);
    return found == opinions_.end() ? nullptr : &found->second;
}

} // namespace waypost::ingest
