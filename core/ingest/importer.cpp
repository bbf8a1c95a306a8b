#include "ingest/importer.h"

#include "base/text.h"
#include "ingest/session.h"
#include "store/workspace.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::ingest {

namespace {

// When its first line was written: rotated sets are read in that order.
UtcTime firstOf(std::string_view head, UtcTime modified, const LogZone& zone) {
    HeadReader heads(modified, zone);
    SyslogHead line;
    while (!head.empty() && !heads.read(head.substr(0, head.find('\n')), line))
        head.remove_prefix(std::min(head.size(), std::min(head.find('\n'), head.size() - 1) + 1));
    return heads.last();
}

// Reads the heads: what each file is, and when it starts.
std::vector<Source> prepare(const std::vector<std::filesystem::path>& files, const ImportOptions& options,
                            std::vector<ImportResult>& results) {
    std::vector<Source> out;
    for (size_t i = 0; i < files.size(); ++i) {
        results[i].file = files[i].string();
        auto reader = LogReader::open(files[i]);
        if (!reader) {
            results[i].error = reader.error();
            continue;
        }
        auto detected = detectFormat((*reader)->head(), options.decoder);
        results[i].format = detected.empty ? "empty" : detected.name;
        if (detected.empty) continue;
        if (!detected.format) {
            results[i].error = Error(ErrorCode::Unsupported, "import",
                                     fmt::format("{} is of no format we know: {}.",
                                                 text::printable(files[i].string()), detected.tried));
            continue;
        }
        Source s;
        s.index = i;
        s.name = files[i].string();
        s.format = detected.format;
        s.first = firstOf((*reader)->head(), (*reader)->modified(), options.zone);
        s.reader = std::move(*reader);
        out.push_back(std::move(s));
    }
    std::sort(out.begin(), out.end(), [](const Source& a, const Source& b) {
        return std::pair(a.first, a.index) < std::pair(b.first, b.index);
    });
    return out;
}

} // namespace

Write writeTo(store::Workspace& workspace) {
    return [&workspace](WriteJob job) { return workspace.write(std::move(job)); };
}

std::vector<ImportResult> importFiles(const std::vector<std::filesystem::path>& files, const Write& write,
                                      const ImportOptions& options) {
    std::vector<ImportResult> results(files.size());
    auto sources = prepare(files, options, results);
    Session session(write, options);
    for (const Source& s : sources) session.bytesTotal += s.reader->fileSize();
    for (Source& s : sources) {
        ImportResult& result = results[s.index];
        if (session.stopped())
            result.cancelled = true;
        else
            session.read(s, result);
        session.bytesDone += s.reader->fileSize();
        s.reader.reset();
    }
    auto ended = session.end();
    if (!ended && !results.empty() && !results.back().error) results.back().error = ended.error();
    return results;
}

} // namespace waypost::ingest
