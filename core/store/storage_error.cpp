#include "store/storage_error.h"

#include <fmt/format.h>

#include <sqlite3.h>

namespace waypost::store {

namespace {

std::string_view sentence(int code) {
    switch (code & 0xff) {
    case SQLITE_FULL: return "The disk is full; nothing of this change was stored.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "The workspace is locked by another program.";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "The workspace file is damaged.";
    case SQLITE_READONLY: return "The workspace is open for reading only.";
    case SQLITE_INTERRUPT: return "The query was stopped.";
    case SQLITE_IOERR: return "The disk reported an error.";
    case SQLITE_CANTOPEN: return "A file of the workspace cannot be opened.";
    case SQLITE_NOMEM: return "There is not enough memory.";
    case SQLITE_TOOBIG: return "A value is larger than the workspace keeps.";
    case SQLITE_CONSTRAINT: return "A row breaks a rule of the workspace.";
    default: return "The workspace could not be read or written.";
    }
}

} // namespace

StorageError::StorageError(int code, std::string_view doing, std::string_view detail)
    : std::runtime_error(fmt::format("{} ({}: {})", sentence(code), doing, detail)), code_(code) {}

StorageError StorageError::of(sqlite3* db, std::string_view doing) {
    return {sqlite3_extended_errcode(db), doing, sqlite3_errmsg(db)};
}

bool StorageError::diskFull() const {
    return (code_ & 0xff) == SQLITE_FULL;
}
bool StorageError::interrupted() const {
    return (code_ & 0xff) == SQLITE_INTERRUPT;
}
bool StorageError::constraint() const {
    return (code_ & 0xff) == SQLITE_CONSTRAINT;
}

Error StorageError::toError() const {
    ErrorCode code = ErrorCode::Storage;
    switch (code_ & 0xff) {
    case SQLITE_INTERRUPT: code = ErrorCode::Cancelled; break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: code = ErrorCode::Conflict; break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: code = ErrorCode::Corrupt; break;
    default: break;
    }
    return {code, "workspace", what()};
}

} // namespace waypost::store
