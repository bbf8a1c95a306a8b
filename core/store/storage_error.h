// StorageError: the one exception of this module. The environment broke under a statement (disk full, I/O
// error, corrupt page, lock not granted in time) or the statement was interrupted. It crosses no module
// border: Workspace catches it at the boundary of every read and write and answers with an Error.
#pragma once

#include "base/error.h"

#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;

namespace waypost::store {

class StorageError : public std::runtime_error {
  public:
    // `code` is SQLite's extended result code; `doing` says what was tried ("commit", the statement's head).
    StorageError(int code, std::string_view doing, std::string_view detail);
    static StorageError of(sqlite3* db, std::string_view doing);

    [[nodiscard]] int code() const { return code_; }
    [[nodiscard]] bool diskFull() const;
    [[nodiscard]] bool interrupted() const;
    [[nodiscard]] bool constraint() const;
    // As it is reported to a person: Cancelled for an interrupt, Conflict for a lock, Corrupt, else Storage.
    [[nodiscard]] Error toError() const;

  private:
    int code_;
};

} // namespace waypost::store
