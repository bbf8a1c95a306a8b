#include "ingest/plan.h"

#include "base/text.h"
#include "ingest/exim_line.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::ingest {

namespace {

namespace fs = std::filesystem;
using std::string_view;

// When its first line was written: rotated sets are read in that order.
UtcTime firstOf(string_view head, UtcTime modified, const LogZone& zone) {
    HeadReader heads(modified, zone);
    EximHead exim(modified, zone);
    SyslogHead line;
    UtcTime at;
    string_view body;
    for (int lines = 0; !head.empty() && lines < 100; ++lines) {
        const size_t end = head.find('\n');
        const string_view first = head.substr(0, end);
        if (heads.read(first, line)) return line.at;
        if (exim.read(first, at, body)) return at;
        head.remove_prefix(end == string_view::npos ? head.size() : end + 1);
    }
    return {INT64_MIN};
}

class Planner {
  public:
    Planner(const ImportOptions& options, std::vector<ImportResult>& results)
        : options_(options), results_(results) {}

    void path(size_t index, const fs::path& path) {
        std::error_code error;
        if (fs::is_directory(path, error))
            folder(index, path);
        else
            file(index, path, {});
    }
    Plan take() {
        std::sort(plan_.sources.begin(), plan_.sources.end(), [](const Source& a, const Source& b) {
            return std::pair(a.first, a.order) < std::pair(b.first, b.order);
        });
        return std::move(plan_);
    }

  private:
    // `member`: its name inside of what was given; empty when it was given itself.
    void file(size_t index, const fs::path& path, const std::string& member) {
        auto part = openFile(path);
        if (!part) return refuse(index, path.string(), member, part.error(), {});
        part->readAt = options_.readAt;
        if (isArchive(*part))
            archive(index, path, member, *part);
        else
            content(index, path.string(), member, std::move(*part), true);
    }

    void folder(size_t index, const fs::path& path) {
        std::vector<fs::path> files;
        std::error_code error;
        fs::recursive_directory_iterator it(path, fs::directory_options::skip_permission_denied, error), end;
        for (; !error && it != end && files.size() < options_.folderFiles; it.increment(error)) {
            std::error_code each;
            // What a maildir is still writing.
            if (it->is_directory(each) && it->path().filename() == "tmp" &&
                fs::is_directory(it->path().parent_path() / "new", each))
                it.disable_recursion_pending();
            if (it->is_regular_file(each)) files.push_back(it->path());
        }
        if (error)
            results_[index].note =
                fmt::format("The folder could not be read to its end: {}.", error.message());
        if (files.size() >= options_.folderFiles)
            results_[index].note = fmt::format("Only {} files of it were read.", files.size());
        std::sort(files.begin(), files.end());
        for (const fs::path& f : files) file(index, f, f.lexically_relative(path).string());
        if (files.empty()) results_[index].format = "empty";
    }

    void archive(size_t index, const fs::path& path, const std::string& member, const FilePart& part) {
        const std::string name = path.string();
        const std::string inside = member.empty() ? std::string() : member + "!";
        auto unpacked = unpack(part, options_.unpack);
        if (!unpacked) return refuse(index, name, member, unpacked.error(), {});
        for (auto& m : unpacked->members) {
            m.part.readAt = options_.readAt;
            content(index, name + "!" + m.name, inside + m.name, std::move(m.part), false);
        }
        for (const auto& p : unpacked->problems) {
            plan_.refused.push_back({index,
                                     p.name.empty() ? name : name + "!" + p.name,
                                     inside + (p.name.empty() ? "*" : p.name),
                                     p.reason,
                                     {}});
        }
        if (unpacked->members.empty() && !unpacked->problems.empty() && member.empty())
            results_[index].error =
                Error(ErrorCode::Corrupt, "import",
                      fmt::format("{}: nothing in it can be read: {}.", text::printable(name),
                                  unpacked->problems.front().reason));
        if (unpacked->members.empty() && unpacked->problems.empty() && member.empty())
            results_[index].format = "empty";
    }

    void content(size_t index, const std::string& name, const std::string& member, FilePart part,
                 bool canBeOpenedAgain) {
        auto reader = LogReader::open(part);
        if (!reader) return refuse(index, name, member, reader.error(), {});
        const string_view head = (*reader)->head();
        auto detected = detectFormat(head, options_.decoder);
        const std::string format = detected.empty ? "empty" : detected.format ? detected.name : std::string();
        if (member.empty()) results_[index].format = format;
        if (detected.empty) {
            if ((*reader)->truncated())
                refuse(index, name, member,
                       Error(ErrorCode::Corrupt, "import",
                             fmt::format("{}: its compression cannot be undone.", text::printable(name))),
                       {});
            return;
        }
        if (!detected.format) {
            const Error unknown(
                ErrorCode::Unsupported, "import",
                fmt::format("{} is of no format we know: {}.", text::printable(name), detected.tried));
            return refuse(index, name, member, unknown, head);
        }
        Source s;
        s.index = index;
        s.order = plan_.sources.size();
        s.name = name;
        s.member = member;
        s.format = detected.format;
        s.size = (*reader)->fileSize();
        s.first = firstOf(head, (*reader)->modified(), options_.zone);
        s.part = std::move(part);
        if (canBeOpenedAgain) s.part.fd.reset(); // a folder may hold more files than we may open
        plan_.sources.push_back(std::move(s));
    }

    void refuse(size_t index, const std::string& name, const std::string& member, const Error& why,
                string_view head) {
        plan_.refused.push_back({index, name, member, why.text, std::string(head.substr(0, 1024))});
        if (member.empty()) results_[index].error = why;
    }

    const ImportOptions& options_;
    std::vector<ImportResult>& results_;
    Plan plan_;
};

} // namespace

Plan makePlan(const std::vector<fs::path>& files, const ImportOptions& options,
              std::vector<ImportResult>& results) {
    Planner planner(options, results);
    for (size_t i = 0; i < files.size(); ++i) planner.path(i, files[i]);
    return planner.take();
}

Result<void> openSource(Source& source, const ImportOptions& options) {
    if (source.reader) return {};
    if (!source.part.fd) {
        auto part = openFile(source.name);
        if (!part) return fail(std::move(part.error()));
        source.part = std::move(*part);
        source.part.readAt = options.readAt;
    }
    auto reader = LogReader::open(source.part);
    if (!reader) return fail(std::move(reader.error()));
    source.reader = std::move(*reader);
    return {};
}

Result<std::unique_ptr<LogReader>> openStored(const std::string& path) {
    auto plain = LogReader::open(fs::path(path));
    for (size_t mark = path.find('!'); !plain && mark != std::string::npos; mark = path.find('!', mark + 1)) {
        auto part = openFile(path.substr(0, mark));
        if (!part || !isArchive(*part)) continue;
        auto unpacked = unpack(*part);
        if (!unpacked) continue;
        for (auto& m : unpacked->members) {
            if (m.name == path.substr(mark + 1)) return LogReader::open(std::move(m.part));
        }
    }
    return plain;
}

} // namespace waypost::ingest
