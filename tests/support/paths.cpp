#include "support/paths.h"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace waypost::test {

namespace {

std::filesystem::path fromEnvironment(const char* name) {
    const char* value = std::getenv(name);
    if (!value) throw std::runtime_error(std::string(name) + " is not set: run this test through ctest");
    return value;
}

struct Cleaner {
    std::vector<std::filesystem::path> folders;
    ~Cleaner() {
        for (const auto& f : folders) {
            std::error_code ignored;
            std::filesystem::remove_all(f, ignored);
        }
    }
};

} // namespace

std::filesystem::path resources() {
    return fromEnvironment("WAYPOST_RESOURCES");
}
std::filesystem::path corpora() {
    return fromEnvironment("WAYPOST_CORPORA");
}
std::filesystem::path data(std::string_view name) {
    return fromEnvironment("WAYPOST_TEST_DATA") / name;
}

std::filesystem::path temporaryFolder() {
    static Cleaner cleaner;
    std::string pattern = (std::filesystem::temp_directory_path() / "waypost-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    cleaner.folders.emplace_back(pattern);
    return cleaner.folders.back();
}

} // namespace waypost::test
