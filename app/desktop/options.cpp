#include "desktop/options.h"

#include <QCommandLineParser>

#include <cstdio>
#include <cstdlib>
#include <string_view>

using namespace Qt::StringLiterals;

namespace waypost::desktop {

namespace {

[[noreturn]] void refuse(const QString& sentence) {
    std::fprintf(stderr, "waypost: %s\n", qPrintable(sentence));
    std::exit(2);
}

} // namespace

bool needsDisplay(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        for (const std::string_view without : {"--check", "--help", "-h", "--help-all", "--version", "-v"})
            if (word == without) return false;
        if (word.starts_with("--screenshot-dir")) return false;
    }
    return true;
}

Options parseOptions(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Deliverability operations console."_s);
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption workspace(u"workspace"_s, u"Open this workspace file."_s, u"FILE"_s);
    const QCommandLineOption lab(u"lab"_s, u"Open the lab workspace: mail hosts simulated on loopback."_s);
    const QCommandLineOption check(u"check"_s, u"Run the self-check in a temporary lab workspace and end."_s);
    const QCommandLineOption page(u"page"_s, u"Open this screen first: today, placement, domains, …"_s,
                                  u"ID"_s);
    const QCommandLineOption shots(u"screenshot-dir"_s,
                                   u"Write a picture of every screen to this folder and end."_s, u"DIR"_s);
    const QCommandLineOption theme(u"theme"_s, u"Colours: light or dark."_s, u"light|dark"_s);
    const QCommandLineOption reset(u"reset-layout"_s, u"Forget sizes, columns and the last screen."_s);
    parser.addOptions({workspace, lab, check, page, shots, theme, reset});
    if (!parser.parse(arguments)) refuse(parser.errorText());
    if (parser.isSet(u"help"_s)) parser.showHelp(0);
    if (parser.isSet(u"version"_s)) parser.showVersion();
    if (!parser.positionalArguments().isEmpty())
        refuse(u"\"%1\" is not an option; see --help."_s.arg(parser.positionalArguments().constFirst()));
    Options out;
    out.workspace = parser.value(workspace).toStdString();
    out.lab = parser.isSet(lab);
    out.check = parser.isSet(check);
    out.page = parser.value(page);
    out.screenshots = parser.value(shots);
    out.theme = parser.value(theme);
    out.resetLayout = parser.isSet(reset);
    if (!out.theme.isEmpty() && out.theme != "light"_L1 && out.theme != "dark"_L1)
        refuse(u"--theme takes light or dark, not \"%1\"."_s.arg(out.theme));
    if (parser.isSet(shots) && out.screenshots.isEmpty()) refuse(u"--screenshot-dir needs a folder."_s);
    return out;
}

} // namespace waypost::desktop
