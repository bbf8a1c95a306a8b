#include "base/json.h"
#include "cli/globals.h"

#include <CLI/CLI.hpp>

namespace waypost::cli {

void addPaths(CLI::App& app, Globals& globals) {
    auto* paths = app.add_subcommand("paths", "where the program's data and your files are");
    paths->footer("Example:\n  waypost-cli paths --json");
    paths->callback([&globals] {
        const app::Paths& p = globals.paths;
        if (globals.json) {
            printLine(json::line(json::object{{"resources", p.resources.string()},
                                              {"workspace", p.workspace.string()},
                                              {"lab_workspace", p.labWorkspace.string()},
                                              {"config", p.config.string()},
                                              {"state", p.state.string()}}));
            return;
        }
        printLine("resources      " + p.resources.string());
        printLine("workspace      " + p.workspace.string());
        printLine("lab workspace  " + p.labWorkspace.string());
        printLine("config         " + p.config.string());
        printLine("state          " + p.state.string());
    });
}

} // namespace waypost::cli
