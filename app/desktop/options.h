// What the window program was asked to do on its command line.
#pragma once

#include "common/paths.h"

#include <QString>
#include <QStringList>

#include <filesystem>

namespace waypost::desktop {

struct Options {
    std::filesystem::path workspace; // empty: the standard one
    bool lab = false;
    bool check = false;
    QString page;
    QString screenshots; // folder; empty: an ordinary start
    QString theme;       // "light", "dark"; empty: the saved choice, else the desktop's
    bool resetLayout = false;
    [[nodiscard]] bool unattended() const { return check || !screenshots.isEmpty(); }
};

// Ends the program for --help and --version, and with status 2 for a word it does not know.
Options parseOptions(const QStringList& arguments);
// Needed before there is an application: neither a run nobody watches nor a word about the program needs a
// display.
bool needsDisplay(int argc, char** argv);

} // namespace waypost::desktop
