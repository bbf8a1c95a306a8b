#include "cli/workspace.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace waypost::cli {

std::filesystem::path workspaceFile(const Globals& globals) {
    return globals.workspace.empty() ? globals.paths.workspace : std::filesystem::path(globals.workspace);
}

Result<std::unique_ptr<store::Workspace>> openWorkspace(const Globals& globals, bool create) {
    store::WorkspaceOptions options;
    options.create = create;
    options.readOnly = !create;
    const std::filesystem::path file = workspaceFile(globals);
    std::error_code ec;
    if (!create && !std::filesystem::exists(file, ec))
        return fail(ErrorCode::NotFound, "workspace",
                    "There is no workspace " + file.string() +
                        " yet; import a log first, or name another one with --workspace.");
    return store::Workspace::open(file, options);
}

Result<std::string> readWholeFile(const std::string& file, size_t maxBytes) {
    const bool standard = file == "-";
    std::FILE* in = standard ? stdin : std::fopen(file.c_str(), "rb");
    if (!in)
        return fail(ErrorCode::NotFound, file,
                    std::string("The file cannot be read: ") + std::strerror(errno) + ".");
    std::string out;
    char block[64 * 1024];
    size_t got = 0;
    while ((got = std::fread(block, 1, sizeof block, in)) > 0 && out.size() <= maxBytes)
        out.append(block, got);
    const bool broken = std::ferror(in) != 0;
    if (!standard) (void)std::fclose(in);
    if (broken) return fail(ErrorCode::Io, file, "The file could not be read to its end.");
    if (out.size() > maxBytes)
        return fail(ErrorCode::TooLarge, file,
                    "The file has more than " + std::to_string(maxBytes) + " bytes.");
    return out;
}

} // namespace waypost::cli
