// Where tests find what they read. Set by CTest; a test run by hand gets the same from its own defaults.
#pragma once

#include <filesystem>
#include <string>

namespace waypost::test {

std::filesystem::path resources();            // the product's data
std::filesystem::path corpora();              // public corpora, may not exist
std::filesystem::path data(std::string_view); // tests/<name>
// A new empty directory, removed at the end of the program.
std::filesystem::path temporaryFolder();

} // namespace waypost::test
