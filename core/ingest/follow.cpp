#include "ingest/follow.h"

#include "ingest/brothers.h"
#include "ingest/session.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <set>

namespace waypost::ingest {

namespace {

namespace fs = std::filesystem;

constexpr size_t maxTails = 8; // descriptors held for one log: rotated away and not silent yet
constexpr std::uint32_t watchedFor =
    IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE;

std::int64_t nanoseconds(const timespec& t) {
    return std::int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

fs::path folderOf(const fs::path& file) {
    const fs::path parent = file.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

} // namespace

Follower::Follower(std::vector<fs::path> paths, Write write, ImportOptions options,
                   std::optional<UtcTime> since)
    : paths_(std::move(paths)), write_(std::move(write)), options_(std::move(options)),
      session_(std::make_unique<Session>(write_, options_)),
      notify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    expand();
    for (Log& log : logs_) log.began = since.value_or(log.began);
}

Follower::~Follower() {
    if (notify_ >= 0) ::close(notify_);
}

UtcTime Follower::now() const {
    return options_.clock ? options_.clock->now() : SystemClock().now();
}

void Follower::watch(const fs::path& folder) {
    if (notify_ < 0 || watched_.contains(folder)) return;
    const int id = ::inotify_add_watch(notify_, folder.c_str(), watchedFor);
    if (id >= 0) watched_.emplace(folder, id);
}

void Follower::add(const fs::path& path) {
    for (const Log& log : logs_) {
        if (log.path == path) return;
    }
    watch(folderOf(path));
    logs_.push_back({path, {}, now()});
}

void Follower::expand() {
    for (const fs::path& p : paths_) {
        std::error_code error;
        if (!fs::is_directory(p, error)) {
            add(p);
            continue;
        }
        watch(p);
        for (fs::directory_iterator it(p, error), end; !error && it != end && logs_.size() < 1000;
             it.increment(error)) {
            std::error_code each;
            if (it->is_regular_file(each)) add(it->path());
        }
    }
}

bool Follower::look(Log& log) {
    struct stat st{};
    if (::stat(log.path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return false;
    Tail* current = !log.tails.empty() && log.tails.back().current ? &log.tails.back() : nullptr;
    if (current && current->inode == st.st_ino && current->device == st.st_dev)
        // Empty again counts too: all that was written since may have been copied away.
        return st.st_size < current->seenSize ||
               (st.st_size == 0 && nanoseconds(st.st_mtim) != current->seenTime);
    auto part = openFile(log.path);
    if (!part) return false;
    if (::fstat(*part->fd, &st) != 0) return false;
    part->readAt = options_.readAt;
    Tail fresh;
    fresh.part = std::move(*part);
    fresh.inode = st.st_ino;
    fresh.device = st.st_dev;
    fresh.changed = now();
    if (current) current->current = false;
    log.tails.push_back(std::move(fresh));
    return true;
}

// True: its content is another one than before, or the first we see of it.
bool Follower::readTail(Log& log, Tail& tail, bool takeLast, std::vector<ImportResult>& out) {
    struct stat st{};
    if (::fstat(*tail.part.fd, &st) != 0) return false;
    const std::int64_t time = nanoseconds(st.st_mtim);
    if (!takeLast && st.st_size == tail.seenSize && time == tail.seenTime) return false;
    if (st.st_size != tail.seenSize || time != tail.seenTime) tail.changed = now();
    tail.seenSize = st.st_size;
    tail.seenTime = time;
    tail.part.modified = {time / 1'000'000};
    auto reader = LogReader::open(tail.part);
    if (!reader || (*reader)->compressed() != tail.compressed) return false;
    const Detected detected = detectFormat((*reader)->head(), options_.decoder);
    if (!detected.format) return false; // too little of it yet, or none of ours
    Source source;
    source.name = log.path.string();
    source.format = detected.format;
    source.reader = std::move(*reader);
    source.growing = !takeLast;
    source.taken = takeLast;
    ImportResult result;
    result.file = source.name;
    result.format = detected.name;
    session_->read(source, result);
    const bool other = source.file != tail.file;
    tail.file = source.file;
    if (result.error && result.error->code == ErrorCode::Storage) broken_ = result.error;
    // What an earlier step stored is no news.
    result.duplicates = 0;
    if (result.error || result.records > 0) out.push_back(std::move(result));
    return other;
}

// Lines that were copied or rotated away between two looks: the brothers that were written to since we came
// are read like logs that were rotated away, compressed ones at once.
void Follower::takeBrothers(Log& log, std::vector<ImportResult>& out) {
    std::set<std::pair<std::uint64_t, std::uint64_t>> open;
    for (const Log& each : logs_) {
        for (const Tail& t : each.tails) open.emplace(t.device, t.inode);
    }
    for (const fs::path& brother : brothersOf(log.path)) {
        struct stat st{};
        if (::stat(brother.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) continue;
        if (open.contains({st.st_dev, st.st_ino})) continue;
        if (nanoseconds(st.st_mtim) / 1'000'000 + 1000 < log.began.ms) continue;
        auto part = openFile(brother);
        if (!part) continue;
        part->readAt = options_.readAt;
        Tail tail;
        tail.part = std::move(*part);
        tail.inode = st.st_ino;
        tail.device = st.st_dev;
        tail.changed = now();
        tail.current = false;
        auto reader = LogReader::open(tail.part);
        tail.compressed = reader && (*reader)->compressed();
        readTail(log, tail, tail.compressed, out);
        if (!tail.compressed) log.tails.insert(log.tails.begin(), std::move(tail));
    }
}

// A log that was rotated away and is silent has said its last line.
void Follower::dropSilent(Log& log, std::vector<ImportResult>& out) {
    for (size_t i = 0; i + 1 < log.tails.size();) {
        Tail& t = log.tails[i];
        const bool silent = now() - t.changed > options_.lastLineWait;
        if (!silent && log.tails.size() <= maxTails) {
            ++i;
            continue;
        }
        readTail(log, t, true, out);
        log.tails.erase(log.tails.begin() + std::ptrdiff_t(i));
    }
}

Result<std::vector<ImportResult>> Follower::step() {
    std::vector<ImportResult> out;
    expand();
    for (Log& log : logs_) {
        const bool replaced = look(log);
        // Old lines before new ones.
        for (size_t i = 0; i + 1 < log.tails.size(); ++i) readTail(log, log.tails[i], false, out);
        if (replaced) takeBrothers(log, out);
        if (!log.tails.empty() && readTail(log, log.tails.back(), false, out)) takeBrothers(log, out);
        dropSilent(log, out);
        if (broken_) return fail(*broken_);
    }
    return out;
}

bool Follower::wait(Millis batch, Millis longest) {
    pollfd p{notify_, POLLIN, 0};
    if (notify_ < 0 || ::poll(&p, 1, int(longest.count())) <= 0) return false;
    ::usleep(useconds_t(batch.count() * 1000));
    char events[8192];
    while (::read(notify_, events, sizeof events) > 0) {
    }
    return true;
}

Result<void> Follower::end() {
    return session_->end();
}

} // namespace waypost::ingest
