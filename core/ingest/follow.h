// Follower: logs that grow, read as they are written. Nothing is lost or repeated through rotation by rename,
// truncation and copytruncate: what was rotated away is read to its end from the descriptor we hold, what
// replaced it from its start, and on every such change the rotated brothers beside the log are looked at for
// lines that went past us. A last line waits for its end; in a log that was rotated away and is silent, for
// `lastLineWait`.
//
// Thread rule: one thread, which step() and wait() block. Failure: an Error of the store ends it; a file that
// is gone or unreadable is tried again with the next step.
#pragma once

#include "ingest/importer.h"

#include <map>

namespace waypost::ingest {

class Session;

class Follower {
  public:
    // Folders stand for the files in them, now and later. `options` is kept. `since`: rotated brothers that
    // were written to since then are read (when an import before began); else since now.
    Follower(std::vector<std::filesystem::path> paths, Write write, ImportOptions options,
             std::optional<UtcTime> since = {});
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    // Reads what is new. One result for each file that had something.
    Result<std::vector<ImportResult>> step();
    // Until something changed beside the followed files, and then for `batch`, so that lines of one moment
    // come together; at most `longest`. False: nothing did.
    bool wait(Millis batch, Millis longest);
    // What must be stored when nothing more is read.
    Result<void> end();

  private:
    struct Tail {
        FilePart part;
        std::int64_t seenSize = -1, seenTime = -1;
        std::int64_t file = 0; // as the store knows its content
        std::uint64_t inode = 0, device = 0;
        UtcTime changed; // when we saw it change last
        bool current = true, compressed = false;
    };
    struct Log {
        std::filesystem::path path;
        std::vector<Tail> tails; // the current one last
        UtcTime began;
    };
    void expand();
    void add(const std::filesystem::path& path);
    // True: another file stands there now than before, or it was truncated.
    bool look(Log& log);
    bool readTail(Log& log, Tail& tail, bool takeLast, std::vector<ImportResult>& out);
    void takeBrothers(Log& log, std::vector<ImportResult>& out);
    void dropSilent(Log& log, std::vector<ImportResult>& out);
    [[nodiscard]] UtcTime now() const;
    void watch(const std::filesystem::path& folder);

    std::vector<std::filesystem::path> paths_;
    Write write_;
    ImportOptions options_;
    std::unique_ptr<Session> session_;
    std::vector<Log> logs_;
    int notify_ = -1;
    std::map<std::filesystem::path, int> watched_;
    std::optional<Error> broken_;
};

} // namespace waypost::ingest
