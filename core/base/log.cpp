#include "base/log.h"

#include "base/text.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <mutex>

namespace waypost::log {

namespace {

spdlog::level::level_enum toSpdlog(Level level) {
    switch (level) {
    case Level::Error: return spdlog::level::err;
    case Level::Warn: return spdlog::level::warn;
    case Level::Info: return spdlog::level::info;
    case Level::Debug: return spdlog::level::debug;
    case Level::Trace: return spdlog::level::trace;
    }
    return spdlog::level::info;
}

std::mutex guard;
std::shared_ptr<spdlog::logger> current;

std::shared_ptr<spdlog::logger> prepare(spdlog::sink_ptr sink, Level level) {
    auto logger = std::make_shared<spdlog::logger>("waypost", std::move(sink));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    logger->set_level(toSpdlog(level));
    logger->flush_on(spdlog::level::warn);
    return logger;
}

std::shared_ptr<spdlog::logger> logger() {
    std::lock_guard lock(guard);
    if (!current) current = prepare(std::make_shared<spdlog::sinks::stderr_sink_mt>(), Level::Warn);
    return current;
}

bool isLocalPart(char c) {
    return text::isAlnum(c) || std::string_view(".!#$%&'*+-/=?^_`{|}~").contains(c);
}

} // namespace

void toStandardError(Level level) {
    auto made = prepare(std::make_shared<spdlog::sinks::stderr_sink_mt>(), level);
    std::lock_guard lock(guard);
    current = std::move(made);
}

void toFile(const std::filesystem::path& file, Level level) {
    auto made = prepare(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string()), level);
    std::lock_guard lock(guard);
    current = std::move(made);
}

void write(Level level, std::string_view module, std::string_view message) {
    auto target = logger();
    if (!target->should_log(toSpdlog(level))) return;
    target->log(toSpdlog(level), "{}: {}", module, text::printable(maskAddresses(message)));
}

std::string maskAddresses(std::string_view message) {
    std::string out;
    out.reserve(message.size());
    size_t copied = 0;
    for (size_t at = message.find('@'); at != std::string_view::npos; at = message.find('@', at + 1)) {
        size_t start = at;
        while (start > copied && isLocalPart(message[start - 1])) --start;
        if (start == at) continue;
        out += message.substr(copied, start - copied);
        out += message[start];
        out += "***";
        copied = at;
    }
    out += message.substr(copied);
    return out;
}

} // namespace waypost::log
