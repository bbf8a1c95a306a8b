#include "ingest/importer.h"

#include "base/text.h"
#include "ingest/plan.h"
#include "store/workspace.h"

#include <fmt/format.h>

namespace waypost::ingest {

namespace {

// What one member added to the sum.
void addMember(ImportResult& sum, const Source& source, const ImportResult& before) {
    if (sum.format.empty())
        sum.format = source.format->name;
    else if (sum.format != source.format->name)
        sum.format = "mixed";
    ImportMember m;
    m.name = source.member;
    m.format = source.format->name;
    m.events = sum.events - before.events;
    m.duplicates = sum.duplicates - before.duplicates;
    m.rejected = sum.rejected - before.rejected;
    if (sum.error) m.problem = sum.error->text;
    sum.members.push_back(std::move(m));
}

void readOne(Session& session, Source& source, ImportResult& result, const ImportOptions& options) {
    const ImportResult before = result;
    auto opened = openSource(source, options);
    if (!opened)
        result.error = opened.error();
    else if (session.stopped())
        result.cancelled = true;
    else
        session.read(source, result);
    if (result.error && result.error->code != ErrorCode::Storage)
        session.refuse(source.name, result.error->text, {});
    if (source.member.empty()) return;
    addMember(result, source, before);
    // One bad member does not spoil the others; a storage error does.
    if (result.error && result.error->code != ErrorCode::Storage) result.error = before.error;
}

void noteRefused(ImportResult& result, size_t refused) {
    if (refused == 0 || result.error) return;
    if (result.events + result.duplicates == 0 && result.format.empty()) {
        const ImportMember& first = result.members.front();
        result.error =
            Error(ErrorCode::Unsupported, "import",
                  fmt::format("{}: nothing in it is of a format we know; {}: {}",
                              text::printable(result.file), text::printable(first.name), first.problem));
        return;
    }
    if (!result.note.empty()) result.note += ' ';
    result.note += fmt::format("{} in it could not be read: waypost-cli import --rejected says why.",
                               refused == 1 ? std::string("One file") : fmt::format("{} files", refused));
}

} // namespace

Write writeTo(store::Workspace& workspace) {
    return [&workspace](WriteJob job) { return workspace.write(std::move(job)); };
}

std::vector<ImportResult> importFiles(const std::vector<std::filesystem::path>& files, const Write& write,
                                      const ImportOptions& options) {
    std::vector<ImportResult> results(files.size());
    for (size_t i = 0; i < files.size(); ++i) results[i].file = files[i].string();
    Plan plan = makePlan(files, options, results);
    Session session(write, options);
    std::vector<size_t> refused(files.size());
    for (const Plan::Refused& r : plan.refused) {
        session.refuse(r.path, r.reason, r.head);
        if (r.member.empty()) continue;
        ++refused[r.index];
        results[r.index].members.push_back({r.member, {}, 0, 0, 0, r.reason});
    }
    for (const Source& s : plan.sources) session.bytesTotal += s.size;
    for (Source& s : plan.sources) {
        readOne(session, s, results[s.index], options);
        session.bytesDone += s.size;
        s.reader.reset();
        s.part.fd.reset();
    }
    for (size_t i = 0; i < files.size(); ++i) noteRefused(results[i], refused[i]);
    auto ended = session.end();
    if (!ended && !results.empty() && !results.back().error) results.back().error = ended.error();
    return results;
}

} // namespace waypost::ingest
