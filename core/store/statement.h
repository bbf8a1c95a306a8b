// Statement: one prepared SQL statement, borrowed from its Database's cache for as long as this object lives.
// Parameters count from 1, columns from 0. Thread rule: that of its Database. Failure: StorageError.
//
//   auto insert = db.prepare("INSERT INTO t(a, b) VALUES(?, ?)");
//   for (auto& row : rows) insert.run(row.a, row.b);          // binds, runs to the end, is ready again
//
//   auto select = db.prepare("SELECT a, b FROM t WHERE a > ?");
//   select.bind(1, limit);
//   while (select.step()) use(select.integer(0), select.text(1));   // views last until the next step
#pragma once

#include "base/clock.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace waypost::store {

class Database;

// Bytes that are not text.
struct Blob {
    std::string_view bytes;
};

class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement(); // resets and gives it back

    // Values are copied.
    void bind(int index, std::nullptr_t);
    void bind(int index, std::string_view text) { bindText(index, text, true); }
    void bind(int index, Blob blob) { bindBlob(index, blob.bytes, true); }
    void bind(int index, double value);
    void bind(int index, UtcTime t) { bindInteger(index, t.ms); }
    void bind(int index, Millis d) { bindInteger(index, d.count()); }
    template <std::integral T>
    void bind(int index, T value) {
        bindInteger(index, std::int64_t(value));
    }
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        value ? bind(index, *value) : bind(index, nullptr);
    }

    // Binds all parameters without copying, runs to the end, resets. For statements whose rows nobody reads.
    template <class... Args>
    void run(const Args&... args) {
        expectParameters(int(sizeof...(args)));
        int index = 0;
        (bindBorrowed(++index, args), ...);
        finish();
    }
    // Binds all parameters (copied) of a query; then step().
    template <class... Args>
    Statement& with(const Args&... args) {
        reset();
        expectParameters(int(sizeof...(args)));
        int index = 0;
        (bind(++index, args), ...);
        return *this;
    }

    // True: a row is there.
    bool step();
    void reset();

    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    // Text or blob as it is stored; valid until the next step, reset or other accessor of this column.
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string string(int column) const { return std::string(text(column)); }
    [[nodiscard]] UtcTime time(int column) const { return {integer(column)}; }
    [[nodiscard]] std::optional<std::int64_t> optionalInteger(int column) const;
    [[nodiscard]] std::optional<std::string> optionalString(int column) const;
    [[nodiscard]] std::optional<UtcTime> optionalTime(int column) const;

  private:
    friend class Database;
    Statement(Database& db, sqlite3_stmt* handle) : db_(&db), handle_(handle) {}

    template <class T>
    void bindBorrowed(int index, const T& value) {
        if constexpr (std::convertible_to<const T&, std::string_view>)
            bindText(index, value, false);
        else if constexpr (std::same_as<T, Blob>)
            bindBlob(index, value.bytes, false);
        else
            bind(index, value);
    }
    void bindInteger(int index, std::int64_t value);
    void bindText(int index, std::string_view text, bool copy);
    void bindBlob(int index, std::string_view bytes, bool copy);
    void expectParameters(int count) const;
    void finish();
    void check(int code) const;

    Database* db_;
    sqlite3_stmt* handle_;
};

} // namespace waypost::store
