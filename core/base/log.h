// The program's own log: levels per module, to standard error or a file, never to standard output. Mail
// addresses in a message are masked before anything is written (local part shortened to its first character);
// secrets cannot get here because Secret does not print. Thread rule: callable from any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace waypost::log {

enum class Level { Error, Warn, Info, Debug, Trace };

// Where to write; without a call, warnings and errors go to standard error.
void toStandardError(Level level);
void toFile(const std::filesystem::path& file, Level level);

void write(Level level, std::string_view module, std::string_view message);
inline void error(std::string_view module, std::string_view message) {
    write(Level::Error, module, message);
}
inline void warn(std::string_view module, std::string_view message) {
    write(Level::Warn, module, message);
}
inline void info(std::string_view module, std::string_view message) {
    write(Level::Info, module, message);
}
inline void debug(std::string_view module, std::string_view message) {
    write(Level::Debug, module, message);
}

// "alice@example.org" becomes "a***@example.org"; used by write(), public for its test.
std::string maskAddresses(std::string_view message);

} // namespace waypost::log
