// waypost: the window on the core.
#include "common/paths.h"
#include "common/secrets.h"
#include "desktop/desktop.h"
#include "desktop/ending.h"
#include "desktop/options.h"
#include "desktop/startup.h"
#include "desktop/unattended.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QCryptographicHash>
#include <QTemporaryDir>

#include <cstdio>

using namespace Qt::StringLiterals;
using namespace waypost;

namespace {

struct Places {
    std::filesystem::path workspace, resources;
    QString layout;
};

// Each workspace has a layout of its own, named by where it is.
QString layoutFile(const std::filesystem::path& state, const std::filesystem::path& workspace) {
    const QByteArray name = QByteArray::fromStdString(workspace.string());
    const QByteArray mark = QCryptographicHash::hash(name, QCryptographicHash::Sha256).toHex().left(12);
    const std::string file = workspace.stem().string() + "-" + mark.toStdString() + ".ini";
    return QString::fromStdString((state / "layout" / file).string());
}

// A run nobody watches leaves the operator's own workspaces alone.
Places placesOf(const app::Paths& paths, const desktop::Options& options, const QTemporaryDir& scratch) {
    Places out;
    out.resources = paths.resources;
    const std::filesystem::path temporary = scratch.path().toStdString();
    if (!options.workspace.empty())
        out.workspace = std::filesystem::absolute(options.workspace);
    else if (options.unattended())
        out.workspace = temporary / "lab.waypost";
    else
        out.workspace = options.lab ? paths.labWorkspace : paths.workspace;
    out.layout =
        options.unattended() ? scratch.filePath(u"layout.ini"_s) : layoutFile(paths.state, out.workspace);
    return out;
}

int run(const desktop::Options& options, const app::Paths& paths, const Places& places) {
    engine::OpenOptions how;
    how.workspace = places.workspace;
    how.resources = places.resources;
    how.ownMappings = paths.config / "ingest";
    how.lab = options.lab || options.unattended();
    if (!options.unattended()) how.userRules = paths.config / "reply-rules.json";
    if (!how.lab) {
        // The lab's one password is made up at each start; the operator's are kept.
        auto secrets = app::personalSecrets(paths);
        if (!secrets)
            return desktop::refuseWorkspace(secrets.error(), QString::fromStdString(paths.config.string()),
                                            options.unattended());
        how.secrets = secrets->file;
        how.passphrase = std::move(secrets->passphrase);
    }
    auto engine = engine::Engine::open(std::move(how));
    if (!engine)
        return desktop::refuseWorkspace(engine.error(), QString::fromStdString(places.workspace.string()),
                                        options.unattended());
    desktop::Desktop desktop(**engine, options, places.layout);
    new desktop::FirstPaint(desktop.window());
    desktop.window().show();
    if (options.check) return desktop::runSelfCheck(desktop, **engine, places.resources);
    if (!options.screenshots.isEmpty())
        return desktop::takeScreenshots(desktop, **engine, places.resources, options.screenshots);
    const desktop::EndOnSignal endOnSignal(desktop.window());
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    if (!desktop::needsDisplay(argc, argv) && !qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    QApplication::setApplicationName(u"waypost"_s);
    QApplication::setApplicationVersion(QStringLiteral(WAYPOST_VERSION));
    const desktop::Options options = desktop::parseOptions(QApplication::arguments());
    ui::Theme::install(app);
    auto paths = app::findPaths();
    if (!paths) {
        std::fprintf(stderr, "waypost: %s\n", paths.error().text.c_str());
        return exitStatusFor(paths.error().code);
    }
    const QTemporaryDir scratch;
    return run(options, *paths, placesOf(*paths, options, scratch));
}
