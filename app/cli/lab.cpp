#include "lab/lab.h"

#include "cli/globals.h"

#include <CLI/CLI.hpp>

#include <csignal>

namespace waypost::cli {

namespace {

void runLab(Globals& globals, const std::string& scenario) {
    // Blocked before any thread starts, so that only this one takes the signal.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    auto lab = lab::Lab::open({globals.paths.resources, scenario, 0, 0, 0});
    if (!lab) return printError(globals, lab.error());
    printLine((*lab)->describeJson());
    int taken = 0;
    sigwait(&ends, &taken);
}

} // namespace

void addLab(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("lab", "the simulated mail internet on loopback");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli lab run");
    auto* run = group->add_subcommand("run", "start the lab, print its ports as JSON, run until stopped");
    auto scenario = std::make_shared<std::string>();
    run->add_option("--scenario", *scenario, "greylist-slow, rate-limit or slow")->type_name("NAME");
    run->footer("Ends on SIGTERM or Ctrl-C.\n\nExample:\n  waypost-cli lab run --scenario rate-limit");
    run->callback([&globals, scenario] { runLab(globals, *scenario); });
}

} // namespace waypost::cli
