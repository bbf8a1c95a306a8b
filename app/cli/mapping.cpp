#include "base/json.h"
#include "base/text.h"
#include "cli/globals.h"
#include "ingest/source_book.h"

#include <CLI/CLI.hpp>

namespace waypost::cli {

namespace {

constexpr size_t maxMappingBytes = 1024 * 1024;

json::value toJson(const ingest::Mapping& m, const std::string& file) {
    json::object o{{"name", m.name},
                   {"title", json::foreign(m.title)},
                   {"version", m.version},
                   {"date", json::foreign(m.date)},
                   {"source", json::foreign(m.source)}};
    if (!file.empty()) o["file"] = json::foreign(file);
    return o;
}

void print(const Globals& globals, const ingest::Mapping& m, const std::string& file) {
    if (globals.json) return printLine(json::line(toJson(m, file)));
    printLine(m.name + "\t" + text::printable(m.title) + (file.empty() ? "" : "\t" + text::printable(file)));
}

void list(Globals& globals) {
    auto book = ingest::SourceBook::load(globals.paths.resources / "ingest", globals.paths.config / "ingest");
    if (!book) return printError(globals, book.error());
    for (const ingest::Mapping& m : (*book)->mappings()) print(globals, m, {});
}

void check(Globals& globals, const std::vector<std::string>& files) {
    size_t refused = 0;
    for (const std::string& file : files) {
        auto content = json::readFile(file, maxMappingBytes);
        auto mapping = content
                           ? ingest::readMapping(*content, std::filesystem::path(file).filename().string())
                           : Result<ingest::Mapping>(fail(content.error()));
        if (mapping) {
            print(globals, *mapping, file);
            continue;
        }
        ++refused;
        printRefused(globals, "file", file, mapping.error());
    }
    if (refused > 0) raiseStatus(globals, refused == files.size() ? 2 : 3);
}

} // namespace

void addMapping(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("mapping", "mapping files: JSON logs of other programs as events");
    group->require_subcommand(1);
    group->footer(
        "Yours are read from the folder ingest beside your settings (see paths); one with the name of a "
        "shipped one replaces it.\n\nExample:\n  waypost-cli mapping check my-mta.json");
    auto* all = group->add_subcommand("list", "the mappings an import tries, in their order");
    all->footer("Example:\n  waypost-cli mapping list --json");
    all->callback([&globals] { list(globals); });
    auto* one = group->add_subcommand("check", "say whether mapping files are sound, and what is wrong");
    auto files = std::make_shared<std::vector<std::string>>();
    one->add_option("FILE", *files, "mapping files")->required();
    one->footer("Example:\n  waypost-cli mapping check my-mta.json\n\n"
                "Exit status: 0 all are sound, 2 none is, 3 some are.");
    one->callback([&globals, files] { check(globals, *files); });
}

} // namespace waypost::cli
