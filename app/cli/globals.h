// What every command of waypost-cli shares: global options and how results and errors are printed.
#pragma once

#include "base/result.h"
#include "common/paths.h"
#include "common/table.h"
#include "net/address.h"

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace waypost::cli {

struct Globals {
    bool json = false;
    std::string workspace;
    std::vector<std::string> nameservers;
    app::Paths paths;
    int status = 0; // what the program ends with
};

// --nameserver values, or the system's (resolv.conf). Error: one that is no address.
Result<std::vector<net::Endpoint>> resolverServers(const Globals& globals);

// stdout: one line of data.
void printLine(std::string_view line);
// Writes "error: …" to stderr, or {"error":{…}} to stdout with --json; raises the exit status.
void printError(Globals& globals, const Error& error);
// The same for one of several inputs: with --json its line names the input, {"FIELD":input,"error":{…}}.
void printRefused(Globals& globals, std::string_view field, std::string_view input, const Error& error);
// The exit status of several results does not depend on their order: a failed check (1) gives way to a
// partial result (3), that to "could not look" (4), that to refused input (2), that to 5 and above.
void raiseStatus(Globals& globals, int status);

// Each command group adds itself to the program.
void addLab(CLI::App& app, Globals& globals);
void addDomain(CLI::App& app, Globals& globals);
void addDkim(CLI::App& app, Globals& globals);
void addBlocklist(CLI::App& app, Globals& globals);
void addListFiles(CLI::App& app, Globals& globals);
void addArc(CLI::App& app, Globals& globals);
void addReply(CLI::App& app, Globals& globals);
void addEvents(CLI::App& app, Globals& globals);
void addBounce(CLI::App& app, Globals& globals);
void addImport(CLI::App& app, Globals& globals);
void addReputation(CLI::App& app, Globals& globals);
void addStats(CLI::App& app, Globals& globals);
void addPlacement(CLI::App& app, Globals& globals);
void addSend(CLI::App& app, Globals& globals);
void addMapping(CLI::App& app, Globals& globals);
void addPaths(CLI::App& app, Globals& globals);
void addDmarc(CLI::App& app, Globals& globals);
void addMessage(CLI::App& app, Globals& globals);
void addSpf(CLI::App& app, Globals& globals);

} // namespace waypost::cli
