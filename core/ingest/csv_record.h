// One record of a CSV file (RFC 4180): fields between commas, quoted ones may hold commas, line ends and
// doubled quotes. Lenient where files are: a quote in the middle of a bare field is a character. Pure; used
// again and again. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ingest {

inline constexpr size_t maxCsvFields = 512;
inline constexpr size_t maxCsvRecord = 1024 * 1024;

class CsvRecord {
  public:
    // Nothing, or what is wrong. Fields point into `record` or into this object, until the next parse().
    std::optional<std::string> parse(std::string_view record);
    [[nodiscard]] const std::vector<std::string_view>& fields() const { return fields_; }
    // Empty when the record has no such field.
    [[nodiscard]] std::string_view field(int index) const {
        return index >= 0 && size_t(index) < fields_.size() ? fields_[size_t(index)] : std::string_view{};
    }

  private:
    std::vector<std::string_view> fields_;
    std::string unquoted_;
};

} // namespace waypost::ingest
