#include "common/paths.h"

#include <cstdlib>

namespace waypost::app {

namespace fs = std::filesystem;

namespace {

fs::path environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? fs::path(value) : fs::path();
}

// $NAME when it is absolute, else the home folder with the standard's default.
Result<fs::path> base(const char* name, const char* underHome) {
    fs::path set = environment(name);
    if (set.is_absolute()) return set;
    fs::path home = environment("HOME");
    if (!home.is_absolute())
        return fail(ErrorCode::NotFound, "paths",
                    std::string("Neither ") + name + " nor HOME names a folder.");
    return home / underHome;
}

Result<fs::path> findResources() {
    std::error_code ec;
    const fs::path self = fs::read_symlink("/proc/self/exe", ec);
    const fs::path candidates[] = {environment("WAYPOST_RESOURCES"),
                                   self.parent_path() / ".." / "share" / "waypost",
                                   fs::path(WAYPOST_SOURCE_RESOURCES)};
    for (const fs::path& c : candidates)
        if (!c.empty() && fs::exists(c / "rules", ec)) return fs::weakly_canonical(c, ec);
    return fail(ErrorCode::NotFound, "paths",
                "The data folder of Waypost was not found; set WAYPOST_RESOURCES to it.");
}

} // namespace

Result<Paths> findPaths() {
    auto resources = findResources();
    if (!resources) return fail(resources.error());
    auto data = base("XDG_DATA_HOME", ".local/share");
    if (!data) return fail(data.error());
    auto config = base("XDG_CONFIG_HOME", ".config");
    auto state = base("XDG_STATE_HOME", ".local/state");
    if (!config || !state) return fail(config ? state.error() : config.error());
    Paths p;
    p.resources = *resources;
    p.workspace = *data / "waypost" / "default.waypost";
    p.labWorkspace = *data / "waypost" / "lab.waypost";
    p.config = *config / "waypost";
    p.state = *state / "waypost";
    return p;
}

} // namespace waypost::app
