#include "ingest/brothers.h"

#include <algorithm>
#include <string>

namespace waypost::ingest {

namespace fs = std::filesystem;

namespace {
constexpr int maxBrothers = 200;
}

std::vector<fs::path> brothersOf(const fs::path& file) {
    std::string name = file.filename().string();
    std::string stem =
        name.substr(0, name.find(".log") == std::string::npos ? name.find('.') : name.find(".log") + 4);
    std::vector<fs::path> out;
    std::error_code error;
    for (fs::directory_iterator it(file.parent_path().empty() ? "." : file.parent_path(), error), end;
         !error && it != end; it.increment(error)) {
        if (int(out.size()) >= maxBrothers) break;
        if (it->path().filename().string().starts_with(stem) && it->path() != file) out.push_back(it->path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace waypost::ingest
