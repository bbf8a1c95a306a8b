#include "store/statement.h"

#include "store/database.h"
#include "store/storage_error.h"

#include <fmt/format.h>

#include <sqlite3.h>
#include <stdexcept>
#include <utility>

namespace waypost::store {

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), handle_(std::exchange(other.handle_, nullptr)) {}

Statement::~Statement() {
    if (handle_) db_->giveBack(handle_);
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) throw StorageError::of(sqlite3_db_handle(handle_), sqlite3_sql(handle_));
}

void Statement::bind(int index, std::nullptr_t) {
    check(sqlite3_bind_null(handle_, index));
}
void Statement::bind(int index, double value) {
    check(sqlite3_bind_double(handle_, index, value));
}
void Statement::bindInteger(int index, std::int64_t value) {
    check(sqlite3_bind_int64(handle_, index, value));
}

void Statement::bindText(int index, std::string_view text, bool copy) {
    // A null pointer would bind NULL: an empty view is the empty text.
    const char* data = text.data() ? text.data() : "";
    check(sqlite3_bind_text64(handle_, index, data, text.size(), copy ? SQLITE_TRANSIENT : SQLITE_STATIC,
                              SQLITE_UTF8));
}

void Statement::bindBlob(int index, std::string_view bytes, bool copy) {
    const char* data = bytes.data() ? bytes.data() : "";
    check(sqlite3_bind_blob64(handle_, index, data, bytes.size(), copy ? SQLITE_TRANSIENT : SQLITE_STATIC));
}

void Statement::expectParameters(int count) const {
    int wanted = sqlite3_bind_parameter_count(handle_);
    if (wanted != count)
        throw std::logic_error(fmt::format("{} parameters for {}: {}", count, wanted, sqlite3_sql(handle_)));
}

bool Statement::step() {
    int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto error = StorageError::of(sqlite3_db_handle(handle_), sqlite3_sql(handle_));
    sqlite3_reset(handle_);
    throw error;
}

void Statement::finish() {
    while (step()) {
    }
    sqlite3_reset(handle_);
}

void Statement::reset() {
    // The code repeats the failure of the last step, which was reported then.
    sqlite3_reset(handle_);
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}
double Statement::real(int column) const {
    return sqlite3_column_double(handle_, column);
}

std::string_view Statement::text(int column) const {
    const void* data = sqlite3_column_blob(handle_, column);
    return {static_cast<const char*>(data), size_t(sqlite3_column_bytes(handle_, column))};
}

std::optional<std::int64_t> Statement::optionalInteger(int column) const {
    if (isNull(column)) return std::nullopt;
    return integer(column);
}
std::optional<std::string> Statement::optionalString(int column) const {
    if (isNull(column)) return std::nullopt;
    return string(column);
}
std::optional<UtcTime> Statement::optionalTime(int column) const {
    if (isNull(column)) return std::nullopt;
    return time(column);
}

} // namespace waypost::store
